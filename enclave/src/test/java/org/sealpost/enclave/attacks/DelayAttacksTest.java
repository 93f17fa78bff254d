package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.group.Command;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;

/** A17 and A34: messages come late, and clocks are wrong. */
class DelayAttacksTest {
    private static final Instant YEAR_2100 = Instant.parse("2100-01-01T00:00:00Z");

    private final Building b = new Building();
    private final ScriptedGateway gateway = new ScriptedGateway(b);

    @Test
    @DisplayName("A17 the gateway holds a command for an hour, and delivers it, also many times")
    void a17ACommandIsHeldForAnHour() {
        b.distribute();
        List<Letter> held = new ArrayList<>();
        gateway.follow(Script.hold(held));
        gateway.command(b.server, b.command(b.server, "release").envelope(), List.of(b.door1, b.door2));
        for (Party door : List.of(b.door1, b.door2)) {
            door.now = door.now.plusSeconds(3600);
        }
        changesNothing(b.door1, () -> {
            held.forEach(gateway::inject);
            held.forEach(gateway::inject);
        });
        assertThat(gateway.executed()).isEmpty();
        assertThat(gateway.refused(b.door1)).isEqualTo(2);
        refused(4008, b.door1.enclave.openCommand(held.get(0).text()));
    }

    @Test
    @DisplayName(
            "A17 the gateway holds a command until the state has changed: the older one is not done, though its time is not over")
    void a17ACommandIsHeldUntilTheNextOne() {
        b.distribute();
        List<Letter> held = new ArrayList<>();
        gateway.follow(Script.hold(held));
        gateway.command(b.server, b.command(b.server, "open").envelope(), List.of(b.door1));
        gateway.follow(Script.honest());
        gateway.command(b.server, b.command(b.server, "close").envelope(), List.of(b.door1));
        held.forEach(gateway::inject);
        assertThat(gateway.executed()).extracting(CommandVerdict.Execute::verb).containsExactly("close");
        refused(4105, b.door1.enclave.openCommand(held.get(0).text()));
    }

    @Test
    @DisplayName("A17 the gateway holds a sealed credential beyond its session, and an answer beyond its own")
    void a17SealedMessagesAreHeld() {
        SealedRequest sealed = b.sealFor(b.door1, Building.DOORS);
        SealedRequest answeredLate = b.sealFor(b.door2, Building.DOORS);
        var answer = (OpenedRequest.Answered) b.door2.enclave.openRequest(answeredLate.esprimObject());
        b.door1.now = b.door1.now.plusSeconds(2 * 3600);
        b.server.now = b.server.now.plusSeconds(2 * 3600);
        changesNothing(b.door1, () -> refused(4114, b.door1.enclave.openRequest(sealed.esprimObject())));
        changesNothing(
                b.server,
                () -> refused(4113, b.server.enclave.openResponse(answeredLate.exchange(), answer.sealedResponse())));
    }

    @Test
    @DisplayName("A17 the gateway gives the answer to one request as the answer to the next")
    void a17TheAnswerToAnotherRequest() {
        SealedRequest first = b.sealFor(b.door1, Building.DOORS);
        var answer = (OpenedRequest.Answered) b.door1.enclave.openRequest(first.esprimObject());
        SealedRequest second = b.sealFor(b.door1, Building.DOORS);
        refused(4000, b.server.enclave.openResponse(second.exchange(), answer.sealedResponse()));
        assertThat(b.server.enclave.openResponse(first.exchange(), answer.sealedResponse()))
                .isInstanceOf(OpenedResponse.Confirmed.class);
        SealedRequest inSession = b.server.enclave.sealCredential(b.door1.identity, Optional.empty(), Building.DOORS);
        refused(4000, b.server.enclave.openResponse(inSession.exchange(), answer.sealedResponse()));
    }

