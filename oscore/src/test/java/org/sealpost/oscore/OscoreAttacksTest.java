package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.ReplayWindow;

/** Attacks of the design's list on the link between members: A4, A13, A14, A18, A23, A26, A27, A30. */
class OscoreAttacksTest {
    private static final long SEED = 20261127;
    private static final int GID = 4;
    private static final int KID = 5;

    private final GroupOfThree group =
            new GroupOfThree(GroupAlgorithms.both(AeadAlgorithm.AES_CCM_16_64_128, SignatureAlgorithm.EDDSA), SEED);
    private final GroupMember anne = group.member(GroupOfThree.ANNE, 1);
    private final GroupMember bert = group.member(GroupOfThree.BERT, 1);

    @Test
    @DisplayName(
            "A4 numbers come in any order, from both ends of their range, and the window agrees with a set of them")
    void a4NumbersComeInAnyOrder() {
        long last = PartialIv.END - 1;
        for (long[] order : new long[][] {
            {10, 7, 10},
            {3, 5, 4},
            {3, 5, 4, 4, 3},
            {0, 63, 0, 1},
            {0, 64, 0, 1},
            {0, 65, 1, 2},
            {last, 0, last, last - 63, last - 64},
            {last - 1, last, last - 1},
            {0, last, 1}
        }) {
            agrees(order);
        }
        Random random = new Random(SEED);
        for (int round = 0; round < 2000; round++) {
            long base = (random.nextLong() >>> 1) % PartialIv.END;
            long[] order = random.longs(40, -70, 200)
                    .map(step -> Math.min(last, Math.max(0, base + step)))
                    .toArray();
            agrees(order);
        }
    }

    @Test
    @DisplayName("A4 a number far ahead in a message that is not authentic moves no window")
    void a4AForgeryMovesNoWindow() {
        bert.openRequest(pairwise(0));
        ReplayWindow.State before = bert.window(GroupOfThree.ANNE).orElseThrow();
        ProtectedMessage genuine = pairwise(1);
        for (int ahead = 2; ahead < 256; ahead++) {
            byte[] option = genuine.option().clone();
            option[1] = (byte) ahead;
            refused(OscoreFailure.Reason.NOT_AUTHENTIC, new ProtectedMessage(option, genuine.payload()));
        }
        assertThat(bert.window(GroupOfThree.ANNE)).contains(before);
        assertThat(bert.openRequest(genuine).sender()).isEqualTo(GroupOfThree.ANNE);
    }

    @Test
    @DisplayName("A13 kid context and kid of messages are exchanged between two groups with the same members and keys")
    void a13AMessageIsTakenToAnotherGroup() {
        GroupMember bertInTheOther = group.member(GroupOfThree.BERT, 2);
        for (ProtectedMessage genuine :
                List.of(anne.protectRequest(GroupOfThree.CLOSE, 3).message(), pairwise(4))) {
            GroupMemberTest.refused(OscoreFailure.Reason.UNKNOWN_CONTEXT, () -> bertInTheOther.openRequest(genuine));
            byte[] redirected = genuine.option().clone();
            redirected[GID] = 2;
            GroupMemberTest.refused(
                    OscoreFailure.Reason.NOT_AUTHENTIC,
                    () -> bertInTheOther.openRequest(new ProtectedMessage(redirected, genuine.payload())));
            byte[] anothers = genuine.option().clone();
            anothers[KID] = GroupOfThree.CARL[0];
            refused(OscoreFailure.Reason.NOT_AUTHENTIC, new ProtectedMessage(anothers, genuine.payload()));
            assertThat(bert.openRequest(genuine).sender()).isEqualTo(GroupOfThree.ANNE);
        }
    }

