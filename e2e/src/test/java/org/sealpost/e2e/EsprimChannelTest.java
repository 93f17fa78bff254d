package org.sealpost.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.onem2m.Refusal;

/** ESPrim between two end points: the order of the checks of TS-0003 8.4.2 C.6 and the codes of TS-0004 table 7.6.2-1. */
class EsprimChannelTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final String KEY_ID = "dev.espr1@sealpost.example";
    private final Random random = new Random();
    private final EsprimChannel server = channel(KEY_ID, Aead.A256GCM);
    private final EsprimChannel device = channel(KEY_ID, Aead.A256GCM);
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");

    @Test
    void aSessionCarriesRequestsAndResponses() {
        EsprimChannel.Sealed first = server.sealRequest(Optional.of(device.issue(now, random)), HELLO, now, random);
        answer(first);
        assertThat(server.ready(now)).isTrue();
        EsprimChannel.Sealed second = server.sealRequest(Optional.empty(), HELLO, now, random);
        assertThat(second.object().length())
                .as("no full object once confirmed")
                .isLessThan(first.object().length());
        answer(second);
    }

    @Test
    void aSessionIsNotUsedBeforeItsFirstValidAnswer() {
        server.sealRequest(Optional.of(device.issue(now, random)), HELLO, now, random);
        assertThat(server.ready(now)).isFalse();
        refused(4114, () -> server.sealRequest(Optional.empty(), HELLO, now, random));
    }

    @Test
    @Tag("E-27")
    @Tag("D-18")
    void unknownOrExpiredReceiverObject() {
        RandObject object = device.issue(now, random);
        EsprimChannel.Sealed sealed = server.sealRequest(Optional.of(object), HELLO, now, random);
        refused(4114, () -> channel(KEY_ID, Aead.A256GCM).openRequest(sealed.object(), now, random));
        now = now.plus(Duration.ofHours(2));
        refused(4114, () -> device.openRequest(sealed.object(), now, random));
        refused(4114, () -> server.sealRequest(Optional.of(object), HELLO, now, random));
    }

    @Test
    @Tag("E-26")
    @Tag("E-27")
    void anotherPairsKeyId() {
        EsprimChannel.Sealed sealed = server.sealRequest(Optional.of(device.issue(now, random)), HELLO, now, random);
        refused(
                4112,
                () -> channel("other.espr1@sealpost.example", Aead.A256GCM).openRequest(sealed.object(), now, random));
        assertThat(EsprimChannel.keyIdOf(sealed.object())).isEqualTo(KEY_ID);
    }

    @Test
    void aReplayIsRefusedAndLeavesTheSessionUsable() {
        EsprimChannel.Sealed sealed = server.sealRequest(Optional.of(device.issue(now, random)), HELLO, now, random);
        EsprimChannel.Opened opened = device.openRequest(sealed.object(), now, random);
        refused(4000, () -> device.openRequest(sealed.object(), now, random));
        String response = device.sealResponse(opened.exchange(), HELLO, now, random);
        assertThat(server.openResponse(sealed.exchange(), response, now)).isEqualTo(HELLO);
        refused(4000, () -> server.openResponse(sealed.exchange(), response, now));
    }

    @Test
    @Tag("E-38")
    void aRequestThatComesBackIsNoAnswer() {
        EsprimChannel.Sealed sealed = server.sealRequest(Optional.of(device.issue(now, random)), HELLO, now, random);
        refused(4000, () -> server.openResponse(sealed.exchange(), sealed.object(), now));
        refused(4114, () -> server.openRequest(sealed.object(), now, random));
        answer(sealed);
    }

    @Test
    @Tag("E-16")
    @Tag("E-31")
    void aWeakerOfferIsRefusedAndANarrowedOneBreaksTheKey() {
        EsprimChannel weak = channel(KEY_ID, Aead.A128GCM);
        RandObject offer = weak.issue(now, random);
        assertThat(offer.aeads()).containsExactly(12, 11, 10);
        RandObject narrowed =
                RandObject.parse(RandObject.Role.RECEIVER, offer.canonical().replace("[12,11,10]", "[10]"));
        refused(4111, () -> server.sealRequest(Optional.of(narrowed), HELLO, now, random));
        EsprimChannel lenient = channel(KEY_ID, Aead.A128GCM);
        EsprimChannel.Sealed sealed = lenient.sealRequest(Optional.of(narrowed), HELLO, now, random);
        refused(4115, () -> weak.openRequest(sealed.object(), now, random));
    }

    @Test
    void theStrongestCommonMechanismIsChosenAndExplained() {
        EsprimChannel weak = channel(KEY_ID, Aead.A128GCM);
        EsprimChannel.Sealed sealed = weak.sealRequest(Optional.of(device.issue(now, random)), HELLO, now, random);
        assertThat(sealed.choice().aead()).isEqualTo(Aead.A256GCM);
        assertThat(sealed.choice().reason()).contains("strongest").contains("A128GCM");
        assertThat(device.openRequest(sealed.object(), now, random).plaintext()).isEqualTo(HELLO);
    }

    @Test
    void floodingWithRandObjectRequestsDoesNotGrowMemory() {
        for (int i = 0; i < 10_000; i++) {
            device.issue(now, random);
        }
        assertThat(device.sizes().get("issued")).isEqualTo(EsprimChannel.MAX_KEPT);
    }

    @Test
    void garbageIsRefusedWith4000() {
        for (String bad : new String[] {
            "", "....", "a.b.c.d.e", "e30..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA", "x".repeat(2_000_000)
        }) {
            refused(4000, () -> device.openRequest(bad, now, random));
        }
        assertThat(device.sizes()).containsEntry("receiving", 0).containsEntry("exchanges", 0);
    }

    @Test
    void theReplayWindowEqualsASetOfWhatWasSeen() {
        long seed = System.nanoTime();
        Random order = new Random(seed);
        for (int round = 0; round < 200; round++) {
            ReplayWindow window = new ReplayWindow();
            BitSet seen = new BitSet();
            int highest = 0;
            for (int i = 0; i < 300; i++) {
                int counter = Math.max(0, highest + order.nextInt(140) - 100);
                boolean expected = counter > 0 && !seen.get(counter) && counter > highest - ReplayWindow.SIZE;
                assertThat(window.acceptable(counter))
                        .as("seed %s counter %s highest %s", seed, counter, highest)
                        .isEqualTo(expected);
                if (expected) {
                    window.record(counter);
                    seen.set(counter);
                    highest = Math.max(highest, counter);
                }
            }
        }
        assertThat(new ReplayWindow().acceptable(Long.MAX_VALUE)).isTrue();
    }

    private void answer(EsprimChannel.Sealed sealed) {
        EsprimChannel.Opened opened = device.openRequest(sealed.object(), now, random);
        assertThat(opened.plaintext()).isEqualTo(HELLO);
        String response = device.sealResponse(opened.exchange(), HELLO, now, random);
        assertThat(server.openResponse(sealed.exchange(), response, now)).isEqualTo(HELLO);
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(status));
    }

    private static EsprimChannel channel(String keyId, Aead floor) {
        byte[] key = new byte[32];
        key[0] = 1;
        return new EsprimChannel(keyId, key, new AeadPolicy(floor), Duration.ofHours(1), SessionKeys.CANONICAL_JSON_V1);
    }
}
