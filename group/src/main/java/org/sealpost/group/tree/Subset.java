package org.sealpost.group.tree;

import java.math.BigInteger;

/**
 * The leaves below {@code from} that are not below {@code except}; with {@code except} 0 all of them. Node numbers as the tree counts them: the root is 1, the children of n are 2n and 2n+1.
 */
public record Subset(int from, int except) {
    public Subset {
        if (from < 1 || except < 0 || except == 1 || except != 0 && (except == from || !Node.covers(from, except))) {
            throw new IllegalArgumentException("not a subset: " + from + " without " + except);
        }
    }

    /** Whether a node, a leaf as a rule, is in it. */
    boolean holds(int node) {
        return Node.covers(from, node) && (except == 0 || !Node.covers(except, node));
    }

    /** Octets of an encoded subset in a tree of that height: twice height plus one bits. */
    public static int length(int height) {
        return (2 * (height + 1) + 7) / 8;
    }

    /** from | except, each of height + 1 bits, padded with zeros on the left to whole octets. */
    public byte[] encode(int height) {
        byte[] octets = new byte[length(height)];
        long value = (long) from << height + 1 | except;
        for (int i = 0; i < octets.length; i++) {
            octets[octets.length - 1 - i] = (byte) (value >>> 8 * i);
        }
        return octets;
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException when it is no subset of a tree of that height
     */
    public static Subset decode(byte[] octets, int height) {
        if (octets.length != length(height)) {
            throw new IllegalArgumentException("an encoded subset is of another length");
        }
        long value = new BigInteger(1, octets).longValueExact();
        long from = value >>> height + 1;
        long except = value & (1L << height + 1) - 1;
        if (from >= 1L << height + 1) {
            throw new IllegalArgumentException("a subset is outside of its tree");
        }
        return new Subset((int) from, (int) except);
    }
}
