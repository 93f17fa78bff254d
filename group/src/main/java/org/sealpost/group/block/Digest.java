package org.sealpost.group.block;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sealpost.e2e.Sha256;

/** The first octets of SHA-256, as blocks use them. */
public final class Digest {
    /** Octets of a hash that links blocks, or of a node of a Merkle tree. */
    public static final int SHORT = 16;

    /** Octets of a group's name in a block. */
    public static final int GROUP = 8;

    private Digest() {}

    /** The first {@link #SHORT} octets of the hash of the concatenation. */
    public static byte[] shortened(byte[]... parts) {
        return Arrays.copyOf(Sha256.of(parts), SHORT);
    }

    /** How a block names its group: the first 8 octets of the hash of its absolute identifier. */
    public static byte[] group(String group) {
        return Arrays.copyOf(Sha256.of(group.getBytes(StandardCharsets.UTF_8)), GROUP);
    }
}
