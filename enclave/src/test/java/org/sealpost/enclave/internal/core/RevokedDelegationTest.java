package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.attacks.Captured;
import org.sealpost.group.Command;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;
import org.sealpost.onem2m.Refusal;

/** A delegation ends with the epoch that takes its agent off the commander list, long before its own end, whoever holds the group's key; whoever stays on the list goes on under a new one. */
@ParameterizedClass
@ValueSource(strings = {"subset-difference", "point-to-point"})
class RevokedDelegationTest {
    private final String scheme;
    private final Building b = new Building();
    private final Party second = new Party("//sealpost.example/gw-south/Cagent");
    private final List<Member> members = new ArrayList<>(b.doors());
    private long epoch = 1;
    private int number;

    RevokedDelegationTest(String scheme) {
        this.scheme = scheme;
        second.now = b.server.now;
        b.enrol(second, Role.AGENT);
        b.server.enclave.createGroup(
                Building.DOORS, new GroupPolicy(scheme, true, List.of("release"), 60, 86_400, "A256GCM"));
        members.add(new Member(second.identity, "", 0));
        draw();
        List.of(b.agent, second, b.door1, b.door2).forEach(m -> b.push(m, Building.DOORS));
        List.of(b.agent, second).forEach(this::delegate);
    }

    @Test
    @DisplayName("A7 an evicted agent with its old delegation and the new group key commands nothing")
    void a7AnEvictedAgentWithItsOldDelegationAndTheNewGroupKeyCommandsNothing() {
        String old = delegation(b.agent);
        assertThat(obey(old, b.agent)).isInstanceOf(CommandVerdict.Execute.class);
        takeOff(b.agent);
        arrives(b.door1);
        refusedAsRevoked(obey(old, b.agent));
        b.door1.restart();
        refusedAsRevoked(obey(old, b.agent));
        // Epochs that take nobody off change nothing of that.
        draw();
        arrives(b.door1);
        refusedAsRevoked(obey(old, b.agent));
    }

