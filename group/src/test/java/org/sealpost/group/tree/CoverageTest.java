package org.sealpost.group.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ranges of leaves against sets of leaves. */
class CoverageTest {
    private static final long SEED = 20261126;
    private static final int HEIGHT = 5;

    @ParameterizedTest
    @EnumSource
    void containsSaysWhetherAnybodyWasLeftOut(TreeScheme scheme) {
        Random random = new Random(SEED);
        for (int round = 0; round < 2000; round++) {
            Set<Long> first = leaves(random);
            Set<Long> second = random.nextBoolean() ? leaves(random) : new HashSet<>(first);
            if (random.nextInt(3) == 0) {
                second.remove(first.iterator().next());
            }
            boolean contained = second.containsAll(first) && !first.isEmpty() && !second.isEmpty();
            assertThat(coverage(scheme, second).contains(coverage(scheme, first)))
                    .as("seed %d round %d: %s in %s", SEED, round, first, second)
                    .isEqualTo(contained);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofNothingKnownNothingIsSaid(TreeScheme scheme) {
        Coverage all = coverage(scheme, new HashSet<>(List.of(0L, 1L)));
        assertThat(all.contains(Coverage.UNKNOWN)).isFalse();
        assertThat(Coverage.UNKNOWN.contains(all)).isFalse();
    }

    private static Coverage coverage(TreeScheme scheme, Set<Long> leaves) {
        List<Long> revoked = LongStream.range(0, 1 << HEIGHT)
                .filter(l -> !leaves.contains(l))
                .boxed()
                .toList();
        return Coverage.of(HEIGHT, scheme.cover(HEIGHT, 1 << HEIGHT, revoked));
    }

    private static Set<Long> leaves(Random random) {
        Set<Long> leaves = new HashSet<>();
        leaves.add((long) random.nextInt(1 << HEIGHT));
        int keep = 1 + random.nextInt(4);
        for (long l = 0; l < 1 << HEIGHT; l++) {
            if (random.nextInt(4) < keep) {
                leaves.add(l);
            }
        }
        return leaves;
    }
}
