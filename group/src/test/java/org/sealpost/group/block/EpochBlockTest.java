package org.sealpost.group.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Blocks as members and the evicted see them, damaged ones, and how large they are. */
class EpochBlockTest {
    private static final long SEED = 20261125;

    @ParameterizedTest
    @EnumSource
    void membersOpenOneSecretAndTheEvictedAndTheUnassignedNothing(TreeScheme scheme) {
        Random random = new Random(SEED);
        for (int round = 0; round < 40; round++) {
            Authority authority = new Authority(scheme, 5, round);
            int assigned = 1 + random.nextInt(32);
            List<Long> revoked = LongStream.range(0, assigned)
                    .filter(l -> random.nextInt(4) == 0)
                    .boxed()
                    .toList();
            EpochBlock block = EpochBlock.decode(
                    authority.issue(7, Authority.FIRST, assigned, revoked).encode());
            Optional<byte[]> secret = Optional.empty();
            for (long leaf = 0; leaf < 32; leaf++) {
                var labels = authority.labels(leaf);
                if (leaf < assigned && !revoked.contains(leaf)) {
                    byte[] opened = authority
                            .gate(6, Optional.empty())
                            .open(block, labels)
                            .secret();
                    assertThat(opened).hasSize(32).isEqualTo(secret.orElse(opened));
                    assertThat(authority
                                    .gate(6, Optional.empty())
                                    .open(
                                            BlockSlice.decode(block.slice(labels)
                                                    .orElseThrow()
                                                    .encode()),
                                            labels)
                                    .secret())
                            .isEqualTo(opened);
                    secret = Optional.of(opened);
                } else {
                    refused(
                            ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                            () -> authority.gate(6, Optional.empty()).open(block, labels));
                }
            }
        }
    }

    @Test
    void theSameInputGivesTheSameOctets() {
        Authority one = new Authority(TreeScheme.SUBSET_DIFFERENCE, 10, 1);
        Authority two = new Authority(TreeScheme.SUBSET_DIFFERENCE, 10, 1);
        assertThat(one.issue(3, Authority.FIRST, 900, List.of(5L, 17L)).encode())
                .isEqualTo(two.issue(3, Authority.FIRST, 900, List.of(17L, 5L)).encode());
    }

