package org.sealpost.group.block;

import java.util.List;
import java.util.Optional;
import org.sealpost.oscore.cose.Cbor;

/**
 * What a cache keeps of a group, and all that a member has to fetch: the newest block, whole or as one member's slice, and the newest notice after it. Only block, slice and notice are signed;
 * that they are put together here proves nothing.
 *
 * <pre>latest = [1, block (bstr), slice (bstr), notice (bstr)]   an empty bstr is none; block or slice, not both</pre>
 */
public record Latest(Optional<EpochBlock> block, Optional<BlockSlice> slice, Optional<RatchetNotice> notice) {
    private static final long VERSION = 1;
    private static final int ITEMS = 4;

    /** A block, and the newest notice after it if there is one. */
    public static Latest of(EpochBlock block, Optional<RatchetNotice> notice) {
        return new Latest(Optional.of(block), Optional.empty(), notice);
    }

    /** One member's slice, and the newest notice. */
    public static Latest of(BlockSlice slice, Optional<RatchetNotice> notice) {
        return new Latest(Optional.empty(), Optional.of(slice), notice);
    }

    /** A notice alone, for those who have its block. */
    public static Latest of(RatchetNotice notice) {
        return new Latest(Optional.empty(), Optional.empty(), Optional.of(notice));
    }

    public byte[] encode() {
        byte[] none = {};
        return Cbor.array(List.of(
                VERSION,
                block.map(EpochBlock::encode).orElse(none),
                slice.map(BlockSlice::encode).orElse(none),
                notice.map(RatchetNotice::encode).orElse(none)));
    }

    /**
     * Reads what {@link #encode} wrote; nothing is verified yet.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when it is anything else
     */
    public static Latest decode(byte[] octets) {
        List<Object> parts = Cbor.readArray(octets)
                .filter(p -> p.size() == ITEMS
                        && Long.valueOf(VERSION).equals(p.get(0))
                        && p.get(1) instanceof byte[] block
                        && p.get(2) instanceof byte[] slice
                        && p.get(3) instanceof byte[] notice
                        && (block.length == 0 || slice.length == 0)
                        && block.length + slice.length + notice.length > 0)
                .orElseThrow(() -> BlockHeader.malformed("what a cache keeps of a group is damaged: fetch it again"));
        return new Latest(
                part(parts, 1).map(EpochBlock::decode),
                part(parts, 2).map(BlockSlice::decode),
                part(parts, 3).map(RatchetNotice::decode));
    }

    /** The header of block or slice. */
    public Optional<BlockHeader> header() {
        return block.map(EpochBlock::header).or(() -> slice.map(BlockSlice::header));
    }

    /** What the block is known by. */
    Optional<byte[]> hash() {
        return block.map(EpochBlock::hash).or(() -> slice.map(BlockSlice::hash));
    }

    boolean signed(byte[] publicKey) {
        return block.map(b -> b.verifies(publicKey))
                .or(() -> slice.map(s -> s.verifies(publicKey)))
                .orElse(false);
    }

    private static Optional<byte[]> part(List<Object> parts, int at) {
        return Optional.of((byte[]) parts.get(at)).filter(p -> p.length > 0);
    }
}
