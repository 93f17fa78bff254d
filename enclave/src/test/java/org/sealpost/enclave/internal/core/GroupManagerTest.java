package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Es256;
import org.sealpost.e2e.Jwk;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.GroupManagerKeys.DueRekey;
import org.sealpost.enclave.GroupManagerKeys.ManagerAnswer;
import org.sealpost.enclave.GroupManagerKeys.RekeyMessage;
import org.sealpost.enclave.GroupManagerKeys.Wish;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.onem2m.Refusal;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.OscoreContext;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.ReceivedRequest;
import org.sealpost.oscore.SignatureChecker;
import org.sealpost.oscore.cose.Cbor;
import tools.jackson.databind.JsonNode;

/** The server's enclave as a group manager of standard clients, and what strangers, outsiders, members with too little and the gateway get from it. */
class GroupManagerTest {
    private static final String DOORS = "ace-group/fire-doors";
    private static final int MONITOR = 8;
    private static final int RESPONDER = 4;
    private static final int REQUESTER = 2;

    private final Building b = new Building();
    private StandardClient client;
    private StandardClient outsider;

    @BeforeEach
    void clients() {
        b.distribute();
        b.delegate("close");
        client = client(b.door1);
        outsider = client(b.sensor);
    }

    @Test
    void aClientJoinsAndUnderstandsTheAgentsCommand() {
        StandardClient.Response joined = client.join("fire-doors", RESPONDER);
        assertThat(joined.code()).isEqualTo(0x41);
        assertThat(joined.location()).containsExactly("ace-group", "fire-doors", "nodes", "n1");
        JsonNode all = joined.map();
        assertThat(all.get("7").asInt()).isEqualTo(1);
        assertThat(all.get("9").asInt()).isEqualTo(1);
        assertThat(all.get("10").asInt()).isEqualTo(1);
        assertThat(all.get("12").asLong()).isEqualTo(86_400);
        assertThat(all.get("14")).hasSize(2).allMatch(r -> r.asInt() == REQUESTER);
        byte[] input = HexFormat.of()
                .parseHex("480102030405060708" + "48"
                        + HexFormat.of().formatHex(all.get("18").binaryValue()));
        assertThat(Es256.verifies(rootKey(), input, all.get("19").binaryValue()))
                .isTrue();
        ReceivedRequest command = client.member(joined).openRequest(command());
        assertThat(command.sender()).isEqualTo(new byte[] {3});
        assertThat(new String(command.message().payload(), StandardCharsets.UTF_8))
                .contains("close");
    }

    @Test
    void aMonitorJoinsWithoutCredentialAndCanOnlyListen() {
        StandardClient.Response joined = client.join("fire-doors", MONITOR);
        assertThat(joined.map().get("8").has("7")).isFalse();
        assertThat(client.member(joined).openRequest(command()).sender()).isEqualTo(new byte[] {3});
        assertThat(client.ask(2, DOORS + "/nodes/n1", new byte[0]).error()).isEqualTo(1);
        assertThat(client.ask(2, DOORS + "/nodes/n1/cred", Cbor.map(client.joining("fire-doors", RESPONDER)))
                        .error())
                .isEqualTo(1);
    }

    @Test
    void whoDidNotJoinOrMayNotGetsNothing() {
        for (String path : List.of(
                DOORS,
                DOORS + "/creds",
                DOORS + "/num",
                DOORS + "/active",
                DOORS + "/policies",
                DOORS + "/kdc-cred",
                DOORS + "/nodes/n1")) {
            for (StandardClient who : List.of(client, outsider)) {
                StandardClient.Response response = who.get(path);
                assertThat(response.code()).as(path).isEqualTo(0x83);
                assertThat(response.error()).as(path).isZero();
            }
        }
        assertThat(outsider.join("fire-doors", RESPONDER).code()).isEqualTo(0x83);
        assertThat(client.join("fire-doors", REQUESTER).code()).isEqualTo(0x83);
        assertThat(client.join("fire-doors", RESPONDER | MONITOR).code()).isEqualTo(0x80);
        assertThat(client.join("no-such-group", RESPONDER).code()).isEqualTo(0x84);
        client.join("fire-doors", RESPONDER);
        assertThat(client.get(DOORS + "/nodes/n2").code()).isEqualTo(0x83);
        assertThat(client.get("elsewhere").code()).isEqualTo(0x84);
        assertThat(client.ask(4, DOORS + "/num", new byte[0]).code()).isEqualTo(0x85);
    }

