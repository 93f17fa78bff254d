package org.sealpost.group.block;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * What a member checks before it believes a block: group, generation, epoch, time, signature, and that the seed it uncovers is the one everybody gets. Pure; the caller stores the epoch before it uses it.
 *
 * @param group absolute identifier
 * @param generation of the member's labels
 * @param publicKey Ed25519 key that is certified for blocks, 32 octets
 * @param highest the highest epoch that this member ever held; 0 for none
 * @param hash of the block of that epoch, where it came by a block
 * @param now epoch seconds
 */
public record BlockGate(
        String group, long generation, byte[] publicKey, long highest, Optional<byte[]> hash, long now) {

    /**
     * An epoch that was opened.
     *
     * @param secret 32 octets; a secret, the caller's to wipe
     * @param hash what the next block repeats as previous
     */
    public record Opened(long epoch, long notAfter, byte[] secret, byte[] hash, BlockHeader header) {
        @Override
        public String toString() {
            return "Opened[epoch " + epoch + "]";
        }
    }

    /**
     * Opens a block: one signature, and for n entries at most height + n + 6 hash steps.
     *
     * @throws Refusal 4000 for another group or a damaged block, 4105 for an epoch that is not newer, 4008 for one that is over, 4103 for a signature that is none, or a member that is
     *     excluded
     */
    public Opened open(EpochBlock block, MemberLabels labels) {
        return open(block, labels, SignatureCheck.OWN);
    }

    /** As {@link #open(EpochBlock, MemberLabels)}, for a harness. */
    public Opened open(EpochBlock block, MemberLabels labels, SignatureCheck check) {
        requireCurrent(block.header());
        BlockEntry entry = block.entry(labels).orElseThrow(BlockGate::excluded);
        byte[] own = block.hash();
        requireNew(block.header(), own);
        requireSigned(block.verifies(publicKey, check));
        return uncover(block.header(), own, entry, labels);
    }

    /** Opens a slice, under the same rules. */
    public Opened open(BlockSlice slice, MemberLabels labels) {
        return open(slice, labels, SignatureCheck.OWN);
    }

    /** As {@link #open(BlockSlice, MemberLabels)}, for a harness. */
    public Opened open(BlockSlice slice, MemberLabels labels, SignatureCheck check) {
        requireCurrent(slice.header());
        byte[] own = slice.hash();
        requireNew(slice.header(), own);
        requireSigned(slice.verifies(publicKey, check));
        return uncover(slice.header(), own, slice.content(), labels);
    }

    /** Opens what the caller found to be signed, of its group and new, under the other rules. */
    Opened openSigned(BlockHeader header, byte[] own, BlockEntry entry, MemberLabels labels) {
        requireTimely(header);
        return uncover(header, own, entry, labels);
    }

    private Opened uncover(BlockHeader header, byte[] own, BlockEntry entry, MemberLabels labels) {
        byte[] key;
        try {
            key = labels.key(entry.subset());
        } catch (IllegalArgumentException e) {
            throw excluded();
        }
        byte[] seed = BlockSeed.mask(entry.hidden(), key, group, header);
        byte[] extracted = BlockSeed.extract(seed);
        try {
            byte[] commitment =
                    BlockSeed.commitment(extracted, group, header.generation(), header.epoch(), header.previous());
            if (!MessageDigest.isEqual(commitment, header.commitment())) {
                throw refused("an epoch block holds another seed for this member than for the others");
            }
            return new Opened(
                    header.epoch(), header.notAfter(), BlockSeed.secret(extracted, group, header), own, header);
        } finally {
            Wipe.octets(seed, extracted);
        }
    }

    private static void requireSigned(boolean signed) {
        if (!signed) {
            throw refused(
                    "an epoch block is not signed by the server, or was changed: fetch it again from another cache");
        }
    }

    private void requireCurrent(BlockHeader header) {
        if (!Arrays.equals(header.group(), Digest.group(group))) {
            throw BlockHeader.malformed("an epoch block belongs to another group");
        }
        if (header.generation() != generation) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "an epoch block belongs to another generation of the tree: fetch a credential from the server");
        }
        requireTimely(header);
    }

    private void requireTimely(BlockHeader header) {
        if (now > header.notAfter()) {
            throw new Refusal(ResponseStatus.REQUEST_TIMEOUT, "an epoch block is over: fetch a newer one");
        }
    }

    private void requireNew(BlockHeader header, byte[] blockHash) {
        if (header.epoch() < highest) {
            throw new Refusal(ResponseStatus.CONFLICT, "an epoch block is older than what this member holds");
        }
        if (header.epoch() == highest
                && hash.filter(h -> Arrays.equals(h, blockHash)).isEmpty()) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "there is another block for the epoch that this member holds: tell the operator");
        }
    }

    private static Refusal excluded() {
        return refused("this member is excluded from the epoch");
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, sentence);
    }
}
