package org.sealpost.group.tree;

import java.util.List;

/**
 * How leaves are grouped into subsets that have a key each: what the server sends for an eviction and what a member stores. All of it is stateless: a member needs the newest
 * epoch's block only, whatever it missed.
 */
public enum TreeScheme {
    /** About 1.25 entries for each evicted leaf; a member stores h(h+1)/2 + 1 labels of 16 octets. */
    SUBSET_DIFFERENCE("subset-difference"),
    /** About log2(N/r) entries for each of r evicted leaves; a member stores h + 1 labels of 16 octets. */
    COMPLETE_SUBTREE("complete-subtree");

    private final String policyName;

    TreeScheme(String policyName) {
        this.policyName = policyName;
    }

    /** The name in a group's policy. */
    public String policyName() {
        return policyName;
    }

    /**
     * Subsets that together hold all assigned leaves that are not revoked, and no other leaf; disjoint, in a fixed order.
     *
     * @param height of the tree, 1 to 24
     * @param assigned leaves 0 to assigned - 1 belong to members or did; the rest, never given to anyone, stays outside
     * @param revoked leaf numbers below assigned, in any order
     */
    public List<Subset> cover(int height, long assigned, List<Long> revoked) {
        Cover cover = new Cover(height, assigned, revoked);
        return this == SUBSET_DIFFERENCE ? cover.differences() : cover.subtrees();
    }

    /** How many labels a member stores. */
    public int labels(int height) {
        return this == SUBSET_DIFFERENCE ? height * (height + 1) / 2 + 1 : height + 1;
    }
}
