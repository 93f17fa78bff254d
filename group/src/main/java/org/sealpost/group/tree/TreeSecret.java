package org.sealpost.group.tree;

import java.io.ByteArrayOutputStream;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Wipe;

/**
 * A group's tree at its authority: every label and key of one generation comes from one secret. Immutable but for {@link #wipe}.
 */
public final class TreeSecret {
    private final TreeScheme scheme;
    private final int height;
    private final String group;
    private final long generation;
    private final byte[] secret;

    /** @param secret 32 octets, owned by the tree from now on */
    public TreeSecret(TreeScheme scheme, int height, String group, long generation, byte[] secret) {
        this.scheme = scheme;
        this.height = height;
        this.group = group;
        this.generation = generation;
        this.secret = secret;
    }

    /** The key of a subset; 32 octets, a secret. */
    public byte[] key(Subset subset) {
        Hmac.Series hmac = new Hmac.Series();
        if (subset.except() == 0) {
            return Labelling.key(
                    hmac, scheme == TreeScheme.SUBSET_DIFFERENCE ? everybody(hmac) : root(hmac, subset.from()));
        }
        byte[] own = root(hmac, subset.from());
        byte[] label = Labelling.descend(hmac, own, subset.from(), subset.except());
        Wipe.octets(own);
        return Labelling.key(hmac, label);
    }

    /**
     * What the member on a leaf stores, 16 octets each, a secret of that member: with subset differences, for each ancestor from the root down, the labels of what hangs off the way to the leaf, from above;
     * behind them a label that serves as long as nothing is excluded (not the root's, from which all others follow). With complete subtrees the labels of the way, root first.
     */
    public MemberLabels labels(long leaf) {
        if (leaf < 0 || leaf >= 1L << height) {
            throw new IllegalArgumentException("a leaf is outside of its tree");
        }
        int own = Node.leaf(height, leaf);
        Hmac.Series hmac = new Hmac.Series();
        ByteArrayOutputStream out = new ByteArrayOutputStream(scheme.labels(height) * Labelling.LENGTH);
        for (int depth = 0; depth <= height; depth++) {
            byte[] label = root(hmac, Node.ancestor(own, depth));
            if (scheme == TreeScheme.COMPLETE_SUBTREE) {
                out.writeBytes(label);
                Wipe.octets(label);
            } else {
                writeHanging(hmac, out, label, own, depth);
            }
        }
        if (scheme == TreeScheme.SUBSET_DIFFERENCE) {
            out.writeBytes(everybody(hmac));
        }
        return new MemberLabels(scheme, height, leaf, out.toByteArray());
    }

    /** The label for all leaves; it belongs to no node, since the root's would give away the tree. */
    private byte[] everybody(Hmac.Series hmac) {
        return root(hmac, Labelling.EVERYBODY);
    }

    private byte[] root(Hmac.Series hmac, int node) {
        return Labelling.root(hmac, secret, group, generation, node);
    }

    /** Goes down the way to the leaf and writes the label of what hangs off it at each step; wipes the label. */
    private void writeHanging(Hmac.Series hmac, ByteArrayOutputStream out, byte[] label, int own, int top) {
        byte[] way = label;
        for (int depth = top + 1; depth <= height; depth++) {
            int next = Node.ancestor(own, depth);
            out.writeBytes(Labelling.child(hmac, way, Node.sibling(next)));
            byte[] below = Labelling.child(hmac, way, next);
            Wipe.octets(way);
            way = below;
        }
        Wipe.octets(way);
    }

    /** Overwrites the secret. */
    public void wipe() {
        Wipe.octets(secret);
    }

    @Override
    public String toString() {
        return "TreeSecret[" + group + " generation " + generation + "]";
    }
}