    @Test
    void aKeyThatIsNotProvedOrIsAnothersDoesNotJoin() {
        Map<Long, Object> noProof = client.joining("fire-doors", RESPONDER);
        noProof.remove(24L);
        Map<Long, Object> empty = client.joining("fire-doors", RESPONDER);
        empty.put(24L, new byte[0]);
        Map<Long, Object> forOthers = client.joining("fire-doors", RESPONDER);
        forOthers.put(24L, client.proof(Cbor.array(List.of(List.of("fire-doors", MONITOR)))));
        Map<Long, Object> anothers = client.joining("fire-doors", RESPONDER);
        anothers.put(5L, client(b.door2).credential().octets());
        anothers.put(24L, client(b.door2).proof((byte[]) anothers.get(3L)));
        for (Map<Long, Object> wrong : List.of(noProof, empty, forOthers)) {
            assertThat(client.ask(2, DOORS, Cbor.map(wrong)).error()).isEqualTo(3);
        }
        assertThat(client.ask(2, DOORS, Cbor.map(anothers)).error()).isEqualTo(2);
        assertThat(client.get(DOORS).error()).isZero();
        assertThat(client.join("fire-doors", RESPONDER).code()).isEqualTo(0x41);
    }

    @Test
    void resourcesOfAMember() {
        client.join("fire-doors", RESPONDER);
        assertThat(client.get(DOORS).map().get("8").has("7")).isFalse();
        assertThat(client.get(DOORS + "/nodes/n1").map().get("8").get("7").binaryValue())
                .isEqualTo(new byte[] {1});
        assertThat(client.get(DOORS + "/num").payload()).isEqualTo(new byte[] {1});
        assertThat(client.get(DOORS + "/active").payload()).isEqualTo(new byte[] {(byte) 0xf5});
        assertThat(client.get(DOORS + "/policies").map().get("16").get("1").asInt())
                .isEqualTo(3600);
        assertThat(client.get(DOORS + "/creds").map().get("15")).hasSize(4);
        byte[] agentAlone = Cbor.map(Map.of(4L, List.of(true, List.of(), List.of(new byte[] {3}))));
        JsonNode agent = client.ask(5, DOORS + "/creds", agentAlone).map();
        assertThat(agent.get("15")).hasSize(1);
        assertThat(Credential.parse(agent.get("13").get(0).binaryValue()))
                .isEqualTo(Credential.of(
                        b.agent.identity,
                        Jwk.parse(b.agent.state().own.orElseThrow().signatureKey())));
        assertThat(client.get(DOORS + "/kdc-cred").map().get("17").binaryValue())
                .isEqualTo(Credential.of(b.server.identity, rootKey()).octets());
        byte[] gid = client.get(DOORS).map().get("8").get("6").binaryValue();
        JsonNode found = client.ask(5, "ace-group", Cbor.map(Map.of(0L, List.of(gid, new byte[] {9}))))
                .map();
        assertThat(found.get("1").get(0).asString()).isEqualTo("fire-doors");
        assertThat(found.get("2").get(0).asString()).isEqualTo("/ace-group/fire-doors");
        assertThat(found.get("0")).hasSize(1);
        Map<Long, Object> update = client.joining("fire-doors", RESPONDER);
        assertThat(client.ask(2, DOORS + "/nodes/n1/cred", Cbor.map(update)).code())
                .isEqualTo(0x44);
        assertThat(client.get(DOORS + "/verif-data").error()).isEqualTo(8);
    }

    @Test
    void whoLostItsNumbersWaitsForTheNextEpoch() {
        client.join("fire-doors", RESPONDER);
        StandardClient.Response again = client.join("fire-doors", RESPONDER);
        assertThat(again.code()).isEqualTo(0xa3);
        assertThat(again.error()).isEqualTo(4);
        assertThat(again.raw().wish()).contains(new Wish("rekey", Building.DOORS, client.identity));
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        assertThat(client.join("fire-doors", RESPONDER).map().get("9").asInt()).isEqualTo(2);
    }

