package org.sealpost.load.groups;

import java.util.BitSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.lkh.KeyBlock;
import org.sealpost.group.lkh.KeyPath;
import org.sealpost.group.lkh.KeyTree;

/** The key hierarchy of degree 4: a path of keys at each device, every block needed in its order. */
final class LkhUnderTest implements Scheme {
    private static final int KEY = 16;
    private static final int HUNDRED = 100;

    private final int height;
    private final int members;
    private final int stride;
    private final KeyTree tree;
    private final byte[] signingKey;
    private final byte[] publicKey;
    private final KeyPath[] paths;
    private final BitSet out = new BitSet();
    private final Random random;
    private long epoch;
    private long octets;
    private long blocks;

    LkhUnderTest(int members, int devices, long seed) {
        this.members = members;
        this.height = (TestGroup.height(members) + 1) / 2;
        this.stride = members / (devices + 1);
        this.signingKey = TestGroup.octets(seed + 1, 32);
        this.publicKey = TestGroup.publicKey(signingKey);
        this.tree = new KeyTree(height, TestGroup.NAME, 1, TestGroup.octets(seed, 32));
        this.random = new Random(seed + 2);
        this.paths = new KeyPath[devices];
        rekey(LongStream.range(0, members).boxed().toList(), List.of());
        for (int device = 0; device < devices; device++) {
            paths[device] = tree.path((long) device * stride);
        }
    }

    @Override
    public String title() {
        return "lkh-4";
    }

    @Override
    public int devices() {
        return paths.length;
    }

    @Override
    public int members() {
        return members;
    }

    @Override
    public Announcement evict() {
        return Announcement.of(evict(1, true).encode());
    }

    /** Leaves out so many at once. */
    private KeyBlock evict(int count, boolean sparingDevices) {
        LongStream.Builder leaving = LongStream.builder();
        for (int i = 0; i < count; i++) {
            int leaf;
            do {
                leaf = random.nextInt(members);
            } while (out.get(leaf) || sparingDevices && leaf % stride == 0 && leaf / stride < paths.length);
            out.set(leaf);
            leaving.add(leaf);
        }
        KeyBlock block = rekey(List.of(), leaving.build().boxed().toList());
        octets += block.encode().length;
        blocks++;
        return block;
    }

    /** What evictions cost, so many of one, and a tenth as many of a hundred. No device follows any more afterwards. */
    GroupLoad.Cost cost(int evictions, int members) {
        LongSummaryStatistics one = new LongSummaryStatistics();
        LongSummaryStatistics hundred = new LongSummaryStatistics();
        for (int i = 0; i < evictions && out.cardinality() < members / 4; i++) {
            one.accept(evict(1, false).encode().length);
        }
        for (int i = 0; i < evictions / 10 && out.cardinality() + HUNDRED < members / 4; i++) {
            hundred.accept(evict(HUNDRED, false).encode().length);
        }
        return new GroupLoad.Cost(
                one.getAverage(),
                one.getMax(),
                hundred.getCount() == 0 ? OptionalLong.empty() : OptionalLong.of(hundred.getMax()));
    }

    private KeyBlock rekey(List<Long> joining, List<Long> leaving) {
        return tree.rekey(
                ++epoch, TestGroup.NOW + TestGroup.DAY, 1, TestGroup.COMMANDERS, joining, leaving, signingKey);
    }

    @Override
    public EpochKeys open(int device, byte[] message) {
        paths[device] = paths[device].advance(KeyBlock.decode(message), publicKey, TestGroup.NOW);
        byte[] secret = paths[device].secret();
        try {
            return EpochKeys.derive(secret, TestGroup.NAME, paths[device].epoch());
        } finally {
            Wipe.octets(secret);
        }
    }

    @Override
    public EpochKeys keys() {
        return EpochKeys.derive(tree.path(0).secret(), TestGroup.NAME, epoch);
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public int stored() {
        return (height + 1) * KEY;
    }

    /** Every block that was missed, at the mean size of those of this run. */
    @Override
    public Recovery recovery(int epochs) {
        return new Recovery(epochs, epochs * octets / Math.max(1, blocks));
    }

    @Override
    public int signatures() {
        return 1;
    }
}
