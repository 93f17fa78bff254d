package org.sealpost.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "  sealpost demo --secure-environment pkcs11",
            "  sealpost demo --keep-running --work /tmp/building",
            "  sealpost demo --plant acts-twice      must fail, naming the step",
            "",
            "Exit codes: 0 everything was proved, 1 a step failed (it is named), 2 wrong options."
        })
public final class DemoMain implements Callable<Integer> {
    private static final String TOKENS = "pkcs11";

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

    @Option(
            names = "--secure-environment",
            paramLabel = "KIND",
            defaultValue = "process",
            description = "Where keys lie: process (memory of processes of their own) or pkcs11 (a token of SoftHSM2"
                    + " for each program). Default ${DEFAULT-VALUE}.")
    String secureEnvironment = "";

    @Option(names = "--keep-running", description = "Afterwards leave the building running until Ctrl-C.")
    boolean keepRunning;

    @Option(names = "--plant", paramLabel = "FAULT", description = "Plant a fault, to see the demo notice it.")
    @Nullable
    String plant;

    @Mixin
    RunOptions options = new RunOptions();

    public static void main(String[] args) {
        System.exit(new CommandLine(new DemoMain()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Fault fault;
        try {
            fault = plant == null ? Fault.NONE : Fault.named(plant);
        } catch (IllegalArgumentException e) {
            return RunOptions.wrong("demo", e.getMessage());
        }
        if (!List.of("process", TOKENS).contains(secureEnvironment)) {
            return RunOptions.wrong("demo", "--secure-environment is process or pkcs11, not " + secureEnvironment);
        }
        if (tokens() && provision) {
            return RunOptions.wrong(
                    "demo", "a factory's copies of a device can't copy its token: --provision goes with process");
        }
        Optional<String> missing = tokens() ? Fleet.tokensMissing() : Optional.empty();
        if (missing.isPresent()) {
            return RunOptions.wrong("demo", missing.get());
        }
        if (devices < Plan.building(0).devices().size()) {
            return RunOptions.wrong("demo", "the building has at least 6 devices: give --devices 6 or more");
        }
        Programs programs = Programs.fromSystemProperties();
        WorkFolder folder;
        try {
            folder = options.folder(programs, "demo");
        } catch (IOException e) {
            return RunOptions.wrong("demo", e.getMessage());
        }
        return run(fault, options.number(), programs, folder);
    }

    private boolean tokens() {
        return secureEnvironment.equals(TOKENS);
    }

    private int run(Fault fault, long number, Programs programs, WorkFolder folder) throws Exception {
        Narrator narrator = options.narrator();
        long start = System.nanoTime();
        narrator.line(narrator.bold("Sealpost: a building with " + devices + " devices behind two gateways"
                        + (tokens() ? ", keys in tokens" : ""))
                + "   (seed " + number + ")");
        Map<Place, Secret> canaries = LeakCheck.canaries(number);
        Fleet fleet = new Fleet(
                Plan.building(provision ? 0 : devices),
                folder.path(),
                programs,
                new Fleet.Setting(
                        canaries,
                        fault.inEnclave(),
                        provision ? Fleet.Functions.AT_THE_SERVER : Fleet.Functions.NONE,
                        tokens()),
                Stage.remark(number));
        Thread cleanUp = new Thread(() -> RunOptions.cleanUp("demo", fleet, folder, true), "clean-up");
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
        options.print(report(outcomes, good, time, number));
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
}
