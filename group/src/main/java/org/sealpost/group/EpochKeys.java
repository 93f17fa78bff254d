package org.sealpost.group;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;

/**
 * What is used of an epoch: keys derived one-way from its secret with HKDF-Expand (SHA-256), info = label | 0x00 | group | 0x00 | epoch (8 octets) |
 * algorithm. Each use has a key of its own.
 *
 * @param command 32 octets; a secret
 * @param acknowledgement 32 octets; a secret
 * @param reading 32 octets; a secret
 * @param confirmation 32 octets; a secret
 * @param oscore 32 octets; a secret, see {@link OscoreMaterial}
 * @param keyCheckValue 16 hex digits; public
 */
public record EpochKeys(
        byte[] command,
        byte[] acknowledgement,
        byte[] reading,
        byte[] confirmation,
        byte[] oscore,
        String keyCheckValue) {
    /** The content encryption that every derivation names. */
    public static final String ALGORITHM = "A256GCM";

    /** Octets of an epoch secret. */
    public static final int SECRET_LENGTH = 32;

    private static final int CHECK_LENGTH = 8;

    /** HMAC-SHA256 under an epoch secret that the caller need not see: it may lie in a token. */
    @FunctionalInterface
    public interface Prf {
        /** @return 32 octets */
        byte[] mac(byte[] message);
    }

    /** Derives all keys of an epoch; the secret stays the caller's. */
    public static EpochKeys derive(byte[] epochSecret, String group, long epoch) {
        return derive(message -> Hmac.sha256(epochSecret, message), group, epoch);
    }

    /** As {@link #derive(byte[], String, long)}, with a secret that may lie elsewhere. */
    public static EpochKeys derive(Prf epochSecret, String group, long epoch) {
        byte[] check = derive(epochSecret, Labels.GROUP_KEY_CHECK, group, epoch);
        return new EpochKeys(
                derive(epochSecret, Labels.GROUP_COMMAND, group, epoch),
                derive(epochSecret, Labels.GROUP_ACKNOWLEDGEMENT, group, epoch),
                derive(epochSecret, Labels.GROUP_READING, group, epoch),
                derive(epochSecret, Labels.GROUP_CONFIRMATION, group, epoch),
                derive(epochSecret, Labels.GROUP_OSCORE, group, epoch),
                HexFormat.of().formatHex(Arrays.copyOf(check, CHECK_LENGTH)));
    }

    /** HKDF-Expand alone (RFC 5869 2.3): an epoch secret is uniformly random, so that nothing has to be extracted (3.3). One block is all. */
    private static byte[] derive(Prf epochSecret, String label, String group, long epoch) {
        ByteArrayOutputStream info = new ByteArrayOutputStream();
        info.writeBytes(label.getBytes(StandardCharsets.UTF_8));
        info.write(0);
        info.writeBytes(group.getBytes(StandardCharsets.UTF_8));
        info.write(0);
        info.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(epoch).array());
        info.writeBytes(ALGORITHM.getBytes(StandardCharsets.US_ASCII));
        info.write(1);
        return epochSecret.mac(info.toByteArray());
    }

    /** Overwrites the keys. */
    public void wipe() {
        Wipe.octets(command, acknowledgement, reading, confirmation, oscore);
    }

    @Override
    public String toString() {
        return "EpochKeys[" + keyCheckValue + "]";
    }
}
