package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.onem2m.Refusal;

/** A24: public keys that are no points, weak points, or written in another way than the one; and signatures of extreme numbers. */
class WeakKeyAttacksTest {
    private static final BigInteger P =
            new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
    private static final BigInteger N =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final BigInteger X =
            new BigInteger("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16);
    private static final BigInteger Y =
            new BigInteger("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16);

    private final Building b = new Building();

    static List<Map.Entry<String, String>> weak() {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("zero", jwk(octets(BigInteger.ZERO), octets(BigInteger.ZERO)));
        keys.put("off the curve", jwk(octets(X), octets(Y.add(BigInteger.ONE))));
        keys.put("both coordinates one", jwk(octets(BigInteger.ONE), octets(BigInteger.ONE)));
        keys.put("x beyond the field", jwk(octets(P.add(BigInteger.valueOf(5))), octets(Y)));
        keys.put("x is the prime", jwk(octets(P), octets(Y)));
        keys.put("y beyond the field", jwk(octets(X), octets(P)));
        keys.put("all ones", jwk(ones(), ones()));
        keys.put("a leading zero more", jwk(Arrays.copyOf(new byte[] {0}, 33), octets(Y)));
        keys.put("an octet too few", jwk(Arrays.copyOf(octets(X), 31), octets(Y)));
        keys.put("empty coordinates", jwk(new byte[0], new byte[0]));
        keys.put("padded base64", jwk(octets(X), octets(Y)).replace("\",\"y\"", "=\",\"y\""));
        keys.put("trailing bits of base64", trailingBits());
        keys.put("another curve", jwk(octets(X), octets(Y)).replace("P-256", "P-384"));
        keys.put("Koblitz curve", jwk(octets(X), octets(Y)).replace("P-256", "secp256k1"));
        keys.put("another kind of key", jwk(octets(X), octets(Y)).replace("\"EC\"", "\"OKP\""));
        keys.put("a symmetric key", "{\"kty\":\"oct\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAA\"}");
        keys.put("a private key", jwk(octets(X), octets(Y)).replace("}", ",\"d\":\"AQ\"}"));
        keys.put("no key", "{}");
        keys.put("no JSON", "key");
        return List.copyOf(keys.entrySet());
    }

    @ParameterizedTest
    @MethodSource("weak")
    @DisplayName("A24 in an enrolment request, as either key")
    void a24InAnEnrolmentRequest(Map.Entry<String, String> weak) {
        Party device = new Party("//sealpost.example/gw-north/Cdoor-8");
        EnrolmentRequest good = device.enclave.enrolmentRequest(device.identity);
        changesNothing(b.server, () -> {
            refusedAlike(() -> b.server.enclave.enrolPeer(
                    new EnrolmentRequest(
                            device.identity,
                            weak.getValue(),
                            good.signatureKey(),
                            good.certificateKey(),
                            good.attestation(),
                            ""),
                    Role.DEVICE));
            refusedAlike(() -> b.server.enclave.enrolPeer(
                    new EnrolmentRequest(
                            device.identity,
                            good.agreementKey(),
                            weak.getValue(),
                            good.certificateKey(),
                            good.attestation(),
                            ""),
                    Role.DEVICE));
        });
    }

    @ParameterizedTest
    @MethodSource("weak")
    @DisplayName(
            "A24 in what the server signed: purpose certificate, delegation, roster; and as a package's ephemeral key")
    void a24InWhatTheServerSigned(Map.Entry<String, String> weak) {
        b.distribute();
        Captured server = Captured.party(b.server);
        long now = b.server.now.getEpochSecond();
        String quoted = weak.getValue().replace("\"", "\\\"");
        String certificate = server.signAsRoot(
                Labels.TYPE_PURPOSE,
                Building.utf8("{\"v\":1,\"use\":\"delegation\",\"nbf\":0,\"exp\":" + (now + 60) + ",\"key\":\"" + quoted
                        + "\"}"));
        String byWeakKey =
                Captured.party(b.door1).sign(Labels.TYPE_DELEGATION, Map.of("pct", certificate), new byte[1]);
        String delegation = server.signFor(
                "delegation",
                Labels.TYPE_DELEGATION,
                Building.utf8("{\"v\":1,\"id\":\"d9\",\"agt\":\"" + b.agent.identity + "\",\"nbf\":0,\"exp\":"
                        + (now + 60) + ",\"key\":\"" + quoted + "\",\"grp\":[],\"vrb\":[],\"zon\":[]}"));
        changesNothing(b.agent, () -> {
            refusedAlike(() -> b.agent.enclave.acceptDelegation(byWeakKey));
            refusedAlike(() -> b.agent.enclave.acceptDelegation(delegation));
        });
        String roster = "{\"v\":1,\"grp\":\"" + Building.DOORS + "\",\"epo\":2,\"alg\":\"A256GCM\",\"k\":\""
                + "A".repeat(54)
                + "\",\"sid\":1,\"zon\":\"\",\"to\":\"x\",\"nbf\":0,\"exp\":1,\"ovl\":0,\"rid\":\"\",\"ndv\":[],"
                + "\"ros\":[{\"id\":\"x\",\"sid\":1,\"zon\":\"\",\"key\":\"" + quoted + "\"}]}";
        refusedAlike(() -> org.sealpost.group.GroupCredential.decode(Building.utf8(roster)));
        if (weak.getValue().startsWith("{\"crv\"")) {
            String sealed = b.server
                    .enclave
                    .enrolPeer(b.door1.enclave.enrolmentRequest(b.door1.identity), Role.DEVICE)
                    .enrolmentPackage();
            int dot = sealed.indexOf('.');
            String header = new String(
                            Base64Url.decode(sealed.substring(0, dot)), java.nio.charset.StandardCharsets.UTF_8)
                    .replaceFirst(
                            "\"epk\":\\{[^}]*}",
                            "\"epk\":" + java.util.regex.Matcher.quoteReplacement(weak.getValue()));
            changesNothing(
                    b.door1,
                    () -> refusedAlike(() -> b.door1.enclave.acceptEnrolment(
                            Base64Url.encode(Building.utf8(header)) + sealed.substring(dot))));
        }
    }

    @Test
    @DisplayName("A24 signatures of zero, of the order, and of all ones verify for no key")
    void a24SignaturesOfExtremeNumbers() {
        String good = Captured.party(b.door1).sign(Labels.TYPE_COMMAND, Map.of(), new byte[] {'{', '}'});
        var key = Jwk.parse(Captured.party(b.door1).state().own.orElseThrow().signatureKey());
        assertThat(Jws.parse(good).verifies(key)).isTrue();
        byte[] zero = new byte[32];
        byte[] one = octets(BigInteger.ONE);
        for (byte[] r : List.of(zero, one, octets(N), octets(N.subtract(BigInteger.ONE)), octets(P), ones())) {
            for (byte[] s : List.of(zero, one, octets(N), octets(N.subtract(BigInteger.ONE)), ones())) {
                byte[] signature = Arrays.copyOf(r, 64);
                System.arraycopy(s, 0, signature, 32, 32);
                String forged = good.substring(0, good.lastIndexOf('.') + 1) + Base64Url.encode(signature);
                assertThat(Jws.parse(forged).verifies(key)).isFalse();
                refused(4103, () -> Jws.parse(forged).verify(key, Labels.TYPE_COMMAND));
            }
        }
    }

    /** Status 4000 with a sentence that is one of few, and holds nothing of the key. */
    private static void refusedAlike(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Refusal.class, r -> {
            assertThat(r.status().code()).as(r.sentence()).isEqualTo(4000);
            assertThat(r.sentence()).doesNotContain("AAAA", "axfR", "//8");
        });
    }

    private static String trailingBits() {
        String good = jwk(octets(X), octets(Y));
        // the last character of 32 octets carries two bits that have to be zero
        return good.replace(
                Base64Url.encode(octets(X)), Base64Url.encode(octets(X)).replaceFirst(".$", "Z"));
    }

    private static String jwk(byte[] x, byte[] y) {
        return "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + Base64Url.encode(x) + "\",\"y\":\"" + Base64Url.encode(y)
                + "\"}";
    }

    private static byte[] ones() {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xff);
        return ones;
    }

    private static byte[] octets(BigInteger value) {
        byte[] source = value.toByteArray();
        byte[] target = new byte[32];
        int length = Math.min(source.length, 32);
        System.arraycopy(source, source.length - length, target, 32 - length, length);
        return target;
    }
}