    @Test
    void whoLeavesOrIsEvictedIsOut() {
        client.join("fire-doors", RESPONDER);
        StandardClient other = client(b.door2);
        other.join("fire-doors", RESPONDER);
        assertThat(client.ask(4, DOORS + "/nodes/n1", new byte[0]).raw().wish())
                .contains(new Wish("leave", Building.DOORS, client.identity));
        assertThat(client.get(DOORS).error()).isZero();
        b.server.enclave.newEpoch(Building.DOORS, 2, List.of(Building.member(b.agent, 3)));
        assertThat(other.get(DOORS).error()).isZero();
        assertThat(other.join("fire-doors", RESPONDER).code()).isEqualTo(0x83);
        b.server.enclave.revokePeer(b.door2.identity);
        OscoreContext.ProtectedRequest request = other.request(1, DOORS, new byte[0]);
        ManagerAnswer answer = b.server.enclave.answerClient(
                request.message().option(), request.message().payload());
        assertThat(answer.code()).isEqualTo(0x81);
        assertThat(answer.option()).isEmpty();
    }

    @Test
    void aRequestIsPlayedBackForgedOrAStrangers() {
        OscoreContext.ProtectedRequest join =
                client.request(2, DOORS, Cbor.map(client.joining("fire-doors", RESPONDER)));
        byte[] option = join.message().option();
        byte[] payload = join.message().payload();
        assertThat(b.server.enclave.answerClient(option, payload).option()).isPresent();
        refused(0x81, option, payload);
        b.server.restart();
        refused(0x81, option, payload);
        OscoreContext.ProtectedRequest next = client.request(1, DOORS, new byte[0]);
        byte[] changed = next.message().payload().clone();
        changed[3] ^= 1;
        int saves = b.server.disk.saves();
        refused(0x80, next.message().option(), changed);
        refused(0x82, new byte[] {(byte) 0xff}, changed);
        refused(0x82, new byte[0], changed);
        byte[] stranger = next.message().option().clone();
        stranger[stranger.length - 1] ^= 1;
        refused(0x81, stranger, next.message().payload());
        assertThat(b.server.disk.saves()).isEqualTo(saves);
        // Another client's key does not open what was for this one, nor does it make its requests.
        OscoreContext thief = StandardClient.context(
                b.door1.identity, b.sensor.state().anchor.orElseThrow().pairwise());
        OscoreContext.ProtectedRequest forged =
                thief.protectRequest(new org.sealpost.oscore.CoapMessage(1, List.of(), new byte[0]), 500, false);
        refused(0x80, forged.message().option(), forged.message().payload());
    }

    @Test
    void aVerifierChecksSignaturesAndReadsNothing() {
        Party gateway = new Party("//sealpost.example/gw-south/Cagent");
        b.enrol(gateway, Role.AGENT);
        StandardClient verifier = client(gateway);
        JsonNode data = verifier.get(DOORS + "/verif-data").map();
        assertThat(data.get("8").has("2")).as("a Master Secret").isFalse();
        JsonNode creds = verifier.get(DOORS + "/creds").map();
        JsonNode manager = verifier.ask(5, DOORS + "/kdc-cred", Cbor.map(Map.of(6L, StandardClient.NONCE)))
                .map();
        Map<String, Credential> known = new HashMap<>();
        for (int i = 0; i < creds.get("13").size(); i++) {
            known.put(
                    HexFormat.of().formatHex(creds.get("15").get(i).binaryValue()),
                    Credential.parse(creds.get("13").get(i).binaryValue()));
        }
        SignatureChecker checker = new SignatureChecker(
                new GroupAlgorithms(
                        Optional.empty(),
                        org.sealpost.group.OscoreMaterial.ALGORITHMS.group(),
                        org.sealpost.group.OscoreMaterial.ALGORITHMS.signature()),
                data.get("8").get("6").binaryValue(),
                data.get("33").binaryValue(),
                manager.get("17").binaryValue(),
                kid -> Optional.ofNullable(known.get(HexFormat.of().formatHex(kid))));
        ProtectedMessage genuine = command();
        assertThat(checker.genuine(genuine)).isTrue();
        byte[] forged = genuine.payload().clone();
        forged[0] ^= 1;
        assertThat(checker.genuine(new ProtectedMessage(genuine.option(), forged)))
                .isFalse();
        assertThat(verifier.get(DOORS).code()).isEqualTo(0x83);
        assertThat(verifier.join("fire-doors", RESPONDER).code()).isEqualTo(0x83);
        assertThat(client(b.agent).get(DOORS + "/verif-data").error()).isEqualTo(8);
    }

