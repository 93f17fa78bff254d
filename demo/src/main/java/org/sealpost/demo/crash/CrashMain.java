package org.sealpost.demo.crash;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.sealpost.demo.RunOptions;
import org.sealpost.demo.WorkFolder;
import org.sealpost.demo.attack.HostileGateway;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Programs;
import org.sealpost.demo.steps.Fault;
import org.sealpost.demo.steps.Script;
import org.sealpost.demo.steps.Stage;
import org.sealpost.demo.story.Narrator;
import org.sealpost.demo.story.Story;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** kill -9 at seeded moments inside the work of a real fleet; after each, everything is verified. */
@Command(
        name = "sealpost crash",
        mixinStandardHelpOptions = true,
        description = {
            "Kills processes of a real fleet (kill -9) at seeded moments inside its work, restarts them as a service manager does, and verifies after each moment:",
            "nothing lost, nothing done twice, no epoch back, no key and IV twice, no operator needed."
        },
        footer = {
            "",
            "Examples:",
            "  sealpost crash                                        20 moments for each kind of process, some minutes",
            "  sealpost crash --moments 2                            about a minute",
            "  sealpost crash --target enclave --moments 50 --seed 7",
            "  sealpost crash --scenario renewal --moments 50        kill -9 inside the renewal of pairwise keys",
            "  sealpost crash --scenario provisioning --moments 10   kill -9 while devices come from their manufacturer's credential",
            "  sealpost crash --target device --seed 7 --moment 13   one moment again",
            "",
            "Exit codes: 0 everything held, 1 something did not (what, and how to replay it, is printed; the work folder is kept), 2 wrong options."
        })
public final class CrashMain implements Callable<Integer> {
    private static final String MAIN_JOB = "main-job";
    private static final List<String> SCENARIOS =
            List.of(MAIN_JOB, Renewal.EPHEMERAL, Renewal.CERTIFICATE, Provisioning.NAME);

    @Option(
            names = "--target",
            paramLabel = "WHAT",
            defaultValue = "all",
            description =
                    "server, gateway, agent, device, enclave or all; in provisioning also mef, maf. Default ${DEFAULT-VALUE}.")
    String target = "";

    @Option(
            names = "--moments",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many for each target. Default ${DEFAULT-VALUE}.")
    int moments;

    @Option(names = "--moment", paramLabel = "K", description = "Only the moment of this number, to replay it.")
    @Nullable
    Integer only;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            defaultValue = MAIN_JOB,
            description = {
                "The work that goes on meanwhile: " + MAIN_JOB + "; " + Renewal.EPHEMERAL + " or " + Renewal.CERTIFICATE
                        + ": all pairwise keys are renewed, by ephemeral agreement or by certificate; "
                        + Provisioning.NAME
                        + ": a device that lost everything enrols at an MEF again and reaches its group.",
                "Default ${DEFAULT-VALUE}."
            })
    String scenarioName = "";

    @Option(names = "--keep", description = "Keep states, logs and captured hops when everything held, too.")
    boolean keep;

    @Mixin
    RunOptions options = new RunOptions();

    public static void main(String[] args) {
        System.exit(new CommandLine(new CrashMain()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (!SCENARIOS.contains(scenarioName)) {
            return RunOptions.wrong(
                    "crash", "there is no scenario " + scenarioName + "; there are: " + String.join(", ", SCENARIOS));
        }
        boolean provisioning = scenarioName.equals(Provisioning.NAME);
        List<Target> targets;
        try {
            targets = Target.named(target, provisioning ? Target.PROVISIONING : Target.BUILDING);
        } catch (IllegalArgumentException e) {
            return RunOptions.wrong("crash", e.getMessage());
        }
        if (moments < 1 || (only != null && only < 1)) {
            return RunOptions.wrong("crash", "moments are numbered from 1");
        }
        if (only != null && targets.size() > 1) {
            return RunOptions.wrong("crash", "each target has moments of its own: name one with --target");
        }
        Programs programs = Programs.fromSystemProperties();
        WorkFolder folder;
        try {
            folder = options.folder(programs, "crash");
        } catch (IOException e) {
            return RunOptions.wrong("crash", e.getMessage());
        }
        return run(targets, options.number(), programs, folder);
    }

    private int run(List<Target> targets, long number, Programs programs, WorkFolder folder) throws Exception {
        Narrator narrator = options.narrator();
        boolean provisioning = scenarioName.equals(Provisioning.NAME);
        Plan plan = switch (scenarioName) {
            case MAIN_JOB -> Plan.compact();
            case Provisioning.NAME -> Plan.provisioned();
            default -> Plan.compact().renewing(Renewal.mechanism(scenarioName));
        };
        narrator.line(narrator.bold("Sealpost: kill -9 inside the work of a building with "
                        + plan.devices().size() + " devices, gateways: " + String.join(", ", plan.gateways()))
                + "   (seed " + number + ")");
        Fleet.Setting setting =
                provisioning ? Fleet.Setting.plain().with(Fleet.Functions.PROGRAMS) : Fleet.Setting.plain();
        Fleet fleet = new Fleet(plan, folder.path(), programs, setting, Stage.remark(number));
        boolean[] good = {false};
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> RunOptions.cleanUp("crash", fleet, folder, good[0] && !keep), "clean-up"));
        try (HostileGateway unused = new HostileGateway();
                Supervisor supervisor = new Supervisor(fleet)) {
            Stage stage = Stage.over(fleet, unused, Map.of(), number, Fault.NONE);
            Story story = new Story(narrator, step -> "");
            List<Story.Outcome> start = story.run(provisioning ? Script.provisioned(stage) : Script.mainJob(stage));
            if (start.stream().anyMatch(o -> !o.ok())) {
                narrator.verdict(false, "The building does not come up: nothing was killed");
                return 1;
            }
            good[0] = kill(targets, number, new Site(stage, supervisor), narrator);
        }
        if (!good[0]) {
            narrator.line("States, logs and captured hops are kept: " + folder.path());
        }
        return good[0] ? 0 : 1;
    }

