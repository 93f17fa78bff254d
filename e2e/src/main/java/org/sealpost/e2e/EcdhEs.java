package org.sealpost.e2e;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;

/** ECDH-ES on P-256 with the Concat KDF over SHA-256 (RFC 7518 4.6.2), for keys of up to one block. */
public final class EcdhEs {
    private static final int BLOCK = 32;

    private EcdhEs() {}

    /**
     * The agreed key.
     *
     * @param algorithm {@code alg} of the JWE, such as {@code ECDH-ES+A256KW}
     * @param length octets wanted, at most 32
     * @param apu what the header {@code apu} holds, decoded; empty when there is none
     * @param apv likewise {@code apv}
     * @throws org.sealpost.onem2m.Refusal 4000 when the two keys can't be agreed on
     */
    public static byte[] agree(PrivateKey own, ECPublicKey peer, String algorithm, int length, byte[] apu, byte[] apv) {
        return agree(P256Agreement.of(own), peer, algorithm, length, apu, apv);
    }

    /** As {@link #agree(PrivateKey, ECPublicKey, String, int, byte[], byte[])}, with a key that may lie elsewhere. */
    public static byte[] agree(
            P256Agreement own, ECPublicKey peer, String algorithm, int length, byte[] apu, byte[] apv) {
        if (length < 1 || length > BLOCK) {
            throw new IllegalArgumentException("the agreed key has 1 to 32 octets");
        }
        byte[] shared = new byte[0];
        byte[] input = new byte[0];
        byte[] block = new byte[0];
        try {
            shared = own.agree(peer);
            byte[] name = algorithm.getBytes(StandardCharsets.US_ASCII);
            input = ByteBuffer.allocate(4 + shared.length + 12 + name.length + apu.length + apv.length + 4)
                    .putInt(1)
                    .put(shared)
                    .putInt(name.length)
                    .put(name)
                    .putInt(apu.length)
                    .put(apu)
                    .putInt(apv.length)
                    .put(apv)
                    .putInt(8 * length)
                    .array();
            block = Sha256.of(input);
            return Arrays.copyOf(block, length);
        } finally {
            Wipe.octets(shared, input, block);
        }
    }
}
