package org.sealpost.load.groups;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.tree.TreeScheme;

/** The heap that an authority needs for a group: its table of members, the tree, and all that it allocates while it makes a block that leaves out a hundred. */
final class Heap {
    private static final double MIB = 1 << 20;
    private static final int KEY = 32;

    private Heap() {}

    /** Mebibytes: what is alive in this JVM with the table in it, and what one block allocates on top. */
    static double mebibytes(int members, long seed) {
        String[] identities = new String[members];
        byte[] keys = new byte[members * KEY];
        long[] confirmed = new long[members];
        new Random(seed).nextBytes(keys);
        for (int i = 0; i < members; i++) {
            identities[i] = "//load.example/gw-" + i / 1000 + "/Cd-" + i;
            confirmed[i] = 1;
        }
        TestTree tree = TestTree.of(TreeScheme.SUBSET_DIFFERENCE, members, seed);
        List<Long> revoked = new ArrayList<>(new Random(seed)
                .longs(0, members)
                .distinct()
                .limit(Math.min(100, members / 2))
                .boxed()
                .toList());
        EpochBlock block = issue(tree, members, revoked);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        block = issue(tree, members, revoked);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        System.gc();
        long alive = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long table = identities.length
                + keys.length
                + confirmed.length
                + block.header().entries();
        if (table <= members) {
            throw new IllegalStateException("the table is gone");
        }
        return (alive + allocated) / MIB;
    }

    private static EpochBlock issue(TestTree tree, int members, List<Long> revoked) {
        return tree.issue(2, TestGroup.NO_BLOCK, members, revoked, TestGroup.octets(3, 16));
    }
}
