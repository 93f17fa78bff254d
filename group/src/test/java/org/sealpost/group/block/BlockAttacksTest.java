package org.sealpost.group.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.group.tree.Coverage;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;
import org.sealpost.oscore.cose.Cbor;

/** Attacks of the design's list on blocks, without an enclave: A13 with one server's own key, A26 with the Gids of real epochs. */
class BlockAttacksTest {
    private static final String OTHER = "//sealpost.example/in-cse/cse-in/fire-sensors";
    private static final int HEIGHT = 5;

    private final Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, HEIGHT, 5);
    private final EpochBlock first = authority.issue(1, Authority.FIRST, 20, List.of());
    private final EpochBlock next = authority.issue(2, first.hash(), 20, List.of(3L, 11L));

    @Test
    @DisplayName(
            "A13 one server has two groups: entries, header and whole block of the one are given to the other's members")
    void a13EntriesOfOneGroupInTheBlockOfAnother() {
        TreeSecret tree = new TreeSecret(TreeScheme.SUBSET_DIFFERENCE, HEIGHT, OTHER, 1, new byte[32]);
        EpochBlock foreign = EpochBlock.issue(
                new EpochBlock.Draft(OTHER, 1, 2, Authority.NOW + 86_400, first.hash(), 3, new byte[16]),
                TreeScheme.SUBSET_DIFFERENCE,
                HEIGHT,
                tree,
                TreeScheme.SUBSET_DIFFERENCE.cover(HEIGHT, 20, List.of(3L, 11L)),
                new byte[16],
                authority.signingKey);
        List<Object> ours = Cbor.readArray(next.encode()).orElseThrow();
        List<Object> theirs = Cbor.readArray(foreign.encode()).orElseThrow();
        List<EpochBlock> tried = new ArrayList<>(List.of(foreign));
        tried.add(EpochBlock.decode(Cbor.array(List.of(ours.get(0), theirs.get(1)))));
        tried.add(EpochBlock.decode(Cbor.array(List.of(theirs.get(0), ours.get(1)))));
        for (EpochBlock block : tried) {
            for (MemberLabels labels : List.of(authority.labels(7), tree.labels(7))) {
                refused(take(block, labels));
            }
        }
        assertThat(take(next, authority.labels(7))).isInstanceOf(MemberEpochs.Outcome.Moved.class);
    }

    @Test
    @DisplayName(
            "A26 epochs go on for as long as their numbers reach: no Gid is another's, nor its beginning with the same length")
    void a26NoGidComesAgain() {
        Set<String> seen = new HashSet<>();
        for (String group : List.of(Authority.GROUP, OTHER)) {
            for (long epoch = 1; epoch < 70_000; epoch += epoch < 600 ? 1 : 97) {
                byte[] gid = OscoreMaterial.gid(group, epoch);
                assertThat(seen.add(HexFormat.of().formatHex(gid)))
                        .as("epoch %d", epoch)
                        .isTrue();
                assertThat(OscoreMaterial.epoch(group, gid)).isEqualTo(epoch);
            }
        }
    }

    /** Somebody who holds the first epoch is shown a block. */
    private MemberEpochs.Outcome take(EpochBlock block, MemberLabels labels) {
        byte[] secret = authority
                .gate(0, Optional.empty())
                .open(first, authority.labels(7))
                .secret();
        MemberEpochs.Held held =
                new MemberEpochs.Held(1, secret, Authority.NOW + 86_400, 1, first.hash(), 0, Coverage.UNKNOWN);
        return new MemberEpochs(Authority.GROUP, authority.publicKey, List.of(new MemberEpochs.Labels(1, labels)), held)
                .take(Latest.of(block, Optional.empty()), Authority.NOW);
    }

    private static void refused(MemberEpochs.Outcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        MemberEpochs.Outcome.Refused.class,
                        r -> assertThat(r.fault()).isEqualTo(MemberEpochs.Fault.FORGED));
    }
}
