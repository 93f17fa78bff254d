package org.sealpost.group.tree;

/**
 * Nodes of a complete binary tree, numbered from the root: 1, its children 2 and 3, and so on; the leaf of number n in a tree of height h is node 2^h + n.
 */
final class Node {
    static final int ROOT = 1;

    private Node() {}

    static int depth(int node) {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(node);
    }

    static int leaf(int height, long number) {
        return Math.toIntExact((1L << height) + number);
    }

    /** The ancestor at a depth that is not below the node. */
    static int ancestor(int node, int depth) {
        return node >>> depth(node) - depth;
    }

    /** Whether the first is the second or stands above it. */
    static boolean covers(int above, int node) {
        return depth(above) <= depth(node) && ancestor(node, depth(above)) == above;
    }

    static int sibling(int node) {
        return node ^ 1;
    }
}
