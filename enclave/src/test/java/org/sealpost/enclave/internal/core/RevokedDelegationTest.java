package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.enclave.attacks.Captured;
import org.sealpost.group.Command;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;

/** A delegation ends with the epoch block that takes its agent off the commander list, long before its own end, also for whoever gets the group's key from a captured member. */
class RevokedDelegationTest {
    private final Building b = new Building();
    private final Party second = new Party("//sealpost.example/gw-south/Cagent");
    private final List<Member> members = new ArrayList<>(b.doors());
    private long epoch = 1;
    private int number;

    RevokedDelegationTest() {
        second.now = b.server.now;
        b.enrol(second, Role.AGENT);
        b.server.enclave.createGroup(
                Building.DOORS,
                new GroupPolicy("subset-difference", true, List.of("release"), 60, 86_400, "A256GCM"));
        members.add(new Member(second.identity, "", 0));
        draw();
        List.of(b.agent, second, b.door1, b.door2).forEach(m -> b.push(m, Building.DOORS));
        List.of(b.agent, second).forEach(this::delegate);
    }

    @Test
    void whatATakenOffAgentGaveIsRefusedEvenUnderTheNewEpochsKey() {
        String old = delegation(b.agent);
        assertThat(obey(old, b.agent)).isInstanceOf(CommandVerdict.Execute.class);
        takeOff(b.agent);
        assertThat(b.door1.enclave.installEpoch(Building.DOORS, latest())).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(obey(old, b.agent))
                .isInstanceOfSatisfying(CommandVerdict.Refused.class, r -> {
                    assertThat(r.status()).isEqualTo(4103);
                    assertThat(r.sentence()).contains("revoked");
                });
        b.door1.restart();
        assertThat(obey(old, b.agent)).isInstanceOf(CommandVerdict.Refused.class);
    }

    @Test
    void theOtherAgentGoesOnWithADelegationOfNow() {
        String old = delegation(second);
        takeOff(b.agent);
        // It goes ahead of the block: who has not opened that yet takes it, too.
        delegate(second);
        assertThat(obey(delegation(second), second)).isInstanceOf(CommandVerdict.Execute.class);
        b.door1.enclave.installEpoch(Building.DOORS, latest());
        assertThat(obey(delegation(second), second)).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(obey(old, second)).isInstanceOf(CommandVerdict.Refused.class);
        b.push(second, Building.DOORS);
        // The numbers above were made up here: its own come after them.
        List.of(second, b.door1).forEach(p -> p.now = p.now.plusSeconds(1));
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
    void whoGetsACredentialOfItsOwnKnowsItToo() {
        String old = delegation(b.agent);
        takeOff(b.agent);
        b.push(b.door1, Building.DOORS);
        assertThat(obey(old, b.agent)).isInstanceOf(CommandVerdict.Refused.class);
    }

    @Test
    void anotherAgentThatComesRevokesNothing() {
        Party third = new Party("//sealpost.example/gw-east/Cagent");
        third.now = b.server.now;
        b.enrol(third, Role.AGENT);
        members.add(new Member(third.identity, "", 0));
        b.server.enclave.admit(Building.DOORS, List.of(new Member(third.identity, "", 0)));
        epoch++;
        draw();
        b.door1.enclave.installEpoch(Building.DOORS, latest());
        assertThat(obey(delegation(b.agent), b.agent)).isInstanceOf(CommandVerdict.Execute.class);
    }

    private void draw() {
        b.server.enclave.newEpoch(Building.DOORS, ++epoch, members);
    }

    private void takeOff(Party agent) {
        members.removeIf(m -> m.identity().equals(agent.identity));
        draw();
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

    private byte[] latest() {
        return b.server.enclave.epochMaterial(Building.DOORS).orElseThrow().latest();
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
        String signed =
                Captured.party(agent).sign(Labels.TYPE_COMMAND, Map.of("dlg", delegation), command.encode());
        return b.door1.enclave.openCommand(
                keys.seal(GroupEnvelope.Use.COMMAND, Building.DOORS, number, Building.utf8(signed)));
    }
}
