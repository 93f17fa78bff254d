package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealpost.enclave.internal.core.Provisioning.DOOR;
import static org.sealpost.enclave.internal.core.Provisioning.MAF;
import static org.sealpost.enclave.internal.core.Provisioning.SERVER;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.DistributedKey;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.EndPointKeys.WantedKey;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.KeyGrant;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;

/** ESPrim between two devices that no enrolment brought together: the key comes from a MAF with the first message (TS-0003 8.4.2 A.ii, C.6a). */
class DistributedKeysTest {
    private static final KeyGrant ESPRIM = new KeyGrant(23, SERVER, Optional.empty());
    private static final KeyGrant AT_MAF = new KeyGrant(21, MAF, Optional.of("tls://127.0.0.1:2"));

    private final Provisioning p = new Provisioning();
    private final Party lamp = new Party("//sealpost.example/gw-north/Clamp-1");
    private final EndPoint atDoor = EndPoint.of(DOOR, p.door.enclave, Runnable::run);
    private EndPoint atLamp = EndPoint.of(lamp.identity, lamp.enclave, Runnable::run);
    private final List<WantedKey> questions = new ArrayList<>();
    private int requests;

    /** Both devices are enrolled at the MEF, and clients of the MAF by what it commanded. */
    DistributedKeysTest() {
        p.maf.enclave.foundFunction("MAF", MAF);
        p.join(p.maf, MAF, "MAF", List.of());
        p.assign(p.doorCredential, DOOR, List.of(ESPRIM, AT_MAF));
        p.assign(p.manufacture(lamp, "lamp-1"), lamp.identity, List.of(ESPRIM, AT_MAF));
        p.serverFollows();
        assertThat(p.enrolDoor().good()).isTrue();
        assertThat(p.run(lamp, p.mef, ExchangeGoal.enrol()).good()).isTrue();
        p.run(p.maf, p.mef, ExchangeGoal.follow());
        atLamp.onWantedKey(this::fetch);
    }

    @Test
    void theReadingOfTheReservedString() {
        byte[] kc = new byte[32];
        for (int i = 0; i < 32; i++) {
            kc[i] = (byte) i;
        }
        assertThat(HexFormat.of()
                        .formatHex(DistributedKey.pairwise(kc, "00112233445566778899AABBCCDDEEFF@maf.example.org")))
                .isEqualTo("55506b8edebed42dbd11c0d2d3d90260493b7beeef4e145b02a39983718fffa3");
    }

    @Test
    @Tag("E-26")
    void aFirstMessageBringsTheKeyAndLaterOnesDoNotAsk() {
        String keyId = register();
        for (int i = 0; i < 3; i++) {
            assertThat(request()).isEqualTo(ResponseStatus.OK);
        }
        assertThat(questions).containsExactly(new WantedKey(MAF, keyId));
        lamp.restart();
        atLamp = EndPoint.of(lamp.identity, lamp.enclave, Runnable::run);
        atLamp.onWantedKey(this::fetch);
        assertThat(received(sealed())).as("it is kept").isEqualTo(ResponseStatus.OK);
        assertThat(questions).hasSize(1);
        assertThat(p.door.enclave.enrolment().orElseThrow().keyId()).doesNotEndWith(MAF);
    }

    /** Two first messages at once ask twice: the second answer must not end the session that the first began. */
    @Test
    void theSameKeyOnceMoreLeavesTheSessionAlone() {
        String keyId = register();
        SealedRequest sealed = sealed();
        assertThat(p.run(lamp, p.maf, ExchangeGoal.retrieve(keyId)).changed()).containsExactly(keyId);
        var opened = lamp.enclave.openRequest(sealed.esprimObject());
        assertThat(p.run(lamp, p.maf, ExchangeGoal.retrieve(keyId)).changed()).isEmpty();
        String exchange = ((org.sealpost.enclave.EndPointKeys.OpenedRequest.Inner) opened).exchange();
        assertThat(lamp.enclave.sealResponse(
                        exchange,
                        ("{\"rsc\":2000,\"rqi\":\"q" + requests + "\",\"rvi\":\"3\"}")
                                .getBytes(StandardCharsets.UTF_8)))
                .isNotEmpty();
    }

