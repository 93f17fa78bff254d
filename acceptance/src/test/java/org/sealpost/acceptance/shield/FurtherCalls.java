package org.sealpost.acceptance.shield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.ClientKeys.DeviceCredential;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeStep;
import org.sealpost.enclave.DataKeys.DataOrder;
import org.sealpost.enclave.DataKeys.DataUse;
import org.sealpost.enclave.DataKeys.SecurityClass;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.ConnectionStep;
import org.sealpost.enclave.FunctionKeys.KeyGrant;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedAnswer;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedVerdict;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.onem2m.Refusal;

/** The calls beyond the main job: renewal of pairwise keys, data of programs, remote provisioning. */
final class FurtherCalls {
    private static final String MEF = "mef.sealpost.example";

    private FurtherCalls() {}

    /** Both ways to a new pairwise key between a server and a door that it enrolled. */
    static void renewal(Enclave server, String serverIdentity, Enclave door, String doorIdentity) {
        server.setPeerPolicies(Map.of(
                doorIdentity,
                new PeerPolicy("A256GCM", false, List.of(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL), 86_400, 0)));
        server.nextRenewal(doorIdentity);
        byte[] message = server.startKeyEstablishment(doorIdentity).message();
        for (int flight = 0; flight < 2; flight++) {
            byte[] answer = door.answerKeyEstablishment(serverIdentity, message).message();
            message = server.continueKeyEstablishment(doorIdentity, answer).message();
        }
        var renewal = server.sealRenewal(doorIdentity, Optional.of(door.receiverRandObject(serverIdentity)));
        var proved = (OpenedRequest.Answered) door.openRequest(renewal.esprimObject());
        assertThat(server.openResponse(renewal.exchange(), proved.sealedResponse()))
                .isInstanceOf(OpenedResponse.Renewal.class);
        assertThat(server.pairwiseKeys()).isNotEmpty();
        assertThat(door.pairwiseKeys()).isNotEmpty();
        assertThat(server.sharedRandObject()).contains("esri");
        door.capabilities();
        assertThat(door.certificateRequest()).contains("CERTIFICATE REQUEST");
        assertThatThrownBy(() -> door.installCertificate("no certificate")).isInstanceOf(Refusal.class);
        server.trustCertificates(new CertificateTrust(List.of(), "when-listed", List.of()));
    }

    /** A command that was done already, once more under Group OSCORE, and its acknowledgement. */
    static void groupOscore(Enclave agent, long commandId, Enclave door) {
        ProtectedCommand command = agent.protectCommand(commandId);
        door.learnCommander(command.proof());
        ProtectedVerdict verdict = door.openProtectedCommand(command.option(), command.payload());
        String sealed =
                ((CommandVerdict.Duplicate) verdict.verdict()).acknowledgement().orElseThrow();
        ProtectedAnswer answer = door.protectAcknowledgement(verdict.exchange().orElseThrow(), sealed);
        assertThat(agent.openProtectedAcknowledgement(command.exchange(), answer.option(), answer.payload())
                        .commandId())
                .isEqualTo(commandId);
    }

