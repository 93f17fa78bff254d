package org.sealpost.group.block;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Merkle tree over the entries of a block, shaped as in RFC 6962 section 2.1, with hashes of 16 octets. Two entries that have one parent are hashed at once, so that n entries cost a member at most n hashes:
 *
 * <pre>pair = SHA-256(0x02 | index of the first (4) | entry | entry), alone = SHA-256(0x00 | index (4) | entry), node = SHA-256(0x01 | left | right)</pre>
 */
final class Merkle {
    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};
    private static final byte[] PAIR = {2};

    private Merkle() {}

    static byte[] root(List<byte[]> entries) {
        return entries.isEmpty() ? Digest.shortened(LEAF) : root(entries, 0, entries.size());
    }

    /** What is beside the way from an entry to the root, lowest first: hashes, but for the other entry of a pair. */
    static List<byte[]> proof(List<byte[]> entries, int index) {
        List<byte[]> proof = new ArrayList<>();
        prove(entries, 0, entries.size(), index, proof);
        return proof;
    }

    /** The root that entry and proof lead to; empty when the proof has another form than the tree has. */
    static Optional<byte[]> rootOf(byte[] entry, int index, int count, List<byte[]> proof) {
        if (index < 0 || index >= count || !lengths(proof).equals(lengths(entry, index, count))) {
            return Optional.empty();
        }
        return Optional.of(climb(entry, index, 0, count, proof, proof.size()));
    }

    private static byte[] climb(byte[] entry, int index, int from, int to, List<byte[]> proof, int used) {
        if (to - from == 1) {
            return leaf(entry, index);
        }
        byte[] beside = proof.get(used - 1);
        if (to - from == 2) {
            return index == from ? pair(entry, beside, from) : pair(beside, entry, from);
        }
        int middle = from + split(to - from);
        return index < middle
                ? node(climb(entry, index, from, middle, proof, used - 1), beside)
                : node(beside, climb(entry, index, middle, to, proof, used - 1));
    }

    private static List<Integer> lengths(List<byte[]> proof) {
        return proof.stream().map(p -> p.length).toList();
    }

    /** What a proof has to consist of, lowest first. */
    private static List<Integer> lengths(byte[] entry, int index, int count) {
        List<Integer> lengths = new ArrayList<>();
        int from = 0;
        int to = count;
        while (to - from > 1) {
            lengths.add(0, to - from == 2 ? entry.length : Digest.SHORT);
            int middle = from + split(to - from);
            if (index < middle) {
                to = middle;
            } else {
                from = middle;
            }
        }
        return lengths;
    }

    private static void prove(List<byte[]> entries, int from, int to, int index, List<byte[]> proof) {
        if (to - from == 1) {
            return;
        }
        if (to - from == 2) {
            proof.add(entries.get(index == from ? from + 1 : from));
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
        if (to - from == 2) {
            return pair(entries.get(from), entries.get(from + 1), from);
        }
        int middle = from + split(to - from);
        return node(root(entries, from, middle), root(entries, middle, to));
    }

    /** The largest power of two below n. */
    private static int split(int n) {
        return Integer.highestOneBit(n - 1);
    }

    private static byte[] leaf(byte[] entry, int index) {
        return Digest.shortened(LEAF, number(index), entry);
    }

    private static byte[] pair(byte[] first, byte[] second, int index) {
        return Digest.shortened(PAIR, number(index), first, second);
    }

    private static byte[] node(byte[] left, byte[] right) {
        return Digest.shortened(NODE, left, right);
    }

    private static byte[] number(int index) {
        return new byte[] {(byte) (index >>> 24), (byte) (index >>> 16), (byte) (index >>> 8), (byte) index};
    }
}
