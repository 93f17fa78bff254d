package org.sealpost.group.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.e2e.Hmac;

/** Covers against brute force, and keys that members and the authority agree on. */
class TreeSchemeTest {
    private static final long SEED = 20261125;
    private static final Hmac.Series HMAC = new Hmac.Series();
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";

    @ParameterizedTest
    @EnumSource
    void aCoverHoldsEveryMemberOnceAndNobodyElse(TreeScheme scheme) {
        Random random = new Random(SEED);
        for (int round = 0; round < 2000; round++) {
            int height = 1 + random.nextInt(6);
            int assigned = random.nextInt((1 << height) + 1);
            List<Long> revoked = some(random, assigned);
            List<Subset> cover = scheme.cover(height, assigned, revoked);
            for (long leaf = 0; leaf < 1L << height; leaf++) {
                int node = Node.leaf(height, leaf);
                long holding = cover.stream().filter(s -> s.holds(node)).count();
                boolean member = leaf < assigned && !revoked.contains(leaf);
                assertThat(holding)
                        .as(
                                "seed %d round %d height %d assigned %d revoked %s leaf %d",
                                SEED, round, height, assigned, revoked, leaf)
                        .isEqualTo(member ? 1 : 0);
            }
        }
    }

    @Test
    void aFullTreeCostsAtMostTwiceTheEvictedLessOne() {
        Random random = new Random(SEED);
        for (int round = 0; round < 500; round++) {
            List<Long> revoked = distinct(random, 1 << 12, 1 + random.nextInt(40));
            assertThat(TreeScheme.SUBSET_DIFFERENCE.cover(12, 1 << 12, revoked))
                    .as("seed %d round %d", SEED, round)
                    .hasSizeLessThanOrEqualTo(2 * revoked.size() - 1);
        }
        assertThat(TreeScheme.SUBSET_DIFFERENCE.cover(20, 1 << 20, List.of())).hasSize(1);
        assertThat(TreeScheme.SUBSET_DIFFERENCE.cover(20, 1 << 20, List.of(77L)))
                .hasSize(1);
        assertThat(TreeScheme.COMPLETE_SUBTREE.cover(20, 1 << 20, List.of(77L))).hasSize(20);
    }

    @ParameterizedTest
    @EnumSource
    void membersDeriveTheAuthoritysKeysAndNoOthers(TreeScheme scheme) {
        Random random = new Random(SEED);
        for (int round = 0; round < 60; round++) {
            int height = 1 + random.nextInt(5);
            int assigned = 1 + random.nextInt(1 << height);
            List<Long> revoked = some(random, assigned);
            List<Subset> cover = scheme.cover(height, assigned, revoked);
            TreeSecret tree = tree(scheme, height, round);
            for (long leaf = 0; leaf < 1L << height; leaf++) {
                MemberLabels labels = tree.labels(leaf);
                boolean member = leaf < assigned && !revoked.contains(leaf);
                assertThat(labels.find(cover).isPresent()).isEqualTo(member);
                for (Subset subset : cover) {
                    if (subset.holds(Node.leaf(height, leaf))) {
                        assertThat(labels.key(subset))
                                .isEqualTo(tree.key(subset))
                                .hasSize(32);
                    } else {
                        assertThatThrownBy(() -> labels.key(subset)).isInstanceOf(IllegalArgumentException.class);
                    }
                }
            }
        }
    }

    /** Collusion: whatever the evicted store together, none of it is a label from which the key of a cover's subset follows. Found: the root's own label, once given to all. */
    @Test
    void allEvictedTogetherStoreNoLabelOnTheWayToAKey() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            int height = 2 + random.nextInt(5);
            List<Long> revoked = distinct(random, 1 << height, 1 + random.nextInt(1 << (height - 1)));
            TreeSecret tree = tree(TreeScheme.SUBSET_DIFFERENCE, height, round);
            Set<List<Byte>> stored = new HashSet<>();
            revoked.forEach(leaf -> stored.addAll(chunks(tree.labels(leaf).octets())));
            for (Subset subset : TreeScheme.SUBSET_DIFFERENCE.cover(height, 1L << height, revoked)) {
                byte[] label = Labelling.root(HMAC, secret(round), GROUP, 1, subset.from());
                for (int depth = Node.depth(subset.from()); ; depth++) {
                    assertThat(stored)
                            .as("seed %d round %d %s depth %d", SEED, round, subset, depth)
                            .doesNotContain(chunks(label).get(0));
                    if (depth == Node.depth(subset.except())) {
                        break;
                    }
                    label = Labelling.child(HMAC, label, Node.ancestor(subset.except(), depth + 1));
                }
            }
        }
    }

    @Test
    void labelsAreAsManyAsPublished() {
        assertThat(TreeScheme.SUBSET_DIFFERENCE.labels(20) * Labelling.LENGTH).isEqualTo(3376);
        assertThat(tree(TreeScheme.SUBSET_DIFFERENCE, 20, 1).labels(500_000).octets())
                .hasSize(3376);
        assertThat(tree(TreeScheme.COMPLETE_SUBTREE, 20, 1).labels(500_000).octets())
                .hasSize(336);
    }

    @Test
    void generationsAndGroupsShareNoLabel() {
        byte[] one = Labelling.root(HMAC, secret(1), GROUP, 1, 1);
        assertThat(Labelling.root(HMAC, secret(1), GROUP, 2, 1)).isNotEqualTo(one);
        assertThat(Labelling.root(HMAC, secret(1), GROUP + "2", 1, 1)).isNotEqualTo(one);
        assertThat(Labelling.root(HMAC, secret(1), GROUP, 1, 2)).isNotEqualTo(one);
    }

    @Test
    void subsetsAreEncodedInTheirWidthAndNothingElseIsRead() {
        Subset subset = new Subset(5, 22);
        assertThat(subset.encode(20)).hasSize(6);
        assertThat(Subset.decode(subset.encode(20), 20)).isEqualTo(subset);
        assertThatThrownBy(() -> Subset.decode(new byte[6], 20)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Subset.decode(new byte[5], 20)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Subset(5, 12)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Subset(5, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    static TreeSecret tree(TreeScheme scheme, int height, long seed) {
        return new TreeSecret(scheme, height, GROUP, 1, secret(seed));
    }

    private static byte[] secret(long seed) {
        byte[] secret = new byte[32];
        new Random(seed).nextBytes(secret);
        return secret;
    }

    private static List<Long> some(Random random, int assigned) {
        double share = random.nextDouble();
        return LongStream.range(0, assigned)
                .filter(l -> random.nextDouble() < share)
                .boxed()
                .toList();
    }

    private static List<Long> distinct(Random random, int bound, int count) {
        return random.longs(0, bound).distinct().limit(count).boxed().toList();
    }

    private static List<List<Byte>> chunks(byte[] octets) {
        List<List<Byte>> chunks = new ArrayList<>();
        for (int at = 0; at < octets.length; at += Labelling.LENGTH) {
            List<Byte> chunk = new ArrayList<>();
            for (int i = 0; i < Labelling.LENGTH; i++) {
                chunk.add(octets[at + i]);
            }
            chunks.add(chunk);
        }
        return chunks;
    }
}