    /** An agent that loses its right to command, and the end of the group as a member hears of it. */
    static void ending(
            Enclave server,
            String serverIdentity,
            Enclave agent,
            String agentIdentity,
            long commandId,
            Enclave door,
            String doorIdentity,
            String group) {
        assertThat(agent.renewCommand(commandId)).as("it is as it was").isEmpty();
        server.bar(group, agentIdentity, true);
        server.limitGroup(group, 0);
        assertThat(server.endGroup(group, 0)).isPositive();
        String rand = door.receiverRandObject(serverIdentity);
        var word = server.sealEnding(doorIdentity, Optional.of(rand), group);
        assertThat(door.openRequest(word.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
        assertThat(door.credentials()).noneMatch(c -> c.group().equals(group));
    }

    /** What a stranger gets from the group manager; what members get is protected, as other tests see. */
    static void groupManager(Enclave server, String group, String member) {
        assertThat(server.answerClient(new byte[] {9, 0, 1}, new byte[20]).option())
                .isEmpty();
        assertThat(server.dueRekeys()).isEmpty();
        assertThatThrownBy(() -> server.protectRekey(group, member)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> server.confirmRekey("g1", new byte[0], new byte[20]))
                .isInstanceOf(Refusal.class);
    }

    /** A group whose epochs come by blocks: labels, a block, a slice's worth of refusals, a generation. */
    static void blocks(Enclave server, String serverIdentity, Enclave door, String doorIdentity) {
        String group = "//sealpost.example/in-cse/cse-in/lamps";
        server.createGroup(group, new GroupPolicy("subset-difference", false, List.of(), 60, 3600, "A256GCM"));
        List<Member> members = List.of(new Member(doorIdentity, "", 0));
        server.newEpoch(group, 1, members);
        var sealed = server.sealCredential(doorIdentity, Optional.of(door.receiverRandObject(serverIdentity)), group);
        var answered = (OpenedRequest.Answered) door.openRequest(sealed.esprimObject());
        assertThat(server.openResponse(sealed.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Confirmed.class);
        server.prepareGeneration(group);
        server.everybodyIsLabelled(
                group, server.epochMaterial(group).orElseThrow().prepared());
        assertThat(server.previewEviction(group, List.of(doorIdentity)).octets())
                .isPositive();
        assertThat(server.members(group)).hasSize(1);
        assertThat(server.blockCertificate()).isPresent();
        byte[] first = server.epochMaterial(group).orElseThrow().latest();
        assertThat(door.installEpoch(group, first)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(door.installEpoch(group, new byte[40])).isInstanceOf(EpochVerdict.Refused.class);
    }

    /** A key drawn, shared and used between two end points. */
    static void data(Enclave source, Enclave target, String targetIdentity) {
        source.trustDataPeer(target.dataIdentity());
        target.trustDataPeer(source.dataIdentity());
        String key = source.newDataKey("readings", DataUse.WRAPPING);
        target.acceptDataKey(source.shareDataKey(key, List.of(targetIdentity)));
        var sealed = source.protectData(
                DataOrder.text("application/json", "{\"kWh\":7}").to(key));
        assertThat(target.openData(SecurityClass.ENCRYPTION_ONLY, Optional.of(sealed.contentInfo()), sealed.content())
                        .text())
                .isEqualTo("{\"kWh\":7}");
    }

    /** A device of its manufacturer's credential enrols at an MEF, the server follows, and the device is revoked. */
    static void provisioning(Enclave mef, Enclave server, String serverIdentity, Enclave device, String identity) {
        mef.foundFunction("MEF", MEF);
        mef.askAgainAfter(3600);
        assertThat(mef.functionAnchor()).contains("BEGIN CERTIFICATE");
        mef.trustManufacturers(new CertificateTrust(List.of(mef.functionAnchor()), "off", List.of()));
        assertThatThrownBy(() -> mef.expectDevice(mef.functionAnchor())).isInstanceOf(Refusal.class);
        assertThat(device.deviceCertificateRequest("1.3.6.1.4.1.32473.1", "lamp")
                        .request())
                .contains("CERTIFICATE REQUEST");
        assertThatThrownBy(() -> device.acceptDeviceCertificate(
                        new DeviceCredential(mef.functionAnchor(), MEF, "tls://127.0.0.1:1", mef.functionAnchor())))
                .isInstanceOf(Refusal.class);
        manufacture(mef, server, "server", new ClientAssignment(serverIdentity, "SERVER", List.of(), true));
        String credential = manufacture(
                mef,
                device,
                "lamp",
                new ClientAssignment(
                        identity, "DEVICE", List.of(new KeyGrant(23, serverIdentity, Optional.empty())), false));
        exchange(server, mef, ExchangeGoal.follow(), Optional.empty());
        exchange(device, mef, ExchangeGoal.enrol(), Optional.of(identity));
        exchange(device, mef, ExchangeGoal.comeBack(), Optional.empty());
        exchange(server, mef, ExchangeGoal.follow(), Optional.empty());
        assertThat(server.provisionedPeers()).hasSize(1);
        assertThat(device.provisionedKeys()).hasSize(1);
        assertThat(device.functions()).hasSize(1);
        assertThat(device.wantedKey("eyJraWQiOiJhQGIifQ.a.b.c.d")).isEmpty();
        assertThat(mef.clients()).hasSize(2);
        mef.permitClient(credential);
        assertThat(mef.revokeClient(identity, "rehearsal")).isNotEmpty();
    }

    private static String manufacture(Enclave mef, Enclave client, String name, ClientAssignment assignment) {
        var made = mef.manufacture(client.manufactureRequest(), name, "tls://127.0.0.1:1");
        client.acceptManufacture(made.manufacturePackage());
        mef.assignClient(made.credentialId(), assignment);
        return made.credentialId();
    }

    private static void exchange(Enclave client, Enclave function, ExchangeGoal goal, Optional<String> identity) {
        ExchangeStep step = client.openExchange(MEF, goal, identity);
        String connection = function.acceptConnection();
        while (step.result().isEmpty()) {
            ConnectionStep answer = function.continueConnection(connection, step.send());
            assertThat(answer.send()).isNotEmpty();
            step = client.continueExchange(step.exchange(), answer.send());
        }
        assertThat(step.result().get().sentence()).isNotEmpty();
        client.dropExchange(step.exchange());
        function.dropConnection(connection);
    }
}
