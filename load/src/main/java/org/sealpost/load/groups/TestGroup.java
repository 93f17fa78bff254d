package org.sealpost.load.groups;

import java.util.Random;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/** The group that everything here is about, its time, and secrets that follow from a seed so that a run can be repeated. */
final class TestGroup {
    static final String NAME = "//load.example/in-cse/cse-in/fire-doors";
    static final String SERVER = "//load.example/in-cse";

    /** Epoch seconds. */
    static final long NOW = 1_900_000_000L;

    static final long DAY = 86_400;
    static final byte[] NO_BLOCK = new byte[16];
    static final byte[] COMMANDERS = new byte[16];

    private TestGroup() {}

    static byte[] octets(long seed, int length) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    /** The public half of an Ed25519 seed. */
    static byte[] publicKey(byte[] signingKey) {
        return new Ed25519PrivateKeyParameters(signingKey, 0)
                .generatePublicKey()
                .getEncoded();
    }

    /** The height of the smallest binary tree with so many leaves. */
    static int height(long members) {
        return Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(members - 1));
    }
}
