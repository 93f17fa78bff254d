package org.sealpost.load.groups;

import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.sealpost.group.block.BlockSlice;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.RatchetNotice;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;

/**
 * What blocks of one scheme cost, in octets, time and steps: trees of a group's height that are filled at random above one half, and evictions drawn at random from the members.
 */
final class Sizes {
    private static final int MANY = 100;

    private final TestTree tree;
    private final Random random;

    final IntSummaryStatistics one = new IntSummaryStatistics();
    final IntSummaryStatistics oneSlice = new IntSummaryStatistics();
    final IntSummaryStatistics hundred = new IntSummaryStatistics();
    final IntSummaryStatistics hundredSlice = new IntSummaryStatistics();
    final IntSummaryStatistics notice = new IntSummaryStatistics();
    final IntSummaryStatistics blockSteps = new IntSummaryStatistics();
    final IntSummaryStatistics sliceSteps = new IntSummaryStatistics();

    Sizes(TreeScheme scheme, int members, long seed) {
        this.tree = TestTree.of(scheme, members, seed);
        this.random = new Random(seed);
    }

    /** So many evictions of one, a tenth as many of a hundred where the tree has room for them. */
    void measure(int evictions, Consumer<String> progress) {
        int half = 1 << tree.height() - 1;
        for (int i = 0; i < evictions; i++) {
            int assigned = half + 1 + random.nextInt(half);
            EpochBlock block = issue(1_000_000 + i, assigned, List.of((long) random.nextInt(assigned)));
            one.accept(block.encode().length);
            slices(block, oneSlice);
            notice.accept(RatchetNotice.issue(
                            block,
                            block.header().epoch() + 1 + random.nextInt(1000),
                            TestGroup.NOW + TestGroup.DAY,
                            TestGroup.octets(i, 32),
                            tree.signingKey())
                    .encode()
                    .length);
            if (i % 10 == 0) {
                count(block, assigned);
            }
            if (i % 10 == 0 && half > 2 * MANY) {
                EpochBlock large = issue(1_000_000 + i, assigned, some(assigned));
                hundred.accept(large.encode().length);
                slices(large, hundredSlice);
            }
            if (i % 250 == 249) {
                progress.accept(tree.scheme().policyName() + ": " + (i + 1) + " of " + evictions + " evictions");
            }
        }
    }

    /** What evictions cost. */
    GroupLoad.Cost cost() {
        return new GroupLoad.Cost(
                one.getAverage(),
                one.getMax(),
                hundred.getCount() == 0 ? OptionalLong.empty() : OptionalLong.of(hundred.getMax()));
    }

    /** Milliseconds from the wish to the octets, median of so many: the group has all those members, and so many are out. */
    double millis(int members, int evicted, int rounds) {
        double[] times = new double[rounds];
        List<Long> revoked = random.longs(0, members)
                .distinct()
                .limit(Math.min(evicted, members / 2))
                .boxed()
                .toList();
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            int octets = issue(i + 1, members, revoked).encode().length;
            times[i] = octets > 0 ? (System.nanoTime() - start) / 1e6 : 0;
        }
        Arrays.sort(times);
        return times[rounds / 2];
    }

    /** A device that has seen nothing for so many epochs opens the newest slice alone. */
    Scheme.Recovery recovery(int epochs, int evicted) {
        int members = 1 << tree.height();
        byte[] previous = TestGroup.NO_BLOCK;
        EpochBlock block = null;
        List<Long> revoked =
                random.longs(1, members).distinct().limit(evicted).boxed().toList();
        for (int epoch = 2; epoch <= epochs + 1; epoch++) {
            block = issue(epoch, members, epoch == epochs + 1 ? revoked : List.of(), previous);
            previous = block.hash();
        }
        MemberLabels labels = tree.secret().labels(0);
        byte[] slice = Optional.ofNullable(block)
                .orElseThrow()
                .slice(labels)
                .orElseThrow()
                .encode();
        long opened = tree.gate(1).open(BlockSlice.decode(slice), labels).epoch();
        if (opened != epochs + 1) {
            throw new IllegalStateException("a device that slept holds epoch " + opened);
        }
        return new Scheme.Recovery(1, slice.length);
    }

    /** Every entry's slice. */
    private static void slices(EpochBlock block, IntSummaryStatistics into) {
        for (int i = 0; i < block.header().entries(); i++) {
            into.accept(block.slice(i).encode().length);
        }
    }

    /** Opens a block as a member of every entry would: the one that has the longest way to it of a few that are tried. */
    private void count(EpochBlock block, int assigned) {
        byte[] whole = block.encode();
        List<Subset> subsets = block.subsets();
        for (int tries = 0; tries < 5; tries++) {
            MemberLabels labels = tree.secret().labels(random.nextInt(assigned));
            if (labels.find(subsets).isEmpty()) {
                continue;
            }
            byte[] slice = block.slice(labels).orElseThrow().encode();
            blockSteps.accept(Math.toIntExact(Steps.of(() -> tree.gate(1).open(EpochBlock.decode(whole), labels))));
            sliceSteps.accept(Math.toIntExact(Steps.of(() -> tree.gate(1).open(BlockSlice.decode(slice), labels))));
        }
    }

    private List<Long> some(int assigned) {
        return random.longs(0, assigned).distinct().limit(MANY).boxed().toList();
    }

    private EpochBlock issue(long epoch, int assigned, List<Long> revoked) {
        return issue(epoch, assigned, revoked, TestGroup.octets(epoch, 16));
    }

    private EpochBlock issue(long epoch, int assigned, List<Long> revoked, byte[] previous) {
        return tree.issue(epoch, previous, assigned, revoked, TestGroup.octets(epoch + 1, 16));
    }
}
