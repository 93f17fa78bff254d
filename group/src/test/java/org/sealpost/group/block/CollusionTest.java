package org.sealpost.group.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.onem2m.Refusal;

/**
 * Everybody who is not meant works together: all that were evicted so far, and all that will join later. From the labels of all of them everything is derived that can be, without looking at whose
 * they are, and none of it is the key of an entry. Seeds are named in what fails.
 */
class CollusionTest {
    private static final int SEEDS = 1000;
    private static final int EPOCHS = 3;
    private static final int LABEL = 16;
    private static final byte[] STEP = Labels.TREE_STEP.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    private static final byte[] KEY = Labels.TREE_KEY.getBytes(java.nio.charset.StandardCharsets.UTF_8);

    @ParameterizedTest
    @EnumSource
    void allEvictedAndAllLaterJoinersTogetherOpenNoBlock(TreeScheme scheme) {
        int blocks = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            int height = 2 + random.nextInt(3);
            Authority authority = new Authority(scheme, height, seed);
            List<MemberLabels> labels = LongStream.range(0, 1L << height)
                    .mapToObj(authority::labels)
                    .toList();
            int assigned = 1 + random.nextInt(1 << height);
            Set<Long> evicted = new TreeSet<>();
            byte[] previous = Authority.FIRST;
            for (int epoch = 1; epoch <= EPOCHS; epoch++) {
                evicted.add((long) random.nextInt(assigned));
                EpochBlock block = authority.issue(epoch, previous, assigned, List.copyOf(evicted));
                previous = block.hash();
                blocks += block.subsets().isEmpty() ? 0 : 1;
                assertClosed(authority, labels, block, assigned, evicted, seed);
                assigned = Math.min(1 << height, assigned + random.nextInt(3));
            }
        }
        assertThat(blocks).as("blocks that somebody may open").isGreaterThan(SEEDS);
    }

    private static void assertClosed(
            Authority authority,
            List<MemberLabels> labels,
            EpochBlock block,
            int assigned,
            Set<Long> evicted,
            int seed) {
        List<MemberLabels> coalition = new ArrayList<>();
        List<MemberLabels> members = new ArrayList<>();
        for (int leaf = 0; leaf < labels.size(); leaf++) {
            boolean in = leaf < assigned && !evicted.contains((long) leaf);
            (in ? members : coalition).add(labels.get(leaf));
        }
        Set<ByteBuffer> derived = keys(authority, coalition);
        for (Subset subset : block.subsets()) {
            assertThat(derived)
                    .as("seed %d, height %d, assigned %d, without %s", seed, authority.height, assigned, evicted)
                    .doesNotContain(ByteBuffer.wrap(authority.tree.key(subset)));
        }
        BlockGate gate = authority.gate(0, Optional.empty());
        MemberLabels one = coalition.get(new Random(seed).nextInt(coalition.size()));
        assertThatThrownBy(() -> gate.open(block, one)).isInstanceOf(Refusal.class);
        if (!members.isEmpty() && seed % 10 == 0) {
            MemberLabels traitor = members.get(0);
            assertThat(keys(authority, List.of(traitor)))
                    .as("seed %d: with one member's labels the search does find a key", seed)
                    .contains(ByteBuffer.wrap(
                            authority.tree.key(traitor.find(block.subsets()).orElseThrow())));
        }
    }

    /** Every key below every label that these hold. */
    private static Set<ByteBuffer> keys(Authority authority, List<MemberLabels> holders) {
        Set<ByteBuffer> labels = new HashSet<>();
        for (MemberLabels holder : holders) {
            byte[] octets = holder.octets();
            for (int at = 0; at < octets.length; at += LABEL) {
                labels.add(ByteBuffer.wrap(Arrays.copyOfRange(octets, at, at + LABEL)));
            }
        }
        Set<ByteBuffer> keys = new HashSet<>();
        // Steps lead to other keys with subset differences only; there the labels of all depths were drawn from a root.
        int depth = authority.scheme == TreeScheme.SUBSET_DIFFERENCE ? authority.height : 0;
        Set<ByteBuffer> seen = new HashSet<>();
        for (int step = 0; step <= depth; step++) {
            Set<ByteBuffer> below = new HashSet<>();
            for (ByteBuffer label : labels) {
                if (seen.add(label)) {
                    keys.add(ByteBuffer.wrap(Hmac.sha256(label.array(), KEY)));
                    if (step < depth) {
                        below.add(child(label.array(), (byte) 0));
                        below.add(child(label.array(), (byte) 1));
                    }
                }
            }
            labels = below;
        }
        return keys;
    }

    private static ByteBuffer child(byte[] label, byte side) {
        return ByteBuffer.wrap(Arrays.copyOf(Hmac.sha256(label, STEP, new byte[] {side}), LABEL));
    }
}
