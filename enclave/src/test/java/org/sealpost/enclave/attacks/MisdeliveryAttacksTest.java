package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.RandObject;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.group.CredentialConfirmation;
import org.sealpost.group.Lineage;
import org.sealpost.onem2m.Refusal;

/** A21, A22 and A28: what is for one is given to another, under another name, or a second time. */
class MisdeliveryAttacksTest {
    private final Building b = new Building();
    private final ScriptedGateway gateway = new ScriptedGateway(b);

    @Test
    @DisplayName("A21 the gateway swaps the credentials of two devices, and answers with the other's confirmation")
    void a21TwoDevicesAreSwapped() {
        Map<String, String> swap = Map.of(b.door1.identity, b.door2.identity, b.door2.identity, b.door1.identity);
        gateway.follow(Script.misdeliver(swap)
                .when(l -> l.kind() == Letter.Kind.REQUEST && l.text().contains("eyJ")));
        for (Party door : List.of(b.door1, b.door2)) {
            changesNothing(door, () -> refused(4112, () -> gateway.push(door, Building.DOORS)));
            assertThat(door.enclave.credentials()).isEmpty();
        }
        gateway.follow(Script.misdeliver(swap).when(l -> l.kind() == Letter.Kind.REQUEST));
        for (Party door : List.of(b.door1, b.door2)) {
            changesNothing(door, () -> refused(4112, () -> gateway.push(door, Building.DOORS)));
        }
    }

    @Test
    @DisplayName("A21 the gateway brings commands, acknowledgements and readings of one group to another")
    void a21TwoGroupsAreSwapped() {
        b.distribute();
        String command = b.command(b.server, "close").envelope();
        String reading = b.door1.enclave.sealReading(Building.DOORS, Building.utf8("{}"));
        var execute = (org.sealpost.enclave.MemberKeys.CommandVerdict.Execute) b.door1.enclave.openCommand(command);
        String ack = b.door1.enclave.acknowledge(execute.command(), "done", "");
        changesNothing(b.sensor, () -> {
            refused(4112, b.sensor.enclave.openCommand(command));
            refused(4112, () -> b.sensor.enclave.openReading(reading));
        });
        refused(4000, () -> b.agent.enclave.openAcknowledgement(ack));
        assertThat(b.server.enclave.openAcknowledgement(ack).member()).isEqualTo(b.door1.identity);
    }

    @Test
    @DisplayName("A21 one device's enrolment package is given to another, and one agent's delegation")
    void a21EnrolmentPackagesAndDelegationsAreSwapped() {
        Party other = new Party("//sealpost.example/gw-north/Cdoor-9");
        var request = other.enclave.enrolmentRequest(other.identity);
        String packageForOther =
                b.server.enclave.enrolPeer(request, Role.DEVICE).enrolmentPackage();
        changesNothing(b.door1, () -> refused(4115, () -> b.door1.enclave.acceptEnrolment(packageForOther)));
        Party agent2 = new Party("//sealpost.example/gw-south/Cagent");
        b.enrol(agent2, Role.AGENT);
        List<Member> members = b.doors();
        members.add(Building.member(agent2, 4));
        b.server.enclave.newEpoch(Building.DOORS, 2, members);
        String delegation = b.server
                .enclave
                .delegate(
                        agent2.identity,
                        List.of(Building.DOORS),
                        List.of("close"),
                        List.of(),
                        b.server.now.getEpochSecond() + 60)
                .delegation();
        changesNothing(b.agent, () -> refused(4103, () -> b.agent.enclave.acceptDelegation(delegation)));
    }

