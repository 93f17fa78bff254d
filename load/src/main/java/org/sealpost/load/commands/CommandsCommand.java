package org.sealpost.load.commands;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.sealpost.load.Figures;
import org.sealpost.load.Machine;
import org.sealpost.load.groups.SideBySide;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sealpost load commands}. */
@Command(
        name = "commands",
        mixinStandardHelpOptions = true,
        description =
                "A signed command to many devices over sockets through a gateway, until executed and acknowledged.",
        footer = {
            "",
            "Server, gateway and devices are the shipped ones, in one process, with HTTP over sockets between them and an",
            "enclave for each: real devices have processors of their own, here they share this machine's. A command: sealed,",
            "signed, numbered on disk, stored by the gateway for each device, verified there, its number stored before the",
            "application acts, then the signed acknowledgement all the way back, verified and stored by the server.",
            "Beside the command to all stands one for each device alone (point to point). A join: a device's request for its",
            "group's credential, the credential sealed and signed for it, verified and installed, its proof of it, and the",
            "server's answer that it has that on disk. The first join of each device also begins the session it goes in and",
            "writes the device's state; later ones go in that session, and write only what has changed.",
            "Below, in virtual time: what it costs to leave one out of the next commands, scheme beside scheme.",
            "",
            "Examples:",
            "  sealpost load commands",
            "  sealpost load commands --devices 100 --rounds 3 --mls 0",
            "  sealpost load commands --json",
            "",
            "Progress goes to standard error. Exit codes: 0 measured, 1 something did not work, 2 wrong options."
        })
public final class CommandsCommand implements Callable<Integer> {
    private static final double COMMAND_GOAL_MS = 1000;
    private static final double JOINS_GOAL = 1000;

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Devices behind the gateway (default: ${DEFAULT-VALUE}).")
    int devices;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How often each is measured (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--mls",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "Members of the MLS group in the table at most, each with the whole tree in memory; 0: without (default: ${DEFAULT-VALUE}).")
    int mls;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Seed of the order of devices and of the virtual network; keys are drawn (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--json", description = "One flat object instead of the table.")
    boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (devices < 1 || rounds < 1 || mls < 0) {
            System.err.println("load: --devices and --rounds are at least 1, --mls at least 0");
            return 2;
        }
        long start = System.nanoTime();
        Consumer<String> progress =
                line -> System.err.printf("load: %4d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, line);
        Figures figures = new CommandLoad(devices, rounds, seed).run(progress);
        if (json) {
            System.out.println(figures.json());
        } else {
            print(figures);
            if (devices >= SideBySide.LEAST) {
                System.out.println();
                System.out.println(SideBySide.table(devices, Math.min(mls, devices), seed, progress));
            }
            System.out.printf("seed %d, commit %s, %s%n", seed, Machine.commit(), Machine.description());
        }
        return 0;
    }

    private static void print(Figures f) {
        System.out.println(
                "until                      executed p50, p99 ms   acknowledged p50, p99, max ms   us of processors for each");
        line("one command to all", "command", f);
        line("a command to each", "single", f);
        System.out.printf(
                Locale.ROOT,
                "command_p99_ms           %,14.1f   goal: below %,.0f   %s%n",
                f.get("command_p99_ms"),
                COMMAND_GOAL_MS,
                f.get("command_p99_ms") < COMMAND_GOAL_MS ? "met" : "NOT MET");
        joins("joins_sockets", f, JOINS_GOAL);
        System.out.printf(
                Locale.ROOT,
                "first_joins_sockets_per_s%,14.1f   each begins its session, too (%,.0f us of processors each)%n",
                f.get("first_joins_sockets_per_s"),
                f.get("first_joins_sockets_cpu_us"));
        System.out.printf(
                Locale.ROOT,
                "%,.0f devices, %,.0f rounds; load of the system %.1f before, %.1f after%n",
                f.get("devices"),
                f.get("rounds"),
                f.get("load_before"),
                f.get("load_after"));
    }

    private static void joins(String name, Figures f, double goal) {
        System.out.printf(
                Locale.ROOT,
                "%-24s %,14.1f   goal: at least %,.0f   %s (%,.0f us of processors each)%n",
                name + "_per_s",
                f.get(name + "_per_s"),
                goal,
                f.get(name + "_per_s") >= goal ? "met" : "NOT MET",
                f.get(name + "_cpu_us"));
    }

    private static void line(String title, String name, Figures f) {
        System.out.printf(
                Locale.ROOT,
                "%-24s %,11.1f %,11.1f %,13.1f %,11.1f %,11.1f %,18.0f%n",
                title,
                f.get(name + "_executed_p50_ms"),
                f.get(name + "_executed_p99_ms"),
                f.get(name + "_p50_ms"),
                f.get(name + "_p99_ms"),
                f.get(name + "_max_ms"),
                f.get(name + "_cpu_us_per_device"));
    }
}
