package org.sealpost.vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.sealpost.e2e.Labels;
import org.sealpost.group.block.BlockGate;
import org.sealpost.group.block.BlockSlice;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.RatchetNotice;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/** Epoch blocks, slices of them, and notices of ratchets: made, opened, and refused at each check. */
final class EpochBlockVectors {
    private static final String GROUP = EpochTreeVectors.GROUP;
    private static final long SEED = 0x5ea1_0009L;
    private static final long NOW = 1_900_000_000L;
    private static final long EXPIRY = NOW + 86_400;
    private static final int HEIGHT = 6;
    private static final long ASSIGNED = 41;

    private final Random random = new Random(SEED);
    private final byte[] treeSecret = Forge.octets(random, 32);
    private final byte[] signingKey = Forge.octets(random, 32);
    private final byte[] seed = Forge.octets(random, 16);
    private final byte[] commanders = Forge.octets(random, 16);
    private final byte[] publicKey =
            new Ed25519PrivateKeyParameters(signingKey, 0).generatePublicKey().getEncoded();
    private final Sheet sheet;

    private EpochBlockVectors(String header) {
        sheet = new Sheet("Epoch block", "docs/vectors.md", header)
                .note("Valid", "Comes out, or is opened, as it stands.")
                .note("Slice", "One entry with its way to the signed root.")
                .note("Malformed", "No block, slice or notice of version 1 in its one form.")
                .note("Group", "Of another group.")
                .note("Order", "Not newer than what the member holds, of another generation, or after another block.")
                .note("Expiry", "Over.")
                .note("Signature", "Not signed by the server, or changed.")
                .note("Excluded", "The member is not covered.")
                .note("Commitment", "Signed by the server, with another seed for one member than for the others.");
    }

    static byte[] block() {
        EpochBlockVectors made =
                new EpochBlockVectors("Epoch blocks and slices, for subset difference and complete subtree.");
        for (TreeScheme scheme : TreeScheme.values()) {
            made.blocks(scheme);
            made.slices(scheme);
        }
        return made.sheet.print();
    }

    static byte[] notice() {
        EpochBlockVectors made =
                new EpochBlockVectors("Ratchets of an epoch's secret and the notices that announce them.");
        made.notices();
        return made.sheet.print();
    }

    private EpochBlock issue(TreeScheme scheme, long epoch, byte[] previous, long assigned, List<Long> revoked) {
        return EpochBlock.issue(
                new EpochBlock.Draft(GROUP, 3, epoch, EXPIRY, previous, 2, commanders),
                scheme,
                HEIGHT,
                tree(scheme),
                scheme.cover(HEIGHT, assigned, revoked),
                seed,
                signingKey);
    }

    private TreeSecret tree(TreeScheme scheme) {
        return new TreeSecret(scheme, HEIGHT, GROUP, 3, treeSecret.clone());
    }

    private Sheet.Group group(String type, TreeScheme scheme) {
        return EpochTreeVectors.tree(sheet.group(type), scheme, HEIGHT, treeSecret)
                .put("signingKey", Json.hex(signingKey))
                .put("publicKey", Json.hex(publicKey));
    }

    private void blocks(TreeScheme scheme) {
        Sheet.Group g = group("EpochBlockIssue", scheme);
        byte[] previous = new byte[16];
        long epoch = 1;
        for (List<Long> revoked :
                List.of(List.<Long>of(), List.of(7L), List.of(0L, 7L, 40L), List.of(1L, 2L, 3L, 9L, 30L))) {
            EpochBlock block = issue(scheme, epoch, previous, ASSIGNED, revoked);
            g.valid("Valid", "epoch " + epoch + ", " + revoked.size() + " evicted")
                    .put("assigned", "" + ASSIGNED)
                    .put("revoked", revoked.stream().map(String::valueOf).toList())
                    .put("epoch", "" + epoch)
                    .put("notAfter", "" + EXPIRY)
                    .put("previous", previous)
                    .put("commanderVersion", "2")
                    .put("commanders", commanders)
                    .put("seed", seed)
                    .put("block", block.encode())
                    .put("hash", block.hash());
            previous = block.hash();
            epoch += 100;
        }
        EpochBlock all = issue(scheme, 9, new byte[16], 1L << HEIGHT, List.of());
        g.valid("Valid", "everybody")
                .put("assigned", "64")
                .put("revoked", List.of())
                .put("epoch", "9")
                .put("notAfter", "" + EXPIRY)
                .put("previous", new byte[16])
                .put("commanderVersion", "2")
                .put("commanders", commanders)
                .put("seed", seed)
                .put("block", all.encode())
                .put("hash", all.hash());
        opening(scheme, all);
    }

