package org.sealpost.group.lkh;

/** Nodes of a complete tree of degree 4, numbered level by level from the root 0: the children of n are 4n + 1 to 4n + 4. */
final class Quad {
    static final int ROOT = 0;
    static final int DEGREE = 4;
    static final int MAX_HEIGHT = 12;

    private Quad() {}

    static int parent(int node) {
        return (node - 1) / DEGREE;
    }

    static int child(int node, int number) {
        return DEGREE * node + 1 + number;
    }

    /** How many nodes stand above the leaves. */
    static int inner(int height) {
        return ((1 << 2 * height) - 1) / 3;
    }

    static int nodes(int height) {
        return inner(height + 1);
    }

    static int leaf(int height, long number) {
        return Math.toIntExact(inner(height) + number);
    }
}
