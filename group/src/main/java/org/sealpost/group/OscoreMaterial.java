package org.sealpost.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.Wipe;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.SignatureAlgorithm;

/**
 * What an epoch gives to Group OSCORE (RFC 10021 section 2.1), so that nobody has to be asked for it: Gid and Sender IDs are known from group, epoch and leaf number, both unique without a list
 * of those that were used.
 *
 * <pre>Gid           = first 6 octets of SHA-256(group) | epoch, big endian, without leading zeros
 * Sender ID     = leaf number, big endian, without leading zeros; one octet for 0
 * Master Secret = HKDF-SHA256(oscore key, label | 0x00 | CBOR array of the algorithms), 32 octets; Master Salt likewise, 8 octets</pre>
 *
 * @param masterSecret a secret, the caller's to wipe
 */
public record OscoreMaterial(byte[] gid, byte[] masterSecret, byte[] masterSalt) {
    /** What Sealpost's members use: group mode alone, and tags of 16 octets, because groups have actuators. */
    public static final GroupAlgorithms ALGORITHMS = new GroupAlgorithms(
            Optional.empty(), Optional.of(AeadAlgorithm.AES_CCM_16_128_128), Optional.of(SignatureAlgorithm.ES256));

    private static final int PREFIX = 6;
    private static final int SECRET = 32;
    private static final int SALT = 8;

    /** The material of an epoch; the keys stay the caller's. */
    public static OscoreMaterial of(EpochKeys keys, String group, long epoch, GroupAlgorithms algorithms) {
        return new OscoreMaterial(
                gid(group, epoch),
                derive(keys.oscore(), Labels.OSCORE_MASTER_SECRET, algorithms, SECRET),
                derive(keys.oscore(), Labels.OSCORE_MASTER_SALT, algorithms, SALT));
    }

    /** The Gid of an epoch; 7 to 14 octets. */
    public static byte[] gid(String group, long epoch) {
        byte[] number = shortest(epoch);
        return ByteBuffer.allocate(PREFIX + number.length)
                .put(sha256(group), 0, PREFIX)
                .put(number)
                .array();
    }

    /** Whether a Gid is one of this group, and of which epoch: 0 when it is not. */
    public static long epoch(String group, byte[] gid) {
        if (gid.length <= PREFIX
                || gid.length > PREFIX + Long.BYTES
                || !Arrays.equals(gid, 0, PREFIX, sha256(group), 0, PREFIX)) {
            return 0;
        }
        long epoch = BigIntegers.fromUnsignedByteArray(gid, PREFIX, gid.length - PREFIX)
                .longValue();
        return epoch > 0 && Arrays.equals(gid(group, epoch), gid) ? epoch : 0;
    }

    /** The Sender ID of a leaf. */
    public static byte[] senderId(long leaf) {
        return shortest(leaf);
    }

    /** The leaf of a Sender ID; -1 when it is none. */
    public static long leaf(byte[] senderId) {
        if (senderId.length == 0 || senderId.length > Integer.BYTES || senderId.length > 1 && senderId[0] == 0) {
            return -1;
        }
        return BigIntegers.fromUnsignedByteArray(senderId).longValue();
    }

    /** Overwrites the secret. */
    public void wipe() {
        Wipe.octets(masterSecret);
    }

    private static byte[] derive(byte[] key, String label, GroupAlgorithms algorithms, int length) {
        byte[] name = (label + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] numbers = algorithms.encode();
        byte[] info = Arrays.copyOf(name, name.length + numbers.length);
        System.arraycopy(numbers, 0, info, name.length, numbers.length);
        return Hmac.hkdf(key, new byte[0], info, length);
    }

    private static byte[] shortest(long number) {
        int length = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(number) + 7) / 8);
        return Arrays.copyOfRange(
                ByteBuffer.allocate(Long.BYTES).putLong(number).array(), Long.BYTES - length, Long.BYTES);
    }

    private static byte[] sha256(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "OscoreMaterial";
    }
}
