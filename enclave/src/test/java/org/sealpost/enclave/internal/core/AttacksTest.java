package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPrivateKey;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.group.Command;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;
import org.sealpost.onem2m.Refusal;

/** What a gateway, a captured member or a captured agent would try. Each ends in a refusal that changed nothing. */
class AttacksTest {
    private final Building b = new Building();

    @Test
    void theGatewaySwapsTheEnvelopesOfTwoDevices() {
        SealedRequest forDoor1 = b.sealFor(b.door1, Building.DOORS);
        assertThat(b.door2.enclave.openRequest(forDoor1.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4112));
        assertThat(b.door2.enclave.credentials()).isEmpty();
    }

    @Test
    void theGatewaySendsTheServersMessageBackToTheServer() {
        SealedRequest sealed = b.sealFor(b.door1, Building.DOORS);
        assertThat(b.server.enclave.openRequest(sealed.esprimObject())).isInstanceOf(OpenedRequest.Refused.class);
        assertThat(b.server.enclave.openResponse(sealed.exchange(), sealed.esprimObject()))
                .isInstanceOf(OpenedResponse.Refused.class);
    }

    @Test
    void theGatewayFlipsEachByteOfASealedCredential() {
        SealedRequest sealed = b.sealFor(b.door1, Building.DOORS);
        int saves = b.door1.disk.saves;
        byte[] octets = sealed.esprimObject().getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < octets.length; i++) {
            byte[] changed = octets.clone();
            changed[i] ^= 1;
            assertThat(b.door1.enclave.openRequest(new String(changed, StandardCharsets.US_ASCII)))
                    .as("octet %s", i)
                    .isInstanceOf(OpenedRequest.Refused.class);
        }
        assertThat(b.door1.disk.saves).isEqualTo(saves);
        assertThat(b.door1.enclave.credentials()).isEmpty();
        assertThat(b.door1.enclave.openRequest(sealed.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
    }

    @Test
    void theGatewayCutsAMessageAnywhere() {
        String sealed = b.sealFor(b.door1, Building.DOORS).esprimObject();
        for (int length = 0; length < sealed.length(); length += 7) {
            assertThat(b.door1.enclave.openRequest(sealed.substring(0, length)))
                    .isInstanceOf(OpenedRequest.Refused.class);
        }
    }

    @Test
    void theGatewayEditsTheListOfAlgorithms() {
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        String weaker = rand.replace("\"espa\":[12]", "\"espa\":[12,10]");
        assertThat(weaker).isNotEqualTo(rand);
        SealedRequest sealed = b.server.enclave.sealCredential(b.door1.identity, Optional.of(weaker), Building.DOORS);
        assertThat(b.door1.enclave.openRequest(sealed.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4115));
        String only = rand.replace("\"espa\":[12]", "\"espa\":[10]");
        assertThatThrownBy(() -> b.server.enclave.sealCredential(b.door1.identity, Optional.of(only), Building.DOORS))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4111));
    }

    @Test
    @Tag("E-32")
    @Tag("D-12")
    void aDeviceClaimsToBeAnother() {
        String rand = b.server.enclave.receiverRandObject(b.door2.identity);
        byte[] inner = Building.utf8(
                "{\"op\":2,\"to\":\"/in-cse/cse-in\",\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"x\",\"rvi\":\"3\"}");
        assertThatThrownBy(() -> b.door2.enclave.sealRequest(b.server.identity, Optional.of(rand), inner))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4116));
    }

    @Test
    @Tag("SE-01")
    @Tag("SE-02")
    void anotherAuthorityClaimsToBeTheServer() {
        Building rogue = new Building();
        SealedRequest sealed = rogue.server.enclave.sealCredential(
                b.door1.identity, Optional.of(b.door1.enclave.receiverRandObject(b.server.identity)), Building.DOORS);
        assertThat(b.door1.enclave.openRequest(sealed.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4115));
        b.distribute();
        rogue.distribute();
        assertThat(b.door1.enclave.openCommand(
                        rogue.command(rogue.server, "close").envelope()))
                .isInstanceOf(CommandVerdict.Refused.class);
        byte[] before = b.door1.disk.load("main").orElseThrow();
        String enrolment = rogue.server
                .enclave
                .enrolPeer(b.door1.enclave.enrolmentRequest(b.door1.identity), Role.DEVICE)
                .enrolmentPackage();
        assertThatThrownBy(() -> b.door1.enclave.acceptEnrolment(enrolment))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4105));
        assertThat(b.door1.disk.load("main").orElseThrow()).isEqualTo(before);
    }

    @Test
    void aCapturedSensorForgesACommandWithTheGroupKey() throws Exception {
        b.distribute();
        StateImage.Held held = b.door2.state().credentials.get(Building.DOORS);
        EpochKeys keys = EpochKeys.derive(held.current().secret(), Building.DOORS, 1);
        var own = b.door2.state().own.orElseThrow();
        Command forged = new Command(
                Long.MAX_VALUE / 2,
                Building.DOORS,
                1,
                new Target.All(),
                "open",
                Map.of(),
                b.server.identity,
                b.server.now.getEpochSecond(),
                b.server.now.getEpochSecond() + 30);
        ECPrivateKey key = Jwk.privateKey(own.signature());
        String ownSignature = Jws.sign(key, Labels.TYPE_COMMAND, "x", Map.of(), forged.encode());
        String claimedDelegation =
                Jws.sign(key, Labels.TYPE_COMMAND, "x", Map.of("dlg", ownSignature), forged.encode());
        long counter = 77;
        for (String signed : new String[] {ownSignature, claimedDelegation, "not signed at all"}) {
            String envelope = GroupEnvelope.seal(
                    GroupEnvelope.Use.COMMAND,
                    keys,
                    Building.DOORS,
                    1,
                    new GroupEnvelope.Sender(2, new byte[GroupEnvelope.INSTANCE_LENGTH], counter++),
                    signed.getBytes(StandardCharsets.US_ASCII));
            assertThat(b.door1.enclave.openCommand(envelope)).isInstanceOf(CommandVerdict.Refused.class);
        }
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aDevicesProgramClaimsAHigherLevelThanItsEnclave() {
        Party door = new Party("//sealpost.example/gw-north/Cdoor-3");
        EnrolmentRequest honest = door.enclave.enrolmentRequest(door.identity);
        String[] parts = honest.attestation().split("\\.");
        String claims = new String(Base64Url.decode(parts[1]), StandardCharsets.UTF_8);
        assertThat(claims).contains("\"lvl\":0");
        String raised = parts[0] + "." + Base64Url.encode(Building.utf8(claims.replace("\"lvl\":0", "\"lvl\":2"))) + "."
                + parts[2];
        String anothers = b.door1.enclave.enrolmentRequest(b.door1.identity).attestation();
        for (String attestation : new String[] {raised, anothers, ""}) {
            var forged = new EnrolmentRequest(
                    honest.identity(),
                    honest.agreementKey(),
                    honest.signatureKey(),
                    honest.certificateKey(),
                    attestation,
                    honest.fingerprint());
            assertThatThrownBy(() -> b.server.enclave.enrolPeer(forged, Role.DEVICE))
                    .isInstanceOf(Refusal.class);
        }
        var enrolled = b.server.enclave.enrolPeer(honest, Role.DEVICE);
        assertThat(enrolled.attestation()).isEqualTo(door.enclave.attest());
    }

    @Test
    void aServersProgramAsksForACredentialThatTheMembersLevelIsTooLowFor() {
        b.server.enclave.createGroup(Building.DOORS, Building.policy(2, 60));
        assertThatThrownBy(() -> b.sealFor(b.door1, Building.DOORS))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4103))
                .hasMessageContaining("level 2")
                .hasMessageContaining("level 0");
        b.server.enclave.createGroup(Building.DOORS, Building.policy(0, 60));
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    void aCapturedMemberAcknowledgesForAnother() {
        b.distribute();
        SealedCommand command = b.command(b.server, "close");
        var execute = (CommandVerdict.Execute) b.door2.enclave.openCommand(command.envelope());
        String ack = b.door2.enclave.acknowledge(execute.command(), "done", "closed");
        assertThat(b.server.enclave.openAcknowledgement(ack).member()).isEqualTo(b.door2.identity);
        assertThatThrownBy(() -> b.agent.enclave.openAcknowledgement(ack)).isInstanceOf(Refusal.class);
    }

    @Test
    void anOldCommandIsSentAgainAfterANewerOne() {
        b.distribute();
        String open = b.command(b.server, "open").envelope();
        String close = b.command(b.server, "close").envelope();
        assertThat(b.door1.enclave.openCommand(close)).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(b.door1.enclave.openCommand(open))
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4105));
    }

    @Test
    void anOldCredentialIsSentAgainAfterANewEpoch() {
        SealedRequest old = b.sealFor(b.door1, Building.DOORS);
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        b.push(b.door1, Building.DOORS);
        assertThat(b.door1.enclave.openRequest(old.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4105));
        assertThat(b.door1.enclave.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(2));
    }

    @Test
    void aReplayedRequestOfADeviceIsNotProcessedTwice() {
        String rand = b.server.enclave.receiverRandObject(b.door1.identity);
        byte[] inner = Building.utf8(
                "{\"op\":2,\"to\":\"/in-cse/cse-in\",\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"x\",\"rvi\":\"3\"}");
        String object = b.door1
                .enclave
                .sealRequest(b.server.identity, Optional.of(rand), inner)
                .esprimObject();
        assertThat(b.server.enclave.openRequest(object)).isInstanceOf(OpenedRequest.Inner.class);
        assertThat(b.server.enclave.openRequest(object)).isInstanceOf(OpenedRequest.Refused.class);
    }
}