    private void opening(TreeScheme scheme, EpochBlock all) {
        Sheet.Group g = group("EpochBlockOpen", scheme);
        EpochBlock block = issue(scheme, 7, Arrays.copyOf(commanders, 16), ASSIGNED, List.of(0L, 7L, 33L));
        byte[] octets = block.encode();
        for (long leaf : new long[] {1, 20, 40}) {
            opened(g.valid("Valid", "leaf " + leaf), "block", octets, leaf, block, scheme);
        }
        opened(g.valid("Valid", "everybody"), "block", all.encode(), 63, all, scheme);
        asked(g.valid("Valid", "the block that is held, again"), 7, block.hash(), NOW, 1)
                .put("block", octets)
                .put("epoch", "7")
                .put("secret", secret(block, scheme, 1))
                .put("hash", block.hash());
        asked(g.valid("Valid", "in its last second"), 6, new byte[0], EXPIRY, 1)
                .put("block", octets)
                .put("epoch", "7")
                .put("secret", secret(block, scheme, 1))
                .put("hash", block.hash());
        for (long leaf : new long[] {0, 7, 33}) {
            refused(g, 4103, "Excluded", "evicted leaf " + leaf, leaf, octets);
        }
        refused(g, 4103, "Excluded", "a leaf that was never assigned", 41, octets);
        asked(g.invalid(4008, "Expiry", "over for a second"), 0, new byte[0], EXPIRY + 1, 1)
                .put("block", octets);
        asked(g.invalid(4105, "Order", "older than what is held"), 8, new byte[16], NOW, 1)
                .put("block", octets);
        asked(g.invalid(4105, "Order", "another block of the epoch that is held"), 7, new byte[16], NOW, 1)
                .put("block", octets);
        asked(g.invalid(4105, "Order", "the epoch is held, from no block"), 7, new byte[0], NOW, 1)
                .put("block", octets);
        headers(g, octets);
        refused(
                g,
                4103,
                "Signature",
                "the signature changed",
                1,
                flipped(octets, octets.length - entries(block).length - 10));
        refused(g, 4103, "Signature", "an entry changed", 1, flipped(octets, octets.length - 1));
        refused(g, 4103, "Signature", "two entries exchanged", 1, exchanged(block));
        refused(g, 4000, "Malformed", "cut short", 1, Arrays.copyOf(octets, octets.length - 1));
        refused(g, 4000, "Malformed", "an octet behind", 1, Arrays.copyOf(octets, octets.length + 1));
        refused(g, 4000, "Malformed", "nothing", 1, new byte[0]);
        refused(
                g,
                4000,
                "Malformed",
                "an entry missing",
                1,
                Cbor.array(
                        List.of(signed(block), Arrays.copyOf(entries(block), entries(block).length - entryLength()))));
        refused(g, 4000, "Malformed", "a length in a longer form than needed", 1, longer(octets));
        refused(g, 4103, "Commitment", "a hidden seed of one member's own", 40, split(scheme, block));
    }

    /** Headers that say something else, signed by the server or not: what they say is judged before the signature. */
    private void headers(Sheet.Group g, byte[] octets) {
        EpochBlock block = EpochBlock.decode(octets);
        refused(g, 4000, "Group", "another group", 1, header(block, 3, new byte[8]));
        refused(g, 4105, "Order", "another generation", 1, header(block, 4, 4L));
        refused(g, 4000, "Malformed", "version 2", 1, header(block, 0, 2L));
        refused(g, 4000, "Malformed", "a scheme that is not known", 1, header(block, 1, 3L));
        refused(g, 4000, "Malformed", "a tree of height 25", 1, header(block, 2, 25L));
        refused(g, 4000, "Malformed", "epoch 0", 1, header(block, 5, 0L));
        refused(g, 4000, "Malformed", "a commitment of 31 octets", 1, header(block, 11, new byte[31]));
        refused(g, 4103, "Signature", "another expiry", 1, header(block, 6, EXPIRY + 1));
        refused(g, 4103, "Signature", "another commander list", 1, header(block, 10, new byte[16]));
    }

