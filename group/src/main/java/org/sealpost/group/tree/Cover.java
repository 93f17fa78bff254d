package org.sealpost.group.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/** Finds the subsets of {@link TreeScheme#cover}. The unassigned rest is excluded as a few whole subtrees, never leaf by leaf. */
final class Cover {
    private static final int MAX_HEIGHT = 24;
    private static final int NONE = 0;

    private final int height;
    private final List<Integer> excluded;
    private final List<Subset> found = new ArrayList<>();

    Cover(int height, long assigned, List<Long> revoked) {
        if (height < 1 || height > MAX_HEIGHT || assigned < 0 || assigned > 1L << height) {
            throw new IllegalArgumentException("a tree has a height of 1 to 24 and no more members than leaves");
        }
        this.height = height;
        this.excluded = new ArrayList<>();
        for (long leaf : new TreeSet<>(revoked)) {
            if (leaf < 0 || leaf >= assigned) {
                throw new IllegalArgumentException("a revoked leaf was never assigned");
            }
            excluded.add(Node.leaf(height, leaf));
        }
        exclude(Node.ROOT, assigned);
    }

    /** Subset difference: chains of excluded nodes are joined from below, and each side of a join gives at most one subset. */
    List<Subset> differences() {
        if (excluded.isEmpty()) {
            return List.of(new Subset(Node.ROOT, NONE));
        }
        int last = join(Node.ROOT, 0, excluded.size());
        difference(Node.ROOT, last);
        return sorted();
    }

    /** Complete subtree: whatever hangs off the paths to the excluded nodes. */
    List<Subset> subtrees() {
        hang(Node.ROOT, 0, excluded.size());
        return sorted();
    }

    /** Adds the subtrees that hold the leaves from number {@code assigned} on; they are right of all revoked ones. */
    private void exclude(int node, long assigned) {
        int below = height - Node.depth(node);
        long first = ((long) node << below) - (1L << height);
        if (first >= assigned) {
            excluded.add(node);
        } else if (first + (1L << below) > assigned) {
            exclude(2 * node, assigned);
            exclude(2 * node + 1, assigned);
        }
    }

    /** Joins the excluded nodes below a node into one: that one node, or the node where two sides met. */
    private int join(int node, int from, int to) {
        if (to - from == 1) {
            return excluded.get(from);
        }
        int middle = boundary(node, from, to);
        if (middle == from) {
            return join(2 * node + 1, from, to);
        }
        if (middle == to) {
            return join(2 * node, from, to);
        }
        difference(2 * node, join(2 * node, from, middle));
        difference(2 * node + 1, join(2 * node + 1, middle, to));
        return node;
    }

    private void difference(int from, int except) {
        if (from != except) {
            found.add(new Subset(from, except));
        }
    }

    private void hang(int node, int from, int to) {
        if (from == to) {
            found.add(new Subset(node, NONE));
        } else if (excluded.get(from) != node) {
            int middle = boundary(node, from, to);
            hang(2 * node, from, middle);
            hang(2 * node + 1, middle, to);
        }
    }

    /** Where the nodes below the right child begin. */
    private int boundary(int node, int from, int to) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Node.covers(2 * node, excluded.get(middle))) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private List<Subset> sorted() {
        found.sort(java.util.Comparator.comparingInt(Subset::from).thenComparingInt(Subset::except));
        return Collections.unmodifiableList(found);
    }
}
