package org.sealpost.vectors;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/** The root of a block's entries, computed here once more: for what a server signs that breaks the rules, which the room of blocks does not make. */
final class MerkleRoot {
    private MerkleRoot() {}

    static byte[] of(List<byte[]> entries) {
        return of(entries, 0, entries.size());
    }

    private static byte[] of(List<byte[]> entries, int from, int to) {
        byte[] number = {(byte) (from >>> 24), (byte) (from >>> 16), (byte) (from >>> 8), (byte) from};
        if (to - from == 1) {
            return hash(new byte[] {0}, number, entries.get(from));
        }
        if (to - from == 2) {
            return hash(new byte[] {2}, number, entries.get(from), entries.get(from + 1));
        }
        int middle = from + Integer.highestOneBit(to - from - 1);
        return hash(new byte[] {1}, of(entries, from, middle), of(entries, middle, to));
    }

    private static byte[] hash(byte[]... parts) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                sha256.update(part);
            }
            return Arrays.copyOf(sha256.digest(), 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the platform has no SHA-256", e);
        }
    }
}
