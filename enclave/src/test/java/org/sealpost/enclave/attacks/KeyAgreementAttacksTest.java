package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealpost.e2e.RenewalExchange.Offer;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A1, A24, A28, A29, A33 where a pairwise key is agreed on: by a renewal inside ESPrim, and by ESCertKE. */
class KeyAgreementAttacksTest {
    private static final int FLOOD = 1 << 20;

    private final Building b = new Building();

    KeyAgreementAttacksTest() {
        allow(RenewalKeys.EPHEMERAL);
        b.distribute();
    }

    static List<Map.Entry<String, String>> weak() {
        return WeakKeyAttacksTest.weak();
    }

    @Test
    @DisplayName("A1 an offer comes back to the server as its answer, and a device's answer to the device as an offer")
    void a1ARenewalComesBack() {
        Offering offer = offer();
        changesNothing(
                b.server,
                () -> assertThat(b.server.enclave.openResponse(
                                offer.sealed().exchange(), offer.sealed().esprimObject()))
                        .isInstanceOf(OpenedResponse.Refused.class));
        String answer = ((OpenedRequest.Answered)
                        b.door1.enclave.openRequest(offer.sealed().esprimObject()))
                .sealedResponse();
        changesNothing(
                b.door1,
                () -> assertThat(b.door1.enclave.openRequest(answer)).isInstanceOf(OpenedRequest.Refused.class));
        assertThat(agreed(b.server)).isFalse();
    }

