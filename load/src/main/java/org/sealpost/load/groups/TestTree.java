package org.sealpost.load.groups;

import java.util.List;
import java.util.Optional;
import org.sealpost.group.block.BlockGate;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;

/** The group's tree with the key that signs its blocks, all from a seed. */
record TestTree(TreeScheme scheme, int height, TreeSecret secret, byte[] signingKey, byte[] publicKey) {
    private static final long GENERATION = 1;

    /** The smallest tree for so many members. */
    static TestTree of(TreeScheme scheme, long members, long seed) {
        int height = TestGroup.height(members);
        byte[] signingKey = TestGroup.octets(seed + 1, 32);
        return new TestTree(
                scheme,
                height,
                new TreeSecret(scheme, height, TestGroup.NAME, GENERATION, TestGroup.octets(seed, 32)),
                signingKey,
                TestGroup.publicKey(signingKey));
    }

    /**
     * The block of an epoch.
     *
     * @param assigned leaves that were given out
     * @param revoked those of them that are left out
     * @param seed of the epoch, 16 octets
     */
    EpochBlock issue(long epoch, byte[] previous, long assigned, List<Long> revoked, byte[] seed) {
        return EpochBlock.issue(
                new EpochBlock.Draft(
                        TestGroup.NAME,
                        GENERATION,
                        epoch,
                        TestGroup.NOW + TestGroup.DAY,
                        previous,
                        1,
                        TestGroup.COMMANDERS),
                scheme,
                height,
                secret,
                scheme.cover(height, assigned, revoked),
                seed,
                signingKey);
    }

    /** Of a device that held this epoch at most. */
    BlockGate gate(long highest) {
        return new BlockGate(TestGroup.NAME, GENERATION, publicKey, highest, Optional.empty(), TestGroup.NOW);
    }
}
