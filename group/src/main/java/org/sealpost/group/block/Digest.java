package org.sealpost.group.block;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** SHA-256, whole or the first octets of it. */
final class Digest {
    /** Octets of a hash that links blocks, or of a node of a Merkle tree. */
    static final int SHORT = 16;

    private static final int GROUP = 8;

    private Digest() {}

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the platform has no SHA-256", e);
        }
    }

    static byte[] shortened(byte[]... parts) {
        return Arrays.copyOf(sha256(parts), SHORT);
    }

    /** How a block names its group: the first 8 octets of the hash of its absolute identifier. */
    static byte[] group(String group) {
        return Arrays.copyOf(sha256(group.getBytes(StandardCharsets.UTF_8)), GROUP);
    }
}
