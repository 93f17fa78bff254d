package org.sealpost.load.groups;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.load.Figures;
import org.sealpost.load.Machine;

/**
 * One run, everything in it measured in it.
 *
 * @param members of the group
 * @param devices virtual devices of the default scheme, which open, confirm and are verified; at most members - {@link #SPARES}
 * @param compared virtual devices of each scheme where they stand side by side
 * @param pointToPoint members of that scheme, which costs the server a signature for each
 * @param mls members of that scheme
 * @param evictions how many trees and evictions the sizes come from
 * @param seed of everything but ES256 and MLS keys
 */
record GroupLoad(int members, int devices, int compared, int pointToPoint, int mls, int evictions, long seed) {
    /** Members that are no devices of the run: those that it leaves out. */
    static final int SPARES = 8;

    private static final int HUNDRED = 100;
    private static final int SIGNED_DEVICES = 100;
    private static final int SIGNED_ROUNDS = 30;
    private static final int FEW_ROUNDS = 3;
    private static final int MANY_DEVICES = 10_000;
    private static final int SLEEPY_EPOCHS = 10_000;
    private static final int RECOVERED = 1_000;
    private static final int PROBES = 20;
    private static final int VERIFICATIONS = 501;

    /**
     * One scheme in one air.
     *
     * @param stored octets at a device
     * @param cost octets of evictions
     * @param steps hash steps of a device for one change, at most; negative where the work is inside of a library
     */
    record Row(
            String scheme,
            String air,
            int members,
            int devices,
            int stored,
            Cost cost,
            int signatures,
            long steps,
            Scheme.Recovery recovery,
            Spread spread) {
        Row costing(Cost other) {
            return new Row(scheme, air, members, devices, stored, other, signatures, steps, recovery, spread);
        }
    }

    /**
     * Octets that the server sends for evictions, to all members together.
     *
     * @param hundred largest of those that leave out a hundred at once; empty where it was not measured
     */
    record Cost(double mean, long largest, OptionalLong hundred) {}

    /** What came out: figures by name, and rows. */
    record Outcome(Figures figures, List<Row> rows) {}

    Outcome run(Consumer<String> progress) {
        Figures figures = new Figures();
        List<Row> rows = new ArrayList<>();
        figures.put("members", members);
        figures.put("devices", devices);
        figures.put("seed", seed);
        figures.put("load_before", Machine.load());
        progress.accept("heap of a group of " + members);
        figures.put("server_heap_mib", Heap.mebibytes(members, seed));
        Sizes sizes = sizes(figures, progress);
        progress.accept("joins with signatures, through enclaves");
        joined(
                figures,
                "joins_signed",
                Joins.signed(Math.min(SIGNED_DEVICES, devices), devices < MANY_DEVICES ? FEW_ROUNDS : SIGNED_ROUNDS));
        large(figures, rows, sizes, progress);
        compare(rows, sizes, progress);
        figures.put("load_after", Machine.load());
        return new Outcome(figures, rows);
    }

    private Sizes sizes(Figures figures, Consumer<String> progress) {
        Sizes s = new Sizes(TreeScheme.SUBSET_DIFFERENCE, members, seed);
        s.measure(evictions, progress);
        figures.put("evictions", evictions);
        figures.put("evict1_bytes_mean", s.one.getAverage());
        figures.put("evict1_bytes_max", s.one.getMax());
        figures.put("slice1_bytes_max", s.oneSlice.getMax());
        if (s.hundred.getCount() > 0) {
            figures.put("evict100_bytes_max", s.hundred.getMax());
            figures.put("slice100_bytes_max", s.hundredSlice.getMax());
        }
        figures.put("join_bytes_max", s.notice.getMax());
        figures.put("open_block_steps_max", s.blockSteps.getMax());
        figures.put("open_slice_steps_max", s.sliceSteps.getMax());
        figures.put("block_ms_median", s.millis(members, 1, 101));
        figures.put("block100_ms_median", s.millis(members, HUNDRED, 101));
        progress.accept("a device that slept through " + SLEEPY_EPOCHS + " epochs");
        Scheme.Recovery recovery = s.recovery(SLEEPY_EPOCHS, 1);
        figures.put("recovery_epochs", SLEEPY_EPOCHS);
        figures.put("recovery_messages", recovery.messages());
        figures.put("recovery_bytes", recovery.octets());
        return s;
    }

    private static void joined(Figures figures, String name, Joins.Rate rate) {
        figures.put(name + "_per_s", rate.perSecond());
        figures.put(name + "_cpu_us", rate.cpuMicros());
    }

