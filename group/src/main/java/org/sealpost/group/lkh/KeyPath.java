package org.sealpost.group.lkh;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.block.BlockHeader;
import org.sealpost.group.block.Digest;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * What a member holds: the keys from its leaf to the root, and which block they are of. Immutable but for {@link #wipe}; the caller stores the new one before it uses it.
 */
public final class KeyPath {
    private final int height;
    private final long leaf;
    private final NodeKeys derive;
    private final long epoch;
    private final byte[] hash;
    private final byte[][] keys;

    /** @param keys root's first */
    KeyPath(int height, long leaf, NodeKeys derive, long epoch, byte[] hash, byte[][] keys) {
        this.height = height;
        this.leaf = leaf;
        this.derive = derive;
        this.epoch = epoch;
        this.hash = hash;
        this.keys = keys;
    }

    public long epoch() {
        return epoch;
    }

    /** The epoch's secret; 32 octets, the caller's to wipe. */
    public byte[] secret() {
        return derive.secret(keys[0], epoch);
    }

    /**
     * Goes on with the next block: one signature, and three hash steps for each level at most.
     *
     * @param publicKey Ed25519 key that is certified for blocks
     * @param now epoch seconds
     * @throws Refusal 4000 for another group or a damaged block, 4105 for a block that is not the next one, 4008 when it is over, 4103 without a signature or for a member that is out
     */
    public KeyPath advance(KeyBlock block, byte[] publicKey, long now) {
        BlockHeader header = block.header();
        requireNext(header, now);
        if (!block.verifies(publicKey)) {
            throw refused("a key block is not signed by the server, or was changed");
        }
        byte[][] next = new byte[keys.length][];
        for (int depth = 0; depth < keys.length; depth++) {
            next[depth] = keys[depth].clone();
        }
        block.entries().forEach(entry -> apply(entry, header, next));
        byte[] commitment = derive.commitment(next[0], header.epoch(), header.previous());
        if (!MessageDigest.isEqual(commitment, header.commitment())) {
            Wipe.octets(next);
            throw refused(
                    "a key block does not lead this member to the new key: it is excluded, or was given another one");
        }
        return new KeyPath(height, leaf, derive, header.epoch(), block.hash(), next);
    }

    private void requireNext(BlockHeader header, long now) {
        if (!Arrays.equals(header.group(), Digest.group(derive.group()))
                || header.generation() != derive.generation()
                || header.height() != height) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a key block belongs to another group or tree");
        }
        if (header.epoch() <= epoch || !Arrays.equals(header.previous(), hash)) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "a key block does not follow the one that this member holds: ask the server for the keys of its path");
        }
        if (now > header.notAfter()) {
            throw new Refusal(ResponseStatus.REQUEST_TIMEOUT, "a key block is over: ask the server for a newer one");
        }
    }

    private void apply(KeyBlock.Entry entry, BlockHeader header, byte[][] keys) {
        depth(entry.by()).ifPresent(depth -> {
            int target = entry.own() ? depth : depth - 1;
            byte[] shown = derive.mask(entry.hidden(), keys[depth], entry.node(), header.epoch(), header.commitment());
            Wipe.octets(keys[target]);
            keys[target] = shown;
        });
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, sentence);
    }

    /** How far below the root a node stands, when it is on this member's way. */
    private Optional<Integer> depth(int node) {
        int own = Quad.leaf(height, leaf);
        for (int depth = height; depth >= 0; depth--) {
            if (own == node) {
                return Optional.of(depth);
            }
            own = Quad.parent(own);
        }
        return Optional.empty();
    }

    /** Copies of all keys, for whoever looks for what a member knew. */
    byte[][] keys() {
        return Arrays.stream(keys).map(byte[]::clone).toArray(byte[][]::new);
    }

    /** Overwrites the keys. */
    public void wipe() {
        Wipe.octets(keys);
    }

    @Override
    public String toString() {
        return "KeyPath[leaf " + leaf + " epoch " + epoch + "]";
    }
}
