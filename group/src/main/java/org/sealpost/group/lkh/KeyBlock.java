package org.sealpost.group.lkh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * One change of a tree; public, the same octets for the same input. Its fixed parts are those of an {@link org.sealpost.group.block.EpochBlock}, so that the two compare:
 *
 * <pre>block = [COSE_Sign1 with the header as payload (bstr), entries (bstr)]
 * header = [1, 3, height, group (8), generation, epoch, not-after, previous (16), entries, commander version, commanders (16), commitment (32)]
 * entry = node that hides, times two, plus one where it hides its own next key (2 height + 2 bits, whole octets) | key XOR mask (16)
 * external_aad of the signature = label of key blocks | 0x00 | first 16 octets of SHA-256(entries)</pre>
 */
public final class KeyBlock {
    static final int HASH = 16;

    private static final long VERSION = 1;
    private static final long SCHEME = 3;
    private static final int ITEMS = 12;
    private static final int GROUP = 8;
    private static final int MAX_ENTRIES = 1 << 20;

    private final Header header;
    private final CoseSign1 signed;
    private final byte[] entries;

    private KeyBlock(Header header, CoseSign1 signed, byte[] entries) {
        this.header = header;
        this.signed = signed;
        this.entries = entries;
    }

    /** The signed part, as in an epoch block. */
    record Header(
            int height,
            byte[] group,
            long generation,
            long epoch,
            long notAfter,
            byte[] previous,
            int entries,
            long commanderVersion,
            byte[] commanders,
            byte[] commitment) {
        byte[] encode() {
            return Cbor.array(List.of(
                    VERSION,
                    SCHEME,
                    height,
                    group,
                    generation,
                    epoch,
                    notAfter,
                    previous,
                    entries,
                    commanderVersion,
                    commanders,
                    commitment));
        }

        int entryLength() {
            return numberLength(height) + NodeKeys.LENGTH;
        }
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

    static KeyBlock sign(Header header, List<Entry> list, byte[] signingKey) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(list.size() * header.entryLength());
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
        Header header =
                Cbor.readArray(signed.payload()).flatMap(KeyBlock::header).orElseThrow(KeyBlock::damaged);
        byte[] entries = (byte[]) parts.get(1);
        if (entries.length != header.entries() * header.entryLength()) {
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
        return Arrays.copyOf(sha256(signed.encode()), HASH);
    }

    public long epoch() {
        return header.epoch();
    }

    /** How many keys it carries. */
    public int size() {
        return header.entries();
    }

    Header header() {
        return header;
    }

    boolean verifies(byte[] publicKey) {
        return signed.verifies(publicKey, externalAad(entries));
    }

    /** In the order of the block, which is from below. */
    List<Entry> entries() {
        List<Entry> list = new ArrayList<>(header.entries());
        int width = numberLength(header.height());
        for (int at = 0; at < entries.length; at += header.entryLength()) {
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

    static byte[] digest(String group) {
        return Arrays.copyOf(sha256(group.getBytes(StandardCharsets.UTF_8)), GROUP);
    }

    private static Optional<Header> header(List<Object> i) {
        boolean shaped = i.size() == ITEMS
                && Long.valueOf(VERSION).equals(i.get(0))
                && Long.valueOf(SCHEME).equals(i.get(1))
                && number(i.get(2), 1, Quad.MAX_HEIGHT)
                && octets(i.get(3), GROUP)
                && number(i.get(4), 1, Long.MAX_VALUE)
                && number(i.get(5), 1, Long.MAX_VALUE)
                && number(i.get(6), 0, Long.MAX_VALUE)
                && octets(i.get(7), HASH)
                && number(i.get(8), 0, MAX_ENTRIES)
                && number(i.get(9), 0, Long.MAX_VALUE)
                && octets(i.get(10), HASH)
                && octets(i.get(11), NodeKeys.COMMITMENT);
        return shaped
                ? Optional.of(new Header(
                        Math.toIntExact((Long) i.get(2)),
                        (byte[]) i.get(3),
                        (Long) i.get(4),
                        (Long) i.get(5),
                        (Long) i.get(6),
                        (byte[]) i.get(7),
                        Math.toIntExact((Long) i.get(8)),
                        (Long) i.get(9),
                        (byte[]) i.get(10),
                        (byte[]) i.get(11)))
                : Optional.empty();
    }

    private static boolean number(Object item, long least, long most) {
        return item instanceof Long n && n >= least && n <= most;
    }

    private static boolean octets(Object item, int length) {
        return item instanceof byte[] octets && octets.length == length;
    }

    private static int numberLength(int height) {
        return (2 * height + 2 + 7) / 8;
    }

    private static byte[] externalAad(byte[] entries) {
        byte[] label = (Labels.TYPE_KEY_BLOCK + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] aad = Arrays.copyOf(label, label.length + HASH);
        System.arraycopy(sha256(entries), 0, aad, label.length, HASH);
        return aad;
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the platform has no SHA-256", e);
        }
    }

    private static Refusal damaged() {
        return new Refusal(ResponseStatus.BAD_REQUEST, "a key block is damaged, or of another version");
    }

    @Override
    public String toString() {
        return "KeyBlock[epoch " + header.epoch() + ", " + header.entries() + " entries]";
    }
}
