package org.sealpost.oscore;

import java.math.BigInteger;
import java.util.Arrays;

/** Sequence numbers as partial IVs, and the nonces made of them (RFC 8613 section 5.2). */
final class PartialIv {
    /** The first number that no partial IV can hold. */
    static final long END = 1L << 40;

    private static final int LENGTH = 5;

    private PartialIv() {}

    /** Shortest big endian form; one octet for zero. */
    static byte[] of(long sequence) {
        byte[] octets = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            octets[LENGTH - 1 - i] = (byte) (sequence >>> 8 * i);
        }
        int from = 0;
        while (from < LENGTH - 1 && octets[from] == 0) {
            from++;
        }
        return Arrays.copyOfRange(octets, from, LENGTH);
    }

    /**
     * The number.
     *
     * @throws OscoreFailure {@code MALFORMED} when it is not in its shortest form
     */
    static long sequence(byte[] partialIv) {
        if (partialIv.length > 1 && partialIv[0] == 0) {
            throw new OscoreFailure(OscoreFailure.Reason.MALFORMED, "a partial IV has leading zeros");
        }
        return new BigInteger(1, partialIv).longValue();
    }

    /**
     * size of id (1) | id, padded left | partial IV, padded left to 5; XOR with the first octets of the Common IV.
     *
     * @param id of the endpoint that made the partial IV
     * @param length 12 or 13
     */
    static byte[] nonce(byte[] id, byte[] partialIv, byte[] commonIv, int length) {
        byte[] nonce = new byte[length];
        nonce[0] = (byte) id.length;
        System.arraycopy(id, 0, nonce, length - LENGTH - id.length, id.length);
        System.arraycopy(partialIv, 0, nonce, length - partialIv.length, partialIv.length);
        for (int i = 0; i < length; i++) {
            nonce[i] ^= commonIv[i];
        }
        return nonce;
    }
}
