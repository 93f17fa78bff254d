package org.sealpost.oscore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.sealpost.oscore.GroupMember.Attempt;

/** A member whose windows were lost has each sender show first that it is alive; a recording can't. */
class EchoTest {
    private static final byte[] FRESH = {1, 2, 3, 4, 5, 6, 7, 8};

    private final GroupOfThree group =
            new GroupOfThree(GroupAlgorithms.both(AeadAlgorithm.A128GCM, SignatureAlgorithm.ES256), 11);
    private final GroupMember anne = group.member(GroupOfThree.ANNE, 1);
    private final GroupMember bert = group.member(GroupOfThree.BERT, 1);

    @Test
    void aRecordingIsNotTakenAndALiveSenderIs() {
        GroupMember.ProtectedRequest recorded = anne.protectRequest(GroupOfThree.CLOSE, 5);
        bert.openRequest(recorded.message());
        GroupMember restarted = group.member(GroupOfThree.BERT, 1);
        restarted.distrustWindows();
        Attempt.Unsure unsure = (Attempt.Unsure) restarted.attempt(recorded.message(), FRESH);
        assertThat(unsure.echo()).isEqualTo(FRESH);
        ProtectedMessage response = restarted.protectResponse(
                unsure.request(), Mode.GROUP, GroupMember.challenge(unsure.echo()), OptionalLong.of(1000));
        CoapMessage asked = anne.openResponse(recorded.exchange(), response).message();
        assertThat(asked.code()).isEqualTo(0x81);
        // The recording again, and with another value.
        assertThat(restarted.attempt(recorded.message(), FRESH)).isInstanceOf(Attempt.Unsure.class);
        assertThat(restarted.attempt(echoing(new byte[8], 6), FRESH)).isInstanceOf(Attempt.Unsure.class);
        byte[] value = asked.options().get(0).value();
        assertThat(restarted.attempt(echoing(value, 7), FRESH)).isInstanceOf(Attempt.Opened.class);
        // From here on the window counts, also for what was before.
        GroupMemberTest.refused(OscoreFailure.Reason.REPLAY, () -> restarted.openRequest(recorded.message()));
        GroupMemberTest.refused(OscoreFailure.Reason.REPLAY, () -> restarted.openRequest(echoing(value, 7)));
        assertThat(restarted
                        .openRequest(anne.protectRequest(GroupOfThree.CLOSE, 8).message())
                        .sender())
                .isEqualTo(GroupOfThree.ANNE);
    }

    @Test
    void whoDoesNotAskForItIsRefused() {
        bert.distrustWindows();
        GroupMemberTest.refused(
                OscoreFailure.Reason.REPLAY,
                () -> bert.openRequest(
                        anne.protectRequest(GroupOfThree.CLOSE, 1).message()));
        GroupMember silent = group.silent(1);
        silent.distrustWindows();
        GroupMemberTest.refused(
                OscoreFailure.Reason.REPLAY,
                () -> silent.attempt(anne.protectRequest(GroupOfThree.CLOSE, 2).message(), FRESH));
    }

    @Test
    void oneSendersAnswerDoesNotServeAnother() {
        bert.distrustWindows();
        Attempt.Unsure unsure = (Attempt.Unsure)
                bert.attempt(anne.protectRequest(GroupOfThree.CLOSE, 1).message(), FRESH);
        GroupMember carl = group.member(GroupOfThree.CARL, 1);
        CoapMessage stolen = with(unsure.echo());
        assertThat(bert.attempt(carl.protectRequest(stolen, 1).message(), FRESH))
                .isInstanceOf(Attempt.Unsure.class);
    }

    private ProtectedMessage echoing(byte[] value, long sequence) {
        return anne.protectRequest(with(value), GroupOfThree.BERT, sequence).message();
    }

    private static CoapMessage with(byte[] value) {
        List<CoapMessage.Option> options = new ArrayList<>(GroupOfThree.CLOSE.options());
        options.add(new CoapMessage.Option(252, value));
        return new CoapMessage(GroupOfThree.CLOSE.code(), options, GroupOfThree.CLOSE.payload());
    }
}
