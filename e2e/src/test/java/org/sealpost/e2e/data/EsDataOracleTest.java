package org.sealpost.e2e.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWEObjectJSON;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSObjectJSON;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.AESDecrypter;
import com.nimbusds.jose.crypto.AESEncrypter;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.MultiDecrypter;
import com.nimbusds.jose.crypto.MultiEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Aead;

/** Another implementation of JOSE opens what ESData sealed, and ESData opens what it sealed. */
class EsDataOracleTest {
    private static final String PAYLOAD = "what is in it";
    private static final String PLAIN = "text/plain";
    private final Keys k = new Keys();

    /** A kind of key on both sides. */
    private record Pair(DataKey.Sealing ours, JWEAlgorithm algorithm, JWEEncrypter encrypter, JWEDecrypter decrypter) {}

    @Test
    void compactAndFlattenedEncryptionBothWays() throws Exception {
        for (Pair pair : pairs()) {
            Envelope compact =
                    EsData.text(PLAIN, PAYLOAD).encryptedFor(pair.ours).seal(k.random);
            JWEObject theirs = JWEObject.parse(compact.content());
            theirs.decrypt(pair.decrypter);
            assertThat(theirs.getPayload().toString()).isEqualTo(PAYLOAD);
            assertThat(theirs.getHeader().getAlgorithm()).isEqualTo(pair.algorithm);

            EncryptionMethod method =
                    pair.algorithm.equals(JWEAlgorithm.DIR) ? EncryptionMethod.A256GCM : EncryptionMethod.A192GCM;
            JWEHeader header = new JWEHeader.Builder(pair.algorithm, method)
                    .keyID(pair.ours.id())
                    .build();
            JWEObject made = new JWEObject(header, new Payload(PAYLOAD));
            made.encrypt(pair.encrypter);
            Opened opened = EsData.open(SecurityClass.ENCRYPTION_ONLY, "text/plain:0:1", made.serialize(), k.ring);
            assertThat(opened.text()).isEqualTo(PAYLOAD);
            assertThat(EsData.openAttribute(
                                    SecurityClass.ENCRYPTION_ONLY, new JWEObjectJSON(made).serializeFlattened(), k.ring)
                            .text())
                    .isEqualTo(PAYLOAD);
        }
    }

    @Test
    void flattenedEncryptionWithAssociatedData() throws Exception {
        byte[] visible = k.octets(20);
        Envelope sealed = EsData.text(PLAIN, PAYLOAD)
                .encryptedFor(k.wrapping)
                .as(Packaging.FLATTENED_JSON)
                .associated(visible)
                .seal(k.random);
        JWEObjectJSON theirs = JWEObjectJSON.parse(sealed.content());
        theirs.decrypt(new AESDecrypter(k.wrapping.key()));
        assertThat(theirs.getPayload().toString()).isEqualTo(PAYLOAD);
        assertThat(new String(theirs.getAAD(), StandardCharsets.US_ASCII))
                .as("what is authenticated: protected header, dot, associated data")
                .endsWith("." + Base64URL.encode(visible));
    }

    @Test
    void severalTargetsBothWays() throws Exception {
        JWK first = new OctetSequenceKey.Builder(k.wrapping.key())
                .keyID(k.wrapping.id())
                .algorithm(JWEAlgorithm.A256KW)
                .build();
        JWK second = new ECKey.Builder(Curve.P_256, k.target.key())
                .privateKey((ECPrivateKey) k.targetPair.getPrivate())
                .keyID(k.target.id())
                .algorithm(JWEAlgorithm.ECDH_ES_A256KW)
                .build();
        Envelope sealed = EsData.text(PLAIN, PAYLOAD)
                .encryptedFor(k.wrapping)
                .encryptedFor(k.target)
                .seal(k.random);
        for (JWK key : List.of(first, second)) {
            JWEObjectJSON theirs = JWEObjectJSON.parse(sealed.content());
            theirs.decrypt(new MultiDecrypter(key));
            assertThat(theirs.getPayload().toString()).isEqualTo(PAYLOAD);
        }
        JWEObjectJSON made =
                new JWEObjectJSON(new JWEHeader.Builder(EncryptionMethod.A256GCM).build(), new Payload(PAYLOAD));
        made.encrypt(new MultiEncrypter(new JWKSet(List.of(first, second))));
        for (DataKey.Opening key : List.of(k.wrapping, k.ownTarget)) {
            Opened opened = EsData.open(
                    SecurityClass.ENCRYPTION_ONLY, "text/plain:0:2", made.serializeGeneral(), KeyRing.of(key));
            assertThat(opened.text()).isEqualTo(PAYLOAD);
        }
    }