    /** The default scheme with all devices: they join, and are then told of evictions in good and in bad air. One identical block's signature is verified once. */
    private void large(Figures figures, List<Row> rows, Sizes sizes, Consumer<String> progress) {
        TreeUnderTest scheme = new TreeUnderTest(TreeScheme.SUBSET_DIFFERENCE, members, devices, seed).verifyingOnce();
        Pair[] pairs = Pair.many(devices, seed);
        byte[] secret = TestGroup.octets(seed + 9, 32);
        progress.accept(devices + " devices join with their pre-shared keys");
        joined(figures, "joins_psk", Joins.psk(scheme, pairs, secret));
        Confirmations confirmations = new Confirmations(pairs);
        progress.accept(devices + " devices are told of an eviction, 1 % loss");
        Row good = row(scheme, confirmations, Air.GOOD, sizes.cost());
        progress.accept(devices + " devices are told of an eviction, 10 % loss and 5 % duplicates");
        Row bad = row(scheme, confirmations, Air.BAD, sizes.cost());
        confirmed(figures, "confirmed_s_loss1", good.spread());
        confirmed(figures, "confirmed_s_loss10", bad.spread());
        figures.put("verification_us", scheme.verification(VERIFICATIONS));
        figures.put("device_us", good.spread().tally().deviceNanos / 1e3 / devices);
        figures.put("server_us_per_device", good.spread().tally().serverNanos / 1e3 / devices);
        rows.add(good);
        rows.add(bad);
    }

    private static void confirmed(Figures figures, String name, Spread spread) {
        figures.put(name, spread.confirmed());
        figures.put(name + "_virtual", spread.all());
        figures.put(name + "_work", spread.wall());
        figures.put(name + "_cpu", spread.cpu());
    }

    /** The schemes beside each other, without the rest of the run. */
    void sideBySide(List<Row> rows, Consumer<String> progress) {
        Sizes sizes = new Sizes(TreeScheme.SUBSET_DIFFERENCE, members, seed);
        sizes.measure(evictions, line -> {});
        compare(rows, sizes, progress);
    }

    private void compare(List<Row> rows, Sizes differences, Consumer<String> progress) {
        Pair[] pairs = Pair.many(compared, seed + 1);
        byte[] secret = TestGroup.octets(seed + 10, 32);
        TreeUnderTest difference = new TreeUnderTest(TreeScheme.SUBSET_DIFFERENCE, members, compared, seed + 1);
        progress.accept("side by side: " + difference.title());
        Joins.psk(difference, pairs, secret);
        Confirmations confirmations = new Confirmations(pairs);
        rows.add(row(difference, confirmations, Air.GOOD, differences.cost()));
        rows.add(row(difference, confirmations, Air.SLEEPY, differences.cost()));
        TreeUnderTest subtree = new TreeUnderTest(TreeScheme.COMPLETE_SUBTREE, members, compared, seed + 2).labelled();
        progress.accept("side by side: " + subtree.title());
        Sizes subtrees = new Sizes(TreeScheme.COMPLETE_SUBTREE, members, seed);
        subtrees.measure(Math.max(10, evictions / 10), line -> {});
        rows.add(row(subtree, confirmations, Air.GOOD, subtrees.cost()));
        progress.accept("side by side: lkh-4");
        LkhUnderTest lkh = new LkhUnderTest(members, compared, seed + 3);
        Row hierarchy = row(lkh, confirmations, Air.GOOD, new Cost(0, 0, OptionalLong.empty()));
        rows.add(hierarchy.costing(lkh.cost(Math.max(10, evictions / 10), members)));
        if (pointToPoint > 1) {
            progress.accept("side by side: point-to-point, " + pointToPoint + " members");
            rows.add(counted(new PointToPointUnderTest(pointToPoint, seed + 4), confirmations));
        }
        if (mls > 1) {
            progress.accept("side by side: mls, " + mls + " members");
            rows.add(counted(new MlsUnderTest(mls, 3), confirmations));
        }
    }

    /** A scheme whose cost is that of the one eviction. */
    private Row counted(Scheme scheme, Confirmations confirmations) {
        Row row = row(scheme, confirmations, Air.GOOD, new Cost(0, 0, OptionalLong.empty()));
        Scheme.Announcement next = scheme.evict();
        long octets = next.toAll().map(all -> (long) all.length).orElseGet(() -> {
            long sum = 0;
            for (int i = 0; i < scheme.devices(); i++) {
                sum += next.forDevice(i).length;
            }
            return sum;
        });
        return row.costing(new Cost(octets, octets, OptionalLong.empty()));
    }

    private Row row(Scheme scheme, Confirmations confirmations, Air air, Cost cost) {
        Spread spread = Spread.run(scheme, confirmations, air, seed);
        Scheme.Announcement next = scheme.evict();
        long steps = 0;
        for (int device = 0; device < Math.min(scheme.devices(), PROBES); device++) {
            int opening = device;
            steps = Math.max(steps, Steps.of(() -> scheme.open(opening, next.forDevice(opening))));
        }
        return new Row(
                scheme.title(),
                air.title(),
                scheme.members(),
                scheme.devices(),
                scheme.stored(),
                cost,
                scheme.signatures(),
                scheme instanceof MlsUnderTest ? -1 : steps,
                scheme.recovery(RECOVERED),
                spread);
    }
}