    @Test
    @DisplayName("A1 messages of a key establishment come back to who sent them")
    void a1AKeyEstablishmentComesBack() {
        allow(RenewalKeys.CERTIFICATE);
        byte[] one = start();
        changesNothing(b.server, () -> refused(4000, () -> proceed(one)));
        byte[] two = answer(start());
        changesNothing(b.door1, () -> refused(4000, () -> answer(two)));
        byte[] three = proceed(answer(start()));
        changesNothing(b.server, () -> refused(4000, () -> proceed(three)));
        assertThat(agreed(b.server) || agreed(b.door1)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("weak")
    @DisplayName("A24 a weak ephemeral key in a renewal, from somebody who holds the pairwise key")
    void a24InARenewal(Map.Entry<String, String> key) {
        Offering offer = offer();
        Offer text = Offer.parse(offer.text());
        Offer weak = new Offer(
                text.number(),
                text.server(),
                text.device(),
                text.oldKeyId(),
                text.newKeyId(),
                key.getValue(),
                text.mechanisms(),
                text.known());
        changesNothing(
                b.door1,
                () -> assertThat(b.door1.enclave.openRequest(offer.with(weak.print())))
                        .isInstanceOfSatisfying(
                                OpenedRequest.Refused.class,
                                r -> assertThat(r.status()).isEqualTo(4000)));
    }

    @Test
    @DisplayName(
            "A28 an offer that was answered is replayed: before the new key is proved, after it, and after a restart")
    void a28AnOldOfferIsReplayed() {
        Offering offer = offer();
        OpenedRequest first = answered(offer.sealed());
        changesNothing(
                b.door1,
                () -> assertThat(b.door1.enclave.openRequest(offer.sealed().esprimObject()))
                        .isEqualTo(first));
        answered(b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand())));
        String key = b.door1.enclave.pairwiseKeys().get(0).keyId();
        changesNothing(
                b.door1,
                () -> assertThat(b.door1.enclave.openRequest(offer.sealed().esprimObject()))
                        .as("nothing but the octets that were sent before")
                        .isEqualTo(first));
        b.door1.restart();
        changesNothing(
                b.door1,
                () -> refused(4112, b.door1.enclave.openRequest(offer.sealed().esprimObject())));
        assertThat(b.door1.enclave.pairwiseKeys().get(0).keyId()).isEqualTo(key);
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    @DisplayName("A28 a whole key establishment is replayed to the device: it draws its own part anew")
    void a28AnOldKeyEstablishmentIsReplayed() {
        allow(RenewalKeys.CERTIFICATE);
        byte[] one = start();
        byte[] three = proceed(answer(one));
        byte[] four = answer(three);
        proceed(four);
        answered(b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand())));
        String key = b.door1.enclave.pairwiseKeys().get(0).keyId();
        changesNothing(b.door1, () -> {
            answer(one);
            refused(4000, () -> answer(three));
        });
        changesNothing(b.server, () -> refused(4105, () -> proceed(four)));
        assertThat(b.door1.enclave.pairwiseKeys().get(0).keyId()).isEqualTo(key);
    }

    @Test
    @DisplayName(
            "A29 the gateway answers with an alert in the plain: the server gives up, and takes no weaker way for it")
    void a29AnAlertInThePlain() {
        allow(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL);
        for (byte description : new byte[] {40, 42, 70, 80, 90}) {
            start();
            changesNothing(b.server, () -> refused(4000, () -> proceed(new byte[] {21, 3, 3, 0, 2, 2, description})));
            assertThat(b.server.enclave.nextRenewal(b.door1.identity).way()).isEqualTo(RenewalKeys.CERTIFICATE);
        }
        byte[] four = answer(proceed(answer(start())));
        assertThat(b.server
                        .enclave
                        .continueKeyEstablishment(b.door1.identity, four)
                        .agreed())
                .as("the true answers still count")
                .isPresent();
    }

    @Test
    @DisplayName("A33 a flood of records in a key establishment ends it")
    void a33AFloodOfRecords() {
        allow(RenewalKeys.CERTIFICATE);
        byte[] record = ByteBuffer.allocate(5 + 4 + 16_000)
                .put(new byte[] {22, 3, 3})
                .putShort((short) (4 + 16_000))
                .putInt(1 << 24 | 0xff_ffff)
                .array();
        ByteBuffer flood = ByteBuffer.allocate(FLOOD / record.length * record.length);
        while (flood.hasRemaining()) {
            flood.put(record);
        }
        changesNothing(b.door1, () -> refused(4000, () -> answer(flood.array())));
        start();
        changesNothing(b.server, () -> refused(4000, () -> proceed(flood.array())));
    }

    // ---- what the parties do ----

    /** A sealed offer, its text, and the session in the hands of somebody who holds the key. */
    private record Offering(SealedRequest sealed, Resealed session, String inner) {
        String text() {
            return JsonMapper.shared().readTree(inner).findValue("con").asString();
        }

        String with(String text) {
            ObjectNode changed = (ObjectNode) JsonMapper.shared().readTree(inner);
            ((ObjectNode) changed.get("pc").get("m2m:cin")).put("con", text);
            return session.with(sealed.esprimObject(), Building.utf8(changed.toString()));
        }
    }

    private Offering offer() {
        String rand = rand();
        SealedRequest sealed = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand));
        Resealed session = Resealed.sessionOf(
                sealed.esprimObject(),
                rand,
                Captured.party(b.door1).state().anchor.orElseThrow().pairwise());
        return new Offering(sealed, session, session.open(sealed.esprimObject()));
    }

    private OpenedRequest answered(SealedRequest sealed) {
        var opened = (OpenedRequest.Answered) b.door1.enclave.openRequest(sealed.esprimObject());
        assertThat(b.server.enclave.openResponse(sealed.exchange(), opened.sealedResponse()))
                .isInstanceOf(OpenedResponse.Renewal.class);
        return opened;
    }

    private String rand() {
        return b.door1.enclave.receiverRandObject(b.server.identity);
    }

    private byte[] start() {
        return b.server.enclave.startKeyEstablishment(b.door1.identity).message();
    }

    private byte[] answer(byte[] message) {
        return b.door1
                .enclave
                .answerKeyEstablishment(b.server.identity, message)
                .message();
    }

    private byte[] proceed(byte[] message) {
        return b.server
                .enclave
                .continueKeyEstablishment(b.door1.identity, message)
                .message();
    }

    private void allow(String... ways) {
        b.server.enclave.setPeerPolicies(
                Map.of(b.door1.identity, new PeerPolicy("A256GCM", false, List.of(ways), 0, 0)));
    }

    private static boolean agreed(Party party) {
        return party.enclave.pairwiseKeys().stream().anyMatch(k -> k.agreed().isPresent());
    }
}
