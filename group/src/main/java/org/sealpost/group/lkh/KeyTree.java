package org.sealpost.group.lkh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.block.BlockHeader;
import org.sealpost.group.block.Digest;

/**
 * The tree at its authority. Every key comes from one secret, the node and the epoch in which that node was last changed, so that all there is to remember is a number for each node.
 * Changes come in batches, one block for each. Not thread-safe.
 */
public final class KeyTree {
    private final int height;
    private final NodeKeys derive;
    private final byte[] secret;
    private final long[] changed;
    private final int[] members;
    private byte[] previous = new byte[Digest.SHORT];
    private long epoch;

    /**
     * An empty tree.
     *
     * @param height levels below the root, 1 to 12: 4^height leaves
     * @param group absolute identifier
     * @param secret 32 octets, owned by the tree from now on
     */
    public KeyTree(int height, String group, long generation, byte[] secret) {
        if (height < 1 || height > Quad.MAX_HEIGHT) {
            throw new IllegalArgumentException("a tree of degree 4 has a height of 1 to 12");
        }
        this.height = height;
        this.derive = new NodeKeys(group, generation);
        this.secret = secret;
        this.changed = new long[Quad.nodes(height)];
        this.members = new int[Quad.nodes(height)];
    }

    /**
     * Lets members in and out with one block: every key on the way from a leaf that changed to the root is drawn anew. Where somebody left below a node, its new key is hidden under the keys of its
     * children; where members only joined, under its own key of before.
     *
     * @param epoch above the last one
     * @param notAfter epoch seconds
     * @param commanders hash of the commander list, 16 octets
     * @param signingKey Ed25519 seed; stays the caller's
     * @throws IllegalArgumentException for an epoch that is not newer, a leaf that is taken, free or outside; nothing changed then
     */
    public KeyBlock rekey(
            long epoch,
            long notAfter,
            long commanderVersion,
            byte[] commanders,
            Collection<Long> joining,
            Collection<Long> leaving,
            byte[] signingKey) {
        require(epoch, joining, leaving);
        Set<Integer> wounded = new TreeSet<>(Collections.reverseOrder());
        Set<Integer> dirty = new TreeSet<>(Collections.reverseOrder());
        dirty.add(Quad.ROOT);
        leaving.forEach(leaf -> climb(leaf, -1, wounded));
        joining.forEach(leaf -> climb(leaf, 1, dirty));
        dirty.addAll(wounded);
        dirty.removeIf(node -> members[node] == 0 && node != Quad.ROOT);
        forgetEmptied(leaving);
        List<Hidden> hidden = hide(dirty, wounded, epoch);
        joining.forEach(leaf -> changed[Quad.leaf(height, leaf)] = epoch);
        dirty.forEach(node -> changed[node] = epoch);
        byte[] root = key(Quad.ROOT);
        byte[] commitment = derive.commitment(root, epoch, previous);
        Wipe.octets(root);
        List<KeyBlock.Entry> entries =
                hidden.stream().map(h -> entry(h, epoch, commitment)).toList();
        KeyBlock block = KeyBlock.sign(
                new BlockHeader(
                        KeyBlock.SCHEME,
                        height,
                        Digest.group(derive.group()),
                        derive.generation(),
                        epoch,
                        notAfter,
                        previous,
                        entries.size(),
                        commanderVersion,
                        commanders,
                        commitment),
                entries,
                signingKey);
        this.epoch = epoch;
        this.previous = block.hash();
        return block;
    }

    /**
     * What a member gets over its pairwise channel when it joins, or when it missed a block; a secret of that member.
     *
     * @throws IllegalArgumentException for a leaf without a member
     */
    public KeyPath path(long leaf) {
        int node = inside(leaf);
        if (members[node] == 0) {
            throw new IllegalArgumentException("no member is on that leaf");
        }
        byte[][] keys = new byte[height + 1][];
        for (int depth = height; depth >= 0; depth--) {
            keys[depth] = key(node);
            node = Quad.parent(node);
        }
        return new KeyPath(height, leaf, derive, epoch, previous, keys);
    }

    /** How many members there are. */
    public int size() {
        return members[Quad.ROOT];
    }

    /** Overwrites the secret. */
    public void wipe() {
        Wipe.octets(secret);
    }

    /** A new key and what hides it, a copy of both. */
    private record Hidden(int by, int node, byte[] with) {}

    /** Called before the nodes' numbers change: what hides a new key is the old one, or a child's, which is new itself where that child is changed too. */
    private List<Hidden> hide(Set<Integer> dirty, Set<Integer> wounded, long epoch) {
        List<Hidden> hidden = new ArrayList<>();
        for (int node : dirty) {
            if (!wounded.contains(node)) {
                if (changed[node] > 0) {
                    hidden.add(new Hidden(node, node, key(node)));
                }
                continue;
            }
            for (int i = 0; i < Quad.DEGREE; i++) {
                int child = Quad.child(node, i);
                if (members[child] > 0 && changed[child] > 0) {
                    hidden.add(new Hidden(
                            child, node, dirty.contains(child) ? derive.node(secret, child, epoch) : key(child)));
                }
            }
        }
        return hidden;
    }

    private KeyBlock.Entry entry(Hidden hidden, long epoch, byte[] commitment) {
        byte[] fresh = derive.node(secret, hidden.node, epoch);
        byte[] masked = derive.mask(fresh, hidden.with, hidden.node, epoch, commitment);
        Wipe.octets(fresh, hidden.with);
        return new KeyBlock.Entry(hidden.by, hidden.by == hidden.node, masked);
    }

    /** Counts a member in or out on the way up from its leaf, and notes the nodes above it. */
    private void climb(long leaf, int by, Set<Integer> above) {
        int node = Quad.leaf(height, leaf);
        members[node] += by;
        while (node != Quad.ROOT) {
            node = Quad.parent(node);
            members[node] += by;
            above.add(node);
        }
    }

    /** A node without members has no key: those who left know the old one, so that nothing may be hidden under it when others come. */
    private void forgetEmptied(Collection<Long> leaving) {
        for (long leaf : leaving) {
            int node = Quad.leaf(height, leaf);
            while (members[node] == 0) {
                changed[node] = 0;
                if (node == Quad.ROOT) {
                    break;
                }
                node = Quad.parent(node);
            }
        }
    }

    private void require(long epoch, Collection<Long> joining, Collection<Long> leaving) {
        boolean clean = epoch > this.epoch
                && new TreeSet<>(joining).size() == joining.size()
                && new TreeSet<>(leaving).size() == leaving.size()
                && joining.stream().allMatch(leaf -> members[inside(leaf)] == 0)
                && leaving.stream().allMatch(leaf -> members[inside(leaf)] == 1);
        if (!clean) {
            throw new IllegalArgumentException(
                    "an epoch is not newer, or a leaf is not as free or taken as it should be");
        }
    }

    private int inside(long leaf) {
        if (leaf < 0 || leaf >= 1L << 2 * height) {
            throw new IllegalArgumentException("a leaf is outside of its tree");
        }
        return Quad.leaf(height, leaf);
    }

    /** The key of a node as members hold it; 16 octets, a secret. */
    byte[] key(int node) {
        return derive.node(secret, node, changed[node]);
    }

    @Override
    public String toString() {
        return "KeyTree[" + derive.group() + " epoch " + epoch + ", " + size() + " members]";
    }
}
