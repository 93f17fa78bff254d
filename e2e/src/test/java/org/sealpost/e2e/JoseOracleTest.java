package org.sealpost.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.onem2m.Refusal;

/** Another implementation of JOSE opens what ours sealed, and the other way round; and ours refuses what it has no use for. */
class JoseOracleTest {
    private static final Set<String> HEADERS = Set.of("alg", "enc", "kid", "typ", "epk");
    private final SecureRandom random = new SecureRandom();
    private final KeyPair pair = Jwk.generate(random);
    private final ECPublicKey publicKey = (ECPublicKey) pair.getPublic();
    private final byte[] plaintext = "what is in it".getBytes(StandardCharsets.UTF_8);

    @Test
    void directEncryptionBothWays() throws Exception {
        byte[] key = octets(32);
        byte[] header = "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"k\"}".getBytes(StandardCharsets.UTF_8);
        JWEObject theirs = JWEObject.parse(Jwe.sealDirect(header, key, octets(12), plaintext));
        theirs.decrypt(new DirectDecrypter(key));
        assertThat(theirs.getPayload().toBytes()).isEqualTo(plaintext);
        JWEObject made = new JWEObject(
                new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A128GCM)
                        .keyID("k")
                        .build(),
                new Payload(plaintext));
        byte[] shortKey = octets(16);
        made.encrypt(new DirectEncrypter(shortKey));
        assertThat(Jwe.parse(made.serialize(), HEADERS).openDirect(shortKey)).isEqualTo(plaintext);
    }

    @Test
    void keyAgreementBothWays() throws Exception {
        String ours = Jwe.sealTo(Jwe.newHeader("t", "k"), publicKey, random, plaintext);
        JWEObject theirs = JWEObject.parse(ours);
        theirs.decrypt(new ECDHDecrypter((ECPrivateKey) pair.getPrivate()));
        assertThat(theirs.getPayload().toBytes()).isEqualTo(plaintext);
        JWEObject made = new JWEObject(
                new JWEHeader.Builder(JWEAlgorithm.ECDH_ES_A256KW, EncryptionMethod.A256GCM).build(),
                new Payload(plaintext));
        made.encrypt(new ECDHEncrypter(publicKey));
        assertThat(Jwe.parse(made.serialize(), HEADERS).openFrom(pair.getPrivate()))
                .isEqualTo(plaintext);
    }

    @Test
    void signaturesBothWays() throws Exception {
        String ours = Jws.sign(pair.getPrivate(), "t", "k", Map.of(), plaintext);
        assertThat(JWSObject.parse(ours).verify(new ECDSAVerifier(publicKey))).isTrue();
        JWSObject made = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("t"))
                        .keyID("k")
                        .build(),
                new Payload(plaintext));
        made.sign(new ECDSASigner((ECPrivateKey) pair.getPrivate()));
        assertThat(Jws.parse(made.serialize()).verify(publicKey, "t")).isEqualTo(plaintext);
        assertThatThrownBy(() -> Jws.parse(made.serialize()).verify(publicKey, "another"))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Jws.parse(made.serialize())
                        .verify((ECPublicKey) Jwk.generate(random).getPublic(), "t"))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void publicKeysAndThumbprintsAreTheSame() throws Exception {
        ECKey theirs = new ECKey.Builder(Curve.P_256, publicKey).build();
        assertThat(Jwk.thumbprint(publicKey))
                .isEqualTo(theirs.computeThumbprint().toString());
        assertThat(Jwk.parse(Jwk.print(publicKey)).getW()).isEqualTo(publicKey.getW());
    }

    @Test
    void pointsOffTheCurveAreRefused() {
        String good = Jwk.print(publicKey);
        int at = good.indexOf("\"y\":\"") + 5;
        char other = good.charAt(at) == 'A' ? 'B' : 'A';
        String off = good.substring(0, at) + other + good.substring(at + 1);
        assertThatThrownBy(() -> Jwk.parse(off)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Jwk.parse(good.replace("P-256", "P-384"))).isInstanceOf(Refusal.class);
    }

    @Test
    void compressionCriticalHeadersAndUnknownHeadersAreRefused() {
        byte[] key = octets(32);
        for (String more :
                new String[] {",\"zip\":\"DEF\"", ",\"crit\":[\"x\"],\"x\":1", ",\"p2c\":1", ",\"alg\":\"dir\""}) {
            byte[] header = ("{\"alg\":\"dir\",\"enc\":\"A256GCM\"" + more + "}").getBytes(StandardCharsets.UTF_8);
            String object = Jwe.sealDirect(header, key, octets(12), plaintext);
            assertThatThrownBy(() -> Jwe.parse(object, HEADERS)).as(more).isInstanceOf(Refusal.class);
        }
    }

    @Test
    void base64HasOneSpelling() {
        for (String bad : new String[] {"AB==", "A", "AAA=", "A A", "AB", "AAB", "AA\n", "+A", "é"}) {
            assertThatThrownBy(() -> Base64Url.decode(bad)).as(bad).isInstanceOf(Refusal.class);
        }
        assertThat(Base64Url.decode("AA")).containsExactly(0);
        assertThat(Base64Url.decode("AAA")).containsExactly(0, 0);
    }

    @Test
    void keyWrapRefusesAnotherKey() {
        byte[] wrapped = KeyWrap.wrap(octets(32), octets(32));
        assertThatThrownBy(() -> KeyWrap.unwrap(octets(32), wrapped))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4115));
    }

    private byte[] octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }
}