    @Test
    void signaturesBothWaysCompactAndGeneral() throws Exception {
        JWSSigner mac = new MACSigner(k.mac.key());
        JWSSigner ecdsa = new ECDSASigner((ECPrivateKey) k.sourcePair.getPrivate());
        JWSVerifier macVerifier = new MACVerifier(k.mac.key());
        JWSVerifier ecdsaVerifier = new ECDSAVerifier(k.verifier.key());
        JWSHeader macHeader =
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(k.mac.id()).build();
        JWSHeader ecdsaHeader =
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(k.signer.id()).build();

        for (boolean symmetric : new boolean[] {true, false}) {
            Envelope signed = EsData.text(PLAIN, PAYLOAD)
                    .signedBy(symmetric ? k.mac : k.signer)
                    .seal(k.random);
            assertThat(JWSObject.parse(signed.content()).verify(symmetric ? macVerifier : ecdsaVerifier))
                    .isTrue();
            JWSObject made = new JWSObject(symmetric ? macHeader : ecdsaHeader, new Payload(PAYLOAD));
            made.sign(symmetric ? mac : ecdsa);
            assertThat(EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:1", made.serialize(), k.ring)
                            .text())
                    .isEqualTo(PAYLOAD);
        }
        Envelope both =
                EsData.text(PLAIN, PAYLOAD).signedBy(k.mac).signedBy(k.signer).seal(k.random);
        List<JWSObjectJSON.Signature> theirs =
                JWSObjectJSON.parse(both.content()).getSignatures();
        assertThat(theirs.get(0).verify(macVerifier)).isTrue();
        assertThat(theirs.get(1).verify(ecdsaVerifier)).isTrue();
        JWSObjectJSON made = new JWSObjectJSON(new Payload(PAYLOAD));
        made.sign(macHeader, mac);
        made.sign(ecdsaHeader, ecdsa);
        assertThat(EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:2", made.serializeGeneral(), k.ring)
                        .verifiedWith())
                .containsExactly(k.mac.id(), k.signer.id());
    }

    @Test
    @Tag("E-43")
    void aNestedEnvelopeIsTheirsToTakeApart() throws Exception {
        Envelope nested = EsData.text(PLAIN, PAYLOAD)
                .signedBy(k.signer)
                .encryptedFor(k.target)
                .with(Aead.A128GCM)
                .seal(k.random);
        JWEObject outer = JWEObject.parse(nested.content());
        outer.decrypt(new ECDHDecrypter((ECPrivateKey) k.targetPair.getPrivate()));
        JWSObject inner = outer.getPayload().toJWSObject();
        assertThat(inner.verify(new ECDSAVerifier(k.verifier.key()))).isTrue();
        assertThat(inner.getPayload().toString()).isEqualTo(PAYLOAD);
    }

    private List<Pair> pairs() throws Exception {
        ECPrivateKey own = (ECPrivateKey) k.targetPair.getPrivate();
        return List.of(
                new Pair(
                        k.direct,
                        JWEAlgorithm.DIR,
                        new DirectEncrypter(k.direct.key()),
                        new DirectDecrypter(k.direct.key())),
                new Pair(
                        k.wrapping,
                        JWEAlgorithm.A256KW,
                        new AESEncrypter(k.wrapping.key()),
                        new AESDecrypter(k.wrapping.key())),
                new Pair(
                        k.shortWrapping,
                        JWEAlgorithm.A128KW,
                        new AESEncrypter(k.shortWrapping.key()),
                        new AESDecrypter(k.shortWrapping.key())),
                new Pair(
                        agreement(16),
                        JWEAlgorithm.ECDH_ES_A128KW,
                        new ECDHEncrypter(k.target.key()),
                        new ECDHDecrypter(own)),
                new Pair(
                        agreement(24),
                        JWEAlgorithm.ECDH_ES_A192KW,
                        new ECDHEncrypter(k.target.key()),
                        new ECDHDecrypter(own)),
                new Pair(
                        agreement(32),
                        JWEAlgorithm.ECDH_ES_A256KW,
                        new ECDHEncrypter(k.target.key()),
                        new ECDHDecrypter(own)));
    }

    private DataKey.Recipient agreement(int strength) {
        return new DataKey.Recipient(k.target.id(), k.target.key(), strength);
    }
}
