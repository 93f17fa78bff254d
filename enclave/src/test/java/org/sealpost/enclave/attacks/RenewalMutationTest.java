package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.RenewalExchange;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.enclave.internal.core.StateImage;
import org.sealpost.onem2m.MutationTable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every member of the messages that renew a pairwise key, changed by somebody who holds that key; what is refused leaves the key in use, and none in doubt. */
class RenewalMutationTest {
    private static final int OK = MutationTable.OK;

    /** Stands for the number of whatever offer is answered. */
    private static final long NUMBER = 1_234_567_890_123L;

    private final long seed = System.nanoTime();
    private final Building b = new Building();

    @BeforeEach
    void renewsByEphemeralKeys() {
        b.server.enclave.setPeerPolicies(Map.of(
                b.door1.identity,
                new PeerPolicy("A256GCM", false, List.of(RenewalKeys.EPHEMERAL), 0, 0),
                b.door2.identity,
                new PeerPolicy("A256GCM", false, List.of(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL), 0, 0)));
    }

    @Test
    void offers() {
        Message message = next(b.door1);
        check(b.door1, message.text(), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                step  4000    4000  4000 -        -    -
                num   4000    -     -    4105     4105 4000
                srv   4000    4000  4000 -        -    -
                dev   4000    4000  4000 -        -    -
                old   4000    4000  4000 -        -    -
                new   4000    4000  4000 -        -    -
                epk   4000    4000  4000 -        -    -
                mech  4111    4111  -    -        -    -
                can   2000    2000  -    -        -    -
                """, json -> atDevice(next(b.door1), json));
    }

    @Test
    void answers() {
        check(b.server, Building.utf8(answering().template()), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                step  4000    4000  4000 -        -    -
                num   4000    -     -    4105     4105 4105
                epk   4000    4000  4000 -        -    -
                mech  4000    4000  -    -        -    -
                """, json -> {
            Answering now = answering();
            String body = new String(json, StandardCharsets.UTF_8)
                    .replace("\"EPHEMERAL-KEY\"", JsonMapper.shared().writeValueAsString(now.ephemeralKey()))
                    .replace(Long.toString(NUMBER), Long.toString(now.number()));
            String text = new RenewalExchange.Answer(body, now.proof(body)).print();
            return atServer(false, now.exchange(), now.response(), now.session(), Building.utf8(text));
        });
    }

    @Test
    void proofs() {
        renew(b.door1);
        check(b.door1, next(b.door1).text(), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                step  4000    4000  4000 -        -    -
                mech  2000    2000  -    -        -    -
                """, json -> atDevice(next(b.door1), json));
    }

    @Test
    void certificatesThatComeWithAProof() {
        renew(b.door1);
        var identity = Captured.party(b.door1).state().certificateKey.orElseThrow();
        ObjectNode certificate =
                JsonMapper.shared().createObjectNode().put("v", 1).put("to", b.door1.identity);
        var chain = certificate.putArray("crt");
        identity.chain().forEach(c -> chain.add(Base64Url.encode(c)));
        identity.anchors().forEach(c -> chain.add(Base64Url.encode(c)));
        check(b.door1, Building.utf8(certificate.toString()), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                to    4000    4000  4000 -        -    -
                crt   4000    4000  -    -        -    -
                """, json -> {
            Message message = next(b.door1);
            ObjectNode proof = (ObjectNode) JsonMapper.shared().readTree(message.text());
            proof.put("crt", Captured.party(b.server).signAsRoot(Labels.TYPE_CERTIFICATE, json));
            return atDevice(message, Building.utf8(proof.toString()));
        });
    }

    @Test
    void answersToProofs() {
        renew(b.door1);
        Message proof = next(b.door1);
        var answered = (OpenedRequest.Answered) b.door1.enclave.openRequest(proof.object());
        byte[] text = Building.utf8(con(proof.session().open(answered.sealedResponse())));
        Map<String, byte[]> proved = b.door1.disk.copy();
        check(b.server, text, """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                step  4000    4000  4000 -        -    -
                mech  4000    4000  -    -        -    -
                """, json -> {
            b.door1.rollBack(proved);
            Message again = next(b.door1);
            var sealed = (OpenedRequest.Answered) b.door1.enclave.openRequest(again.object());
            return atServer(true, again.exchange(), sealed.sealedResponse(), again.session(), json);
        });
    }

    @Test
    void capabilities() {
        byte[] text = Building.utf8(b.door1.enclave.capabilities());
        check(b.server, text, """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v     4000    -     -    4000     4000 4000
                step  4000    4000  4000 -        -    -
                mech  4000    4000  -    -        -    -
                """, json -> {
            String rand = b.server.enclave.receiverRandObject(b.door1.identity);
            byte[] inner = Building.utf8(JsonMapper.shared()
                    .createObjectNode()
                    .put("op", 5)
                    .put("to", "/in-cse")
                    .put("fr", "/gw-north/Cdoor-1")
                    .put("rqi", "c1")
                    .put("rvi", "3")
                    .set("pc", content(json))
                    .toString());
            SealedRequest sealed = b.door1.enclave.sealRequest(b.server.identity, Optional.of(rand), inner);
            return judged(b.server, false, () -> status(b.server.enclave.openRequest(sealed.esprimObject())));
        });
    }

    /** A sealed message of the server's, and its text. */
    private record Message(String object, String exchange, Resealed session, byte[] text, boolean agreed) {}