    @Test
    @DisplayName(
            "A14 made-up names, forgeries, and a member that jumps ahead: no window is made, nobody else is stopped")
    void a14AFloodLeavesNothingBehind() {
        Random random = new Random(SEED);
        byte[] genuine = pairwise(0).option();
        for (int i = 0; i < 4000; i++) {
            byte[] option = genuine.clone();
            option[1] = (byte) random.nextInt(256);
            option[KID] = (byte) random.nextInt(256);
            byte[] payload = new byte[20];
            random.nextBytes(payload);
            try {
                bert.openRequest(new ProtectedMessage(option, payload));
                throw new AssertionError("seed " + SEED + ": garbage was opened");
            } catch (OscoreFailure failure) {
                assertThat(failure.getStackTrace()).as("cheap").isEmpty();
            }
        }
        for (int kid = 0; kid < 256; kid++) {
            byte[] id = {(byte) kid};
            assertThat(bert.window(id)).as("kid %d", kid).isEmpty();
            boolean peer = kid == GroupOfThree.ANNE[0] || kid == GroupOfThree.CARL[0];
            assertThat(bert.forgeries(id) > 0)
                    .as("kid %d is counted, for its key's limit", kid)
                    .isEqualTo(peer);
        }
        GroupMember carl = group.member(GroupOfThree.CARL, 1);
        bert.openRequest(carl.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 1_000_000)
                .message());
        assertThat(bert.openRequest(pairwise(0)).sender()).isEqualTo(GroupOfThree.ANNE);
    }

    @Test
    @DisplayName("A18 an answer is held back and given to a later request, or given twice")
    void a18AnAnswerIsHeldBack() {
        for (Mode mode : Mode.values()) {
            GroupMember door = group.member(GroupOfThree.BERT, 1);
            long first = mode == Mode.GROUP ? 10 : 20;
            GroupMember.ProtectedRequest isOpen = anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, first);
            GroupMember.ProtectedRequest isOpenNow =
                    anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, first + 1);
            ProtectedMessage early = door.protectResponse(
                    door.openRequest(isOpen.message()), mode, GroupOfThree.DONE, OptionalLong.empty());
            ProtectedMessage late = door.protectResponse(
                    door.openRequest(isOpenNow.message()), mode, GroupOfThree.DONE, OptionalLong.empty());
            GroupMemberTest.refused(
                    OscoreFailure.Reason.NOT_AUTHENTIC, () -> anne.openResponse(isOpenNow.exchange(), early));
            assertThat(anne.openResponse(isOpenNow.exchange(), late).server()).isEqualTo(GroupOfThree.BERT);
            GroupMemberTest.refused(OscoreFailure.Reason.REPLAY, () -> anne.openResponse(isOpenNow.exchange(), late));
            assertThat(anne.openResponse(isOpen.exchange(), early).server()).isEqualTo(GroupOfThree.BERT);
        }
    }

    @Test
    @DisplayName("A23 a member makes a group of its own with the same secret, salt and Gid, and replays messages there")
    void a23AGroupIsCloned() {
        GroupContext clone = new GroupContext(
                group.algorithms,
                GroupOfThree.gid(1),
                secret(1),
                new byte[8],
                "the thief's credential".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        GroupMember bertInTheClone = group.member(GroupOfThree.BERT, clone);
        ProtectedMessage toAll = anne.protectRequest(GroupOfThree.CLOSE, 0).message();
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bertInTheClone.openRequest(toAll));
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bertInTheClone.openRequest(pairwise(1)));
        GroupContext same =
                new GroupContext(group.algorithms, GroupOfThree.gid(1), secret(1), new byte[8], GroupOfThree.MANAGER);
        GroupMember control = group.member(GroupOfThree.BERT, same);
        for (ProtectedMessage message : List.of(toAll, pairwise(1))) {
            assertThat(control.openRequest(message).sender())
                    .as("it is the manager's credential that makes the difference")
                    .isEqualTo(GroupOfThree.ANNE);
        }
    }

    @Test
    @DisplayName("A26 a Gid comes again while an exchange of its first use is still open")
    void a26AGidComesAgain() {
        GroupMember.ProtectedRequest observation = anne.protectRequest(GroupOfThree.CLOSE, 0);
        GroupContext later =
                new GroupContext(group.algorithms, GroupOfThree.gid(1), secret(99), new byte[8], GroupOfThree.MANAGER);
        GroupMember bertLater = group.member(GroupOfThree.BERT, later);
        GroupMember.ProtectedRequest another =
                group.member(GroupOfThree.ANNE, later).protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, 0);
        assertThat(another.message().option()[GID])
                .as("the same Gid")
                .isEqualTo(observation.message().option()[GID]);
        GroupMemberTest.refused(OscoreFailure.Reason.NOT_AUTHENTIC, () -> bertLater.openRequest(observation.message()));
        ReceivedRequest received = bert.openRequest(observation.message());
        ProtectedMessage answer =
                bertLater.protectResponse(received, Mode.GROUP, GroupOfThree.DONE, OptionalLong.of(1));
        GroupMemberTest.refused(
                OscoreFailure.Reason.NOT_AUTHENTIC, () -> anne.openResponse(observation.exchange(), answer));
    }

    @Test
    @DisplayName("A27 a sender's numbers come to their end: it stops, and none comes twice")
    void a27NumbersComeToTheirEnd() {
        for (long number : new long[] {
            PartialIv.END - 3, PartialIv.END - 2, PartialIv.END - 1, PartialIv.END, PartialIv.END + 1, Long.MAX_VALUE
        }) {
            GroupMemberTest.refused(
                    OscoreFailure.Reason.EXHAUSTED, () -> anne.protectRequest(GroupOfThree.CLOSE, number));
            GroupMemberTest.refused(
                    OscoreFailure.Reason.EXHAUSTED,
                    () -> anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, number));
        }
        Set<String> spelled = new HashSet<>();
        for (long number : new long[] {0, 1, 255, 256, 65_535, 65_536, PartialIv.END - 1}) {
            assertThat(spelled.add(Arrays.toString(PartialIv.of(number)))).isTrue();
            assertThat(PartialIv.sequence(PartialIv.of(number))).isEqualTo(number);
        }
    }

    @Test
    @DisplayName("A30 a recorded request is sent to the group from a victim's address: what comes back is no larger")
    void a30AGroupIsMadeToFloodAVictim() {
        ProtectedMessage recorded = anne.protectRequest(GroupOfThree.CLOSE, 0).message();
        GroupMember silent = group.silent(1);
        ReceivedRequest unanswerable = silent.openRequest(recorded);
        GroupMemberTest.refused(
                OscoreFailure.Reason.UNSUPPORTED,
                () -> silent.protectResponse(unanswerable, Mode.GROUP, GroupOfThree.DONE, OptionalLong.of(0)));
        bert.openRequest(recorded);
        refused(OscoreFailure.Reason.REPLAY, recorded);
        GroupMember restarted = group.member(GroupOfThree.BERT, 1);
        restarted.distrustWindows();
        var unsure = (GroupMember.Attempt.Unsure) restarted.attempt(recorded, new byte[8]);
        ProtectedMessage challenge = restarted.protectResponse(
                unsure.request(), Mode.GROUP, GroupMember.challenge(unsure.echo()), OptionalLong.of(0));
        assertThat(challenge.option().length + challenge.payload().length)
                .isLessThanOrEqualTo(recorded.option().length + recorded.payload().length);
    }

    private void agrees(long... numbers) {
        ReplayWindow window = new ReplayWindow();
        Set<Long> seen = new HashSet<>();
        long highest = -1;
        for (long number : numbers) {
            boolean expected = !seen.contains(number) && number > highest - ReplayWindow.SIZE;
            assertThat(window.acceptable(number + 1))
                    .as("seed %d, %d of %s", SEED, number, Arrays.toString(numbers))
                    .isEqualTo(expected);
            if (expected) {
                window.record(number + 1);
                seen.add(number);
                highest = Math.max(highest, number);
            }
        }
    }

    private ProtectedMessage pairwise(long number) {
        return anne.protectRequest(GroupOfThree.CLOSE, GroupOfThree.BERT, number)
                .message();
    }

    private void refused(OscoreFailure.Reason reason, ProtectedMessage message) {
        GroupMemberTest.refused(reason, () -> bert.openRequest(message));
    }

    /** As {@link GroupOfThree#context} draws it. */
    private static byte[] secret(int epoch) {
        byte[] secret = new byte[32];
        new Random(epoch).nextBytes(secret);
        return secret;
    }
}
