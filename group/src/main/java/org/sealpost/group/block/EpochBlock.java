package org.sealpost.group.block;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeSecret;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * A group's change to a new epoch, for all members at once; public, the same octets for the same input:
 *
 * <pre>block = [COSE_Sign1 with the header as payload (bstr), entries (bstr)]
 * entry = subset (2 (height + 1) bits, whole octets) | seed XOR mask (16)
 * external_aad of the signature = label of blocks | 0x00 | root of the entries' Merkle tree (16)</pre>
 *
 * No entry has a tag: the signature covers all of them, and the commitment in the header tells a member that it uncovered the one seed that everybody gets.
 */
public final class EpochBlock {
    private final BlockHeader header;
    private final CoseSign1 signed;
    private final byte[] entries;

    private EpochBlock(BlockHeader header, CoseSign1 signed, byte[] entries) {
        this.header = header;
        this.signed = signed;
        this.entries = entries;
    }

    /**
     * Who may open an epoch, and what it says; the rest is computed.
     *
     * @param group absolute identifier
     * @param previous hash of the block before; 16 zeros for the first
     * @param commanders hash of the commander list, 16 octets
     */
    public record Draft(
            String group,
            long generation,
            long epoch,
            long notAfter,
            byte[] previous,
            long commanderVersion,
            byte[] commanders) {}

    /**
     * Issues a block.
     *
     * @param cover the subsets that may open it
     * @param seed 16 fresh octets; a secret, stays the caller's
     * @param signingKey Ed25519 seed of the key that is certified for blocks; a secret, stays the caller's
     */
    public static EpochBlock issue(
            Draft draft,
            org.sealpost.group.tree.TreeScheme scheme,
            int height,
            TreeSecret tree,
            List<Subset> cover,
            byte[] seed,
            byte[] signingKey) {
        byte[] extracted = BlockSeed.extract(seed);
        BlockHeader header = new BlockHeader(
                BlockHeader.number(scheme),
                height,
                Digest.group(draft.group()),
                draft.generation(),
                draft.epoch(),
                draft.notAfter(),
                draft.previous(),
                cover.size(),
                draft.commanderVersion(),
                draft.commanders(),
                BlockSeed.commitment(extracted, draft.group(), draft.generation(), draft.epoch(), draft.previous()));
        Wipe.octets(extracted);
        ByteArrayOutputStream entries = new ByteArrayOutputStream(cover.size() * header.entryLength());
        for (Subset subset : cover) {
            entries.writeBytes(subset.encode(height));
            entries.writeBytes(BlockSeed.mask(seed, tree.key(subset), draft.group(), header));
        }
        byte[] root = Merkle.root(split(entries.toByteArray(), header));
        return new EpochBlock(
                header, CoseSign1.sign(signingKey, externalAad(root), header.encode()), entries.toByteArray());
    }

    /**
     * Reads a block; nothing is verified yet.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when it is not one
     */
    public static EpochBlock decode(byte[] octets) {
        List<Object> parts = Cbor.readArray(octets)
                .filter(p -> p.size() == 2 && p.get(0) instanceof byte[] && p.get(1) instanceof byte[])
                .orElseThrow(() -> BlockHeader.malformed("an epoch block is damaged"));
        CoseSign1 signed = CoseSign1.decode((byte[]) parts.get(0))
                .orElseThrow(() -> BlockHeader.malformed("an epoch block's signed part is damaged"));
        BlockHeader header = BlockHeader.decode(signed.payload());
        byte[] entries = (byte[]) parts.get(1);
        if (entries.length != header.entries() * header.entryLength()) {
            throw BlockHeader.malformed("an epoch block has another number of entries than it says");
        }
        return new EpochBlock(header, signed, entries);
    }

    public byte[] encode() {
        return Cbor.array(List.of(signed.encode(), entries));
    }

    public BlockHeader header() {
        return header;
    }

    /** The secret of this block's epoch, from the seed that it hides; 32 octets. The seed stays the caller's. */
    public byte[] secret(byte[] seed, String group) {
        byte[] extracted = BlockSeed.extract(seed);
        try {
            return BlockSeed.secret(extracted, group, header);
        } finally {
            Wipe.octets(extracted);
        }
    }

    /** Whether all of it is what was signed with that key. */
    public boolean verifies(byte[] publicKey) {
        return verifies(publicKey, SignatureCheck.OWN);
    }

    boolean verifies(byte[] publicKey, SignatureCheck check) {
        return check.holds(signed, publicKey, externalAad(Merkle.root(split(entries, header))));
    }

    /** What the next block repeats as {@code previous}; 16 octets. */
    public byte[] hash() {
        return Digest.shortened(signed.encode());
    }

    /** The part that one member needs of a block that it has whole; empty for a member that is excluded. */
    Optional<BlockEntry> entry(MemberLabels labels) {
        List<Subset> subsets = subsets();
        return labels.find(subsets)
                .map(subset -> BlockEntry.decode(split(entries, header).get(subsets.indexOf(subset)), header.height()));
    }

    /** The part that one member needs, with its way to the signed root; empty for a member that is excluded. */
    public Optional<BlockSlice> slice(MemberLabels labels) {
        List<Subset> subsets = subsets();
        return labels.find(subsets).map(subset -> slice(subsets.indexOf(subset)));
    }

    /** The slice with the entry at that place: what a cache gives to a constrained link. */
    public BlockSlice slice(int index) {
        List<byte[]> all = split(entries, header);
        return new BlockSlice(header, signed, index, all.get(index), Merkle.proof(all, index));
    }

    /** Who may open it, in the order of the entries. */
    public List<Subset> subsets() {
        List<Subset> subsets = new ArrayList<>();
        for (byte[] entry : split(entries, header)) {
            subsets.add(BlockEntry.decode(entry, header.height()).subset());
        }
        return Collections.unmodifiableList(subsets);
    }

    static byte[] externalAad(byte[] root) {
        byte[] label = (Labels.TYPE_BLOCK + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] aad = Arrays.copyOf(label, label.length + root.length);
        System.arraycopy(root, 0, aad, label.length, root.length);
        return aad;
    }

    private static List<byte[]> split(byte[] entries, BlockHeader header) {
        List<byte[]> list = new ArrayList<>();
        for (int at = 0; at < entries.length; at += header.entryLength()) {
            list.add(Arrays.copyOfRange(entries, at, at + header.entryLength()));
        }
        return list;
    }

    @Override
    public String toString() {
        return "EpochBlock[epoch " + header.epoch() + ", " + header.entries() + " entries]";
    }
}
