package org.sealpost.load.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.sealpost.load.Figures;
import org.sealpost.load.Machine;

/**
 * Joins and commands over real sockets through a gateway. A join: a device asks for its group's credential end to end, the server seals and signs it for this device, the device verifies and installs it, confirms, and is told that the
 * server has the confirmation on disk. A command: signed once for all devices of the group, or signed for each alone; until the application acted, and until the server has verified and stored the device's signed acknowledgement.
 *
 * @param devices how many
 * @param rounds how often each is measured; a third as often before, uncounted
 * @param seed of the order in which devices join and are commanded; keys are drawn by the enclaves
 */
record CommandLoad(int devices, int rounds, long seed) {
    private static final long SECONDS = 300;
    private static final int JOINS_AT_ONCE = 64;

    /** Devices of a site of its own that is thrown away: what is compiled then is warm. */
    private static final int WARMING = 100;

    private static final int WARMING_ROUNDS = 20;

    /** Gives the commands of one round. */
    private interface Round {
        void begin();
    }

    Figures run(Consumer<String> progress) throws IOException, InterruptedException {
        if (devices > WARMING) {
            progress.accept("warming up with " + WARMING + " devices");
            new CommandLoad(WARMING, WARMING_ROUNDS, seed).measured(line -> {});
        }
        return measured(progress);
    }

    private Figures measured(Consumer<String> progress) throws IOException, InterruptedException {
        Figures figures = new Figures();
        figures.put("devices", devices);
        figures.put("rounds", rounds);
        figures.put("seed", seed);
        figures.put("load_before", Machine.load());
        Stopwatch executed = new Stopwatch();
        Stopwatch acknowledged = new Stopwatch();
        try (Site site = new Site(devices, executed::stop, progress)) {
            site.server().onAcknowledgement(a -> acknowledged.stop(a.member()));
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, devices).boxed().toList());
            Collections.shuffle(order, new Random(seed));
            progress.accept("every device joins for the first time, and begins a session for it");
            joins(figures, "first_joins_sockets", site, order, 1);
            site.deliver();
            progress.accept("every device joins again, in its session");
            joins(figures, "joins_sockets", site, order, 1 + rounds / 3);
            progress.accept("a command to all, " + rounds + " times");
            measure(
                    figures,
                    "command",
                    executed,
                    acknowledged,
                    () -> site.server().command(Site.GROUP, Site.VERB, SECONDS));
            progress.accept("a command to each, " + rounds + " times");
            measure(
                    figures,
                    "single",
                    executed,
                    acknowledged,
                    () -> order.forEach(i -> site.server().command(Site.GROUP, Site.identity(i), Site.VERB, SECONDS)));
        }
        figures.put("load_after", Machine.load());
        return figures;
    }

    private void measure(Figures figures, String name, Stopwatch executed, Stopwatch acknowledged, Round round)
            throws IOException, InterruptedException {
        double[] acted = {};
        double[] answered = {};
        double cpu = 0;
        for (int i = -(rounds + 2) / 3; i < rounds; i++) {
            double before = Machine.cpuSeconds();
            executed.start();
            acknowledged.start();
            round.begin();
            Site.await("acknowledged", Site.LOOK_MILLIS, () -> acknowledged.stopped() == devices);
            if (i >= 0) {
                cpu += Machine.cpuSeconds() - before;
                acted = joined(acted, executed.millis());
                answered = joined(answered, acknowledged.millis());
            }
        }
        Arrays.sort(acted);
        Arrays.sort(answered);
        figures.put(name + "_executed_p50_ms", at(acted, 0.5));
        figures.put(name + "_executed_p99_ms", at(acted, 0.99));
        figures.put(name + "_p50_ms", at(answered, 0.5));
        figures.put(name + "_p99_ms", at(answered, 0.99));
        figures.put(name + "_max_ms", answered[answered.length - 1]);
        figures.put(name + "_cpu_us_per_device", cpu * 1e6 / rounds / devices);
    }

    private void joins(Figures figures, String name, Site site, List<Integer> order, int times)
            throws IOException, InterruptedException {
        Semaphore places = new Semaphore(JOINS_AT_ONCE);
        AtomicInteger done = new AtomicInteger();
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        double cpu = Machine.cpuSeconds();
        long start = System.nanoTime();
        for (int time = 0; time < times; time++) {
            for (int i : order) {
                places.acquire();
                site.devices().get(i).fetchCredential(Site.GROUP).whenComplete((installed, failure) -> {
                    if (failure != null) {
                        faults.add(String.valueOf(failure.getMessage()));
                    }
                    places.release();
                    done.incrementAndGet();
                });
            }
        }
        Site.await("joined", Site.LOOK_MILLIS, () -> done.get() == times * devices);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!faults.isEmpty()) {
            throw new IOException(faults.size() + " joins failed: " + faults.peek());
        }
        figures.put(name + "_per_s", times * devices / seconds);
        figures.put(name + "_cpu_us", (Machine.cpuSeconds() - cpu) * 1e6 / times / devices);
    }

    private static double[] joined(double[] one, double[] other) {
        return DoubleStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
    }

    private static double at(double[] sorted, double share) {
        return sorted[(int) Math.ceil(sorted.length * share) - 1];
    }
}
