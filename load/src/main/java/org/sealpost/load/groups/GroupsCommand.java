package org.sealpost.load.groups;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sealpost.load.Figures;
import org.sealpost.load.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sealpost load groups}. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        description = "Evictions, joins and confirmations of large groups, scheme beside scheme, in virtual time.",
        footer = {
            "",
            "Virtual devices run the real code: they open blocks, derive keys and confirm under their pairwise keys; the",
            "server verifies every confirmation. Only the network is virtual. Real devices have processors of their own: in",
            "rows marked with * the signature of one identical block is verified once for all of them, and what it costs",
            "each stands below (verification_us); in the other rows each device verifies it itself.",
            "confirmed_s is virtual time and the time of all work of this machine together, as if nothing overlapped;",
            "_cpu is time of processors, which others on the machine don't change much.",
            "",
            "Examples:",
            "  sealpost load groups --members 1000000",
            "  sealpost load groups --members 1000 --json",
            "  sealpost load groups --members 1000000 --charts docs/charts",
            "",
            "Progress goes to standard error. Exit codes: 0 measured, 1 something did not work, 2 wrong options."
        })
public final class GroupsCommand implements Callable<Integer> {
    private static final int MOST = 1 << 24;

    /** Members of the point-to-point group at most: the server signs for each of them. */
    private static final int SIGNED_EACH = 2000;

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Members of the group, 20 to 16777216 (default: ${DEFAULT-VALUE}).")
    int members;

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Virtual devices of the default scheme at most (default: ${DEFAULT-VALUE}).")
    int devices;

    @Option(
            names = "--compare",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Virtual devices of each scheme side by side (default: ${DEFAULT-VALUE}).")
    int compared;

    @Option(
            names = "--mls",
            paramLabel = "N",
            defaultValue = "100",
            description = "Members of the MLS group at most; 0: without (default: ${DEFAULT-VALUE}).")
    int mls;

    @Option(
            names = "--evictions",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Trees and evictions that sizes come from (default: ${DEFAULT-VALUE}).")
    int evictions;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of trees, evictions and network (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--json", description = "One flat object instead of the tables.")
    boolean json;

    @Option(names = "--charts", paramLabel = "DIR", description = "Also write charts (SVG) into this directory.")
    @Nullable
    Path charts;

    private static List<String> costs(Figures f) {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "* one identical block's signature was verified once for all %,.0f devices; it costs each of them %.0f us more",
                        f.get("devices"),
                        f.get("verification_us")),
                String.format(
                        Locale.ROOT,
                        "of processors: %.0f us a join with a pre-shared key, %.0f us with signatures; %.1f s to confirm all at 1 %% loss, %.1f s at 10 %%",
                        f.get("joins_psk_cpu_us"),
                        f.get("joins_signed_cpu_us"),
                        f.get("confirmed_s_loss1_cpu"),
                        f.get("confirmed_s_loss10_cpu")));
    }

    @Override
    public Integer call() throws IOException {
        if (members < 20 || members > MOST || devices < 5 || compared < 5 || evictions < 10 || mls < 0) {
            System.err.println("load: --members is 20 to " + MOST
                    + ", --devices and --compare at least 5, --evictions at least 10, --mls at least 0");
            return 2;
        }
        long start = System.nanoTime();
        Consumer<String> progress =
                line -> System.err.printf("load: %4d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, line);
        int most = Math.min(devices, members - GroupLoad.SPARES);
        int beside = Math.min(compared, most);
        GroupLoad load = new GroupLoad(
                members, most, beside, Math.min(SIGNED_EACH, beside), Math.min(mls, beside), evictions, seed);
        GroupLoad.Outcome outcome = load.run(progress);
        if (json) {
            System.out.println(outcome.figures().json());
        } else {
            System.out.println(Table.of(outcome.rows()));
            System.out.println();
            Goals.lines(outcome.figures()).forEach(System.out::println);
            costs(outcome.figures()).forEach(System.out::println);
            System.out.printf(
                    Locale.ROOT,
                    "seed %d, commit %s, %s; load of the system %.1f before, %.1f after%n",
                    seed,
                    Machine.commit(),
                    Machine.description(),
                    outcome.figures().get("load_before"),
                    outcome.figures().get("load_after"));
        }
        if (Optional.ofNullable(charts).isPresent()) {
            Charts.write(Optional.ofNullable(charts).orElseThrow(), outcome.rows());
        }
        return 0;
    }
}
