package org.sealpost.group.tree;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Wipe;

/**
 * The labels of one leaf: they give the keys of all subsets that hold the leaf, and of no other. Immutable but for {@link #wipe}.
 */
public final class MemberLabels {
    private final TreeScheme scheme;
    private final int height;
    private final int leaf;
    private final byte[] labels;

    /**
     * As a member stores them.
     *
     * @param labels in the order of {@link TreeSecret#labels}, owned by this from now on
     * @throws IllegalArgumentException when they are not as many as the scheme has
     */
    public MemberLabels(TreeScheme scheme, int height, long leaf, byte[] labels) {
        if (labels.length != scheme.labels(height) * Labelling.LENGTH || leaf < 0 || leaf >= 1L << height) {
            throw new IllegalArgumentException("labels are not those of a leaf of that tree");
        }
        this.scheme = scheme;
        this.height = height;
        this.leaf = Node.leaf(height, leaf);
        this.labels = labels;
    }

    /** The first of the subsets that holds this leaf; empty for one who was excluded. */
    public Optional<Subset> find(List<Subset> cover) {
        return cover.stream().filter(s -> s.holds(leaf)).findFirst();
    }

    /**
     * The key of a subset that holds this leaf; 32 octets, a secret. At most height steps.
     *
     * @throws IllegalArgumentException when it does not hold the leaf, or is none of the scheme
     */
    public byte[] key(Subset subset) {
        if (!subset.holds(leaf) || scheme == TreeScheme.COMPLETE_SUBTREE && subset.except() != 0) {
            throw new IllegalArgumentException("the leaf is not in that subset");
        }
        if (scheme == TreeScheme.COMPLETE_SUBTREE) {
            return Labelling.key(new Hmac.Series(), label(Node.depth(subset.from())));
        }
        if (subset.except() == 0) {
            if (subset.from() != Node.ROOT) {
                throw new IllegalArgumentException("the leaf has no label for that subset");
            }
            return Labelling.key(new Hmac.Series(), label(scheme.labels(height) - 1));
        }
        return differenceKey(subset);
    }

    /** All labels, to be stored; a secret. */
    public byte[] octets() {
        return labels.clone();
    }

    /** Overwrites the labels. */
    public void wipe() {
        Wipe.octets(labels);
    }

    private byte[] differenceKey(Subset subset) {
        int top = Node.depth(subset.from());
        int parting = top + 1;
        while (Node.ancestor(leaf, parting) == Node.ancestor(subset.except(), parting)) {
            parting++;
        }
        byte[] stored = label(before(top) + parting - top - 1);
        Hmac.Series hmac = new Hmac.Series();
        byte[] label = Labelling.descend(hmac, stored, Node.ancestor(subset.except(), parting), subset.except());
        Wipe.octets(stored);
        return Labelling.key(hmac, label);
    }

    /** How many labels belong to ancestors above that depth. */
    private int before(int depth) {
        return depth * height - depth * (depth - 1) / 2;
    }

    private byte[] label(int index) {
        return Arrays.copyOfRange(labels, index * Labelling.LENGTH, (index + 1) * Labelling.LENGTH);
    }

    @Override
    public String toString() {
        return "MemberLabels[" + scheme.policyName() + " leaf node " + leaf + "]";
    }
}
