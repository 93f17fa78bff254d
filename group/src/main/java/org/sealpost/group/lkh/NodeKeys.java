package org.sealpost.group.lkh;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;

/**
 * What is derived here, all with HKDF-SHA256, info = label | 0x00 | group | 0x00 | generation (8) | epoch (8) | context:
 *
 * <pre>node's key (16)  from the tree's secret,  context = node (4)
 * mask (16)        from a node's key,       context = node whose key is hidden (4) | commitment
 * commitment (32)  from the root's key,     context = previous block's hash (16)
 * secret (32)      from the root's key,     context = nothing</pre>
 *
 * @param group absolute identifier
 */
record NodeKeys(String group, long generation) {
    static final int LENGTH = 16;
    static final int COMMITMENT = 32;

    private static final int SECRET = 32;

    /** @param epoch in which the node got this key */
    byte[] node(byte[] treeSecret, int node, long epoch) {
        return Hmac.hkdf(treeSecret, new byte[0], info(Labels.LKH_NODE, epoch, number(node)), LENGTH);
    }

    byte[] commitment(byte[] root, long epoch, byte[] previous) {
        return Hmac.hkdf(root, new byte[0], info(Labels.LKH_COMMITMENT, epoch, previous), COMMITMENT);
    }

    byte[] secret(byte[] root, long epoch) {
        return Hmac.hkdf(root, new byte[0], info(Labels.LKH_SECRET, epoch), SECRET);
    }

    /** Hides or shows the key of a node with that of another. */
    byte[] mask(byte[] key, byte[] with, int node, long epoch, byte[] commitment) {
        byte[] mask = Hmac.hkdf(with, new byte[0], info(Labels.LKH_WRAP, epoch, number(node), commitment), LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            mask[i] ^= key[i];
        }
        return mask;
    }

    private byte[] info(String label, long epoch, byte[]... context) {
        byte[] name = (label + '\0' + group + '\0').getBytes(StandardCharsets.UTF_8);
        int length = name.length + 2 * Long.BYTES;
        for (byte[] part : context) {
            length += part.length;
        }
        ByteBuffer info =
                ByteBuffer.allocate(length).put(name).putLong(generation).putLong(epoch);
        for (byte[] part : context) {
            info.put(part);
        }
        return info.array();
    }

    private static byte[] number(int node) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(node).array();
    }
}
