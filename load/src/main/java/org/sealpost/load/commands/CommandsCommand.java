package org.sealpost.load.commands;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.sealpost.load.Figures;
import org.sealpost.load.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sealpost load commands}. */
@Command(
        name = "commands",
        mixinStandardHelpOptions = true,
        description = "A signed command to many devices over sockets through a gateway, until executed and acknowledged.",
        footer = {
            "",
            "Server, gateway and devices are the shipped ones, in one process, with sockets between them and an enclave for",
            "each. Beside the command to all, each device gets one of its own (point to point). A join is a device's request",
            "for its group's credential, end to end through the gateway: signed by the server, verified and installed.",
            "",
            "Examples:",
            "  sealpost load commands",
            "  sealpost load commands --devices 100 --json",
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

    @Option(names = "--json", description = "One flat object instead of the table.")
    boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (devices < 1 || rounds < 1) {
            System.err.println("load: --devices and --rounds are at least 1");
            return 2;
        }
        long start = System.nanoTime();
        Consumer<String> progress =
                line -> System.err.printf("load: %4d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, line);
        Figures figures = new CommandLoad(devices, rounds).run(progress);
        if (json) {
            System.out.println(figures.json());
        } else {
            print(figures);
        }
        return 0;
    }

    private static void print(Figures f) {
        System.out.println("until                      executed p50, p99 ms   acknowledged p50, p99, max ms   us of processors for each");
        line("one command to all", "command", f);
        line("a command to each", "single", f);
        System.out.printf(
                Locale.ROOT,
                "command_p99_ms           %,14.1f   goal: below %,.0f   %s%n",
                f.get("command_p99_ms"),
                COMMAND_GOAL_MS,
                f.get("command_p99_ms") < COMMAND_GOAL_MS ? "met" : "NOT MET");
        System.out.printf(
                Locale.ROOT,
                "joins_sockets_per_s      %,14.1f   goal: at least %,.0f   %s (%,.0f us of processors each)%n",
                f.get("joins_sockets_per_s"),
                JOINS_GOAL,
                f.get("joins_sockets_per_s") >= JOINS_GOAL ? "met" : "NOT MET",
                f.get("joins_sockets_cpu_us"));
        System.out.printf(
                Locale.ROOT,
                "%,.0f devices, %,.0f rounds, commit %s, %s%n",
                f.get("devices"),
                f.get("rounds"),
                Machine.commit(),
                Machine.description());
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
