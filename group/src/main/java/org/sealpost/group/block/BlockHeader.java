package org.sealpost.group.block;

import java.util.List;
import java.util.Optional;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.cose.Cbor;

/**
 * The signed part of a block that travels with it: a CBOR array of
 *
 * <pre>[1, scheme, height, group (8), generation, epoch, not-after, previous (16), entries, commander version, commanders (16), commitment (32)]</pre>
 *
 * @param scheme number 1 subset difference, 2 complete subtree
 * @param group first octets of the hash of its absolute identifier
 * @param notAfter epoch seconds
 * @param previous hash of the block before; zeros for the first
 * @param entries how many there are
 * @param commanders hash of the commander list of that version
 * @param commitment to the seed that the entries hide
 */
public record BlockHeader(
        TreeScheme scheme,
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
    private static final int GROUP = 8;
    private static final int ITEMS = 12;
    private static final int MAX_HEIGHT = 24;
    private static final int MAX_ENTRIES = 1 << 16;

    byte[] encode() {
        return Cbor.array(List.of(
                VERSION,
                scheme.ordinal() + 1,
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

    /** Octets of one entry: subset and hidden seed. */
    int entryLength() {
        return Subset.length(height) + BlockSeed.LENGTH;
    }

    static BlockHeader decode(byte[] octets) {
        return Cbor.readArray(octets)
                .filter(i -> i.size() == ITEMS && Long.valueOf(VERSION).equals(i.get(0)))
                .flatMap(BlockHeader::of)
                .orElseThrow(() -> malformed("a block's header is not one of version 1"));
    }

    private static Optional<BlockHeader> of(List<Object> items) {
        Optional<TreeScheme> scheme =
                number(items, 1, 1, TreeScheme.values().length).map(n -> TreeScheme.values()[Math.toIntExact(n) - 1]);
        Optional<Long> height = number(items, 2, 1, MAX_HEIGHT);
        Optional<Long> count = number(items, 8, 0, MAX_ENTRIES);
        if (scheme.isEmpty() || height.isEmpty() || count.isEmpty()) {
            return Optional.empty();
        }
        boolean shaped = octets(items, 3, GROUP)
                && octets(items, 7, Digest.SHORT)
                && octets(items, 10, Digest.SHORT)
                && octets(items, 11, COMMITMENT)
                && number(items, 4, 1, Long.MAX_VALUE).isPresent()
                && number(items, 5, 1, Long.MAX_VALUE).isPresent()
                && number(items, 6, 0, Long.MAX_VALUE).isPresent()
                && number(items, 9, 0, Long.MAX_VALUE).isPresent();
        return shaped
                ? Optional.of(new BlockHeader(
                        scheme.get(),
                        Math.toIntExact(height.get()),
                        (byte[]) items.get(3),
                        (Long) items.get(4),
                        (Long) items.get(5),
                        (Long) items.get(6),
                        (byte[]) items.get(7),
                        Math.toIntExact(count.get()),
                        (Long) items.get(9),
                        (byte[]) items.get(10),
                        (byte[]) items.get(11)))
                : Optional.empty();
    }

    private static Optional<Long> number(List<Object> items, int at, long least, long most) {
        return items.get(at) instanceof Long n && n >= least && n <= most ? Optional.of(n) : Optional.empty();
    }

    private static boolean octets(List<Object> items, int at, int length) {
        return items.get(at) instanceof byte[] octets && octets.length == length;
    }

    static Refusal malformed(String sentence) {
        return new Refusal(ResponseStatus.BAD_REQUEST, sentence);
    }
}
