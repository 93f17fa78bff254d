package org.sealpost.group.block;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * One entry of a block with its way to the signed root:
 *
 * <pre>slice = [COSE_Sign1 with the header as payload (bstr), index, entry (bstr), proof (bstr, lowest first: the other entry where two have one parent, then 16 octets a step)]</pre>
 */
public record BlockSlice(BlockHeader header, CoseSign1 signed, int index, byte[] entry, List<byte[]> proof) {
    private static final int ITEMS = 4;

    public byte[] encode() {
        ByteArrayOutputStream way = new ByteArrayOutputStream();
        proof.forEach(way::writeBytes);
        return Cbor.array(List.of(signed.encode(), index, entry, way.toByteArray()));
    }

    /**
     * Reads a slice; nothing is verified yet.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when it is not one
     */
    public static BlockSlice decode(byte[] octets) {
        List<Object> parts = Cbor.readArray(octets)
                .filter(p -> p.size() == ITEMS
                        && p.get(0) instanceof byte[]
                        && p.get(1) instanceof Long index
                        && index >= 0
                        && index <= Integer.MAX_VALUE
                        && p.get(2) instanceof byte[]
                        && p.get(3) instanceof byte[])
                .orElseThrow(() -> BlockHeader.malformed("a slice of an epoch block is damaged"));
        CoseSign1 signed = CoseSign1.decode((byte[]) parts.get(0))
                .orElseThrow(() -> BlockHeader.malformed("a slice's signed part is damaged"));
        BlockHeader header = BlockHeader.decode(signed.payload());
        byte[] entry = (byte[]) parts.get(2);
        if (entry.length != header.entryLength()) {
            throw BlockHeader.malformed("a slice's entry is of another length than its tree asks for");
        }
        byte[] way = (byte[]) parts.get(3);
        // No entry is as long as a number of hashes.
        boolean paired = way.length % Digest.SHORT != 0;
        if (paired && (way.length < entry.length || (way.length - entry.length) % Digest.SHORT != 0)) {
            throw BlockHeader.malformed("a slice's way is not one of entry and hashes");
        }
        List<byte[]> proof = new ArrayList<>();
        if (paired) {
            proof.add(Arrays.copyOf(way, entry.length));
        }
        for (int at = paired ? entry.length : 0; at < way.length; at += Digest.SHORT) {
            proof.add(Arrays.copyOfRange(way, at, at + Digest.SHORT));
        }
        return new BlockSlice(header, signed, Math.toIntExact((Long) parts.get(1)), entry, proof);
    }

    /** What the block that this was cut from is known by; 16 octets. */
    public byte[] hash() {
        return Digest.shortened(signed.encode());
    }

    /** The entry, read. */
    BlockEntry content() {
        return BlockEntry.decode(entry, header.height());
    }

    /** Whether entry and proof lead to what was signed. */
    boolean verifies(byte[] publicKey) {
        return verifies(publicKey, SignatureCheck.OWN);
    }

    boolean verifies(byte[] publicKey, SignatureCheck check) {
        return Merkle.rootOf(entry, index, header.entries(), proof)
                .filter(root -> check.holds(signed, publicKey, EpochBlock.externalAad(root)))
                .isPresent();
    }
}
