package org.sealpost.group.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The leaves that a block opens its epoch to, as ascending bounds of ranges: from, to (exclusive), from, to and so on. With it a member finds out whether a block left anybody out that the block
 * before did not.
 */
public record Coverage(List<Integer> bounds) {
    /** Nothing is known. */
    public static final Coverage UNKNOWN = new Coverage(List.of());

    /** What a member remembers at most; of more it remembers nothing. */
    private static final int MOST = 4096;

    public Coverage {
        bounds = List.copyOf(bounds);
    }

    /** The leaves of these subsets, in a tree of that height; unknown when they are too scattered to be remembered. */
    public static Coverage of(int height, List<Subset> subsets) {
        List<int[]> ranges = new ArrayList<>();
        for (Subset s : subsets) {
            int from = first(height, s.from());
            int to = end(height, s.from());
            if (s.except() == 0) {
                ranges.add(new int[] {from, to});
            } else {
                ranges.add(new int[] {from, first(height, s.except())});
                ranges.add(new int[] {end(height, s.except()), to});
            }
        }
        ranges.sort(Comparator.comparingInt(r -> r[0]));
        List<Integer> bounds = new ArrayList<>();
        for (int[] r : ranges) {
            int last = bounds.size() - 1;
            if (r[0] == r[1]) {
                continue;
            }
            if (last > 0 && bounds.get(last) >= r[0]) {
                bounds.set(last, Math.max(bounds.get(last), r[1]));
            } else {
                bounds.add(r[0]);
                bounds.add(r[1]);
            }
        }
        return bounds.size() > MOST ? UNKNOWN : new Coverage(bounds);
    }

    /** Whether all of the other's leaves are in this; false when nothing is known of either. */
    public boolean contains(Coverage other) {
        if (bounds.isEmpty() || other.bounds.isEmpty()) {
            return false;
        }
        int at = 0;
        for (int i = 0; i < other.bounds.size(); i += 2) {
            while (at < bounds.size() && bounds.get(at + 1) < other.bounds.get(i + 1)) {
                at += 2;
            }
            if (at >= bounds.size() || bounds.get(at) > other.bounds.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static int first(int height, int node) {
        return (node << height - Node.depth(node)) - (1 << height);
    }

    private static int end(int height, int node) {
        return first(height, node) + (1 << height - Node.depth(node));
    }
}
