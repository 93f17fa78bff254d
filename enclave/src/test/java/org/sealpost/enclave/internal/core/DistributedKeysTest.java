package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.DistributedKey;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.internal.MafKeys;
import org.sealpost.onem2m.Refusal;

/** ESPrim between two devices that no enrolment brought together: the key comes from a MAF (a fake one) with the first message (TS-0003 8.4.2 C.6a). */
class DistributedKeysTest {
    private static final String ID = "00112233445566778899AABBCCDDEEFF@maf.example.org";
    private static final String INNER =
            "{\"op\":5,\"to\":\"/gw-north/Cdoor-2\",\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"x\",\"rvi\":\"3\",\"pc\":{\"m2m:sgn\":{\"vrq\":true}}}";

    private final Building b = new Building();
    private final Maf maf = new Maf();

    /** Gives the keys it has; counts questions. */
    private final class Maf implements MafKeys {
        final Map<String, ConnectionKey> keys = new HashMap<>();
        int questions;

        @Override
        public boolean serves(String fqdn) {
            return fqdn.equals("maf.example.org");
        }

        @Override
        public Optional<ConnectionKey> fetch(String keyId) {
            questions++;
            return Optional.ofNullable(keys.get(keyId));
        }
    }

    @Test
    void theReadingOfTheReservedString() {
        byte[] kc = new byte[32];
        for (int i = 0; i < 32; i++) {
            kc[i] = (byte) i;
        }
        assertThat(HexFormat.of().formatHex(DistributedKey.pairwise(kc, ID)))
                .isEqualTo("55506b8edebed42dbd11c0d2d3d90260493b7beeef4e145b02a39983718fffa3");
    }

    @Test
    @Tag("E-26")
    void aFirstMessageBringsTheKeyAndLaterOnesDoNotAsk() {
        register(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            assertThat(exchange("x" + i)).isInstanceOf(OpenedRequest.Inner.class);
        }
        assertThat(maf.questions).isOne();
        b.door2.restart();
        compartment(b.door2).distributedBy(maf);
        assertThat(exchange("after")).isInstanceOf(OpenedRequest.Inner.class);
        assertThat(maf.questions).as("it is kept").isOne();
    }

    @Test
    void theKeyEndsWithTheLifetimeThatTheMafGave() {
        register(Duration.ofMinutes(5));
        SealedRequest sealed = seal("x");
        b.door2.now = b.door2.now.plus(Duration.ofMinutes(6));
        maf.keys.clear();
        assertThat(b.door2.enclave.openRequest(sealed.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4112));
        b.door1.now = b.door2.now;
        assertThatThrownBy(() -> seal("y"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4112));
    }

    @Test
    void madeUpKeyIdsDoNotKeepTheMafBusy() {
        register(Duration.ofHours(1));
        String object = seal("x").esprimObject();
        String header = new String(Base64Url.decode(object.substring(0, object.indexOf('.'))), StandardCharsets.UTF_8);
        for (int i = 0; i < 100; i++) {
            String forged = header.replace("00112233", String.format("%08d", i + 1));
            String changed = Base64Url.encode(Building.utf8(forged)) + object.substring(object.indexOf('.'));
            assertThat(b.door2.enclave.openRequest(changed)).isInstanceOf(OpenedRequest.Refused.class);
        }
        assertThat(maf.questions).isEqualTo(8);
        b.door2.now = b.door2.now.plusSeconds(61);
        assertThat(b.door2.enclave.openRequest(object)).isInstanceOf(OpenedRequest.Inner.class);
    }

    @Test
    void aKeyOfAnotherFunctionAsksNobody() {
        register(Duration.ofHours(1));
        String object = seal("x").esprimObject();
        String header = new String(Base64Url.decode(object.substring(0, object.indexOf('.'))), StandardCharsets.UTF_8);
        String changed = Base64Url.encode(Building.utf8(header.replace("@maf.", "@mef.")))
                + object.substring(object.indexOf('.'));
        assertThat(b.door2.enclave.openRequest(changed)).isInstanceOf(OpenedRequest.Refused.class);
        assertThat(maf.questions).isZero();
    }

    @Test
    void aMafDoesNotReplaceTheKeyOfAnEnrolment() {
        compartment(b.door1).distributedBy(maf);
        maf.keys.put(ID, new MafKeys.ConnectionKey(b.server.identity, new byte[32], Instant.MAX));
        compartment(b.door1)
                .registered(
                        ID,
                        new MafKeys.ConnectionKey(
                                b.server.identity, new byte[32], b.door1.now.plus(Duration.ofHours(1))));
        SealedRequest sealed = b.sealFor(b.door1, Building.DOORS);
        assertThat(b.door1.enclave.openRequest(sealed.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
    }

    /** Otherwise each such message would be a question. */
    @Test
    void answersOfNoUseDoNotKeepTheMafBusyEither() {
        register(Duration.ofHours(1));
        String object = seal("x").esprimObject();
        for (int i = 0; i < 100; i++) {
            maf.keys.put(ID, new MafKeys.ConnectionKey(b.server.identity, new byte[32], Instant.MAX));
            assertThat(b.door2.enclave.openRequest(object)).isInstanceOf(OpenedRequest.Refused.class);
        }
        assertThat(maf.questions).isEqualTo(8);
    }

    private void register(Duration lifetime) {
        byte[] kc = new byte[32];
        kc[3] = 7;
        Instant end = b.door1.now.plus(lifetime);
        compartment(b.door1).registered(ID, new MafKeys.ConnectionKey(b.door2.identity, kc.clone(), end));
        maf.keys.put(ID, new MafKeys.ConnectionKey(b.door1.identity, kc, end));
        compartment(b.door2).distributedBy(maf);
    }

    private SealedRequest seal(String id) {
        String object = b.door2.enclave.receiverRandObject(b.door1.identity);
        byte[] inner = Building.utf8(INNER.replace("\"x\"", "\"" + id + "\""));
        return b.door1.enclave.sealRequest(b.door2.identity, Optional.of(object), inner);
    }

    private OpenedRequest exchange(String id) {
        SealedRequest sealed = seal(id);
        OpenedRequest opened = b.door2.enclave.openRequest(sealed.esprimObject());
        if (opened instanceof OpenedRequest.Inner inner) {
            String answer = b.door2.enclave.sealResponse(
                    inner.exchange(), Building.utf8("{\"rsc\":2000,\"rqi\":\"" + id + "\",\"rvi\":\"3\"}"));
            assertThat(b.door1.enclave.openResponse(sealed.exchange(), answer))
                    .isInstanceOf(OpenedResponse.Inner.class);
        }
        return opened;
    }

    private static Compartment compartment(Party party) {
        return (Compartment) party.enclave;
    }
}
