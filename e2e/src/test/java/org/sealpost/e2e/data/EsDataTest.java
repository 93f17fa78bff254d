package org.sealpost.e2e.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.e2e.Aead;

/** Every class, key kind and packaging of ESData, from its source to its target. */
class EsDataTest {
    private static final String JSON = "application/json";
    private static final String READING = "{\"kWh\":7}";
    private final Keys k = new Keys();

    @ParameterizedTest
    @EnumSource(Packaging.class)
    void eachKindOfKeyInEachPackaging(Packaging packaging) {
        for (DataKey.Sealing key : List.of(k.direct, k.wrapping, k.shortWrapping, k.target)) {
            for (Aead aead : Aead.values()) {
                Envelope sealed = EsData.text(JSON, READING)
                        .encryptedFor(key)
                        .with(aead)
                        .as(packaging)
                        .seal(k.random);
                Opened opened = open(SecurityClass.ENCRYPTION_ONLY, sealed);
                assertThat(opened.text()).isEqualTo(READING);
                assertThat(opened.decryptedWith()).contains(key.id());
                assertThat(opened.verifiedWith()).isEmpty();
            }
        }
        for (DataKey.Signing key : List.of(k.mac, k.signer)) {
            Envelope signed =
                    EsData.text(JSON, READING).signedBy(key).as(packaging).seal(k.random);
            Opened opened = open(SecurityClass.SIGNATURE_ONLY, signed);
            assertThat(opened.text()).isEqualTo(READING);
            assertThat(opened.verifiedWith()).containsExactly(key.id());
            Envelope nested = EsData.text(JSON, READING)
                    .signedBy(key)
                    .encryptedFor(k.target)
                    .as(packaging)
                    .seal(k.random);
            assertThat(open(SecurityClass.NESTED, nested).verifiedWith()).containsExactly(key.id());
        }
    }

    @Test
    void threeStrengthsOfAgreement() {
        for (int strength : new int[] {16, 24, 32}) {
            DataKey.Recipient key = new DataKey.Recipient(k.target.id(), k.target.key(), strength);
            Envelope sealed = EsData.text(JSON, READING).encryptedFor(key).seal(k.random);
            assertThat(open(SecurityClass.ENCRYPTION_ONLY, sealed).text()).isEqualTo(READING);
        }
    }

    @Test
    @Tag("E-42")
    void aDirectKeyDecidesTheEncryptionByItsLength() {
        for (Aead aead : Aead.values()) {
            DataKey.Direct key = new DataKey.Direct("14-x@sealpost.example", k.octets(aead.keyLength()));
            Envelope sealed = EsData.text(JSON, READING).encryptedFor(key).seal(k.random);
            Opened opened =
                    EsData.open(SecurityClass.ENCRYPTION_ONLY, sealed.contentInfo(), sealed.content(), KeyRing.of(key));
            assertThat(opened.text()).isEqualTo(READING);
        }
    }

    /** Source-generated credentials for several targets (TS-0003 8.6.3): each opens alone, with the key it has. */
    @Test
    @Tag("E-45")
    void severalTargetsOpenOneEnvelopeEachWithTheirOwnKey() {
        Envelope sealed = EsData.text(JSON, READING)
                .signedBy(k.signer)
                .signedBy(k.mac)
                .encryptedFor(k.target)
                .encryptedFor(k.wrapping)
                .encryptedFor(k.shortWrapping)
                .seal(k.random);
        assertThat(sealed.contentInfo()).isEqualTo("application/json:0:2");
        for (DataKey.Opening key : List.of(k.ownTarget, k.wrapping, k.shortWrapping)) {
            KeyRing own = KeyRing.of(key, k.verifier);
            Opened opened = EsData.open(SecurityClass.NESTED, sealed.contentInfo(), sealed.content(), own);
            assertThat(opened.text()).isEqualTo(READING);
            assertThat(opened.decryptedWith()).contains(key.id());
            assertThat(opened.verifiedWith()).as("only what it could check").containsExactly(k.verifier.id());
        }
    }

    @Test
    void octetsAndAssociatedData() {
        byte[] octets = k.octets(1000);
        byte[] visible = "meter 17".getBytes(StandardCharsets.UTF_8);
        Envelope sealed = EsData.octets("application/octet-stream", octets)
                .encryptedFor(k.target)
                .as(Packaging.FLATTENED_JSON)
                .associated(visible)
                .seal(k.random);
        assertThat(sealed.contentInfo()).isEqualTo("application/octet-stream:2:2");
        Opened opened = open(SecurityClass.ENCRYPTION_ONLY, sealed);
        assertThat(opened.payload()).isEqualTo(octets);
        assertThat(opened.associated()).hasValueSatisfying(a -> assertThat(a).isEqualTo(visible));
    }

    @ParameterizedTest
    @EnumSource(Packaging.class)
    void aCustomAttributeSaysInsideWhatItIs(Packaging packaging) {
        Envelope sealed = EsData.text(JSON, READING)
                .signedBy(k.signer)
                .encryptedFor(k.target)
                .as(packaging)
                .seal(k.random);
        Opened opened = EsData.openAttribute(SecurityClass.NESTED, sealed.content(), k.ring);
        assertThat(opened.text()).isEqualTo(READING);
        assertThat(opened.mediaType()).isEqualTo(JSON);
    }

    @Test
    void contentInfoNamesPackagingAndEncoding() {
        assertThat(Stream.of(Packaging.values())
                        .map(p -> EsData.text("text/plain", "x")
                                .encryptedFor(k.wrapping)
                                .as(p)
                                .seal(k.random)
                                .contentInfo()))
                .containsExactly(
                        "text/plain:0:1", "text/plain:0:2", "text/plain:0:2", "text/plain:0:3", "text/plain:0:3");
    }

    @Test
    void keysDoNotPrintThemselves() {
        String secret = java.util.Arrays.toString(k.direct.key());
        for (DataKey key : List.of(k.direct, k.wrapping, k.mac, k.ownTarget, k.signer)) {
            assertThat(key.toString()).contains(key.id()).doesNotContain(secret).hasSizeLessThan(80);
        }
        assertThat(Optional.of(k.direct).toString()).doesNotContain("[B@");
    }

    private Opened open(SecurityClass expected, Envelope sealed) {
        return EsData.open(expected, sealed.contentInfo(), sealed.content(), k.ring);
    }
}