    /** What the server seals for a renewal now; the key is the agreed one when there is one. */
    private Message next(Party device) {
        String rand = device.enclave.receiverRandObject(b.server.identity);
        SealedRequest sealed = b.server.enclave.sealRenewal(device.identity, Optional.of(rand));
        var standing = Captured.party(b.server).state().standings.get(device.identity);
        byte[] pairwise = standing.pending.isEmpty()
                ? Captured.party(b.server)
                        .state()
                        .authority
                        .orElseThrow()
                        .peers
                        .get(device.identity)
                        .pairwise()
                : standing.pending.values().iterator().next().key();
        Resealed session = Resealed.sessionOf(sealed.esprimObject(), rand, pairwise);
        byte[] text = Building.utf8(con(session.open(sealed.esprimObject())));
        return new Message(sealed.esprimObject(), sealed.exchange(), session, text, !standing.pending.isEmpty());
    }

    /** The server waits for an answer; a device that is the attacker's has one ready, and the real one's seal. */
    private record Answering(
            String exchange,
            String response,
            Resealed session,
            String template,
            String ephemeralKey,
            long number,
            java.util.function.Function<String, byte[]> prover) {
        byte[] proof(String text) {
            return prover.apply(text);
        }
    }

    private Answering answering() {
        Message offer = next(b.door1);
        Map<String, byte[]> before = b.door1.disk.copy();
        var answered = (OpenedRequest.Answered) b.door1.enclave.openRequest(offer.object());
        b.door1.rollBack(before);
        String text = new String(offer.text(), StandardCharsets.UTF_8);
        RenewalExchange.Offer parsed = RenewalExchange.Offer.parse(text);
        KeyPair pair = Jwk.generate(new SecureRandom());
        byte[] scalar = Jwk.scalar((ECPrivateKey) pair.getPrivate());
        byte[] old = Captured.party(b.door1).state().anchor.orElseThrow().pairwise();
        String template = RenewalExchange.Answer.body(NUMBER, "EPHEMERAL-KEY", List.of(RenewalKeys.EPHEMERAL));
        return new Answering(
                offer.exchange(),
                answered.sealedResponse(),
                offer.session(),
                template,
                Jwk.print((ECPublicKey) pair.getPublic()),
                parsed.number(),
                body -> RenewalExchange.derive(old, scalar, parsed.ephemeralKey(), text, body)
                        .proof(text, body));
    }

    private int atDevice(Message message, byte[] text) {
        ObjectNode inner =
                (ObjectNode) JsonMapper.shared().readTree(message.session().open(message.object()));
        inner.set("pc", content(text));
        String sealed = message.session().with(message.object(), Building.utf8(inner.toString()));
        return judged(b.door1, message.agreed(), () -> status(b.door1.enclave.openRequest(sealed)));
    }

    private int atServer(boolean agreed, String exchange, String response, Resealed session, byte[] text) {
        ObjectNode inner = (ObjectNode) JsonMapper.shared().readTree(session.open(response));
        inner.set("pc", content(text));
        String sealed = session.with(response, Building.utf8(inner.toString()));
        return judged(b.server, agreed, () -> {
            OpenedResponse opened = b.server.enclave.openResponse(exchange, sealed);
            return opened instanceof OpenedResponse.Refused refused ? refused.status() : OK;
        });
    }

    private static ObjectNode content(byte[] text) {
        ObjectNode pc = JsonMapper.shared().createObjectNode();
        pc.putObject("m2m:cin")
                .put("cnf", RenewalKeys.CAPABILITIES)
                .put("con", new String(text, StandardCharsets.UTF_8));
        return pc;
    }

    private static String con(String primitive) {
        return JsonMapper.shared().readTree(primitive).findValue("con").asString();
    }

    private void renew(Party device) {
        Message offer = next(device);
        var answered = (OpenedRequest.Answered) device.enclave.openRequest(offer.object());
        assertThat(b.server.enclave.openResponse(offer.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Renewal.class);
    }

    /** Tries all mutations; what was accepted is undone. */
    private void check(Party target, byte[] message, String table, ToIntFunction<byte[]> attempt) {
        Map<String, byte[]> before = target.disk.copy();
        Map<String, String> wrong = new MutationTable(table).wrong(message, seed, json -> {
            int got = attempt.applyAsInt(json);
            if (!Arrays.equals(target.disk.load("main").orElseThrow(), before.get("main"))) {
                target.rollBack(before);
            }
            return got;
        });
        assertThat(wrong).as("seed %s", seed).isEmpty();
    }

    /**
     * What a message does to its receiver.
     *
     * @param agreed whether it came under the agreed key: whoever has that one proved it, whatever the message says
     */
    private int judged(Party receiver, boolean agreed, java.util.function.IntSupplier delivery) {
        StateImage before = receiver.state();
        byte[] octets = receiver.disk.load("main").orElseThrow();
        int got = delivery.getAsInt();
        if (got == OK) {
            return got;
        }
        if (!agreed) {
            assertThat(receiver.disk.load("main").orElseThrow())
                    .as("a refusal with %s changed the state", got)
                    .isEqualTo(octets);
            return got;
        }
        assertThat(receiver.enclave.pairwiseKeys()).allMatch(k -> k.agreed().isEmpty());
        StateImage after = receiver.state();
        assertThat(chain(after)).as("certificate after %s", got).isEqualTo(chain(before));
        after.standings.forEach((peer, s) -> assertThat(s.mechanisms).isEqualTo(before.standings.get(peer).mechanisms));
        return got;
    }

    private static List<String> chain(StateImage state) {
        return state.certificateKey.stream()
                .flatMap(k -> k.chain().stream())
                .map(Base64Url::encode)
                .toList();
    }

    private static int status(OpenedRequest verdict) {
        return verdict instanceof OpenedRequest.Refused refused ? refused.status() : OK;
    }
}