    @Test
    @DisplayName("A34 a device whose clock stands in 1970 from the beginning takes its time from the server alone")
    void a34AClockOf1970() {
        b.door1.now = Instant.EPOCH;
        gateway.push(b.door1, Building.DOORS);
        String early = b.command(b.server, "close").envelope();
        gateway.command(b.server, early, List.of(b.door1));
        assertThat(gateway.executed()).hasSize(1);
        b.server.now = b.server.now.plusSeconds(60);
        String late = b.command(b.server, "open").envelope();
        List<Letter> held = new ArrayList<>();
        gateway.follow(Script.hold(held));
        gateway.command(b.server, late, List.of(b.door1));
        b.server.now = b.server.now.plusSeconds(3600);
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        gateway.follow(Script.honest());
        refused(4114, () -> gateway.push(b.door1, Building.DOORS));
        gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
        held.forEach(gateway::inject);
        assertThat(gateway.executed()).as("it is an hour later for it, too").hasSize(1);
        gateway.push(b.door1, Building.DOORS);
    }

    @Test
    @DisplayName(
            "A34 a device's clock jumps to 2100 and back: meanwhile it does nothing, afterwards it works as before")
    void a34AClockOf2100() {
        b.distribute();
        Instant before = b.door1.now;
        b.door1.now = YEAR_2100;
        changesNothing(b.door1, () -> {
            gateway.command(b.server, b.command(b.server, "close").envelope(), List.of(b.door1));
            assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Refused.class);
        });
        assertThat(gateway.executed()).isEmpty();
        b.door1.now = before;
        gateway.command(b.server, b.command(b.server, "close").envelope(), List.of(b.door1));
        assertThat(gateway.executed()).hasSize(1);
    }

    @Test
    @DisplayName("A34 a captured agent dates its commands 2100: the device's clock stays with the server")
    void a34ACapturedAgentDatesItsCommands2100() {
        b.distribute();
        b.delegate("close");
        Captured agent = Captured.party(b.agent);
        String delegation = agent.state().delegations.values().iterator().next();
        Command forged = new Command(
                Long.MAX_VALUE / 4,
                Building.DOORS,
                1,
                new Target.All(),
                "close",
                Map.of(),
                b.agent.identity,
                YEAR_2100.getEpochSecond(),
                YEAR_2100.getEpochSecond() + 30);
        String signed = agent.sign(Labels.TYPE_COMMAND, Map.of("dlg", delegation), forged.encode());
        String envelope = agent.seal(GroupEnvelope.Use.COMMAND, Building.DOORS, Captured.ascii(signed));
        assertThat(b.door1.enclave.openCommand(envelope)).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(b.door1.state().timeFloor).isLessThanOrEqualTo(b.server.now.getEpochSecond());
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "open").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    @DisplayName("A34 the server's clock stood in 2100 for a while: enrolling the device anew brings it back")
    void a34TheServersClockWasWrong() {
        b.distribute();
        Instant right = b.server.now;
        b.server.now = YEAR_2100;
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
        assertThat(b.door1.state().timeFloor).isEqualTo(YEAR_2100.getEpochSecond());
        b.server.now = right;
        b.server.enclave.newEpoch(Building.DOORS, 3, b.doors());
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Refused.class);
        b.enrol(b.door1, Role.DEVICE);
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    @DisplayName("A34 the server's clock stands in 1970: what it signs is refused, and changes nothing")
    void a34TheServersClockStandsIn1970() {
        b.distribute();
        b.server.now = Instant.EPOCH;
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        changesNothing(b.door1, () -> {
            assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Refused.class);
            refused(
                    4112,
                    b.door1.enclave.openCommand(b.command(b.server, "close").envelope()));
        });
    }

    @Test
    @DisplayName("A34 the gateway replays what the server signed earlier: time does not go back")
    void a34OldSignedTime() {
        gateway.push(b.door1, Building.DOORS);
        List<Letter> old = gateway.recorded(Letter.Kind.REQUEST);
        b.server.now = b.server.now.plusSeconds(3600);
        b.door1.now = b.server.now;
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        gateway.push(b.door1, Building.DOORS);
        long floor = b.door1.state().timeFloor;
        assertThat(floor).isEqualTo(b.server.now.getEpochSecond());
        old.forEach(gateway::inject);
        assertThat(b.door1.state().timeFloor).isEqualTo(floor);
    }
}
