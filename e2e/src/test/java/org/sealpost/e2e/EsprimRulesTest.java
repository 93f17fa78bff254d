package org.sealpost.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.onem2m.Refusal;

/** Rules of TS-0003 8.4.2 and 8.4.3 on what an end point makes; what it refuses is in the vectors and in EsprimChannelTest. */
class EsprimRulesTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final String KEY_ID = "dev.espr1@sealpost.example";
    private final Random random = new Random();
    private final EsprimChannel server = channel(Aead.A256GCM);
    private final EsprimChannel device = channel(Aead.A256GCM);

    @Test
    @Tag("E-04")
    void everyRandObjectHas128FreshBits() {
        Set<String> values = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            RandObject receiver = device.issue(NOW, random);
            RandObject originator =
                    originatorOf(channel(Aead.A256GCM).sealRequest(Optional.of(receiver), HELLO, NOW, random));
            for (RandObject object : List.of(receiver, originator)) {
                assertThat(object.value()).matches("r[0-9a-f]{32}");
                assertThat(values.add(object.value())).isTrue();
            }
        }
        int[] ones = new int[128];
        values.forEach(v -> {
            for (int bit = 0; bit < 128; bit++) {
                ones[bit] += Character.digit(v.charAt(1 + bit / 4), 16) >> (3 - bit % 4) & 1;
            }
        });
        for (int bit = 0; bit < 128; bit++) {
            assertThat(ones[bit]).as("bit %s of 400 is never constant", bit).isBetween(100, 300);
        }
    }

    @Test
    @Tag("E-05")
    void everyRandObjectExpires() {
        RandObject receiver = device.issue(NOW, random);
        assertThat(receiver.expiry()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(originatorOf(server.sealRequest(Optional.of(receiver), HELLO, NOW, random))
                        .expiry())
                .isEqualTo(receiver.expiry());
        assertThatThrownBy(() -> RandObject.parse(
                        RandObject.Role.RECEIVER, receiver.canonical().replaceAll("\"esrx\":\"[^\"]*\",", "")))
                .isInstanceOf(Refusal.class);
    }

    @Test
    @Tag("E-06")
    @Tag("E-13")
    void identifiersSayForWhomAnObjectIsAndAreUnique() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            RandObject receiver = device.issue(NOW, random);
            assertThat(receiver.unshared()).isTrue();
            assertThat(ids.add(receiver.id())).isTrue();
        }
        RandObject originator =
                originatorOf(server.sealRequest(Optional.of(device.issue(NOW, random)), HELLO, NOW, random));
        assertThat(originator.unshared()).isTrue();
        RandObject shared = new RandObject(
                RandObject.Role.RECEIVER, "S-1", "r" + "0".repeat(32), NOW.plusSeconds(60), List.of(1), List.of(12));
        assertThat(shared.unshared()).isFalse();
        assertThat(originatorOf(server.sealRequest(Optional.of(shared), HELLO, NOW, random))
                        .expiry())
                .as("no later than the receiver's")
                .isEqualTo(shared.expiry());
    }

    @Test
    @Tag("E-07")
    void aReceiversObjectListsWhatIsAccepted() {
        assertThat(channel(Aead.A128GCM).issue(NOW, random).aeads()).containsExactly(12, 11, 10);
        assertThat(channel(Aead.A192GCM).issue(NOW, random).aeads()).containsExactly(12, 11);
        RandObject strongest = channel(Aead.A256GCM).issue(NOW, random);
        assertThat(strongest.aeads()).containsExactly(12);
        assertThat(strongest.keyGeneration()).containsExactly(RandObject.HMAC_SHA256);
    }

    @Test
    @Tag("E-14")
    @Tag("E-15")
    @Tag("E-17")
    void anOriginatorsObjectNamesWhatTheReceiverListed() {
        RandObject receiver = channel(Aead.A128GCM).issue(NOW, random);
        Jwe object = Jwe.parse(
                channel(Aead.A128GCM)
                        .sealRequest(Optional.of(receiver), HELLO, NOW, random)
                        .object(),
                EsprimHeader.NAMES);
        EsprimHeader header = EsprimHeader.of(object);
        RandObject originator = header.originatorObject().orElseThrow();
        assertThat(originator.keyGeneration()).hasSize(1).isSubsetOf(receiver.keyGeneration());
        assertThat(originator.aeads()).isNotEmpty().isSubsetOf(receiver.aeads());
        assertThat(header.keyId()).isEqualTo(KEY_ID);
        assertThat(header.receiverId()).isEqualTo(receiver.id());
        assertThat(originator.aeads()).contains(Aead.named(header.enc()).id());
        RandObject foreign = RandObject.parse(
                RandObject.Role.RECEIVER, receiver.canonical().replace("\"esks\":[1]", "\"esks\":[2]"));
        refused(4111, () -> server.sealRequest(Optional.of(foreign), HELLO, NOW, random));
    }

    @Test
    @Tag("E-18")
    @Tag("E-23")
    @Tag("E-28")
    void theOriginatorsObjectGoesAlongUntilTheReceiverHasAnswered() {
        EsprimChannel.Sealed first = server.sealRequest(Optional.of(device.issue(NOW, random)), HELLO, NOW, random);
        assertThat(header(first.object()).originatorObject()).isPresent();
        EsprimChannel.Opened opened = device.openRequest(first.object(), NOW, random);
        server.openResponse(first.exchange(), device.sealResponse(opened.exchange(), HELLO, NOW, random), NOW);
        EsprimChannel.Sealed second = server.sealRequest(Optional.empty(), HELLO, NOW, random);
        assertThat(header(second.object()).originatorObject()).isEmpty();
        assertThat(device.openRequest(second.object(), NOW, random).plaintext())
                .as("the receiver remembered the object of the first")
                .isEqualTo(HELLO);
    }

    @Test
    @Tag("E-22")
    @Tag("E-34")
    void aResponseNamesTheSessionOfItsRequestAndNeverTheOriginatorsObject() {
        EsprimChannel.Sealed sealed = server.sealRequest(Optional.of(device.issue(NOW, random)), HELLO, NOW, random);
        EsprimHeader request = header(sealed.object());
        assertThat(request.originatorObject().orElseThrow().id()).isEqualTo(request.originatorId());
        EsprimHeader response = header(device.sealResponse(
                device.openRequest(sealed.object(), NOW, random).exchange(), HELLO, NOW, random));
        assertThat(response.originatorObject()).isEmpty();
        assertThat(response.keyId()).isEqualTo(request.keyId());
        assertThat(response.originatorId()).isEqualTo(request.originatorId());
        assertThat(response.receiverId()).isEqualTo(request.receiverId());
        assertThat(response.enc()).isEqualTo(request.enc());
    }

    @Test
    @Tag("E-20")
    @Tag("E-21")
    void anObjectIsDirectlyEncryptedAndNamesWhatIsInside() {
        EsprimChannel.Sealed sealed = server.sealRequest(Optional.of(device.issue(NOW, random)), HELLO, NOW, random);
        Jwe jwe = Jwe.parse(sealed.object(), EsprimHeader.NAMES);
        assertThat(jwe.text("alg")).isEqualTo("dir");
        assertThat(jwe.encryptedKey()).isEmpty();
        assertThat(jwe.text("cty")).isEqualTo("vnd.onem2m-preq+json");
        assertThat(jwe.text("ori")).isNotEmpty();
        assertThat(jwe.text("rri")).isNotEmpty();
        String response = device.sealResponse(
                device.openRequest(sealed.object(), NOW, random).exchange(), HELLO, NOW, random);
        assertThat(Jwe.parse(response, EsprimHeader.NAMES).text("cty")).isEqualTo("vnd.onem2m-prsp+json");
    }

    @Test
    @Tag("E-37")
    void anErrorIsSealedWhenTheSessionProvedItselfAndElseIsNot() {
        EsprimChannel.Sealed first = server.sealRequest(Optional.of(device.issue(NOW, random)), HELLO, NOW, random);
        assertThat(device.sealError(first.object(), HELLO, NOW, random))
                .as("nobody proved to hold the key yet")
                .isEmpty();
        device.openRequest(first.object(), NOW, random);
        Optional<String> error = device.sealError(first.object(), HELLO, NOW, random);
        assertThat(error).isPresent();
        assertThat(server.openResponse(first.exchange(), error.get(), NOW)).isEqualTo(HELLO);
        assertThat(device.sealError(first.object(), HELLO, NOW.plus(Duration.ofHours(2)), random))
                .as("the session has expired")
                .isEmpty();
    }

    @Test
    @Tag("E-36")
    void whatCanNotBeDecryptedOrEncryptedHasACodeOfItsOwn() {
        byte[] key = new byte[16];
        byte[] iv = new byte[12];
        byte[] sealed = Gcm.seal(key, iv, "", HELLO);
        refused(4115, () -> Gcm.open(key, iv, "other", sealed));
        refused(5210, () -> Gcm.open(new byte[5], iv, "", sealed));
        refused(5211, () -> Gcm.seal(new byte[5], iv, "", HELLO));
        byte[] next = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        Gcm.seal(key, next, "", HELLO);
        refused(5211, () -> Gcm.seal(key, next, "", HELLO));
    }

    private static RandObject originatorOf(EsprimChannel.Sealed sealed) {
        return header(sealed.object()).originatorObject().orElseThrow();
    }

    private static EsprimHeader header(String object) {
        return EsprimHeader.of(Jwe.parse(object, EsprimHeader.NAMES));
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(status));
    }

    private static EsprimChannel channel(Aead floor) {
        return new EsprimChannel(
                KEY_ID, new byte[32], new AeadPolicy(floor), Duration.ofHours(1), SessionKeys.CANONICAL_JSON_V1);
    }
}
