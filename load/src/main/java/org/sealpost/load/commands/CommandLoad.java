package org.sealpost.load.commands;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import org.sealpost.device.Device;
import org.sealpost.load.Figures;
import org.sealpost.load.Machine;

/**
 * One signed command to all devices of a group, and the same as a command of its own to each of them, over real sockets through a gateway: until the application acted, and until the server verified its
 * acknowledgement. Then each device joins once more: it asks for the group's credential end to end, verifies and installs it.
 *
 * @param devices how many
 * @param rounds how often each is measured; a third as often before, uncounted
 */
record CommandLoad(int devices, int rounds) {
    private static final long SECONDS = 300;
    private static final int JOINS_AT_ONCE = 64;

    /** Gives the command of one round. */
    private interface Round {
        void begin();
    }

    Figures run(Consumer<String> progress) throws IOException, InterruptedException {
        Figures figures = new Figures();
        figures.put("devices", devices);
        figures.put("rounds", rounds);
        Stopwatch executed = new Stopwatch();
        Stopwatch acknowledged = new Stopwatch();
        try (Site site = new Site(devices, executed::stop, progress)) {
            site.server().onAcknowledgement(a -> acknowledged.stop(a.member()));
            progress.accept("a command to all, " + rounds + " times");
            measure(figures, "command", executed, acknowledged, () -> site.server()
                    .command(Site.GROUP, Site.VERB, SECONDS));
            progress.accept("a command to each, " + rounds + " times");
            measure(figures, "single", executed, acknowledged, () -> {
                for (int i = 0; i < devices; i++) {
                    site.server().command(Site.GROUP, Site.identity(i), Site.VERB, SECONDS);
                }
            });
            progress.accept("every device joins again");
            joins(figures, site);
        }
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
            Site.await("acknowledged", () -> acknowledged.stopped() == devices);
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

    private void joins(Figures figures, Site site) throws IOException, InterruptedException {
        Semaphore places = new Semaphore(JOINS_AT_ONCE);
        AtomicInteger done = new AtomicInteger();
        AtomicReference<String> fault = new AtomicReference<>("");
        double cpu = Machine.cpuSeconds();
        long start = System.nanoTime();
        for (Device device : site.devices()) {
            places.acquire();
            device.fetchCredential(Site.GROUP).whenComplete((installed, failure) -> {
                if (failure != null) {
                    fault.set(String.valueOf(failure.getMessage()));
                }
                places.release();
                done.incrementAndGet();
            });
        }
        Site.await("joined", () -> done.get() == devices);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!fault.get().isEmpty()) {
            throw new IOException("a device could not join: " + fault.get());
        }
        figures.put("joins_sockets_per_s", devices / seconds);
        figures.put("joins_sockets_cpu_us", (Machine.cpuSeconds() - cpu) * 1e6 / devices);
    }

    private static double[] joined(double[] one, double[] other) {
        return DoubleStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
    }

    private static double at(double[] sorted, double share) {
        return sorted[(int) Math.ceil(sorted.length * share) - 1];
    }
}