    private void slices(TreeScheme scheme) {
        EpochBlock block = issue(scheme, 7, new byte[16], ASSIGNED, List.of(0L, 7L, 33L));
        Sheet.Group c = group("EpochSliceCut", scheme);
        int count = block.subsets().size();
        for (int i = 0; i < count; i++) {
            c.valid("Slice", "entry " + i + " of " + count)
                    .put("block", block.encode())
                    .put("index", "" + i)
                    .put("slice", block.slice(i).encode());
        }
        Sheet.Group g = group("EpochSliceOpen", scheme);
        for (long leaf : new long[] {1, 20, 40}) {
            byte[] slice = block.slice(tree(scheme).labels(leaf)).orElseThrow().encode();
            opened(g.valid("Slice", "leaf " + leaf), "slice", slice, leaf, block, scheme);
        }
        BlockSlice slice = block.slice(tree(scheme).labels(1)).orElseThrow();
        byte[] right = slice.encode();
        sliced(g, 4103, "Excluded", "another member's slice", 7, right);
        sliced(
                g,
                4103,
                "Signature",
                "a hash where the other entry belongs",
                1,
                slice(
                        slice,
                        slice.index(),
                        slice.entry(),
                        Arrays.copyOfRange(way(slice), slice.entry().length - 16, way(slice).length)));
        sliced(g, 4103, "Signature", "the proof changed", 1, flipped(right, right.length - 1));
        sliced(
                g,
                4103,
                "Signature",
                "another place",
                1,
                slice(slice, slice.index() == 0 ? 1 : 0, slice.entry(), way(slice)));
        sliced(g, 4103, "Signature", "a place outside", 1, slice(slice, count, slice.entry(), way(slice)));
        sliced(
                g,
                4103,
                "Signature",
                "a step too few",
                1,
                slice(slice, slice.index(), slice.entry(), Arrays.copyOf(way(slice), way(slice).length - 16)));
        sliced(
                g,
                4103,
                "Signature",
                "a step too many",
                1,
                slice(slice, slice.index(), slice.entry(), Arrays.copyOf(way(slice), way(slice).length + 16)));
        sliced(
                g,
                4000,
                "Malformed",
                "half a step",
                1,
                slice(slice, slice.index(), slice.entry(), Arrays.copyOf(way(slice), way(slice).length + 8)));
        sliced(
                g,
                4000,
                "Malformed",
                "an entry too short",
                1,
                slice(slice, slice.index(), Arrays.copyOf(slice.entry(), slice.entry().length - 1), way(slice)));
        sliced(g, 4000, "Malformed", "a place below zero", 1, slice(slice, -1, slice.entry(), way(slice)));
        sliced(g, 4000, "Malformed", "a whole block", 1, block.encode());
        asked(g.invalid(4008, "Expiry", "over"), 0, new byte[0], EXPIRY + 1, 1).put("slice", right);
        asked(g.invalid(4105, "Order", "older than what is held"), 8, new byte[16], NOW, 1)
                .put("slice", right);
    }

