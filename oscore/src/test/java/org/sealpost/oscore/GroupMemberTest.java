package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both modes with every algorithm, and exchanges that outlive an epoch. */
class GroupMemberTest {
    private static final long SEED = 20261125;

    static Stream<GroupOfThree> groups() {
        return Stream.of(SignatureAlgorithm.values())
                .flatMap(s ->
                        Stream.of(AeadAlgorithm.values()).map(a -> new GroupOfThree(GroupAlgorithms.both(a, s), SEED)));
    }

    private final GroupOfThree group =
            new GroupOfThree(GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_128_128, SignatureAlgorithm.EDDSA), SEED);

    @ParameterizedTest
    @MethodSource("groups")
    void aRequestToAllIsAnsweredByEachInEitherMode(GroupOfThree three) {
        GroupMember anne = three.member(GroupOfThree.ANNE, 1);
        GroupMember.ProtectedRequest request = anne.protectRequest(GroupOfThree.CLOSE, 0);
        for (byte[] id : new byte[][] {GroupOfThree.BERT, GroupOfThree.CARL}) {
            GroupMember door = three.member(id, 1);
            ReceivedRequest received = door.openRequest(request.message());
            assertThat(received.message().payload()).isEqualTo(GroupOfThree.CLOSE.payload());
            assertThat(received.sender()).isEqualTo(GroupOfThree.ANNE);
            Mode mode = id == GroupOfThree.BERT ? Mode.GROUP : Mode.PAIRWISE;
            ProtectedMessage answer = door.protectResponse(received, mode, GroupOfThree.DONE, OptionalLong.empty());
            GroupMember.OpenedResponse opened = anne.openResponse(request.exchange(), answer);
            assertThat(opened.server()).isEqualTo(id);
            assertThat(opened.message().payload()).isEqualTo(GroupOfThree.DONE.payload());
        }
    }

    @ParameterizedTest
    @MethodSource("groups")
    void aRequestToOneOpensThereOnly(GroupOfThree three) {
        GroupMember anne = three.member(GroupOfThree.ANNE, 1);
        ProtectedMessage request =
                anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 5).message();
        assertThat(three.member(GroupOfThree.BERT, 1)
                        .openRequest(request)
                        .message()
                        .payload())
                .isEqualTo(GroupOfThree.CLOSE.payload());
        refused(
                OscoreFailure.Reason.NOT_AUTHENTIC,
                () -> three.member(GroupOfThree.CARL, 1).openRequest(request));
    }

    @Test
    void aServerThatMovedToTheNextEpochAnswersUnderItAndTheAnswerOpens() {
        GroupMember anne = group.member(GroupOfThree.ANNE, 1);
        GroupMember.ProtectedRequest request = anne.protectRequest(GroupOfThree.CLOSE, 9);
        ReceivedRequest received = group.member(GroupOfThree.BERT, 1).openRequest(request.message());
        GroupMember bertLater = group.member(GroupOfThree.BERT, 2);
        assertThatThrownBy(
                        () -> bertLater.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.empty()))
                .isInstanceOf(IllegalStateException.class);
        ProtectedMessage answer =
                bertLater.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.of(0));
        assertThat(OscoreOption.parse(answer.option()).kidContext())
                .hasValueSatisfying(c -> assertThat(c).isEqualTo(GroupOfThree.gid(2)));
        refused(OscoreFailure.Reason.UNKNOWN_CONTEXT, () -> anne.openResponse(request.exchange(), answer));
        assertThat(group.member(GroupOfThree.ANNE, 2)
                        .openResponse(request.exchange(), answer)
                        .message()
                        .payload())
                .isEqualTo(GroupOfThree.DONE.payload());
    }

    @Test
    void anObservationTakesNotificationsInOrderOnly() {
        GroupMember anne = group.member(GroupOfThree.ANNE, 1);
        GroupMember bert = group.member(GroupOfThree.BERT, 1);
        GroupMember.ProtectedRequest request = anne.protectRequest(GroupOfThree.CLOSE, 0);
        ReceivedRequest received = bert.openRequest(request.message());
        ProtectedMessage first = bert.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.empty());
        ProtectedMessage second = bert.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.of(7));
        ProtectedMessage third = bert.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.of(8));
        assertThatThrownBy(() -> bert.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.empty()))
                .isInstanceOf(IllegalStateException.class);
        anne.openResponse(request.exchange(), first);
        anne.openResponse(request.exchange(), third);
        refused(OscoreFailure.Reason.REPLAY, () -> anne.openResponse(request.exchange(), second));
        refused(OscoreFailure.Reason.REPLAY, () -> anne.openResponse(request.exchange(), first));
    }

    @Test
    void aSilentServerOpensCommandsAndAnswersNone() {
        GroupMember silent = group.silent(1);
        GroupMember anne = group.member(GroupOfThree.ANNE, 1);
        ReceivedRequest received =
                silent.openRequest(anne.protectRequest(GroupOfThree.CLOSE, 0).message());
        refused(
                OscoreFailure.Reason.UNSUPPORTED,
                () -> silent.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.of(0)));
        refused(OscoreFailure.Reason.UNSUPPORTED, () -> silent.protectRequest(GroupOfThree.CLOSE, 0));
        refused(
                OscoreFailure.Reason.UNSUPPORTED,
                () -> silent.openRequest(anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 1)
                        .message()));
    }

    @Test
    void aSignatureCheckerTellsGenuineFromForgedWithoutAKeyThatOpens() {
        GroupContext context = group.context(1);
        SignatureChecker checker = new SignatureChecker(
                group.algorithms,
                context.gid(),
                context.signatureEncryptionKey(),
                GroupOfThree.MANAGER,
                group::credential);
        ProtectedMessage genuine = group.member(GroupOfThree.ANNE, 1)
                .protectRequest(GroupOfThree.CLOSE, 0)
                .message();
        assertThat(checker.genuine(genuine)).isTrue();
        for (int i = 0; i < genuine.payload().length; i++) {
            assertThat(checker.genuine(new ProtectedMessage(genuine.option(), flipped(genuine.payload(), i))))
                    .as("octet %d", i)
                    .isFalse();
        }
        for (int i = 0; i < genuine.option().length; i++) {
            assertThat(checker.genuine(new ProtectedMessage(flipped(genuine.option(), i), genuine.payload())))
                    .as("option octet %d", i)
                    .isFalse();
        }
    }

    @Test
    void aKeyIsNotUsedBeyondItsLimit() {
        GroupMember anne = group.member(GroupOfThree.ANNE, 1);
        long limit = AeadAlgorithm.AES_CCM_16_128_128.encryptionLimit();
        assertThat(anne.protectRequest(GroupOfThree.CLOSE, limit - 1).message().payload())
                .isNotEmpty();
        refused(OscoreFailure.Reason.EXHAUSTED, () -> anne.protectRequest(GroupOfThree.CLOSE, limit));
        refused(OscoreFailure.Reason.EXHAUSTED, () -> anne.protectRequest(GroupOfThree.CLOSE, PartialIv.END - 1));
        refused(OscoreFailure.Reason.EXHAUSTED, () -> anne.protectRequest(GroupOfThree.CLOSE, PartialIv.END));
    }

    @Test
    void aGroupWithoutAModeRefusesIt() {
        GroupOfThree pairwiseOnly = new GroupOfThree(
                new GroupAlgorithms(Optional.of(AeadAlgorithm.A128GCM), Optional.empty(), Optional.empty()), SEED);
        GroupMember anne = pairwiseOnly.member(GroupOfThree.ANNE, 1);
        refused(OscoreFailure.Reason.UNSUPPORTED, () -> anne.protectRequest(GroupOfThree.CLOSE, 0));
        ProtectedMessage request =
                anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 0).message();
        assertThat(pairwiseOnly
                        .member(GroupOfThree.BERT, 1)
                        .openRequest(request)
                        .message()
                        .payload())
                .isEqualTo(GroupOfThree.CLOSE.payload());
    }

    static void refused(OscoreFailure.Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        OscoreFailure.class, f -> assertThat(f.reason()).isEqualTo(reason));
    }

    static byte[] flipped(byte[] octets, int at) {
        byte[] copy = octets.clone();
        copy[at] ^= 0x01;
        return copy;
    }
}