    @Test
    void aBlockOrSliceThatIsChangedAnywhereOpensNothing() {
        Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, 6, 2);
        EpochBlock block = authority.issue(2, Authority.FIRST, 50, List.of(9L, 30L));
        var labels = authority.labels(12);
        BlockGate gate = authority.gate(1, Optional.empty());
        byte[] whole = block.encode();
        byte[] slice = block.slice(labels).orElseThrow().encode();
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = flip(whole, bit);
            assertThatThrownBy(() -> gate.open(EpochBlock.decode(damaged), labels))
                    .as("bit %d", bit)
                    .isInstanceOf(Refusal.class);
        }
        for (int bit = 0; bit < slice.length * 8; bit++) {
            byte[] damaged = flip(slice, bit);
            assertThatThrownBy(() -> gate.open(BlockSlice.decode(damaged), labels))
                    .as("bit %d", bit)
                    .isInstanceOf(Refusal.class);
        }
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> EpochBlock.decode(cut)).isInstanceOf(Refusal.class);
        }
    }

    @Test
    void epochsDoNotGoBackAndThereIsOneBlockForEach() {
        Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, 6, 3);
        EpochBlock second = authority.issue(2, Authority.FIRST, 50, List.of(9L));
        EpochBlock third = authority.issue(3, second.hash(), 50, List.of(9L, 10L));
        EpochBlock otherThird = authority.issue(3, second.hash(), 50, List.of(9L));
        var labels = authority.labels(12);
        BlockGate after = authority.gate(3, Optional.of(third.hash()));
        refused(ResponseStatus.CONFLICT, () -> after.open(second, labels));
        refused(ResponseStatus.CONFLICT, () -> after.open(otherThird, labels));
        assertThat(after.open(third, labels).epoch()).isEqualTo(3);
    }

    @Test
    void anotherGroupGenerationKeyOrTimeIsRefused() {
        Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, 6, 4);
        EpochBlock block = authority.issue(2, Authority.FIRST, 50, List.of());
        var labels = authority.labels(1);
        byte[] key = authority.publicKey;
        refused(
                ResponseStatus.BAD_REQUEST,
                () -> new BlockGate(Authority.GROUP + "x", 1, key, 0, Optional.empty(), Authority.NOW)
                        .open(block, labels));
        refused(
                ResponseStatus.CONFLICT,
                () -> new BlockGate(Authority.GROUP, 2, key, 0, Optional.empty(), Authority.NOW).open(block, labels));
        refused(
                ResponseStatus.REQUEST_TIMEOUT,
                () -> new BlockGate(Authority.GROUP, 1, key, 0, Optional.empty(), Authority.NOW + 86_401)
                        .open(block, labels));
        byte[] foreign = new Authority(TreeScheme.SUBSET_DIFFERENCE, 6, 5).publicKey;
        refused(
                ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                () -> new BlockGate(Authority.GROUP, 1, foreign, 0, Optional.empty(), Authority.NOW)
                        .open(block, labels));
    }

    @Test
    void aServerThatGivesMembersDifferentSeedsIsFoundOut() {
        Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, 6, 6);
        EpochBlock block = authority.issue(2, Authority.FIRST, 50, List.of(20L));
        byte[] octets = block.encode();
        int lastEntry = octets.length - 1;
        octets[lastEntry] ^= 1;
        EpochBlock split = EpochBlock.decode(octets);
        List<byte[]> entries = new java.util.ArrayList<>();
        for (int i = 0; i < split.header().entries(); i++) {
            entries.add(split.slice(i).entry());
        }
        byte[] root = Merkle.root(entries);
        var signedAnew = org.sealpost.oscore.cose.CoseSign1.sign(
                authority.signingKey,
                EpochBlock.externalAad(root),
                split.header().encode());
        int last = entries.size() - 1;
        BlockSlice slice =
                new BlockSlice(split.header(), signedAnew, last, entries.get(last), Merkle.proof(entries, last));
        long victim = LongStream.range(0, 50)
                .filter(l -> authority
                        .labels(l)
                        .find(block.subsets())
                        .equals(Optional.of(block.subsets().get(last))))
                .findFirst()
                .orElseThrow();
        refused(
                ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                () -> authority.gate(1, Optional.empty()).open(slice, authority.labels(victim)));
    }

    @Test
    void joinsRatchetForwardAndAJoinerCantGoBack() {
        Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, 6, 7);
        EpochBlock block = authority.issue(5, Authority.FIRST, 50, List.of());
        byte[] held = authority
                .gate(4, Optional.empty())
                .open(block, authority.labels(3))
                .secret();
        byte[] eighth = RatchetNotice.ratchet(Authority.GROUP, held, 5, 8);
        RatchetNotice notice =
                RatchetNotice.decode(RatchetNotice.issue(block, 8, Authority.NOW + 60, eighth, authority.signingKey)
                        .encode());
        assertThat(notice.encode()).hasSizeLessThanOrEqualTo(150);
        assertThat(advance(notice, authority, block, 5, held)).isEqualTo(eighth);
        byte[] seventh = RatchetNotice.ratchet(Authority.GROUP, held, 5, 7);
        assertThat(advance(notice, authority, block, 7, seventh)).isEqualTo(eighth);
        refused(ResponseStatus.CONFLICT, () -> advance(notice, authority, block, 8, eighth));
        refused(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, () -> advance(notice, authority, block, 5, new byte[32]));
        EpochBlock later = authority.issue(9, block.hash(), 50, List.of(1L));
        refused(ResponseStatus.CONFLICT, () -> advance(notice, authority, later, 5, held));
        for (int bit = 0; bit < notice.encode().length * 8; bit++) {
            byte[] damaged = flip(notice.encode(), bit);
            assertThatThrownBy(() -> advance(RatchetNotice.decode(damaged), authority, block, 5, held))
                    .as("bit %d", bit)
                    .isInstanceOf(Refusal.class);
        }
    }

    /** A million leaves, filled at random above one half: the sizes that the design promises. */
    @Test
    void sizesForAMillionMembers() {
        Random random = new Random(SEED);
        Authority authority = new Authority(TreeScheme.SUBSET_DIFFERENCE, 20, 8);
        IntSummaryStatistics one = new IntSummaryStatistics();
        IntSummaryStatistics oneSlice = new IntSummaryStatistics();
        IntSummaryStatistics hundred = new IntSummaryStatistics();
        IntSummaryStatistics hundredSlice = new IntSummaryStatistics();
        for (int round = 0; round < 200; round++) {
            int assigned = (1 << 19) + random.nextInt(1 << 19);
            EpochBlock block = authority.issue(
                    1_000_000 + round, Authority.FIRST, assigned, List.of((long) random.nextInt(assigned)));
            one.accept(block.encode().length);
            oneSlice.accept(block.slice(block.header().entries() - 1).encode().length);
            if (round % 20 == 0) {
                EpochBlock large = authority.issue(
                        1_000_000 + round,
                        Authority.FIRST,
                        assigned,
                        random.longs(0, assigned).distinct().limit(100).boxed().toList());
                hundred.accept(large.encode().length);
                hundredSlice.accept(large.slice(0).encode().length);
            }
        }
        assertThat(one.getAverage()).isLessThanOrEqualTo(320);
        assertThat(one.getMax()).isLessThanOrEqualTo(400);
        assertThat(oneSlice.getMax()).isLessThanOrEqualTo(280);
        assertThat(hundred.getMax()).isLessThanOrEqualTo(3300);
        assertThat(hundredSlice.getMax()).isLessThanOrEqualTo(340);
    }

    private static byte[] advance(
            RatchetNotice notice, Authority authority, EpochBlock newest, long held, byte[] secret) {
        return notice.advance(Authority.GROUP, newest.hash(), held, secret, authority.publicKey, Authority.NOW);
    }

    private static void refused(ResponseStatus status, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(status));
    }

    private static byte[] flip(byte[] octets, int bit) {
        byte[] copy = octets.clone();
        copy[bit / 8] ^= (byte) (1 << bit % 8);
        return copy;
    }
}
