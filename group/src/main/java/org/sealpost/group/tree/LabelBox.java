package org.sealpost.group.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;

/**
 * A member's labels on their way to its enclave, with the epoch's secret that they go with:
 *
 * <pre>box key (32) = HMAC-SHA256(transport key, label | 0x00 | group | 0x00 | member | 0x00 | generation (8) | 0x01)
 * box          = AES Key Wrap (RFC 3394) with it of labels | epoch secret (32)</pre>
 *
 * The transport key is drawn for one box, and travels wrapped with the member's wrapping key, as an epoch secret does: a token that holds the wrapping key can take it in and compute the box key.
 */
public final class LabelBox {
    private static final int SECRET = 32;
    private static final int OVERHEAD = 8;

    private LabelBox() {}

    /**
     * What was inside.
     *
     * @param labels of one leaf, a secret
     * @param secret of the epoch, 32 octets, a secret
     */
    public record Opened(byte[] labels, byte[] secret) {
        @Override
        public String toString() {
            return "LabelBox.Opened";
        }
    }

    /** What the transport key's HMAC is computed of. */
    public static byte[] info(String group, long generation, String member) {
        byte[] name = (Labels.TREE_TRANSPORT + '\0' + group + '\0' + member + '\0').getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(name.length + Long.BYTES + 1)
                .put(name)
                .putLong(generation)
                .put((byte) 1)
                .array();
    }

    /** Octets of a box. */
    public static int length(TreeScheme scheme, int height) {
        return scheme.labels(height) * Labelling.LENGTH + SECRET + OVERHEAD;
    }

    /** Seals; wipes the box key, nothing else. */
    public static byte[] seal(byte[] boxKey, MemberLabels labels, byte[] secret) {
        byte[] octets = labels.octets();
        byte[] plain = Arrays.copyOf(octets, octets.length + SECRET);
        System.arraycopy(secret, 0, plain, octets.length, SECRET);
        try {
            return KeyWrap.wrap(boxKey, plain);
        } finally {
            Wipe.octets(octets, plain, boxKey);
        }
    }

    /**
     * Opens; wipes the box key.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 for another length, 4115 when it was sealed with another key
     */
    public static Opened open(byte[] boxKey, byte[] box, TreeScheme scheme, int height) {
        int labels = scheme.labels(height) * Labelling.LENGTH;
        byte[] plain = KeyWrap.unwrap(boxKey, box, labels + SECRET);
        try {
            return new Opened(Arrays.copyOf(plain, labels), Arrays.copyOfRange(plain, labels, labels + SECRET));
        } finally {
            Wipe.octets(plain, boxKey);
        }
    }
}