    @Test
    @DisplayName(
            "A22 another end point is enrolled with a device's public keys: duplicates are refused, and the package opens for nobody else")
    void a22ADevicesKeysUnderAnotherName() {
        EnrolmentRequest door = b.door1.enclave.enrolmentRequest(b.door1.identity);
        String gatewayName = "//sealpost.example/gw-north/Cgateway";
        Party thief = new Party(gatewayName);
        EnrolmentRequest own = thief.enclave.enrolmentRequest(gatewayName);
        changesNothing(b.server, () -> {
            refused(4000, enrolling(gatewayName, door.agreementKey(), door.signatureKey(), door.attestation()));
            refused(4103, enrolling(gatewayName, door.agreementKey(), door.signatureKey(), own.attestation()));
            refused(4000, enrolling(gatewayName, door.agreementKey(), own.signatureKey(), own.attestation()));
        });
        String sealed = b.server
                .enclave
                .enrolPeer(
                        new EnrolmentRequest(
                                gatewayName,
                                door.agreementKey(),
                                own.signatureKey(),
                                Optional.empty(),
                                attested(thief, door.agreementKey()),
                                ""),
                        Role.DEVICE)
                .enrolmentPackage();
        changesNothing(thief, () -> refused(4115, () -> thief.enclave.acceptEnrolment(sealed)));
        changesNothing(b.door1, () -> refused(4000, () -> b.door1.enclave.acceptEnrolment(sealed)));
    }

    @Test
    @DisplayName(
            "A22 an enrolment request is changed on its way: the fingerprint that the operator compares is another")
    void a22TheRequestIsChangedOnItsWay() {
        Party door = new Party("//sealpost.example/gw-north/Cdoor-7");
        Party thief = new Party("//sealpost.example/gw-north/Cdoor-7");
        String shown = door.enclave.enrolmentRequest(door.identity).fingerprint();
        assertThat(thief.enclave.enrolmentRequest(thief.identity).fingerprint()).isNotEqualTo(shown);
        assertThat(shown).matches("([0-9a-f]{4} ){15}[0-9a-f]{4}");
    }

    @Test
    @DisplayName("A22 a captured member confirms in another's name, inside and outside of its own session")
    void a22AConfirmationInAnothersName() {
        b.distribute();
        Captured door2 = Captured.party(b.door2);
        Lineage lineage = new Lineage(1, "AAAAAAAAAAAAAAAAAAAAAA", 0, 1);
        CredentialConfirmation asDoor1 = CredentialConfirmation.of(
                Building.DOORS, 1, door2.epoch(Building.DOORS), b.door1.identity, "nonce", lineage);
        refused(4115, confirm(door2, "/gw-north/Cdoor-2", asDoor1));
        refused(4116, confirm(door2, "/gw-north/Cdoor-1", asDoor1));
        CredentialConfirmation foreign = CredentialConfirmation.of(
                Building.SENSORS, 1, door2.epoch(Building.DOORS), b.door2.identity, "nonce", lineage);
        refused(4103, confirm(door2, "/gw-north/Cdoor-2", foreign));
        CredentialConfirmation own = CredentialConfirmation.of(
                Building.DOORS, 1, door2.epoch(Building.DOORS), b.door2.identity, "nonce", lineage);
        assertThat(confirm(door2, "/gw-north/Cdoor-2", own)).isInstanceOf(OpenedRequest.Answered.class);
    }

    @Test
    @DisplayName("A28 an old answer to a pull is given as the answer to a new one")
    void a28AnOldAnswerIsReplayed() {
        gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
        List<Letter> answers = gateway.recorded(Letter.Kind.RESPONSE).stream()
                .filter(l -> l.to().equals(b.door1.identity))
                .toList();
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        b.door1.restart();
        gateway.reconnect(b.door1.identity);
        for (Letter old : answers) {
            gateway.follow(Script.change(octets -> old.octets()).when(l -> l.kind() == Letter.Kind.RESPONSE));
            changesNothing(
                    b.door1,
                    () -> assertThat(gateway.pull(b.door1, Building.DOORS).toCompletableFuture())
                            .isCompletedExceptionally());
        }
        assertThat(b.door1.enclave.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(1));
        gateway.follow(Script.honest());
        gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
        assertThat(b.door1.enclave.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(2));
    }

