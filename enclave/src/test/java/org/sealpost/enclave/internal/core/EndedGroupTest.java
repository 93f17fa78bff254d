package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.attacks.Captured;
import org.sealpost.group.GroupEnding;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;

/** A group that is no more: what the authority keeps of it, what members do, and who can't end one. */
class EndedGroupTest {
    private final Building b = new Building();

    @BeforeEach
    void distribute() {
        b.distribute();
        b.delegate("close");
    }

    @Test
    void membersForgetTheGroupAndObeyNobodyInIt() {
        SealedCommand before = b.command(b.agent, "close");
        SealedRequest late = b.sealFor(b.door2, Building.DOORS);
        assertThat(b.server.enclave.endGroup(Building.DOORS, 1)).isEqualTo(2);
        assertThat(b.server.enclave.endGroup(Building.DOORS, 9)).isEqualTo(2);
        List.of(b.agent, b.door1, b.door2).forEach(m -> assertThat(tell(m)).isInstanceOf(OpenedResponse.Inner.class));
        for (Party door : List.of(b.door1, b.door2)) {
            assertThat(door.enclave.credentials()).isEmpty();
            assertThat(door.enclave.openCommand(before.envelope()))
                    .isInstanceOfSatisfying(
                            CommandVerdict.Refused.class,
                            r -> assertThat(r.status()).isEqualTo(4112));
        }
        assertThatThrownBy(() -> b.command(b.agent, "close")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> b.command(b.server, "close")).isInstanceOf(Refusal.class);
        // A credential that was under way comes after the end.
        assertThat(b.door2.enclave.openRequest(late.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4105));
        assertThat(b.door2.enclave.credentials()).isEmpty();
        // Other groups go on.
        assertThat(b.sensor.enclave.credentials()).hasSize(1);
        b.door1.restart();
        assertThat(b.door1.enclave.credentials()).isEmpty();
        assertThat(b.door1.state().ended).containsOnlyKeys(Building.DOORS);
        assertThat(tell(b.door1)).isInstanceOf(OpenedResponse.Inner.class);
    }

    @Test
    void theAuthorityKeepsNoSecretOfItAndItsNameIsNotUsedAgain() {
        b.server.enclave.endGroup(Building.DOORS, 7);
        StateImage.Authority authority = b.server.state().authority.orElseThrow();
        assertThat(authority.groups).containsOnlyKeys(Building.SENSORS);
        assertThat(authority.ended).containsEntry(Building.DOORS, 7L);
        assertThat(b.server.enclave.currentEpoch(Building.DOORS)).isEmpty();
        assertThat(b.server.enclave.epochMaterial(Building.DOORS)).isEmpty();
        assertThatThrownBy(() -> b.server.enclave.createGroup(Building.DOORS, Building.policy(0)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("was deleted");
        assertThatThrownBy(() -> b.sealFor(b.door1, Building.DOORS)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> b.server.enclave.sealEnding(
                        b.sensor.identity,
                        Optional.of(b.sensor.enclave.receiverRandObject(b.server.identity)),
                        Building.SENSORS))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("was not deleted");
    }

    @Test
    void nobodyButTheServerEndsAGroup() {
        byte[] octets = new GroupEnding(Building.DOORS, 9, b.server.now.getEpochSecond()).encode();
        Captured server = Captured.party(b.server);
        List<String> forged = List.of(
                Captured.party(b.agent).sign(Labels.TYPE_ENDING, Map.of("dlg", "x"), octets),
                server.signFor("delegation", Labels.TYPE_ENDING, octets),
                server.signFor("credential", Labels.TYPE_CREDENTIAL, octets),
                server.signFor("credential", Labels.TYPE_ENDING, Building.utf8("{\"v\":1}")));
        for (String statement : forged) {
            assertThat(say(b.door1, statement)).as("%s", statement).isInstanceOf(OpenedRequest.Refused.class);
            assertThat(b.door1.enclave.credentials()).hasSize(1);
        }
        assertThat(say(b.door1, server.signFor("credential", Labels.TYPE_ENDING, octets)))
                .isInstanceOf(OpenedRequest.Answered.class);
        assertThat(b.door1.enclave.credentials()).isEmpty();
    }

    @Test
    void anEndThatIsEarlierThanTheEpochInstalledIsRefused() {
        SealedRequest word = endElsewhere();
        assertThat(b.door1.enclave.openRequest(word.esprimObject()))
                .isInstanceOfSatisfying(OpenedRequest.Refused.class, r -> {
                    assertThat(r.status()).isEqualTo(4105);
                    assertThat(r.sentence()).contains("earlier than the epoch installed");
                });
        assertThat(b.door1.enclave.credentials()).hasSize(1);
    }

    @Test
    void noEpochIsValidBeyondTheGroupsOwnTime() {
        long end = b.server.now.getEpochSecond() + 600;
        b.server.enclave.limitGroup(Building.DOORS, end);
        assertThat(b.server.enclave.newEpoch(Building.DOORS, 2, b.doors()).notAfter())
                .isEqualTo(end);
        b.push(b.door1, Building.DOORS);
        b.push(b.agent, Building.DOORS);
        SealedCommand command = b.command(b.agent, "close");
        List.of(b.server, b.agent, b.door1).forEach(p -> p.now = p.now.plusSeconds(601));
        assertThat(b.door1.enclave.openCommand(command.envelope())).isInstanceOf(CommandVerdict.Refused.class);
        assertThatThrownBy(() -> b.server.enclave.newEpoch(Building.DOORS, 3, b.doors()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("the group's time is over");
        b.server.enclave.limitGroup(Building.DOORS, 0);
        assertThat(b.server.enclave.newEpoch(Building.DOORS, 3, b.doors()).notAfter())
                .isGreaterThan(end);
    }

    private OpenedResponse tell(Party member) {
        String rand = member.enclave.receiverRandObject(b.server.identity);
        SealedRequest sealed = b.server.enclave.sealEnding(member.identity, Optional.of(rand), Building.DOORS);
        var answered = (OpenedRequest.Answered) member.enclave.openRequest(sealed.esprimObject());
        assertThat(answered.installation()).isEmpty();
        return b.server.enclave.openResponse(sealed.exchange(), answered.sealedResponse());
    }

    /** The server of a backup, which does not know the epoch that door 1 holds, ends the group. */
    private SealedRequest endElsewhere() {
        Map<String, byte[]> backup = b.server.disk.copy();
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        b.push(b.door1, Building.DOORS);
        b.server.rollBack(backup);
        assertThat(b.server.enclave.endGroup(Building.DOORS, 1)).isEqualTo(2);
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        return b.server.enclave.sealEnding(b.door1.identity, Optional.of(rand), Building.DOORS);
    }

    /** A statement under the server's pairwise key with a member. */
    private OpenedRequest say(Party member, String statement) {
        RequestPrimitive inner = InnerPrimitives.notify(
                InnerPrimitives.spRelative(member.identity),
                InnerPrimitives.spRelative(b.server.identity),
                "x1",
                InnerPrimitives.contentInstance(InnerPrimitives.ENDING, statement));
        String rand = member.enclave.receiverRandObject(b.server.identity);
        return member.enclave.openRequest(b.server
                .enclave
                .sealRequest(member.identity, Optional.of(rand), InnerPrimitives.CODEC.encode(inner))
                .esprimObject());
    }
}
