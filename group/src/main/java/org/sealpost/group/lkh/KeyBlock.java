package org.sealpost.group.lkh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.e2e.Labels;
import org.sealpost.group.block.BlockHeader;
import org.sealpost.group.block.Digest;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * One change of a tree; public, the same octets for the same input. Its header is that of an {@link org.sealpost.group.block.EpochBlock}, so that the two compare:
 *
 * <pre>block = [COSE_Sign1 with the header as payload (bstr), entries (bstr)]
 * header = [1, 3, height, group (8), generation, epoch, not-after, previous (16), entries, commander version, commanders (16), commitment (32)]
 * entry = node that hides, times two, plus one where it hides its own next key (2 height + 2 bits, whole octets) | key XOR mask (16)
 * external_aad of the signature = label of key blocks | 0x00 | first 16 octets of SHA-256(entries)</pre>
 */
public final class KeyBlock {
    static final int SCHEME = 3;

    private static final int MAX_ENTRIES = 1 << 20;
    private static final BlockHeader.Limits LIMITS =
            new BlockHeader.Limits(SCHEME, SCHEME, Quad.MAX_HEIGHT, MAX_ENTRIES);

    private final BlockHeader header;
    private final CoseSign1 signed;
    private final byte[] entries;

    private KeyBlock(BlockHeader header, CoseSign1 signed, byte[] entries) {
        this.header = header;
        this.signed = signed;
        this.entries = entries;
    }

    /**
     * A new key, hidden.
     *
     * @param by node whose key hides it
     * @param own it is that node's own next key; else that of the node above
     */
    record Entry(int by, boolean own, byte[] hidden) {
        /** Whose key it is. */
        int node() {
            return own ? by : Quad.parent(by);
        }
    }

    static KeyBlock sign(BlockHeader header, List<Entry> list, byte[] signingKey) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(list.size() * entryLength(header));
        int length = numberLength(header.height());
        for (Entry entry : list) {
            int number = 2 * entry.by() + (entry.own() ? 1 : 0);
            for (int i = length - 1; i >= 0; i--) {
                out.write(number >>> 8 * i);
            }
            out.writeBytes(entry.hidden());
        }
        byte[] entries = out.toByteArray();
        return new KeyBlock(header, CoseSign1.sign(signingKey, externalAad(entries), header.encode()), entries);
    }

    /**
     * Reads a block; nothing is verified yet.
     *
     * @throws Refusal 4000 when it is not one
     */
    public static KeyBlock decode(byte[] octets) {
        List<Object> parts = Cbor.readArray(octets)
                .filter(p -> p.size() == 2 && p.get(0) instanceof byte[] && p.get(1) instanceof byte[])
                .orElseThrow(KeyBlock::damaged);
        CoseSign1 signed = CoseSign1.decode((byte[]) parts.get(0)).orElseThrow(KeyBlock::damaged);
        BlockHeader header = BlockHeader.read(signed.payload(), LIMITS).orElseThrow(KeyBlock::damaged);
        byte[] entries = (byte[]) parts.get(1);
        if (entries.length != header.entries() * entryLength(header)) {
            throw damaged();
        }
        KeyBlock block = new KeyBlock(header, signed, entries);
        block.entries();
        return block;
    }

    public byte[] encode() {
        return Cbor.array(List.of(signed.encode(), entries));
    }

    /** What the next block repeats as previous; 16 octets. */
    public byte[] hash() {
        return Digest.shortened(signed.encode());
    }

    public long epoch() {
        return header.epoch();
    }

    /** How many keys it carries. */
    public int size() {
        return header.entries();
    }

    BlockHeader header() {
        return header;
    }

    boolean verifies(byte[] publicKey) {
        return signed.verifies(publicKey, externalAad(entries));
    }

    /** In the order of the block, which is from below. */
    List<Entry> entries() {
        List<Entry> list = new ArrayList<>(header.entries());
        int width = numberLength(header.height());
        for (int at = 0; at < entries.length; at += entryLength(header)) {
            int number = new BigInteger(1, Arrays.copyOfRange(entries, at, at + width)).intValueExact();
            Entry entry = new Entry(
                    number / 2, number % 2 == 1, Arrays.copyOfRange(entries, at + width, at + width + NodeKeys.LENGTH));
            if (entry.by() >= Quad.nodes(header.height()) || entry.by() == Quad.ROOT && !entry.own()) {
                throw damaged();
            }
            list.add(entry);
        }
        return list;
    }

    private static int entryLength(BlockHeader header) {
        return numberLength(header.height()) + NodeKeys.LENGTH;
    }

    private static int numberLength(int height) {
        return (2 * height + 2 + 7) / 8;
    }

    private static byte[] externalAad(byte[] entries) {
        byte[] label = (Labels.TYPE_KEY_BLOCK + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] aad = Arrays.copyOf(label, label.length + Digest.SHORT);
        System.arraycopy(Digest.shortened(entries), 0, aad, label.length, Digest.SHORT);
        return aad;
    }

    private static Refusal damaged() {
        return new Refusal(ResponseStatus.BAD_REQUEST, "a key block is damaged, or of another version");
    }

    @Override
    public String toString() {
        return "KeyBlock[epoch " + header.epoch() + ", " + header.entries() + " entries]";
    }
}
