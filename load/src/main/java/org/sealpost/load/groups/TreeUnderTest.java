package org.sealpost.load.groups;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.block.BlockGate;
import org.sealpost.group.block.BlockSlice;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.SignatureCheck;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.TreeScheme;

/** A stateless scheme: labels at the devices, epoch blocks from the server. */
final class TreeUnderTest implements Scheme {
    private final TestTree tree;
    private final int members;
    private final int stride;
    private final MemberLabels[] labels;
    private final long[] highest;
    private final List<Long> revoked = new ArrayList<>();
    private final Random random;
    private SignatureCheck check = SignatureCheck.OWN;
    private EpochBlock newest;
    private EpochKeys keys;

    /** @param devices at most members - 1; their leaves are spread over the tree */
    TreeUnderTest(TreeScheme scheme, int members, int devices, long seed) {
        this.tree = TestTree.of(scheme, members, seed);
        this.members = members;
        this.stride = members / (devices + 1);
        this.labels = new MemberLabels[devices];
        this.highest = new long[devices];
        this.random = new Random(seed + 2);
        this.newest = issue(1, TestGroup.NO_BLOCK);
        this.keys = derive();
    }

    /** Gives a device the labels that it got by joining. */
    void hold(int device, byte[] octets) {
        labels[device] = new MemberLabels(tree.scheme(), tree.height(), leaf(device), octets);
    }

    /** Gives all devices their labels without the protocol of a join, which is measured elsewhere. */
    TreeUnderTest labelled() {
        Joins.perSecond(labels.length, (from, to) -> {
            for (int device = from; device < to; device++) {
                labels[device] = tree.secret().labels(leaf(device));
            }
        });
        return this;
    }

    /** The signature of one identical block is verified once for all devices. */
    TreeUnderTest verifyingOnce() {
        check = new VerifiedOnce();
        return this;
    }

    /** What verifying the newest block's signature costs a device, in microseconds of one processor: the median of so many. */
    double verification(int rounds) {
        double[] times = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            boolean holds = newest.verifies(tree.publicKey());
            times[i] = (System.nanoTime() - start) / 1e3;
            if (!holds) {
                throw new IllegalStateException("a block is not signed");
            }
        }
        Arrays.sort(times);
        return times[rounds / 2];
    }

    /** A member's labels made anew, as its authority does it. */
    MemberLabels labelsOf(int device) {
        return tree.secret().labels(leaf(device));
    }

    @Override
    public String title() {
        return tree.scheme().policyName() + (check == SignatureCheck.OWN ? "" : " *");
    }

    @Override
    public int devices() {
        return labels.length;
    }

    @Override
    public int members() {
        return members;
    }

    @Override
    public Announcement evict() {
        long leaf;
        do {
            leaf = random.nextInt(members);
        } while (leaf % stride == 0 && leaf / stride < labels.length || revoked.contains(leaf));
        revoked.add(leaf);
        newest = issue(newest.header().epoch() + 1, newest.hash());
        keys = derive();
        return Announcement.of(newest.encode());
    }

    @Override
    public EpochKeys open(int device, byte[] message) {
        return use(device, tree.gate(highest[device]).open(EpochBlock.decode(message), labels[device], check));
    }

    /** The newest block's slice for a device, as a cache gives it to a constrained link. */
    byte[] slice(int device) {
        return newest.slice(labels[device]).orElseThrow().encode();
    }

    EpochKeys openSlice(int device, byte[] slice) {
        return use(device, tree.gate(highest[device]).open(BlockSlice.decode(slice), labels[device], check));
    }

    @Override
    public EpochKeys keys() {
        return keys;
    }

    @Override
    public long epoch() {
        return newest.header().epoch();
    }

    @Override
    public int stored() {
        return labels[0].octets().length;
    }

    @Override
    public Recovery recovery(int epochs) {
        byte[] slice = slice(0);
        highest[0] = 1;
        openSlice(0, slice).wipe();
        return new Recovery(1, slice.length);
    }

    @Override
    public int signatures() {
        return 1;
    }

    private EpochKeys use(int device, BlockGate.Opened opened) {
        highest[device] = opened.epoch();
        byte[] secret = opened.secret();
        try {
            return EpochKeys.derive(secret, TestGroup.NAME, opened.epoch());
        } finally {
            Wipe.octets(secret);
        }
    }

    private EpochBlock issue(long epoch, byte[] previous) {
        return tree.issue(epoch, previous, members, revoked, TestGroup.octets(random.nextLong(), 16));
    }

    /** The server opens its own block with the labels of a member that is in it. */
    private EpochKeys derive() {
        byte[] secret = tree.gate(0).open(newest, tree.secret().labels(leaf(0))).secret();
        return EpochKeys.derive(secret, TestGroup.NAME, newest.header().epoch());
    }

    private long leaf(int device) {
        return (long) device * stride;
    }
}