    @Test
    void theOtherAgentGoesOnWithADelegationOfNow() {
        String old = delegation(second);
        takeOff(b.agent);
        // It goes ahead of the epoch: who does not know that yet takes it, too.
        delegate(second);
        assertThat(obey(delegation(second), second)).isInstanceOf(CommandVerdict.Execute.class);
        arrives(b.door1);
        assertThat(obey(delegation(second), second)).isInstanceOf(CommandVerdict.Execute.class);
        refusedAsRevoked(obey(old, second));
        b.push(second, Building.DOORS);
        later();
        ProtectedCommand onTheLink =
                second.enclave.protectCommand(b.command(second, "close").commandId());
        b.door1.enclave.learnCommander(onTheLink.proof());
        assertThat(b.door1
                        .enclave
                        .openProtectedCommand(onTheLink.option(), onTheLink.payload())
                        .verdict())
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aCommandThatWasRefusedForItsDelegationIsGivenAgainUnderTheNewOneAndDoneOnce() {
        later();
        SealedCommand first = b.command(second, "close");
        assertThat(second.enclave.renewCommand(first.commandId())).isEmpty();
        assertThat(b.door2.enclave.openCommand(first.envelope())).isInstanceOf(CommandVerdict.Execute.class);
        takeOff(b.agent);
        List.of(b.door1, b.door2).forEach(this::arrives);
        assertThat(b.door1.enclave.openCommand(first.envelope())).isInstanceOf(CommandVerdict.Refused.class);
        b.push(second, Building.DOORS);
        // The epoch is here, the delegation is not: a clear refusal, and nothing that members would refuse later.
        assertThatThrownBy(() -> second.enclave.renewCommand(first.commandId()))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("revoked with a later epoch");
        delegate(second);
        SealedCommand again = second.enclave.renewCommand(first.commandId()).orElseThrow();
        assertThat(again.commandId()).isEqualTo(first.commandId());
        assertThat(b.door1.enclave.openCommand(again.envelope())).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(b.door2.enclave.openCommand(again.envelope())).isInstanceOf(CommandVerdict.Duplicate.class);
    }

    @Test
    void anAgentThatIsBarredStaysAMemberAndCommandsNothing() {
        String old = delegation(b.agent);
        b.server.enclave.bar(Building.DOORS, b.agent.identity, true);
        assertThatThrownBy(() -> delegate(b.agent))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("not on the group's commander list");
        draw();
        arrives(b.door1);
        refusedAsRevoked(obey(old, b.agent));
        b.push(b.agent, Building.DOORS);
        later();
        assertThatThrownBy(() -> b.command(b.agent, "close"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("revoked");
        b.server.enclave.bar(Building.DOORS, b.agent.identity, false);
        delegate(b.agent);
        assertThat(b.door1.enclave.openCommand(b.command(b.agent, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
        // It is on the list again before a block says so: taking it off counts.
        String second = delegation(b.agent);
        takeOff(b.agent);
        arrives(b.door1);
        refusedAsRevoked(obey(second, b.agent));
    }

    @Test
    void anAgentThatIsEnrolledAgainWithAnotherKeyEndsWhatTheOldKeyWasGiven() {
        String old = delegation(b.agent);
        Party again = new Party(b.agent.identity);
        again.now = b.server.now;
        b.enrol(again, Role.AGENT);
        assertThatThrownBy(() -> delegate(again)).hasMessageContaining("not on the group's commander list");
        epoch = b.server.enclave.admit(Building.DOORS, members).epoch();
        arrives(b.door1);
        refusedAsRevoked(obey(old, b.agent));
        delegate(again);
        assertThat(obey(delegation(again), again)).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void whoGetsACredentialOfItsOwnKnowsItToo() {
        String old = delegation(b.agent);
        takeOff(b.agent);
        b.push(b.door1, Building.DOORS);
        refusedAsRevoked(obey(old, b.agent));
    }

    @Test
    void anotherAgentThatComesRevokesNothing() {
        Party third = new Party("//sealpost.example/gw-east/Cagent");
        third.now = b.server.now;
        b.enrol(third, Role.AGENT);
        members.add(new Member(third.identity, "", 0));
        epoch = b.server
                .enclave
                .admit(Building.DOORS, List.of(new Member(third.identity, "", 0)))
                .epoch();
        draw();
        arrives(b.door1);
        assertThat(obey(delegation(b.agent), b.agent)).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aServerThatLeavesNumbersOutEndsWhatAnotherStateOfItMayHaveRevoked() {
        String old = delegation(second);
        epoch += 7;
        draw();
        b.push(b.door1, Building.DOORS);
        refusedAsRevoked(obey(old, second));
        delegate(second);
        assertThat(obey(delegation(second), second)).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void delegationsThatComeInAnyOrderAreUsedNewestFirstAndDoNotPileUp() {
        String old = delegation(second);
        takeOff(b.agent);
        delegate(second);
        String fresh = delegation(second);
        later();
        second.enclave.acceptDelegation(old);
        assertThat(b.command(second, "close").expected()).isNotEmpty();
        b.push(second, Building.DOORS);
        arrives(b.door1);
        later();
        assertThat(b.door1.enclave.openCommand(b.command(second, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
        assertThat(fresh).isNotEqualTo(old);
        for (int i = 0; i < 5; i++) {
            later();
            delegate(second);
        }
        assertThat(second.state().delegations).hasSize(1);
    }

    private static void refusedAsRevoked(CommandVerdict verdict) {
        assertThat(verdict).isInstanceOfSatisfying(CommandVerdict.Refused.class, r -> {
            assertThat(r.status()).isEqualTo(4103);
            assertThat(r.sentence()).contains("revoked with a later epoch");
        });
    }

    private void draw() {
        b.server.enclave.newEpoch(Building.DOORS, ++epoch, members);
    }

    private void takeOff(Party agent) {
        members.removeIf(m -> m.identity().equals(agent.identity));
        draw();
    }

    /** The newest epoch comes to a device in the scheme's own way. */
    private void arrives(Party device) {
        if (scheme.equals("point-to-point")) {
            b.push(device, Building.DOORS);
        } else {
            device.enclave.installEpoch(
                    Building.DOORS,
                    b.server.enclave.epochMaterial(Building.DOORS).orElseThrow().latest());
        }
        assertThat(device.state().credentials.get(Building.DOORS).current().number())
                .isEqualTo(epoch);
    }

    private void later() {
        List.of(b.server, b.agent, second, b.door1, b.door2).forEach(p -> p.now = p.now.plusSeconds(1));
    }

    private void delegate(Party agent) {
        agent.enclave.acceptDelegation(b.server
                .enclave
                .delegate(
                        agent.identity,
                        List.of(Building.DOORS),
                        List.of("close"),
                        List.of(),
                        b.server.now.getEpochSecond() + 86_400)
                .delegation());
    }

    private static String delegation(Party agent) {
        List<String> all = new ArrayList<>(agent.state().delegations.values());
        return all.get(all.size() - 1);
    }

    /** The agent's signature, under the group's key as door 1 holds it: somebody gave it away. */
    private CommandVerdict obey(String delegation, Party agent) {
        Captured keys = Captured.party(b.door1);
        long now = agent.now.getEpochSecond();
        long held = keys.state().credentials.get(Building.DOORS).current().number();
        Command command = new Command(
                now * 1000 + ++number,
                Building.DOORS,
                held,
                new Target.All(),
                "close",
                Map.of(),
                agent.identity,
                now,
                now + 30);
        String signed = Captured.party(agent).sign(Labels.TYPE_COMMAND, Map.of("dlg", delegation), command.encode());
        return b.door1.enclave.openCommand(
                keys.seal(GroupEnvelope.Use.COMMAND, Building.DOORS, number, Building.utf8(signed)));
    }
}
