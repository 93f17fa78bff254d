package org.sealpost.group.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;

/** One-way steps from label to label, and from a label to the key of its subset. */
final class Labelling {
    static final int LENGTH = 16;

    /** Stands for no node. */
    static final int EVERYBODY = 0;

    private static final byte[] STEP = Labels.TREE_STEP.getBytes(StandardCharsets.UTF_8);
    private static final byte[] KEY = Labels.TREE_KEY.getBytes(StandardCharsets.UTF_8);
    private static final byte[] LEFT = {0};
    private static final byte[] RIGHT = {1};

    private Labelling() {}

    /** The label that belongs to a node alone: HKDF(tree secret, label | 0x00 | group | 0x00 | generation (8) | node (4)). */
    static byte[] root(Hmac.Series hmac, byte[] treeSecret, String group, long generation, int node) {
        byte[] name = (Labels.TREE_NODE + '\0' + group + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] info = ByteBuffer.allocate(name.length + Long.BYTES + Integer.BYTES)
                .put(name)
                .putLong(generation)
                .putInt(node)
                .array();
        return hmac.hkdf(treeSecret, new byte[0], info, LENGTH);
    }

    /** The label of a node below, from that of a node above; overwrites nothing of the argument. */
    static byte[] descend(Hmac.Series hmac, byte[] label, int from, int to) {
        byte[] current = label.clone();
        for (int depth = Node.depth(from) + 1; depth <= Node.depth(to); depth++) {
            byte[] next = child(hmac, current, Node.ancestor(to, depth));
            Wipe.octets(current);
            current = next;
        }
        return current;
    }

    /** The label of a child, from its parent's. */
    static byte[] child(Hmac.Series hmac, byte[] label, int child) {
        byte[] whole = hmac.sha256(label, STEP, child % 2 == 0 ? LEFT : RIGHT);
        byte[] next = Arrays.copyOf(whole, LENGTH);
        Wipe.octets(whole);
        return next;
    }

    /** 32 octets; wipes the label. */
    static byte[] key(Hmac.Series hmac, byte[] label) {
        byte[] key = hmac.sha256(label, KEY);
        Wipe.octets(label);
        return key;
    }
}