    private void notices() {
        Sheet.Group r = sheet.group("EpochRatchet");
        for (long steps : new long[] {1, 2, 100}) {
            byte[] secret = Forge.octets(random, 32);
            r.valid("Valid", steps + " steps")
                    .put("group", GROUP)
                    .put("secret", secret)
                    .put("from", "41")
                    .put("to", "" + (41 + steps))
                    .put("next", RatchetNotice.ratchet(GROUP, secret, 41, 41 + steps));
        }
        TreeScheme scheme = TreeScheme.SUBSET_DIFFERENCE;
        EpochBlock block = issue(scheme, 7, new byte[16], ASSIGNED, List.of(3L));
        byte[] held = gate(block).open(block, tree(scheme).labels(1)).secret();
        Sheet.Group i = group("EpochNoticeIssue", scheme);
        Sheet.Group a = group("EpochNoticeAdvance", scheme);
        for (long epoch : new long[] {8, 9, 300}) {
            byte[] secret = RatchetNotice.ratchet(GROUP, held, 7, epoch);
            byte[] notice = RatchetNotice.issue(block, epoch, EXPIRY, secret, signingKey)
                    .encode();
            i.valid("Valid", "epoch " + epoch)
                    .put("block", block.encode())
                    .put("epoch", "" + epoch)
                    .put("notAfter", "" + EXPIRY)
                    .put("secret", secret)
                    .put("notice", notice);
            from(a.valid("Valid", "from epoch 7 to " + epoch), block.hash(), 7, held, NOW, notice)
                    .put("next", secret)
                    .put("epoch", "" + epoch);
        }
        byte[] ninth = RatchetNotice.ratchet(GROUP, held, 7, 9);
        byte[] notice = RatchetNotice.issue(block, 9, EXPIRY, ninth, signingKey).encode();
        from(
                        a.valid("Valid", "from the epoch between"),
                        block.hash(),
                        8,
                        RatchetNotice.ratchet(GROUP, held, 7, 8),
                        NOW,
                        notice)
                .put("next", ninth)
                .put("epoch", "9");
        from(a.invalid(4105, "Order", "the epoch that is held"), block.hash(), 9, ninth, NOW, notice);
        from(a.invalid(4105, "Order", "an earlier epoch"), block.hash(), 10, ninth, NOW, notice);
        from(a.invalid(4105, "Order", "on top of another block"), new byte[16], 7, held, NOW, notice);
        byte[] far = RatchetNotice.issue(block, 7 + 65_537, EXPIRY, ninth, signingKey)
                .encode();
        from(a.invalid(4105, "Order", "more steps than are computed"), block.hash(), 7, held, NOW, far);
        from(a.invalid(4008, "Expiry", "over"), block.hash(), 7, held, EXPIRY + 1, notice);
        from(a.invalid(4103, "Signature", "changed"), block.hash(), 7, held, NOW, flipped(notice, notice.length - 1));
        from(a.invalid(4103, "Signature", "signed as a block"), block.hash(), 7, held, NOW, resigned(notice));
        from(
                a.invalid(4103, "Commitment", "another secret than the member's"),
                block.hash(),
                7,
                new byte[32],
                NOW,
                notice);
        from(
                a.invalid(4000, "Malformed", "cut short"),
                block.hash(),
                7,
                held,
                NOW,
                Arrays.copyOf(notice, notice.length - 1));
        from(a.invalid(4000, "Malformed", "a block in place of a notice"), block.hash(), 7, held, NOW, block.encode());
        byte[] other = CoseSign1.sign(
                        signingKey, Json.utf8(Labels.TYPE_NOTICE), replaced(payload(notice), 1, new byte[8]))
                .encode();
        from(a.invalid(4000, "Group", "another group"), block.hash(), 7, held, NOW, other);
    }

    private BlockGate gate(EpochBlock block) {
        return new BlockGate(GROUP, 3, publicKey, 0, Optional.empty(), NOW);
    }

    private byte[] secret(EpochBlock block, TreeScheme scheme, long leaf) {
        return gate(block).open(block, tree(scheme).labels(leaf)).secret();
    }

    private void opened(Sheet.Test test, String what, byte[] octets, long leaf, EpochBlock block, TreeScheme scheme) {
        asked(test, 0, new byte[0], NOW, leaf)
                .put(what, octets)
                .put("epoch", "" + block.header().epoch())
                .put("secret", secret(block, scheme, leaf))
                .put("hash", block.hash());
    }

    private static Sheet.Test asked(Sheet.Test test, long highest, byte[] held, long now, long leaf) {
        return test.put("leaf", "" + leaf)
                .put("highest", "" + highest)
                .put("held", held)
                .put("now", "" + now);
    }

    private static Sheet.Test from(Sheet.Test test, byte[] newest, long held, byte[] secret, long now, byte[] notice) {
        return test.put("newest", newest)
                .put("held", "" + held)
                .put("secret", secret)
                .put("now", "" + now)
                .put("notice", notice);
    }