    @Test
    void staleSenderIdsAreToldAsFarBackAsTheyAreKnown() {
        client.join("fire-doors", RESPONDER);
        assertThat(client.ask(5, DOORS + "/stale-sids", new byte[] {1}).code()).isEqualTo(0x80);
        b.server.enclave.newEpoch(Building.DOORS, 2, List.of(Building.member(b.agent, 3), Building.member(b.door1, 1)));
        assertThat(client.ask(5, DOORS + "/stale-sids", new byte[] {1}).payload())
                .isEqualTo(new byte[] {(byte) 0x81, 0x41, 2});
        for (int epoch = 3; epoch < 12; epoch++) {
            b.server.enclave.newEpoch(
                    Building.DOORS, epoch, List.of(Building.member(b.agent, 3), Building.member(b.door1, 1)));
        }
        assertThat(client.ask(5, DOORS + "/stale-sids", new byte[] {10}).payload())
                .isEqualTo(new byte[] {(byte) 0x80});
        assertThat(client.ask(5, DOORS + "/stale-sids", new byte[] {1}).payload())
                .as("too long ago: forget everybody")
                .isEmpty();
    }

    @Test
    void newMaterialIsSentUntilTheClientConfirmsIt() {
        Map<Long, Object> join = client.joining("fire-doors", RESPONDER);
        join.put(26L, "coap://127.0.0.1:7777/rekey/here");
        client.ask(2, DOORS, Cbor.map(join));
        assertThat(b.server.enclave.dueRekeys()).isEmpty();
        b.server.enclave.newEpoch(Building.DOORS, 2, List.of(Building.member(b.agent, 3), Building.member(b.door1, 1)));
        assertThat(b.server.enclave.dueRekeys())
                .containsExactly(new DueRekey(Building.DOORS, b.door1.identity, "coap://127.0.0.1:7777/rekey/here", 2));
        RekeyMessage lost = b.server.enclave.protectRekey(Building.DOORS, b.door1.identity);
        RekeyMessage message = b.server.enclave.protectRekey(Building.DOORS, b.door1.identity);
        assertThat(message.option()).isNotEqualTo(lost.option());
        ProtectedMessage answer = client.taken(message, 0x44);
        JsonNode all = Cbor.read(client.received.payload()).orElseThrow();
        assertThat(client.received.options())
                .filteredOn(o -> o.number() == 11)
                .extracting(o -> new String(o.value(), StandardCharsets.UTF_8))
                .containsExactly("rekey", "here");
        assertThat(all.get("9").asInt()).isEqualTo(2);
        assertThat(all.get("34").get(0).binaryValue()).isEqualTo(new byte[] {2});
        assertThat(all.get("8").get("2").binaryValue())
                .isEqualTo(
                        client.get(DOORS + "/nodes/n1").map().get("8").get("2").binaryValue());
        byte[] changed = answer.payload().clone();
        changed[0] ^= 1;
        assertThatThrownBy(() -> b.server.enclave.confirmRekey(message.exchange(), answer.option(), changed))
                .isInstanceOf(Refusal.class);
        b.server.enclave.confirmRekey(message.exchange(), answer.option(), answer.payload());
        assertThat(b.server.enclave.dueRekeys()).isEmpty();
        assertThatThrownBy(() -> b.server.enclave.protectRekey(Building.DOORS, b.door1.identity))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void noAnswerHoldsASecretOutsideOfItsProtection() {
        ManagerAnswer answer = client.join("fire-doors", RESPONDER).raw();
        byte[] secret = client.get(DOORS).map().get("8").get("2").binaryValue();
        assertThat(HexFormat.of().formatHex(answer.payload()))
                .doesNotContain(HexFormat.of().formatHex(Arrays.copyOf(secret, 12)));
        assertThat(answer.code()).isEqualTo(0x44);
    }

    private void refused(int code, byte[] option, byte[] payload) {
        ManagerAnswer answer = b.server.enclave.answerClient(option, payload);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.option()).isEmpty();
        assertThat(answer.payload()).isEmpty();
    }

    private ProtectedMessage command() {
        ProtectedCommand command =
                b.agent.enclave.protectCommand(b.command(b.agent, "close").commandId());
        return new ProtectedMessage(command.option(), command.payload());
    }

    private StandardClient client(Party party) {
        return new StandardClient(party, b.server)
                .withKey(party.state().own.orElseThrow().signatureKey());
    }

    private java.security.interfaces.ECPublicKey rootKey() {
        return Jwk.parse(b.server.state().authority.orElseThrow().rootKey);
    }
}