    @Test
    void theKeyEndsWithTheLifetimeThatTheMafGave() {
        register();
        assertThat(request()).isEqualTo(ResponseStatus.OK);
        SealedRequest sealed = sealed();
        for (Party party : List.of(p.door, lamp, p.maf)) {
            party.now = party.now.plus(Duration.ofDays(181));
        }
        assertThat(received(sealed)).isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID);
        assertThatThrownBy(this::sealed)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID));
    }

    @Test
    void madeUpKeyIdsDoNotKeepTheMafBusy() {
        String keyId = register();
        SealedRequest sealed = sealed();
        for (int i = 0; i < 40; i++) {
            String forged = underAnotherKey(sealed, keyId, String.format("%032d@%s", i, MAF));
            assertThat(received(forged)).isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID);
        }
        assertThat(questions).hasSize(8);
        assertThat(received(sealed)).isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID);
        lamp.now = lamp.now.plusSeconds(61);
        assertThat(received(sealed)).isEqualTo(ResponseStatus.OK);
    }

    /** The MAF releases a key to its targets only: whoever else gets a message under it, gets nothing. */
    @Test
    void aKeyForAnotherDeviceIsNotGiven() {
        String keyId = register();
        SealedRequest sealed = sealed();
        Party other = new Party("//sealpost.example/gw-north/Cother");
        p.assign(p.manufacture(other, "other"), other.identity, List.of(ESPRIM, AT_MAF));
        assertThat(p.run(other, p.mef, ExchangeGoal.enrol()).good()).isTrue();
        p.run(p.maf, p.mef, ExchangeGoal.follow());
        assertThat(other.enclave.wantedKey(sealed.esprimObject())).contains(new WantedKey(MAF, keyId));
        assertThat(p.run(other, p.maf, ExchangeGoal.retrieve(keyId)).status()).isEqualTo(4103);
    }

    @Test
    void aKeyOfAnotherFunctionAsksNobody() {
        String keyId = register();
        SealedRequest sealed = sealed();
        for (String other : List.of(keyId.replace("@maf.", "@mef."), keyId + ".example", "no-function", "@" + MAF)) {
            assertThat(received(underAnotherKey(sealed, keyId, other))).isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID);
        }
        assertThat(questions).isEmpty();
    }

    /** Otherwise a MAF could speak as the server; and each such message would be a question. */
    @Test
    void aMafDoesNotReplaceTheKeyOfAnEnrolment() {
        p.mef.enclave.assignClient(
                "server@" + Provisioning.MEF, new ClientAssignment(SERVER, "SERVER", List.of(AT_MAF), true));
        assertThat(p.run(p.server, p.mef, ExchangeGoal.enrol()).good()).isTrue();
        p.run(p.maf, p.mef, ExchangeGoal.follow());
        String keyId = register();
        SealedRequest sealed = sealed();
        String enrolled = lamp.enclave.enrolment().orElseThrow().keyId();
        p.run(p.server, p.maf, ExchangeGoal.register(33, List.of(lamp.identity)));
        String ofServer = p.server.enclave.provisionedKeys().stream()
                .filter(k -> k.usage() == 33)
                .findFirst()
                .orElseThrow()
                .keyId();
        for (int i = 0; i < 20; i++) {
            assertThat(received(underAnotherKey(sealed, keyId, ofServer)))
                    .isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID);
        }
        assertThat(questions).hasSize(8).containsOnly(new WantedKey(MAF, ofServer));
        assertThat(lamp.enclave.enrolment().orElseThrow().keyId()).isEqualTo(enrolled);
        assertThat(lamp.enclave.provisionedKeys()).extracting(k -> k.keyId()).contains(ofServer);
    }

    /** The originator's part (8.4.2 A.ii): a key of this connection, whose one target is the receiver. */
    private String register() {
        var result = p.run(p.door, p.maf, ExchangeGoal.register(33, List.of(lamp.identity)));
        assertThat(result.good()).as(result.sentence()).isTrue();
        return result.changed().get(0);
    }

    /** As a device does it: over its own line to the MAF. */
    private CompletionStage<Boolean> fetch(WantedKey wanted) {
        questions.add(wanted);
        return CompletableFuture.completedFuture(
                p.run(lamp, p.maf, ExchangeGoal.retrieve(wanted.keyId())).good());
    }

    private SealedRequest sealed() {
        return p.door.enclave.sealRequest(
                lamp.identity,
                Optional.of(lamp.enclave.receiverRandObject(DOOR)),
                org.sealpost.onem2m.PrimitiveCodec.of(org.sealpost.onem2m.Serialization.JSON)
                        .encode(inner()));
    }

    private RequestPrimitive inner() {
        return RequestPrimitive.of(Operation.RETRIEVE, "/gw-north/Clamp-1", "/gw-north/Cdoor-1", "q" + ++requests)
                .build();
    }

    private ResponseStatus received(SealedRequest sealed) {
        return received(sealed.esprimObject());
    }

    private ResponseStatus received(String object) {
        return outer(new SecurityInfo.EsprimObject(object).toContent()).status();
    }

    private ResponsePrimitive outer(Content content) {
        RequestPrimitive outer = RequestPrimitive.of(
                        Operation.NOTIFY, "/gw-north/Clamp-1", "/gw-north/Cdoor-1", "o" + requests)
                .content(content)
                .build();
        return atLamp.receive(outer, DOOR, (inner, peer) -> {
                    assertThat(peer).isEqualTo(DOOR);
                    return CompletableFuture.completedFuture(
                            ResponsePrimitive.of(ResponseStatus.OK, inner.requestId()));
                })
                .toCompletableFuture()
                .join();
    }

    /** A whole request from the door to the lamp. */
    private ResponseStatus request() {
        try {
            var answer = atDoor.request(
                            lamp.identity,
                            inner(),
                            new EndPoint.Route() {
                                @Override
                                public CompletionStage<ResponsePrimitive> send(Content content) {
                                    return CompletableFuture.completedFuture(outer(content));
                                }

                                @Override
                                public CompletionStage<Optional<E2eSecInfo>> securityInfo() {
                                    return CompletableFuture.completedFuture(Optional.of(E2eSecInfo.of(List.of(33))));
                                }
                            },
                            false)
                    .toCompletableFuture()
                    .join();
            return ((EndPoint.Answer.Inner) answer).response().status();
        } catch (CompletionException failure) {
            return ((Refusal) failure.getCause()).status();
        }
    }

    private static String underAnotherKey(SealedRequest sealed, String keyId, String other) {
        String object = sealed.esprimObject();
        int dot = object.indexOf('.');
        String header = new String(Base64Url.decode(object.substring(0, dot)), StandardCharsets.UTF_8);
        assertThat(header).contains(keyId);
        return Base64Url.encode(header.replace(keyId, other).getBytes(StandardCharsets.UTF_8)) + object.substring(dot);
    }
}
