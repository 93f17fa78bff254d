package org.sealpost.group.block;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;

/** Who issues blocks in these tests; all of its secrets come from a seed. */
final class Authority {
    static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";
    static final long NOW = 1_800_000_000L;
    static final byte[] FIRST = new byte[16];

    final TreeScheme scheme;
    final int height;
    final TreeSecret tree;
    final byte[] signingKey = new byte[32];
    final byte[] publicKey;

    Authority(TreeScheme scheme, int height, long seed) {
        this.scheme = scheme;
        this.height = height;
        Random random = new Random(seed);
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        random.nextBytes(signingKey);
        this.tree = new TreeSecret(scheme, height, GROUP, 1, secret);
        this.publicKey = new Ed25519PrivateKeyParameters(signingKey, 0)
                .generatePublicKey()
                .getEncoded();
    }

    EpochBlock issue(long epoch, byte[] previous, long assigned, List<Long> revoked) {
        return EpochBlock.issue(
                new EpochBlock.Draft(GROUP, 1, epoch, NOW + 86_400, previous, 3, new byte[16]),
                scheme,
                height,
                tree,
                scheme.cover(height, assigned, revoked),
                seed(epoch),
                signingKey);
    }

    MemberLabels labels(long leaf) {
        return tree.labels(leaf);
    }

    BlockGate gate(long highest, Optional<byte[]> hash) {
        return new BlockGate(GROUP, 1, publicKey, highest, hash, NOW);
    }

    private static byte[] seed(long epoch) {
        byte[] seed = new byte[16];
        new Random(epoch).nextBytes(seed);
        return seed;
    }
}
