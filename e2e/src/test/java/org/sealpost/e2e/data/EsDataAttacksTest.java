package org.sealpost.e2e.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Gcm;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.Refusal;

/** What somebody between source and target, or one target against another, would try with protected data. */
class EsDataAttacksTest {
    private static final String PLAIN = "text/plain";
    private static final String PAYLOAD = "what is in it";
    private final Keys k = new Keys();

    @Test
    void eachOctetFlippedInEachPackaging() {
        for (Packaging packaging : Packaging.values()) {
            String content = EsData.text(PLAIN, PAYLOAD)
                    .signedBy(k.signer)
                    .encryptedFor(k.wrapping)
                    .as(packaging)
                    .seal(k.random)
                    .content();
            String info = "text/plain:0:" + packaging.contentSecurity();
            byte[] octets = content.getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < octets.length; i++) {
                byte[] changed = octets.clone();
                changed[i] ^= 1;
                String text = new String(changed, StandardCharsets.US_ASCII);
                assertThatThrownBy(() -> EsData.open(SecurityClass.NESTED, info, text, k.ring))
                        .as("%s octet %s", packaging, i)
                        .isInstanceOf(Refusal.class);
            }
        }
    }

    @Test
    @Tag("E-43")
    void theSignatureIsStrippedOffANestedEnvelope() {
        Envelope unsigned = EsData.text(PLAIN, PAYLOAD).encryptedFor(k.wrapping).seal(k.random);
        refused(4000, () -> open(SecurityClass.NESTED, unsigned));
        Envelope readable = EsData.text(PLAIN, PAYLOAD).signedBy(k.signer).seal(k.random);
        refused(4000, () -> open(SecurityClass.NESTED, readable));
        refused(4000, () -> open(SecurityClass.ENCRYPTION_ONLY, readable));
    }

    @Test
    void aTargetHandsSignedDataOnInItsAuthorsName() {
        KeyPair other = Jwk.generate(k.random);
        DataKey.Recipient victim = new DataKey.Recipient("victim", Keys.publicKey(other));
        KeyRing victims = KeyRing.of(new DataKey.OwnRecipient("victim", other.getPrivate()), k.verifier);
        Envelope forTarget = EsData.text(PLAIN, PAYLOAD)
                .signedBy(k.signer)
                .encryptedFor(k.wrapping)
                .seal(k.random);
        byte[] inside = JweEnvelope.ofCompact(forTarget.content().split("\\."))
                .open(k.ring)
                .octets();
        String signed = new String(inside, StandardCharsets.UTF_8);
        String handedOn = JweEnvelope.seal(
                JoseHeader.object().put("typ", Labels.TYPE_DATA_ENVELOPE).put("cty", "JOSE"),
                List.of(victim),
                Aead.A256GCM,
                Packaging.COMPACT,
                Optional.empty(),
                JoseHeader.utf8(signed),
                k.random);
        refused(4103, () -> EsData.open(SecurityClass.NESTED, "text/plain:0:1", handedOn, victims));
        refused(4103, () -> EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:1", signed, k.ring));
    }

    @Test
    void aPubliclySignedTextIsEncryptedBySomebodyElse() {
        Envelope readable = EsData.text(PLAIN, PAYLOAD).signedBy(k.signer).seal(k.random);
        String wrapped = JweEnvelope.seal(
                JoseHeader.object().put("typ", Labels.TYPE_DATA_ENVELOPE).put("cty", "JOSE"),
                List.of(k.target),
                Aead.A256GCM,
                Packaging.COMPACT,
                Optional.empty(),
                JoseHeader.utf8(readable.content()),
                k.random);
        refused(4000, () -> EsData.open(SecurityClass.NESTED, "text/plain:0:1", wrapped, k.ring));
    }

    @Test
    void contentInfoIsRewrittenOnTheWay() {
        Envelope sealed = EsData.octets("application/octet-stream", k.octets(9))
                .encryptedFor(k.wrapping)
                .seal(k.random);
        for (String info : List.of(
                "text/plain:2:1",
                "application/octet-stream:0:1",
                "application/octet-stream:1:1",
                "application/octet-stream:2:2",
                "application/octet-stream:2:3",
                "application/octet-stream:2:4",
                "application/octet-stream:2",
                "application/octet-stream:2:1:1",
                "nonsense")) {
            refused(4000, () -> EsData.open(SecurityClass.ENCRYPTION_ONLY, info, sealed.content(), k.ring));
        }
        assertThat(open(SecurityClass.ENCRYPTION_ONLY, sealed).payload()).hasSize(9);
    }

    @Test
    void aPublicKeyIsUsedAsAMacKey() {
        byte[] encoded = k.verifier.key().getEncoded();
        String header = b64("{\"alg\":\"HS256\",\"kid\":\"" + k.verifier.id() + "\"}");
        String input = header + "." + b64(PAYLOAD);
        String forged = input + "." + Base64Url.encode(Hmac.sha256(encoded, input.getBytes(StandardCharsets.US_ASCII)));
        refused(4000, () -> EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:1", forged, k.ring));
    }

    @Test
    void algNoneAndItsSpellings() {
        for (String alg : List.of("none", "None", "NONE", "", "HS256 ", "es256")) {
            String forged =
                    b64("{\"alg\":\"" + alg + "\",\"kid\":\"" + k.verifier.id() + "\"}") + "." + b64(PAYLOAD) + ".";
            refused(4000, () -> EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:1", forged, k.ring));
        }
    }

    @Test
    void aDirectKeyIsTalkedIntoWrapping() {
        DataKey.Wrapping asWrapping = new DataKey.Wrapping(k.direct.id(), k.direct.key());
        DataKey.Direct asDirect = new DataKey.Direct(k.wrapping.id(), k.wrapping.key());
        for (DataKey.Sealing confused : List.of(asWrapping, asDirect)) {
            Envelope sealed = EsData.text(PLAIN, PAYLOAD).encryptedFor(confused).seal(k.random);
            refused(4000, () -> open(SecurityClass.ENCRYPTION_ONLY, sealed));
        }
    }

    @Test
    @Tag("E-44")
    void aSignedKeyInTheHeaderIsNotBelieved() throws Exception {
        KeyPair forger = Jwk.generate(k.random);
        ECKey embedded = new ECKey.Builder(Curve.P_256, Keys.publicKey(forger)).build();
        JWSObject forged = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID(k.verifier.id())
                        .jwk(embedded)
                        .build(),
                new Payload(PAYLOAD));
        forged.sign(new ECDSASigner((ECPrivateKey) forger.getPrivate()));
        refused(4103, () -> EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:1", forged.serialize(), k.ring));
        JWSObject honest = new JWSObject(forged.getHeader(), new Payload(PAYLOAD));
        honest.sign(new ECDSASigner((ECPrivateKey) k.sourcePair.getPrivate()));
        assertThat(EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:1", honest.serialize(), k.ring)
                        .text())
                .as("the key of the ring decides, whatever is embedded")
                .isEqualTo(PAYLOAD);
    }

    @Test
    void aSignatureForAnotherPurposeIsNoData() {
        String command = Jws.sign(
                k.sourcePair.getPrivate(), Labels.TYPE_COMMAND, k.verifier.id(), Map.of(), JoseHeader.utf8(PAYLOAD));
        refused(4000, () -> EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:1", command, k.ring));
    }

    @Test
    void headersThatMustNotBeThere() {
        for (String more : List.of(
                ",\"zip\":\"DEF\"",
                ",\"crit\":[\"b64\"],\"b64\":false",
                ",\"crit\":[]",
                ",\"p2c\":1000000,\"p2s\":\"AAAA\"",
                ",\"alg\":\"dir\"",
                ",\"iv\":\"AAAA\"",
                ",\"ety\":0",
                ",\"ety\":3",
                ",\"ety\":\"1\"",
                ",\"typ\":\"sealpost-command+jwe\"",
                ",\"typ\":7",
                ",\"kid\":\"again\"",
                ",\"unheard\":1")) {
            String header = "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"" + k.direct.id() + "\"" + more + "}";
            refused(4000, () -> EsData.open(SecurityClass.ENCRYPTION_ONLY, "text/plain:0:1", direct(header), k.ring));
        }
        String plainHeader = "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"" + k.direct.id() + "\"}";
        assertThat(EsData.open(SecurityClass.ENCRYPTION_ONLY, "text/plain:0:1", direct(plainHeader), k.ring)
                        .text())
                .isEqualTo(PAYLOAD);
    }

    @Test
    void algorithmsThatAreNotListed() {
        for (String alg : List.of("PBES2-HS256+A128KW", "ECDH-ES", "RSA1_5", "RSA-OAEP", "A256GCMKW", "none", "DIR")) {
            String header = "{\"alg\":\"" + alg + "\",\"enc\":\"A256GCM\",\"kid\":\"" + k.direct.id() + "\"}";
            refused(4000, () -> EsData.open(SecurityClass.ENCRYPTION_ONLY, "text/plain:0:1", direct(header), k.ring));
        }
        String cbc = "{\"alg\":\"dir\",\"enc\":\"A128CBC-HS256\",\"kid\":\"" + k.direct.id() + "\"}";
        refused(4111, () -> EsData.open(SecurityClass.ENCRYPTION_ONLY, "text/plain:0:1", direct(cbc), k.ring));
        String shorter = "{\"alg\":\"dir\",\"enc\":\"A128GCM\",\"kid\":\"" + k.direct.id() + "\"}";
        refused(4000, () -> EsData.open(SecurityClass.ENCRYPTION_ONLY, "text/plain:0:1", direct(shorter), k.ring));
    }

    @Test
    void malformedJsonForms() {
        String one = EsData.text(PLAIN, PAYLOAD)
                .encryptedFor(k.wrapping)
                .as(Packaging.FLATTENED_JSON)
                .seal(k.random)
                .content();
        String many = EsData.text(PLAIN, PAYLOAD)
                .encryptedFor(k.wrapping)
                .encryptedFor(k.target)
                .seal(k.random)
                .content();
        String signed = EsData.text(PLAIN, PAYLOAD)
                .signedBy(k.mac)
                .signedBy(k.signer)
                .seal(k.random)
                .content();
        List<String> bad = new ArrayList<>(List.of(
                "{}",
                "[]",
                "\"x\"",
                one.replaceFirst("\\{", "{\"unprotected\":{\"alg\":\"dir\"},"),
                one.replaceFirst("\\{", "{\"header\":{\"alg\":\"A256KW\"},"),
                one.replaceFirst("\\{", "{\"header\":{\"enc\":\"A256GCM\"},"),
                one.replaceFirst("\\{", "{\"recipients\":[],"),
                one.replaceFirst("\\{", "{\"payload\":\"AAAA\","),
                one.replaceFirst("\\{", "{\"tag\":\"AAAA\","),
                one.replaceFirst("\"encrypted_key\":\"[^\"]*\"", "\"encrypted_key\":\"\""),
                one.replaceFirst("\"encrypted_key\":\"[^\"]*\",", ""),
                one.replaceFirst("\"iv\":\"[^\"]*\"", "\"iv\":\"AAAA\""),
                one.replaceFirst("\"tag\":\"[^\"]*\"", "\"tag\":\"AAAA\""),
                many.replace(k.target.id(), k.wrapping.id()),
                many.replaceFirst("\"recipients\":\\[.*\\],", "\"recipients\":[],"),
                many.replaceFirst("\"recipients\":\\[.*\\],", "\"recipients\":7,"),
                many.replace("A256KW\",\"kid", "dir\",\"kid"),
                signed.replaceFirst("\"signatures\":\\[.*\\]", "\"signatures\":[]"),
                signed.replaceFirst("\\{", "{\"signature\":\"AAAA\","),
                signed.replaceFirst("\"protected\"", "\"header\":{\"alg\":\"HS256\"},\"protected\""),
                signed.replaceFirst("\"protected\"", "\"header\":{\"kid\":\"x\"},\"protected\""),
                one + " x",
                " "));
        for (String text : bad) {
            for (SecurityClass expected : SecurityClass.values()) {
                assertThatThrownBy(() -> EsData.open(expected, "text/plain:0:2", text, k.ring))
                        .as(text)
                        .isInstanceOfSatisfying(
                                Refusal.class,
                                r -> assertThat(r.status().code()).isEqualTo(4000));
            }
        }
    }

    @Test
    void oneBadSignatureAmongSeveral() {
        String signed = EsData.text(PLAIN, PAYLOAD)
                .signedBy(k.mac)
                .signedBy(k.signer)
                .seal(k.random)
                .content();
        int at = signed.lastIndexOf("\"signature\":\"") + 13;
        char other = signed.charAt(at) == 'A' ? 'B' : 'A';
        String spoiled = signed.substring(0, at) + other + signed.substring(at + 1);
        refused(4103, () -> EsData.open(SecurityClass.SIGNATURE_ONLY, "text/plain:0:2", spoiled, k.ring));
    }

    @Test
    void nobodysKeyAndAnotherKeyOfTheSameName() {
        Envelope sealed = EsData.text(PLAIN, PAYLOAD).encryptedFor(k.wrapping).seal(k.random);
        refused(
                4112,
                () -> EsData.open(
                        SecurityClass.ENCRYPTION_ONLY, sealed.contentInfo(), sealed.content(), KeyRing.of(k.mac)));
        KeyRing impostor = KeyRing.of(new DataKey.Wrapping(k.wrapping.id(), k.octets(32)));
        refused(
                4115,
                () -> EsData.open(SecurityClass.ENCRYPTION_ONLY, sealed.contentInfo(), sealed.content(), impostor));
        Envelope signed = EsData.text(PLAIN, PAYLOAD).signedBy(k.signer).seal(k.random);
        refused(
                4112,
                () -> EsData.open(
                        SecurityClass.SIGNATURE_ONLY, signed.contentInfo(), signed.content(), KeyRing.of(k.mac)));
    }

    @Test
    void anEphemeralKeyOffTheCurve() {
        String sealed = EsData.text(PLAIN, PAYLOAD)
                .encryptedFor(k.target)
                .seal(k.random)
                .content();
        String[] parts = sealed.split("\\.");
        String header = new String(Base64Url.decode(parts[0]), StandardCharsets.UTF_8);
        int at = header.indexOf("\"y\":\"") + 5;
        char other = header.charAt(at) == 'A' ? 'B' : 'A';
        parts[0] = b64(header.substring(0, at) + other + header.substring(at + 1));
        refused(
                4000,
                () -> EsData.open(SecurityClass.ENCRYPTION_ONLY, "text/plain:0:1", String.join(".", parts), k.ring));
    }

    @Test
    @Tag("E-42")
    void whatDoesNotGoTogetherIsNotMade() {
        refused(4000, () -> EsData.text(PLAIN, PAYLOAD).seal(k.random));
        refused(
                4000,
                () -> EsData.text(PLAIN, PAYLOAD)
                        .encryptedFor(k.direct)
                        .encryptedFor(k.wrapping)
                        .seal(k.random));
        refused(
                4000,
                () -> EsData.text(PLAIN, PAYLOAD)
                        .encryptedFor(k.target)
                        .encryptedFor(k.wrapping)
                        .as(Packaging.COMPACT)
                        .seal(k.random));
        refused(
                4000,
                () -> EsData.text(PLAIN, PAYLOAD)
                        .encryptedFor(k.wrapping)
                        .encryptedFor(k.wrapping)
                        .seal(k.random));
        refused(
                4000,
                () -> EsData.text(PLAIN, PAYLOAD)
                        .encryptedFor(k.wrapping)
                        .associated(new byte[1])
                        .seal(k.random));
        refused(
                4000,
                () -> EsData.text(PLAIN, PAYLOAD)
                        .signedBy(k.mac)
                        .associated(new byte[1])
                        .seal(k.random));
        refused(4000, () -> EsData.text("plain", PAYLOAD));
        refused(4000, () -> new DataKey.Direct("14-x", new byte[31]));
        refused(4000, () -> new DataKey.Mac("16-x", new byte[31]));
        refused(4000, () -> new DataKey.Wrapping("15 x", new byte[32]));
        assertThatThrownBy(() -> KeyRing.of(k.wrapping, k.wrapping)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A direct envelope with any header, encrypted rightly. */
    private String direct(String header) {
        byte[] iv = k.octets(12);
        byte[] sealed = Gcm.seal(k.direct.key(), iv, b64(header), JoseHeader.utf8(PAYLOAD));
        int end = sealed.length - Gcm.TAG_LENGTH;
        return b64(header) + ".." + Base64Url.encode(iv) + "."
                + Base64Url.encode(Arrays.copyOf(sealed, end)) + "."
                + Base64Url.encode(Arrays.copyOfRange(sealed, end, sealed.length));
    }

    private Opened open(SecurityClass expected, Envelope sealed) {
        return EsData.open(expected, sealed.contentInfo(), sealed.content(), k.ring);
    }

    private static String b64(String text) {
        return Base64Url.encode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(status));
    }
}
