package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.onem2m.Refusal;

/** The main job between enclaves, without a network: what the programs do, call by call. */
class MainJobTest {
    private final Building b = new Building();

    @Test
    void aPushedCredentialIsInstalledAndConfirmed() {
        OpenedResponse answer = b.push(b.door1, Building.DOORS);
        assertThat(answer).isInstanceOf(OpenedResponse.Confirmed.class);
        var confirmation = ((OpenedResponse.Confirmed) answer).confirmation();
        assertThat(confirmation.member()).isEqualTo(b.door1.identity);
        assertThat(confirmation.epoch()).isEqualTo(1);
        assertThat(b.door1.enclave.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.keyCheckValue()).isEqualTo(confirmation.keyCheckValue()));
    }

    @Test
    void aPulledCredentialIsInstalledAndConfirmed() {
        String rand = b.server.enclave.receiverRandObject(b.door1.identity);
        byte[] retrieve = Building.utf8("{\"op\":2,\"to\":\"/in-cse/cse-in/gcs/gw-north.door-1/fire-doors/la\","
                + "\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"p1\",\"rvi\":\"3\"}");
        SealedRequest pull = b.door1.enclave.sealRequest(b.server.identity, Optional.of(rand), retrieve);
        var inner = (OpenedRequest.Inner) b.server.enclave.openRequest(pull.esprimObject());
        assertThat(inner.peer()).isEqualTo(b.door1.identity);
        String sealed = b.server.enclave.sealCredentialResponse(inner.exchange(), "p1", Building.DOORS);
        assertThat(b.door1.enclave.openResponse(pull.exchange(), sealed)).isInstanceOf(OpenedResponse.Installed.class);
        SealedRequest confirmation = b.door1.enclave.sealConfirmation(Building.DOORS, Optional.empty());
        var answered = (OpenedRequest.Answered) b.server.enclave.openRequest(confirmation.esprimObject());
        assertThat(answered.confirmation())
                .hasValueSatisfying(c -> assertThat(c.member()).isEqualTo(b.door1.identity));
        assertThat(b.door1.enclave.openResponse(confirmation.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Inner.class);
    }

    @Test
    void aDeliveryThatComesTwiceGetsTheSameAnswerAndInstallsOnce() {
        SealedRequest sealed = b.sealFor(b.door1, Building.DOORS);
        var first = (OpenedRequest.Answered) b.door1.enclave.openRequest(sealed.esprimObject());
        int saves = b.door1.disk.saves;
        var second = (OpenedRequest.Answered) b.door1.enclave.openRequest(sealed.esprimObject());
        assertThat(second.sealedResponse()).isEqualTo(first.sealedResponse());
        assertThat(first.installation()).isPresent();
        assertThat(second.installation()).isEmpty();
        assertThat(b.door1.disk.saves).isEqualTo(saves);
    }

    @Test
    void anEpochThatWasInstalledBeforeARestartIsConfirmedAgain() {
        SealedRequest lost = b.sealFor(b.door1, Building.DOORS);
        b.door1.enclave.openRequest(lost.esprimObject());
        b.door1.restart();
        assertThat(b.door1.enclave.openRequest(lost.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4114));
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
        assertThat(b.door1.enclave.credentials()).hasSize(1);
    }

    @Test
    void aReadingGoesUpToTheServerAndToOtherMembers() {
        b.distribute();
        String sealed = b.door1.enclave.sealReading(Building.DOORS, Building.utf8("{\"open\":true}"));
        assertThat(b.server.enclave.openReading(sealed).sender()).isEqualTo(b.door1.identity);
        assertThat(b.door2.enclave.openReading(sealed).reading()).isEqualTo(Building.utf8("{\"open\":true}"));
        assertThatThrownBy(() -> b.sensor.enclave.openReading(sealed)).isInstanceOf(Refusal.class);
    }

    @Test
    void theAgentClosesTheDoorsAndEachDoorAnswersForItself() {
        b.distribute();
        b.delegate("close", "open");
        SealedCommand command = b.command(b.agent, "close");
        assertThat(command.expected()).containsExactlyInAnyOrder(b.door1.identity, b.door2.identity);
        for (Party door : List.of(b.door1, b.door2)) {
            var execute = (CommandVerdict.Execute) door.enclave.openCommand(command.envelope());
            assertThat(execute.verb()).isEqualTo("close");
            assertThat(execute.commander()).isEqualTo(b.agent.identity);
            String ack = door.enclave.acknowledge(execute.command(), "done", "closed");
            var verified = b.agent.enclave.openAcknowledgement(ack);
            assertThat(verified.member()).isEqualTo(door.identity);
            assertThat(verified.commandId()).isEqualTo(command.commandId());
        }
    }

    @Test
    void aCommandThatComesTwiceIsAnsweredNotExecutedAlsoAfterARestart() {
        b.distribute();
        SealedCommand command = b.command(b.server, "close");
        var execute = (CommandVerdict.Execute) b.door1.enclave.openCommand(command.envelope());
        b.door1.restart();
        assertThat(b.door1.enclave.unfinishedCommands()).containsExactly(execute);
        String ack = b.door1.enclave.acknowledge(execute.command(), "done", "closed");
        assertThat(b.door1.enclave.openCommand(command.envelope()))
                .isInstanceOfSatisfying(
                        CommandVerdict.Duplicate.class,
                        d -> assertThat(d.acknowledgement()).hasValue(ack));
        assertThat(b.door1.enclave.unfinishedCommands()).isEmpty();
    }

    @Test
    void aNonDelegableVerbIsRefusedFromTheAgentAndDoneForTheServer() {
        b.distribute();
        b.delegate("close");
        assertThatThrownBy(() -> b.delegate("release")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> b.command(b.agent, "release")).isInstanceOf(Refusal.class);
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "release").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aCommandForAnotherZoneOrMemberIsNotForUs() {
        b.distribute();
        String other =
                b.command(b.server, "close", "member:" + b.door2.identity).envelope();
        assertThat(b.door1.enclave.openCommand(other)).isInstanceOf(CommandVerdict.NotForUs.class);
        assertThat(b.door2.enclave.openCommand(other)).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(b.door1.enclave.openCommand(
                        b.command(b.server, "close", "zone:floor-2").envelope()))
                .isInstanceOf(CommandVerdict.NotForUs.class);
    }

    @Test
    void theEvictedDeviceOpensNothingOfTheNewEpochAndTheRestGoesOn() {
        b.distribute();
        var rest = b.doors();
        rest.removeIf(m -> m.identity().equals(b.door2.identity));
        b.server.enclave.newEpoch(Building.DOORS, 2, rest);
        assertThatThrownBy(() -> b.sealFor(b.door2, Building.DOORS)).isInstanceOf(Refusal.class);
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
        String command = b.command(b.server, "close").envelope();
        assertThat(b.door1.enclave.openCommand(command)).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(b.door2.enclave.openCommand(command))
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4112));
        String stale = b.door2.enclave.sealReading(Building.DOORS, Building.utf8("{}"));
        assertThatThrownBy(() -> b.server.enclave.openReading(stale)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> b.door1.enclave.openReading(stale)).isInstanceOf(Refusal.class);
    }

    @Test
    void twoIssuersCantIssueOneEpoch() {
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        assertThatThrownBy(() -> b.server.enclave.newEpoch(Building.DOORS, 2, b.doors()))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4105));
    }

    @Test
    void onAFullDiskNothingIsInstalledAndNothingExecuted() {
        SealedRequest sealed = b.sealFor(b.door1, Building.DOORS);
        b.door1.disk.full(true);
        assertThatThrownBy(() -> b.door1.enclave.openRequest(sealed.esprimObject()))
                .isInstanceOf(EnclaveUnavailable.class);
        b.door1.disk.full(false);
        assertThat(b.door1.enclave.credentials()).isEmpty();
        b.distribute();
        SealedCommand command = b.command(b.server, "close");
        b.door1.disk.full(true);
        assertThatThrownBy(() -> b.door1.enclave.openCommand(command.envelope()))
                .isInstanceOf(EnclaveUnavailable.class);
        b.door1.disk.full(false);
        assertThat(b.door1.enclave.openCommand(command.envelope())).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aClockSetTo1970StaysAtTheLastAuthenticatedTime() {
        b.distribute();
        b.door1.now = java.time.Instant.EPOCH;
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
        String late = b.command(b.server, "close").envelope();
        b.door1.now = b.server.now.plusSeconds(31);
        assertThat(b.door1.enclave.openCommand(late))
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4008));
    }

    @Test
    void withoutAClockADangerousVerbIsRefusedAndTheOthersGoByEpochAndNumber() {
        b.distribute();
        b.delegate("close");
        b.door1.now = java.time.Instant.EPOCH;
        int saves = b.door1.disk.saves;
        long before = b.door1.enclave.counters().getOrDefault("refused.4008", 0L);
        String release = b.command(b.server, "release").envelope();
        assertThat(b.door1.enclave.openCommand(release)).isInstanceOfSatisfying(CommandVerdict.Refused.class, r -> {
            assertThat(r.status()).isEqualTo(4008);
            assertThat(r.sentence()).contains("set the clock");
        });
        assertThat(b.door1.disk.saves).isEqualTo(saves);
        assertThat(b.door1.enclave.counters()).containsEntry("refused.4008", before + 1);
        String close = b.command(b.agent, "close").envelope();
        assertThat(b.door1.enclave.openCommand(close)).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(b.door1.enclave.openCommand(close)).isInstanceOf(CommandVerdict.Duplicate.class);
        b.door1.now = b.server.now;
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "release").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void withoutAClockADelegationOfLaterThanWhatIsKnownHoldsAndOneThatSurelyEndedDoesNot() {
        b.distribute();
        b.server.now = b.server.now.plusSeconds(1800);
        b.agent.now = b.server.now;
        b.delegate("close");
        b.door1.now = java.time.Instant.EPOCH;
        assertThat(b.door1.enclave.openCommand(b.command(b.agent, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
        String late = b.command(b.agent, "close").envelope();
        b.server.now = b.server.now.plusSeconds(7200);
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
        assertThat(b.door1.enclave.openCommand(late))
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4103));
    }

    @Test
    void aClockThatIsAFewSecondsBehindTheServersIsAClock() {
        b.distribute();
        b.door1.now = b.server.now.minusSeconds(60);
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "release").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }
}