    @Test
    @DisplayName("A28 old requests and confirmations are replayed to the server: none counts twice")
    void a28OldRequestsAreReplayed() {
        gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
        List<Letter> requests = gateway.recorded(Letter.Kind.REQUEST);
        int confirmed = gateway.confirmations().size();
        changesNothing(
                b.server,
                () -> requests.stream().filter(l -> l.text().contains("eyJ")).forEach(gateway::inject));
        assertThat(gateway.confirmations()).hasSize(confirmed);
        b.server.restart();
        gateway.reconnect(b.server.identity);
        requests.stream()
                .filter(l -> l.text().contains("eyJ"))
                .forEach(
                        l -> assertThat(gateway.inject(l).orElseThrow().status().code())
                                .isEqualTo(4114));
        assertThat(gateway.confirmations()).hasSize(confirmed);
    }

    @Test
    @DisplayName("A28 an enrolment package that was replaced is replayed: the old pairwise key does not come back")
    void a28AnOldEnrolmentPackageIsReplayed() {
        var request = b.door1.enclave.enrolmentRequest(b.door1.identity);
        String first = b.server.enclave.enrolPeer(request, Role.DEVICE).enrolmentPackage();
        b.door1.enclave.acceptEnrolment(first);
        b.server.now = b.server.now.plusSeconds(60);
        b.door1.enclave.acceptEnrolment(
                b.server.enclave.enrolPeer(request, Role.DEVICE).enrolmentPackage());
        changesNothing(b.door1, () -> refused(4105, () -> b.door1.enclave.acceptEnrolment(first)));
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    @DisplayName("A28 a delegation that was replaced by a narrower one stays what it says, and ends when it says")
    void a28AnOldDelegationIsReplayed() {
        b.distribute();
        b.delegate("close", "open");
        String old =
                Captured.party(b.agent).state().delegations.values().iterator().next();
        b.agent.now = b.agent.now.plusSeconds(2 * 3600);
        changesNothing(b.agent, () -> refused(4103, () -> b.command(b.agent, "open")));
        b.agent.enclave.acceptDelegation(old);
        refused(4103, () -> b.command(b.agent, "open"));
    }

    private org.assertj.core.api.ThrowableAssert.ThrowingCallable enrolling(
            String identity, String agreementKey, String signatureKey, String attestation) {
        return () -> b.server.enclave.enrolPeer(
                new EnrolmentRequest(identity, agreementKey, signatureKey, Optional.empty(), attestation, ""),
                Role.AGENT);
    }

    /** The thief's own enclave would not say so, but its key is the thief's. */
    private static String attested(Party thief, String agreementKey) {
        return Captured.party(thief)
                .sign(
                        Labels.TYPE_ATTESTATION,
                        Map.of(),
                        Building.utf8("{\"v\":1,\"id\":\"" + thief.identity
                                + "\",\"knd\":\"process\",\"lvl\":1,\"ver\":\"1\",\"agr\":\""
                                + Jwk.thumbprint(Jwk.parse(agreementKey)) + "\"}"));
    }

    private OpenedRequest confirm(Captured member, String from, CredentialConfirmation proof) {
        EsprimChannel channel = member.channelToServer();
        String rand = b.server.enclave.receiverRandObject(b.door2.identity);
        String con = new String(proof.encode(), java.nio.charset.StandardCharsets.UTF_8).replace("\"", "\\\"");
        byte[] inner =
                Building.utf8("{\"op\":5,\"to\":\"/in-cse/cse-in/gcs/gw-north.door-2/fire-doors\",\"fr\":\"" + from
                        + "\",\"rqi\":\"k1\",\"rvi\":\"3\",\"pc\":{\"m2m:cin\":{\"cnf\":\"application/vnd.sealpost.confirmation+json:0\",\"con\":\""
                        + con + "\"}}}");
        try {
            return b.server.enclave.openRequest(channel.sealRequest(
                            Optional.of(RandObject.parse(RandObject.Role.RECEIVER, rand)),
                            inner,
                            b.server.now,
                            new Random())
                    .object());
        } catch (Refusal refusal) {
            throw new AssertionError(refusal);
        }
    }
}