    private static void refused(Sheet.Group g, int status, String flag, String comment, long leaf, byte[] block) {
        asked(g.invalid(status, flag, comment), 0, new byte[0], NOW, leaf).put("block", block);
    }

    private static void sliced(Sheet.Group g, int status, String flag, String comment, long leaf, byte[] slice) {
        asked(g.invalid(status, flag, comment), 0, new byte[0], NOW, leaf).put("slice", slice);
    }

    private static int entryLength() {
        return Subset.length(HEIGHT) + 16;
    }

    private static byte[] signed(EpochBlock block) {
        return (byte[]) Cbor.readArray(block.encode()).orElseThrow().get(0);
    }

    private static byte[] entries(EpochBlock block) {
        return (byte[]) Cbor.readArray(block.encode()).orElseThrow().get(1);
    }

    /** The header inside of a COSE_Sign1: behind array, protected header, map, and the head of the payload. */
    private static byte[] payload(byte[] signed) {
        return CoseSign1.decode(signed).orElseThrow().payload();
    }

    private static byte[] replaced(byte[] array, int at, Object by) {
        List<Object> items = new ArrayList<>(Cbor.readArray(array).orElseThrow());
        items.set(at, by);
        return Cbor.array(items);
    }

    /** The block with one item of its header replaced, and the old signature. */
    private static byte[] header(EpochBlock block, int at, Object by) {
        var old = CoseSign1.decode(signed(block)).orElseThrow();
        byte[] changed = new CoseSign1(replaced(old.payload(), at, by), old.signature()).encode();
        return Cbor.array(List.of(changed, entries(block)));
    }

    private static byte[] exchanged(EpochBlock block) {
        byte[] entries = entries(block);
        int length = entryLength();
        byte[] first = Arrays.copyOf(entries, length);
        System.arraycopy(entries, length, entries, 0, length);
        System.arraycopy(first, 0, entries, length, length);
        return Cbor.array(List.of(signed(block), entries));
    }

    /** A server that gives one subset another seed, and signs. */
    private byte[] split(TreeScheme scheme, EpochBlock block) {
        byte[] entries = entries(block);
        int index = block.slice(tree(scheme).labels(40)).orElseThrow().index();
        entries[(index + 1) * entryLength() - 1] ^= 1;
        List<byte[]> parts = new ArrayList<>();
        for (int at = 0; at < entries.length; at += entryLength()) {
            parts.add(Arrays.copyOfRange(entries, at, at + entryLength()));
        }
        byte[] label = Json.utf8(Labels.TYPE_BLOCK + '\0');
        byte[] root = MerkleRoot.of(parts);
        byte[] aad = Arrays.copyOf(label, label.length + root.length);
        System.arraycopy(root, 0, aad, label.length, root.length);
        return Cbor.array(
                List.of(CoseSign1.sign(signingKey, aad, payload(signed(block))).encode(), entries));
    }

    private byte[] resigned(byte[] notice) {
        return CoseSign1.sign(signingKey, Json.utf8(Labels.TYPE_BLOCK), payload(notice))
                .encode();
    }

    /** The head of the first byte string with a length of four octets. */
    private static byte[] longer(byte[] block) {
        byte[] signed = (byte[]) Cbor.readArray(block).orElseThrow().get(0);
        int head = signed.length < 256 ? 2 : 3;
        byte[] longer = new byte[block.length + 5 - head];
        longer[0] = block[0];
        longer[1] = 0x5a;
        longer[4] = (byte) (signed.length >>> 8);
        longer[5] = (byte) signed.length;
        System.arraycopy(block, 1 + head, longer, 6, block.length - 1 - head);
        return longer;
    }

    private static byte[] slice(BlockSlice slice, long index, byte[] entry, byte[] way) {
        return Cbor.array(List.of(slice.signed().encode(), index, entry, way));
    }

    private static byte[] way(BlockSlice slice) {
        return (byte[]) Cbor.readArray(slice.encode()).orElseThrow().get(3);
    }

    private static byte[] flipped(byte[] octets, int at) {
        byte[] copy = octets.clone();
        copy[at] ^= 1;
        return copy;
    }
}
