package org.sealpost.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.group.block.BlockGate;
import org.sealpost.group.block.BlockSlice;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.RatchetNotice;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;
import org.sealpost.oscore.cose.CoseSign1;

/** Epoch blocks, slices and notices at a member: whatever a cache makes of them. What was read is written the same, and a block that is not the server's opens nothing. */
public final class BlocksTarget {
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";
    private static final long NOW = 1_900_000_000L;
    private static final int HEIGHT = 6;
    private static final byte[] SIGNING_KEY = new byte[32];
    private static final byte[] PUBLIC_KEY = CoseSign1.publicKey(SIGNING_KEY);
    private static final TreeSecret TREE = new TreeSecret(TreeScheme.SUBSET_DIFFERENCE, HEIGHT, GROUP, 1, new byte[32]);
    private static final MemberLabels LABELS = TREE.labels(5);
    private static final EpochBlock BLOCK = EpochBlock.issue(
            new EpochBlock.Draft(GROUP, 1, 7, NOW + 60, new byte[16], 1, new byte[16]),
            TreeScheme.SUBSET_DIFFERENCE,
            HEIGHT,
            TREE,
            TreeScheme.SUBSET_DIFFERENCE.cover(HEIGHT, 40, List.of(2L, 17L)),
            new byte[16],
            SIGNING_KEY);
    private static final byte[] HASH = BLOCK.hash();

    private BlocksTarget() {}

    /** Loads what is instrumented before the clock of the first input runs. */
    public static void fuzzerInitialize() {
        seeds().forEach(BlocksTarget::fuzzerTestOneInput);
    }

    /** One input: the first octet chooses. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] octets = Arrays.copyOfRange(input, 1, input.length);
        switch (input[0] & 3) {
            case 0 ->
                Outcome.of(() -> {
                    EpochBlock block = EpochBlock.decode(octets);
                    same(octets, block.encode());
                    BlockGate.Opened opened = gate().open(block, LABELS);
                    // Only the entry that is opened is verified in a block; header and that entry are the server's.
                    return same(opened.hash(), HASH);
                });
            case 1 ->
                Outcome.of(() -> {
                    BlockSlice slice = BlockSlice.decode(octets);
                    same(octets, slice.encode());
                    return same(gate().open(slice, LABELS).hash(), HASH);
                });
            case 2 ->
                Outcome.of(() -> {
                    RatchetNotice notice = RatchetNotice.decode(octets);
                    same(octets, notice.encode());
                    return notice.advance(GROUP, HASH, 7, new byte[32], PUBLIC_KEY, NOW);
                });
            default -> {
                long epoch = OscoreMaterial.epoch(GROUP, octets);
                if (epoch != 0) {
                    same(octets, OscoreMaterial.gid(GROUP, epoch));
                }
                long leaf = OscoreMaterial.leaf(octets);
                if (leaf >= 0) {
                    same(octets, OscoreMaterial.senderId(leaf));
                }
            }
        }
    }

    /** Right inputs. */
    static List<byte[]> seeds() {
        RatchetNotice notice =
                RatchetNotice.issue(BLOCK, 9, NOW + 60, RatchetNotice.ratchet(GROUP, new byte[32], 7, 9), SIGNING_KEY);
        return List.of(
                OscoreTarget.joined(0, BLOCK.encode()),
                OscoreTarget.joined(1, BLOCK.slice(LABELS).orElseThrow().encode()),
                OscoreTarget.joined(2, notice.encode()),
                OscoreTarget.joined(3, OscoreMaterial.gid(GROUP, 7)),
                OscoreTarget.joined(3, OscoreMaterial.senderId(300)));
    }

    private static BlockGate gate() {
        return new BlockGate(GROUP, 1, PUBLIC_KEY, 0, Optional.empty(), NOW);
    }

    private static Object same(byte[] one, byte[] other) {
        if (!Arrays.equals(one, other)) {
            throw new IllegalStateException("what was read is not what is there");
        }
        return one;
    }
}
