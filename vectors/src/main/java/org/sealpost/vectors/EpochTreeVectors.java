package org.sealpost.vectors;

import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;

/** Trees of labels: what a member stores, who is covered, which key a subset has. */
final class EpochTreeVectors {
    static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";

    private static final long SEED = 0x5ea1_0008L;

    private final Random random = new Random(SEED);
    private final Sheet sheet = new Sheet(
                    "Epoch tree",
                    "docs/vectors.md",
                    "Labels, covers and keys of subsets, for subset difference and complete subtree.")
            .note("Labels", "What the member on a leaf stores.")
            .note("Cover", "Subsets that hold all assigned leaves that are not revoked, and no other.")
            .note("Key", "A subset's key, from a member's labels and from the tree's secret.")
            .note("Excluded", "The leaf is not in the subset.");

    private EpochTreeVectors() {}

    static byte[] make() {
        EpochTreeVectors made = new EpochTreeVectors();
        for (TreeScheme scheme : TreeScheme.values()) {
            made.labels(scheme);
            made.covers(scheme);
            made.keys(scheme);
        }
        return made.sheet.print();
    }

    /** A group of tests on one tree. */
    static Sheet.Group tree(Sheet.Group into, TreeScheme scheme, int height, byte[] secret) {
        return into.put("scheme", scheme.policyName())
                .put("height", "" + height)
                .put("group", GROUP)
                .put("generation", "3")
                .put("treeSecret", Json.hex(secret));
    }

    private void labels(TreeScheme scheme) {
        for (int height : new int[] {1, 3, 20}) {
            byte[] secret = Forge.octets(random, 32);
            Sheet.Group g = tree(sheet.group("TreeLabels"), scheme, height, secret);
            TreeSecret tree = new TreeSecret(scheme, height, GROUP, 3, secret);
            for (long leaf : height == 20 ? new long[] {0, 777_777} : new long[] {0, 1, (1L << height) - 1}) {
                g.valid("Labels", "leaf " + leaf + " of a tree of height " + height)
                        .put("leaf", "" + leaf)
                        .put("labels", tree.labels(leaf).octets());
            }
        }
    }

    private void covers(TreeScheme scheme) {
        Sheet.Group small = tree(sheet.group("TreeCover"), scheme, 3, new byte[32]);
        cover(small, scheme, 3, 8, List.of(), "everybody");
        cover(small, scheme, 3, 8, List.of(0L), "one evicted");
        cover(small, scheme, 3, 8, List.of(3L, 4L), "two evicted, beside the middle");
        cover(small, scheme, 3, 8, LongStream.range(0, 8).boxed().toList(), "everybody evicted");
        cover(small, scheme, 3, 5, List.of(), "three leaves never assigned");
        cover(small, scheme, 3, 5, List.of(4L), "the last one evicted");
        cover(small, scheme, 3, 1, List.of(), "one member");
        cover(small, scheme, 3, 0, List.of(), "nobody yet");
        Sheet.Group large = tree(sheet.group("TreeCover"), scheme, 20, new byte[32]);
        for (int evicted : new int[] {1, 2, 5, 17}) {
            long assigned = (1L << 19) + random.nextInt(1 << 19);
            TreeSet<Long> revoked = new TreeSet<>();
            while (revoked.size() < evicted) {
                revoked.add((long) (random.nextDouble() * assigned));
            }
            cover(large, scheme, 20, assigned, List.copyOf(revoked), evicted + " of " + assigned + " evicted");
        }
    }

    private static void cover(
            Sheet.Group g, TreeScheme scheme, int height, long assigned, List<Long> revoked, String comment) {
        g.valid("Cover", comment)
                .put("assigned", "" + assigned)
                .put("revoked", revoked.stream().map(String::valueOf).toList())
                .put("subsets", EpochKinds.text(scheme.cover(height, assigned, revoked)));
    }

    private void keys(TreeScheme scheme) {
        int height = 5;
        byte[] secret = Forge.octets(random, 32);
        Sheet.Group g = tree(sheet.group("SubsetKey"), scheme, height, secret);
        TreeSecret tree = new TreeSecret(scheme, height, GROUP, 3, secret);
        List<Subset> cover = scheme.cover(height, 27, List.of(2L, 9L, 20L));
        for (Subset subset : cover) {
            long inside = LongStream.range(0, 32)
                    .filter(l -> holds(tree.labels(l), subset))
                    .findFirst()
                    .orElseThrow();
            g.valid("Key", "leaf " + inside + " in " + subset.from() + " without " + subset.except())
                    .put("leaf", "" + inside)
                    .put("subset", subset.from() + "/" + subset.except())
                    .put("key", tree.key(subset))
                    .put("encoded", subset.encode(height));
            g.invalid(4103, "Excluded", "an evicted leaf")
                    .put("leaf", "9")
                    .put("subset", subset.from() + "/" + subset.except());
        }
        Subset everybody = new Subset(1, 0);
        g.valid("Key", "everybody")
                .put("leaf", "31")
                .put("subset", "1/0")
                .put("key", tree.key(everybody))
                .put("encoded", everybody.encode(height));
    }

    private static boolean holds(MemberLabels labels, Subset subset) {
        return labels.find(List.of(subset)).isPresent();
    }
}
