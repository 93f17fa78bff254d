package org.sealpost.group.block;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Merkle tree over the entries of a block, shaped as in RFC 6962 section 2.1, with hashes of 16 octets: leaf = SHA-256(0x00 | index (4) | entry), node = SHA-256(0x01 | left | right).
 */
final class Merkle {
    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    private Merkle() {}

    static byte[] root(List<byte[]> entries) {
        return entries.isEmpty() ? Digest.shortened(LEAF) : root(entries, 0, entries.size());
    }

    /** The hashes beside the way from an entry to the root, lowest first. */
    static List<byte[]> proof(List<byte[]> entries, int index) {
        List<byte[]> proof = new ArrayList<>();
        prove(entries, 0, entries.size(), index, proof);
        return proof;
    }

    /** The root that entry and proof lead to; empty when the proof has another length than the tree has. */
    static Optional<byte[]> rootOf(byte[] entry, int index, int count, List<byte[]> proof) {
        if (index < 0 || index >= count || proof.size() != depth(index, count)) {
            return Optional.empty();
        }
        return Optional.of(climb(entry, index, 0, count, proof, proof.size()));
    }

    private static byte[] climb(byte[] entry, int index, int from, int to, List<byte[]> proof, int used) {
        if (to - from == 1) {
            return leaf(entry, index);
        }
        int middle = from + split(to - from);
        byte[] beside = proof.get(used - 1);
        return index < middle
                ? node(climb(entry, index, from, middle, proof, used - 1), beside)
                : node(beside, climb(entry, index, middle, to, proof, used - 1));
    }

    private static int depth(int index, int count) {
        int depth = 0;
        int from = 0;
        int to = count;
        while (to - from > 1) {
            int middle = from + split(to - from);
            if (index < middle) {
                to = middle;
            } else {
                from = middle;
            }
            depth++;
        }
        return depth;
    }

    private static void prove(List<byte[]> entries, int from, int to, int index, List<byte[]> proof) {
        if (to - from == 1) {
            return;
        }
        int middle = from + split(to - from);
        if (index < middle) {
            prove(entries, from, middle, index, proof);
            proof.add(root(entries, middle, to));
        } else {
            prove(entries, middle, to, index, proof);
            proof.add(root(entries, from, middle));
        }
    }

    private static byte[] root(List<byte[]> entries, int from, int to) {
        if (to - from == 1) {
            return leaf(entries.get(from), from);
        }
        int middle = from + split(to - from);
        return node(root(entries, from, middle), root(entries, middle, to));
    }

    /** The largest power of two below n. */
    private static int split(int n) {
        return Integer.highestOneBit(n - 1);
    }

    private static byte[] leaf(byte[] entry, int index) {
        byte[] number = {(byte) (index >>> 24), (byte) (index >>> 16), (byte) (index >>> 8), (byte) index};
        return Digest.shortened(LEAF, number, entry);
    }

    private static byte[] node(byte[] left, byte[] right) {
        return Digest.shortened(NODE, left, right);
    }
}