    private boolean kill(List<Target> targets, long number, Site site, Narrator narrator) throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(CrashMain::daemon);
        ExecutorService operators = Executors.newCachedThreadPool(CrashMain::daemon);
        try {
            Scenario scenario = switch (scenarioName) {
                case MAIN_JOB -> new MainJob(site, operators);
                case Provisioning.NAME -> new Provisioning(site, operators);
                default -> new Renewal(site, operators, scenarioName);
            };
            CrashRun run = new CrashRun(site, scenario, timer);
            site.supervisor().begin();
            long start = System.nanoTime();
            Optional<String> before = run.settle();
            if (before.isPresent()) {
                narrator.verdict(false, "Before anything was killed: " + before.get());
                return false;
            }
            List<Moment> all = drawn(targets, number, site, scenario);
            narrator.line("");
            narrator.line(narrator.bold(all.size() + " moments"));
            List<CrashRun.Outcome> outcomes = new ArrayList<>();
            for (Moment moment : all) {
                outcomes.add(make(run, moment, outcomes.size() + 1, all.size(), site, scenario, narrator));
                if (outcomes.get(outcomes.size() - 1).broken().isPresent()) {
                    break;
                }
            }
            Duration time = Duration.ofNanos(System.nanoTime() - start);
            return conclude(new CrashReport(number, outcomes, scenario.figures(), time), scenario, narrator);
        } finally {
            timer.shutdownNow();
            operators.shutdownNow();
        }
    }

    private static CrashRun.Outcome make(
            CrashRun run, Moment moment, int index, int of, Site site, Scenario scenario, Narrator narrator)
            throws Exception {
        String what = String.format(
                Locale.ROOT,
                "%3d/%d  %-8s %3d  seed %d  kill -9 %s, %s",
                index,
                of,
                moment.target().option(),
                moment.number(),
                moment.seed(),
                moment.what(),
                moment.trigger());
        narrator.progress(what);
        CrashRun.Outcome outcome = run.make(moment);
        String late = outcome.onTime() ? "" : " (its message did not come: killed after 5 s)";
        String again = outcome.restarts() > 1 ? ", started " + outcome.restarts() + " times" : "";
        String seconds = String.format(Locale.ROOT, "%.1f s", outcome.healed().toMillis() / 1000.0);
        narrator.line(what + late + ": " + (outcome.broken().isEmpty() ? "all holds after " + seconds : "DOES NOT HOLD")
                + again);
        outcome.failedOrders().forEach(f -> narrator.note("         seen by an operator: " + f));
        if (outcome.restarts() > 1) {
            site.supervisor()
                    .trouble()
                    .ifPresent(t -> narrator.note("         did not come up at once: "
                            + t.lines().reduce((first, last) -> last).orElse("")));
        }
        outcome.broken().ifPresent(b -> {
            narrator.line("         " + b);
            narrator.line("         replay: " + moment.replay(scenario.name()));
        });
        return outcome;
    }

    private List<Moment> drawn(List<Target> targets, long number, Site site, Scenario scenario) {
        List<Moment> all = new ArrayList<>();
        int from = only == null ? 1 : only;
        int to = only == null ? moments : only;
        for (int k = from; k <= to; k++) {
            for (Target t : targets) {
                all.add(Moment.draw(t, k, number, site.fleet(), scenario.cues(t)));
            }
        }
        return all;
    }

    private boolean conclude(CrashReport report, Scenario scenario, Narrator narrator) {
        narrator.line("");
        report.byTarget().forEach(narrator::line);
        report.figures().forEach(narrator::line);
        int count = report.outcomes().size();
        String seconds = String.format(Locale.ROOT, "%.0f s", report.time().toMillis() / 1000.0);
        narrator.verdict(
                report.good(),
                report.good()
                        ? "Held: " + count + " moments in " + seconds + ", nobody had to do anything"
                        : "Does not hold: at moment " + count + ", after " + seconds);
        options.print(report.json(scenario.name()));
        return report.good();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "crash");
        thread.setDaemon(true);
        return thread;
    }
}
