package org.sealpost.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.sealpost.demo.attack.HostileGateway;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.leak.LeakCheck;
import org.sealpost.demo.leak.Place;
import org.sealpost.demo.leak.Secret;
import org.sealpost.demo.run.Managed;
import org.sealpost.demo.run.Programs;
import org.sealpost.demo.steps.Fault;
import org.sealpost.demo.steps.Script;
import org.sealpost.demo.steps.Stage;
import org.sealpost.demo.story.Narrator;
import org.sealpost.demo.story.Step;
import org.sealpost.demo.story.Story;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The whole use case on real processes over real sockets, narrated, each claim verified. */
@Command(
        name = "sealpost demo",
        mixinStandardHelpOptions = true,
        description = "Shows the whole use case on real processes and verifies every claim.",
        footer = {
            "",
            "Examples:",
            "  sealpost demo",
            "  sealpost demo --devices 60",
            "  sealpost demo --provision",
            "  sealpost demo --keep-running --work /tmp/building",
            "  sealpost demo --plant acts-twice      must fail, naming the step",
            "",
            "Exit codes: 0 everything was proved, 1 a step failed (it is named), 2 wrong options."
        })
public final class DemoMain implements Callable<Integer> {
    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "6",
            description = "How many devices, at least 6; more than 6 share processes. Default ${DEFAULT-VALUE}.")
    int devices;

    @Option(
            names = "--provision",
            description = "Remote provisioning: devices start with just a manufacturer's credential; six devices.")
    boolean provision;

    @Option(names = "--keep-running", description = "Afterwards leave the building running until Ctrl-C.")
    boolean keepRunning;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of canaries and markers, to repeat a run.")
    @Nullable
    Long seed;

    @Option(
            names = "--json",
            description = "The outcome as one JSON object on standard output; the story on standard error.")
    boolean json;

    @Option(names = "--work", paramLabel = "DIR", description = "Keep states, logs and captured hops there.")
    @Nullable
    Path work;

    @Option(names = "--plant", paramLabel = "FAULT", description = "Plant a fault, to see the demo notice it.")
    @Nullable
    String plant;

    @Option(names = "--no-colour", description = "No colours (also when NO_COLOR is set, or not on a terminal).")
    boolean noColour;

    public static void main(String[] args) {
        System.exit(new CommandLine(new DemoMain()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Fault fault;
        try {
            fault = plant == null ? Fault.NONE : Fault.named(plant);
        } catch (IllegalArgumentException e) {
            System.err.println("sealpost demo: " + e.getMessage());
            return 2;
        }
        if (devices < Plan.building(0).devices().size()) {
            System.err.println("sealpost demo: the building has at least 6 devices: give --devices 6 or more");
            return 2;
        }
        long number = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000) : seed;
        Programs programs = Programs.fromSystemProperties();
        WorkFolder folder =
                WorkFolder.of(Optional.ofNullable(work), programs.dist().resolveSibling("w"), "demo");
        return run(fault, number, programs, folder);
    }

    private int run(Fault fault, long number, Programs programs, WorkFolder folder) throws Exception {
        boolean terminal = System.console() != null && System.getenv("NO_COLOR") == null && !noColour;
        PrintStream out = new PrintStream(json ? System.err : System.out, true, StandardCharsets.UTF_8);
        Narrator narrator = new Narrator(out, terminal, terminal);
        long start = System.nanoTime();
        narrator.line(narrator.bold("Sealpost: a building with " + devices + " devices behind two gateways")
                + "   (seed " + number + ")");
        Map<Place, Secret> canaries = LeakCheck.canaries(number);
        Fleet fleet = new Fleet(
                Plan.building(provision ? 0 : devices),
                folder.path(),
                programs,
                canaries,
                fault.inEnclave(),
                Stage.remark(number),
                provision ? Fleet.Functions.AT_THE_SERVER : Fleet.Functions.NONE);
        Thread cleanUp = new Thread(() -> cleanUp(fleet, folder), "clean-up");
        Runtime.getRuntime().addShutdownHook(cleanUp);
        List<Story.Outcome> outcomes;
        try (HostileGateway hostile = new HostileGateway()) {
            Stage stage = Stage.over(fleet, hostile, canaries, number, fault);
            Story story = new Story(narrator, step -> postMortem(fleet, step));
            List<Step> steps = provision ? Script.provisioning(stage) : Script.of(stage);
            outcomes = story.run(steps);
            boolean good = outcomes.size() == steps.size() && outcomes.stream().allMatch(Story.Outcome::ok);
            conclude(narrator, outcomes, good, Duration.ofNanos(System.nanoTime() - start), number);
            if (keepRunning && good) {
                stay(narrator, fleet, folder);
            }
            return good ? 0 : 1;
        }
    }

    private void conclude(Narrator narrator, List<Story.Outcome> outcomes, boolean good, Duration time, long number) {
        int facts = outcomes.stream().mapToInt(o -> o.facts().size()).sum();
        Story.Outcome last = outcomes.get(outcomes.size() - 1);
        String seconds = String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
        narrator.verdict(
                good,
                good
                        ? "Proved: " + outcomes.size() + " steps, " + facts + " facts, in " + seconds
                        : "Not proved: step \"" + last.name() + "\" failed after " + seconds + ": "
                                + last.why().lines().findFirst().orElse(""));
        if (json) {
            System.out.println(new String(
                    PrimitiveCodec.of(Serialization.JSON).encodeTree(report(outcomes, good, time, number)),
                    StandardCharsets.UTF_8));
        }
    }

    private ObjectNode report(List<Story.Outcome> outcomes, boolean good, Duration time, long number) {
        ObjectNode report = JsonNodeFactory.instance
                .objectNode()
                .put("ok", good)
                .put("seed", number)
                .put("devices", devices)
                .put("seconds", time.toMillis() / 1000.0);
        if (!good) {
            report.put("failed", outcomes.get(outcomes.size() - 1).name());
        }
        var steps = report.putArray("steps");
        for (Story.Outcome o : outcomes) {
            ObjectNode step = steps.addObject()
                    .put("name", o.name())
                    .put("ok", o.ok())
                    .put("seconds", o.time().toMillis() / 1000.0)
                    .put("why", o.why());
            var facts = step.putArray("facts");
            o.facts().forEach(facts::add);
        }
        return report;
    }

    private static void stay(Narrator narrator, Fleet fleet, WorkFolder folder) throws InterruptedException {
        narrator.line("The building goes on until Ctrl-C. Look at it with:");
        narrator.line("  ./sealpost status --state " + fleet.node("server").state());
        narrator.line("  states, logs and captured hops: " + folder.path());
        new CountDownLatch(1).await();
    }

    /** Programs that should run and do not, with their last words. */
    private static String postMortem(Fleet fleet, Step step) {
        StringBuilder text = new StringBuilder();
        for (var node : fleet.nodes()) {
            Optional<Managed> process = node.started();
            if (process.isPresent() && !process.get().alive()) {
                text.append("during ").append(step.name()).append(", ").append(node.name());
                text.append(" was not running; its log ends with:\n");
                text.append(process.get().lastWords()).append('\n');
            }
        }
        return text.toString();
    }

    private static void cleanUp(Fleet fleet, WorkFolder folder) {
        fleet.close();
        try {
            folder.discard();
        } catch (IOException e) {
            System.err.println("sealpost demo: could not delete " + folder.path() + ": " + e.getMessage());
        }
    }
}
