package org.sealpost.load.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sealpost.load.Figures;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sealpost simulate}. */
@Command(
        name = "sealpost simulate",
        mixinStandardHelpOptions = true,
        description =
                "Server, agent, devices and an active adversary in virtual time, with power that goes off around saves; after each step all rules are checked.",
        footer = {
            "",
            "Rules: no secret leaves an enclave; no epoch goes back; one epoch has one secret; no nonce is used twice; no",
            "command is done twice or without right; who is out opens nothing, who comes in nothing of before; what the",
            "server believes of a member is true; in peace everybody who is in gets to the newest epoch.",
            "",
            "Examples:",
            "  sealpost simulate --seeds 1000 --hours 10",
            "  sealpost simulate --seeds 1 --seed 4711 --hours 10    one world again, that of this seed",
            "  sealpost simulate --seeds 10 --attacks 1000000        a million messages of the adversary",
            "",
            "Progress goes to standard error. Exit codes: 0 no rule was broken, 1 one was (its seed is printed), 2 wrong options."
        })
public final class SimulateMain implements Callable<Integer> {
    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many worlds (default: ${DEFAULT-VALUE}).")
    int seeds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the first world; the others follow (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--hours",
            paramLabel = "N",
            defaultValue = "10",
            description = "Virtual hours of each (default: ${DEFAULT-VALUE}).")
    long hours;

    @Option(
            names = "--attacks",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Instead: so many messages of the adversary in all, forged, changed, replayed, rolled back, of another group, of which none may be accepted.")
    long attacks;

    @Option(names = "--json", description = "One flat object.")
    boolean json;

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new SimulateMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        if (seeds < 1 || hours < 1 || attacks < 0) {
            System.err.println("simulate: --seeds and --hours are at least 1, --attacks at least 0");
            return 2;
        }
        int processors = Math.min(seeds, Runtime.getRuntime().availableProcessors());
        ExecutorService workers = Executors.newFixedThreadPool(processors);
        long start = System.nanoTime();
        List<Simulation.Outcome> done = new ArrayList<>();
        try {
            List<Future<Simulation.Outcome>> running = new ArrayList<>();
            for (int i = 0; i < seeds; i++) {
                long own = seed + i;
                running.add(workers.submit(() -> one(own)));
            }
            for (Future<Simulation.Outcome> future : running) {
                done.add(future.get());
                if (done.size() % 50 == 0) {
                    System.err.printf(
                            "simulate: %d of %d worlds, %d s%n",
                            done.size(), seeds, (System.nanoTime() - start) / 1_000_000_000);
                }
            }
        } catch (ExecutionException e) {
            System.err.println("simulate: " + e.getMessage());
            return 1;
        } finally {
            workers.shutdownNow();
        }
        report(done, (System.nanoTime() - start) / 1e9);
        return 0;
    }

    private Simulation.Outcome one(long own) {
        try {
            return attacks > 0
                    ? Simulation.siege(own, (attacks + seeds - 1) / seeds, Wiring.SHIPPED)
                    : Simulation.run(own, hours, Wiring.SHIPPED);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "seed " + own + ": " + e.getMessage() + "; again with: sealpost simulate --seeds 1 --seed " + own
                            + (attacks > 0 ? " --attacks " + (attacks + seeds - 1) / seeds : " --hours " + hours),
                    e);
        }
    }

    private void report(List<Simulation.Outcome> done, double seconds) {
        Figures figures = new Figures();
        figures.put("seeds", seeds);
        figures.put("first_seed", seed);
        figures.put("hours", done.stream().mapToLong(Simulation.Outcome::hours).sum());
        figures.put("steps", done.stream().mapToLong(Simulation.Outcome::steps).sum());
        figures.put(
                "attacks", done.stream().mapToLong(Simulation.Outcome::attacks).sum());
        figures.put(
                "crashes", done.stream().mapToLong(Simulation.Outcome::crashes).sum());
        figures.put(
                "refusals",
                done.stream().mapToLong(Simulation.Outcome::refusals).sum());
        figures.put(
                "checks", done.stream().mapToLong(Simulation.Outcome::checks).sum());
        figures.put("violations", 0);
        figures.put("wall_s", seconds);
        if (json) {
            System.out.println(figures.json());
        } else {
            System.out.printf(
                    "%d worlds (seeds %d to %d), %,d virtual hours in %.0f s: %,.0f steps, %,.0f attacks, %,.0f power cuts and restarts, %,.0f refusals, %,.0f checks; no rule was broken%n",
                    seeds,
                    seed,
                    seed + seeds - 1,
                    (long) figures.get("hours"),
                    seconds,
                    figures.get("steps"),
                    figures.get("attacks"),
                    figures.get("crashes"),
                    figures.get("refusals"),
                    figures.get("checks"));
            System.out.println(
                    "commit " + org.sealpost.load.Machine.commit() + ", " + org.sealpost.load.Machine.description());
        }
    }
}
