package org.sealpost.group.block;

import java.util.List;
import java.util.Optional;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.cose.Cbor;

/**
 * The signed part of a block that travels with it, the same for epoch blocks and for the key blocks of a hierarchy ({@link org.sealpost.group.lkh.KeyBlock}): a CBOR array of
 *
 * <pre>[1, scheme, height, group (8), generation, epoch, not-after, previous (16), entries, commander version, commanders (16), commitment (32)]</pre>
 *
 * @param scheme number 1 subset difference, 2 complete subtree, 3 hierarchy of keys
 * @param group first octets of the hash of its absolute identifier
 * @param notAfter epoch seconds
 * @param previous hash of the block before; zeros for the first
 * @param entries how many there are
 * @param commanders hash of the commander list of that version
 * @param commitment to the seed that the entries hide
 */
public record BlockHeader(
        int scheme,
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
    static final int COMMITMENT = 32;

    private static final long VERSION = 1;
    private static final int ITEMS = 12;
    private static final int MAX_HEIGHT = 24;
    private static final int MAX_ENTRIES = 1 << 16;

    /**
     * What is read: everything else is refused.
     *
     * @param firstScheme lowest number of a scheme
     * @param lastScheme highest
     */
    public record Limits(int firstScheme, int lastScheme, int maxHeight, int maxEntries) {}

    private static final Limits EPOCH_BLOCKS = new Limits(1, TreeScheme.values().length, MAX_HEIGHT, MAX_ENTRIES);

    /** The number of a tree's scheme. */
    static int number(TreeScheme scheme) {
        return scheme.ordinal() + 1;
    }

    /** The octets to sign. */
    public byte[] encode() {
        return Cbor.array(List.of(
                VERSION,
                scheme,
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

    /** Octets of one entry of an epoch block: subset and hidden seed. */
    int entryLength() {
        return Subset.length(height) + BlockSeed.LENGTH;
    }

    static BlockHeader decode(byte[] octets) {
        return read(octets, EPOCH_BLOCKS).orElseThrow(() -> malformed("a block's header is not one of version 1"));
    }

    /** Reads a header; empty when it is none within these limits. */
    public static Optional<BlockHeader> read(byte[] octets, Limits limits) {
        return Cbor.readArray(octets)
                .filter(i -> i.size() == ITEMS && Long.valueOf(VERSION).equals(i.get(0)))
                .filter(i -> shaped(i, limits))
                .map(i -> new BlockHeader(
                        Math.toIntExact((Long) i.get(1)),
                        Math.toIntExact((Long) i.get(2)),
                        (byte[]) i.get(3),
                        (Long) i.get(4),
                        (Long) i.get(5),
                        (Long) i.get(6),
                        (byte[]) i.get(7),
                        Math.toIntExact((Long) i.get(8)),
                        (Long) i.get(9),
                        (byte[]) i.get(10),
                        (byte[]) i.get(11)));
    }

    private static boolean shaped(List<Object> items, Limits limits) {
        return number(items, 1, limits.firstScheme(), limits.lastScheme())
                && number(items, 2, 1, limits.maxHeight())
                && octets(items, 3, Digest.GROUP)
                && number(items, 4, 1, Long.MAX_VALUE)
                && number(items, 5, 1, Long.MAX_VALUE)
                && number(items, 6, 0, Long.MAX_VALUE)
                && octets(items, 7, Digest.SHORT)
                && number(items, 8, 0, limits.maxEntries())
                && number(items, 9, 0, Long.MAX_VALUE)
                && octets(items, 10, Digest.SHORT)
                && octets(items, 11, COMMITMENT);
    }

    private static boolean number(List<Object> items, int at, long least, long most) {
        return items.get(at) instanceof Long n && n >= least && n <= most;
    }

    private static boolean octets(List<Object> items, int at, int length) {
        return items.get(at) instanceof byte[] octets && octets.length == length;
    }

    static Refusal malformed(String sentence) {
        return new Refusal(ResponseStatus.BAD_REQUEST, sentence);
    }
}
