package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What somebody on the way, a captured member or a former one tries. */
class GroupAttacksTest {
    private static final long SEED = 20261126;

    private final GroupOfThree group =
            new GroupOfThree(GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_64_128, SignatureAlgorithm.EDDSA), SEED);
    private final GroupMember anne = group.member(GroupOfThree.ANNE, 1);
    private final GroupMember bert = group.member(GroupOfThree.BERT, 1);

    @Test
    void someoneFlipsEachBitOfARequest() {
        for (ProtectedMessage genuine : List.of(
                anne.protectRequest(GroupOfThree.CLOSE, 0).message(),
                anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 1).message())) {
            for (int bit = 0; bit < genuine.payload().length * 8; bit++) {
                ProtectedMessage damaged = new ProtectedMessage(genuine.option(), flip(genuine.payload(), bit));
                assertThatThrownBy(() -> bert.openRequest(damaged)).isInstanceOf(OscoreFailure.class);
            }
            for (int bit = 0; bit < genuine.option().length * 8; bit++) {
                ProtectedMessage damaged = new ProtectedMessage(flip(genuine.option(), bit), genuine.payload());
                assertThatThrownBy(() -> bert.openRequest(damaged)).isInstanceOf(OscoreFailure.class);
            }
            assertThat(bert.openRequest(genuine).message().payload())
                    .as("none of it moved the window")
                    .isEqualTo(GroupOfThree.CLOSE.payload());
        }
    }

    @Test
    void someoneCutsAMessageAnywhere() {
        ProtectedMessage genuine = anne.protectRequest(GroupOfThree.CLOSE, 0).message();
        for (int length = 0; length < genuine.payload().length; length++) {
            ProtectedMessage cut = new ProtectedMessage(genuine.option(), Arrays.copyOf(genuine.payload(), length));
            assertThatThrownBy(() -> bert.openRequest(cut)).isInstanceOf(OscoreFailure.class);
        }
        for (int length = 0; length < genuine.option().length; length++) {
            ProtectedMessage cut = new ProtectedMessage(Arrays.copyOf(genuine.option(), length), genuine.payload());
            assertThatThrownBy(() -> bert.openRequest(cut)).isInstanceOf(OscoreFailure.class);
        }
    }

    @Test
    void aCapturedMemberWithTheGroupsSecretForgesACommandOfAnother() {
        GroupMember.Identity carl = group.identity(GroupOfThree.CARL);
        GroupMember carlAsAnne = new GroupMember(
                group.context(1),
                new GroupMember.Identity(
                        GroupOfThree.ANNE,
                        carl.privateKey(),
                        group.credential(GroupOfThree.ANNE).orElseThrow()),
                group::credential);
        ProtectedMessage forged =
                carlAsAnne.protectRequest(GroupOfThree.CLOSE, 3).message();
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bert.openRequest(forged));
    }

    @Test
    void aCapturedMemberSendsAPairwiseMessageInAnothersName() {
        GroupMember.Identity carl = group.identity(GroupOfThree.CARL);
        GroupMember carlAsAnne = new GroupMember(
                group.context(1),
                new GroupMember.Identity(
                        GroupOfThree.ANNE,
                        carl.privateKey(),
                        group.credential(GroupOfThree.ANNE).orElseThrow()),
                group::credential);
        ProtectedMessage forged = carlAsAnne
                .protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 3)
                .message();
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bert.openRequest(forged));
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bert.openRequest(forged));
        assertThat(bert.forgeries(GroupOfThree.ANNE))
                .as("counted before anything authentic came from her, too")
                .isEqualTo(2);
    }

    @Test
    void aRequestIsPlayedBackToItsSenderAndToItsReceiverAgain() {
        ProtectedMessage request = anne.protectRequest(GroupOfThree.CLOSE, 0).message();
        GroupMemberTest.refused(OscoreFailure.Reason.UNKNOWN_CONTEXT, () -> anne.openRequest(request));
        bert.openRequest(request);
        GroupMemberTest.refused(OscoreFailure.Reason.REPLAY, () -> bert.openRequest(request));
    }

    @Test
    void aResponseIsGivenToAnotherRequest() {
        GroupMember.ProtectedRequest open = anne.protectRequest(GroupOfThree.CLOSE, 0);
        GroupMember.ProtectedRequest other = anne.protectRequest(GroupOfThree.CLOSE, 1);
        ReceivedRequest received = bert.openRequest(open.message());
        ProtectedMessage response = bert.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.of(4));
        GroupMemberTest.refused(
                OscoreFailure.Reason.NOT_AUTHENTIC, () -> anne.openResponse(other.exchange(), response));
        ProtectedMessage asRequest = new ProtectedMessage(response.option(), response.payload());
        GroupMemberTest.refused(
                OscoreFailure.Reason.MALFORMED,
                () -> group.member(GroupOfThree.CARL, 1).openRequest(asRequest));
    }

    @Test
    void aGroupIsClonedUnderAnotherManager() {
        byte[] secret = new byte[32];
        new Random(1).nextBytes(secret);
        GroupContext clone = new GroupContext(
                group.algorithms, GroupOfThree.gid(1), secret, new byte[8], new byte[] {'m', 'a', 'l'});
        GroupMember bertInTheClone = new GroupMember(clone, group.identity(GroupOfThree.BERT), group::credential);
        ProtectedMessage request = anne.protectRequest(GroupOfThree.CLOSE, 0).message();
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bertInTheClone.openRequest(request));
    }

    @Test
    void aFormerMemberGoesOnWithTheOldEpoch() {
        ProtectedMessage old = group.member(GroupOfThree.CARL, 1)
                .protectRequest(GroupOfThree.CLOSE, 0)
                .message();
        GroupMemberTest.refused(
                OscoreFailure.Reason.UNKNOWN_CONTEXT,
                () -> group.member(GroupOfThree.BERT, 2).openRequest(old));
        byte[] option = old.option();
        option[4] = 2;
        GroupMemberTest.refused(
                OscoreFailure.Reason.NOT_AUTHENTIC,
                () -> group.member(GroupOfThree.BERT, 2).openRequest(new ProtectedMessage(option, old.payload())));
    }

    @Test
    void aFloodOfForgeriesIsCountedAndStopsTheKeyNotTheOthers() {
        bert.openRequest(
                anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 0).message());
        ProtectedMessage genuine =
                anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 1).message();
        ProtectedMessage forged = new ProtectedMessage(genuine.option(), flip(genuine.payload(), 0));
        long limit = AeadAlgorithm.AES_CCM_16_64_128.forgeryLimit();
        for (long i = 0; i < limit; i++) {
            GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bert.openRequest(forged));
        }
        assertThat(bert.forgeries(GroupOfThree.ANNE)).isEqualTo(limit);
        GroupMemberTest.refused(OscoreFailure.Reason.EXHAUSTED, () -> bert.openRequest(genuine));
        assertThat(bert.openRequest(group.member(GroupOfThree.CARL, 1)
                                .protectRequest(GroupOfThree.CLOSE, 0)
                                .message())
                        .sender())
                .isEqualTo(GroupOfThree.CARL);
    }

    @Test
    void aMemberBringsAKeyThatIsNoneOfTheCurve() {
        byte[] one = new byte[32];
        one[0] = 1;
        byte[] minusOne = new byte[32];
        Arrays.fill(minusOne, (byte) 0xff);
        minusOne[0] = (byte) 0xec;
        minusOne[31] = 0x7f;
        byte[] beyondTheField = minusOne.clone();
        beyondTheField[0] = (byte) 0xee;
        for (byte[] x : List.of(one, minusOne, new byte[32], beyondTheField)) {
            GroupMemberTest.refused(
                    OscoreFailure.Reason.MALFORMED, () -> GroupOfThree.credential(1, 6, x, Optional.empty()));
        }
        GroupMemberTest.refused(
                OscoreFailure.Reason.MALFORMED, () -> GroupOfThree.credential(2, 1, one, Optional.of(one)));
    }

    /** The window against a set of numbers: the same verdict for every sequence, also far apart and backwards. */
    @Test
    void theReplayWindowAgreesWithASetOfNumbers() {
        Random random = new Random(SEED);
        Set<Long> seen = new HashSet<>();
        long highest = -1;
        long base = 0;
        for (int i = 0; i < 3000; i++) {
            base = random.nextInt(50) == 0 ? base + random.nextInt(500) : base + random.nextInt(3);
            long number = Math.max(0, base - random.nextInt(90));
            ProtectedMessage request = anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, number)
                    .message();
            boolean expected = !seen.contains(number) && number > highest - 64;
            boolean accepted;
            try {
                bert.openRequest(request);
                accepted = true;
            } catch (OscoreFailure failure) {
                assertThat(failure.reason()).isEqualTo(OscoreFailure.Reason.REPLAY);
                accepted = false;
            }
            assertThat(accepted)
                    .as("seed %d, step %d, number %d after %d", SEED, i, number, highest)
                    .isEqualTo(expected);
            if (accepted) {
                seen.add(number);
                highest = Math.max(highest, number);
            }
        }
    }

    /** Octets of any kind: opened or refused, nothing else. */
    @Test
    void garbageIsRefused() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            byte[] option = new byte[random.nextInt(14)];
            byte[] payload = new byte[random.nextInt(120)];
            random.nextBytes(option);
            random.nextBytes(payload);
            if (option.length > 5 && random.nextBoolean()) {
                byte[] head = {0x39, 0x00, 0x02, 7, 1, 1};
                System.arraycopy(head, 0, option, 0, head.length);
                option = Arrays.copyOf(option, head.length);
            }
            ProtectedMessage garbage = new ProtectedMessage(option, payload);
            assertThatThrownBy(() -> bert.openRequest(garbage))
                    .as("seed %d, step %d", SEED, i)
                    .isInstanceOf(OscoreFailure.class);
        }
    }

    private static byte[] flip(byte[] octets, int bit) {
        byte[] copy = octets.clone();
        copy[bit / 8] ^= (byte) (1 << bit % 8);
        return copy;
    }
}
