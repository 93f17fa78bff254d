package org.sealpost.load.groups;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.sealpost.group.EpochKeys;
import org.sealpost.load.Machine;

/**
 * One eviction, from the server's first step until the last device is confirmed. Gateways don't wait for each other, so that as many run at once as there are processors; each has its own seed.
 *
 * @param serverMillis the server's work for what it sends
 * @param half seconds of virtual time until half of the devices are confirmed
 * @param most until 99 of 100 are
 * @param all until all are
 * @param wall seconds that this machine was busy with the work of the server, all gateways and all devices
 * @param cpu seconds of processors that the work took, whatever else the machine did
 */
record Spread(
        double serverMillis, double half, double most, double all, double wall, double cpu, Neighbourhood.Tally tally) {
    private static final int GATEWAY = 1000;

    /** The upper bound that is reported: as if no work was done while messages were under way. */
    double confirmed() {
        return all + wall;
    }

    static Spread run(Scheme scheme, Confirmations confirmations, Air air, long seed) {
        double cpu = Machine.cpuSeconds();
        long start = System.nanoTime();
        Scheme.Announcement announcement = scheme.evict();
        double millis = (System.nanoTime() - start) / 1e6;
        EpochKeys keys = scheme.keys();
        List<Neighbourhood> gateways = new ArrayList<>();
        for (int from = 0; from < scheme.devices(); from += GATEWAY) {
            gateways.add(new Neighbourhood(
                    scheme,
                    announcement,
                    confirmations,
                    air,
                    from,
                    Math.min(GATEWAY, scheme.devices() - from),
                    keys,
                    seed));
        }
        List<long[]> parts =
                Workers.all(gateways.stream().<Callable<long[]>>map(g -> g::run).toList());
        double wall = (System.nanoTime() - start) / 1e9;
        long[] micros = parts.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        Neighbourhood.Tally tally = new Neighbourhood.Tally();
        gateways.forEach(g -> tally.add(g.tally()));
        return new Spread(
                millis, at(micros, 0.50), at(micros, 0.99), at(micros, 1), wall, Machine.cpuSeconds() - cpu, tally);
    }

    private static double at(long[] sorted, double share) {
        return sorted[(int) Math.ceil(sorted.length * share) - 1] / 1e6;
    }
}
