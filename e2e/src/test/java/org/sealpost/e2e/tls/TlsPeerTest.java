package org.sealpost.e2e.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.onem2m.Refusal;

class TlsPeerTest {
    private static final String LABEL = "EXPORTER-oneM2M-Connection";
    private static final long NOW = 1_790_000_000L;
    private static final long DAY = 86_400;
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String DEVICE = "//sealpost.example/gw-north/Cdoor-1";

    private final SecureRandom random = new SecureRandom();
    private final KeyPair caPair = Jwk.generate(random);
    private final X509Certificate ca = authority("sealpost.example", caPair);

    @ParameterizedTest
    @EnumSource
    @Tag("E-39")
    @Tag("D-02")
    void everySuiteGivesBothSidesOneKeyAndCarriesData(TlsSuite suite) {
        TlsSettings settings = settings(List.of(suite));
        TlsPeer client = suite.certificates() ? client(certified(DEVICE), settings) : client(psk("k@m", 7), settings);
        TlsPeer server = suite.certificates() ? server(certified(SERVER), settings) : server(keys("k@m", 7), settings);
        shake(client, server);

        assertThat(client.established()).isTrue();
        assertThat(server.established()).isTrue();
        assertThat(client.export(LABEL)).hasSize(48).isEqualTo(server.export(LABEL));
        TlsFacts atServer = server.facts().orElseThrow();
        assertThat(atServer.suite()).isEqualTo(suite);
        assertThat(atServer.serverName()).contains("mef.sealpost.example");
        if (suite.certificates()) {
            assertThat(atServer.peer().orElseThrow().names(DEVICE)).isTrue();
            assertThat(atServer.peer().orElseThrow().names(SERVER)).isFalse();
            assertThat(client.facts().orElseThrow().peer().orElseThrow().names(SERVER))
                    .isTrue();
        } else {
            assertThat(atServer.peerKeyId()).contains("k@m");
        }

        client.send("hello".getBytes(StandardCharsets.UTF_8));
        server.offer(client.output());
        assertThat(server.received()).asString().isEqualTo("hello");
        server.send("goodbye".getBytes(StandardCharsets.UTF_8));
        server.close();
        client.offer(server.output());
        assertThat(client.received()).asString().isEqualTo("goodbye");
        assertThat(client.closed()).isTrue();
        assertThatThrownBy(() -> client.send(new byte[1]))
                .isInstanceOfSatisfying(
                        TlsFailure.class, f -> assertThat(f.kind()).isEqualTo(TlsFailure.Kind.CLOSED));
    }

    /** An MEF has clients of both kinds (TS-0003 8.3.2.1, 8.3.2.2): each suite brings its own proof, and both ends have the same key. */
    @ParameterizedTest
    @EnumSource
    @Tag("S-19")
    void aServerTakesClientsEitherWay(TlsSuite suite) {
        TlsPeer client = suite.certificates()
                ? client(certified(DEVICE), settings(List.of(suite)))
                : client(psk("k@m", 7), settings(List.of(suite)));
        TlsPeer server = server(eitherWay(""), settings(TlsSettings.ALL_SUITES));
        shake(client, server);
        assertThat(client.export(LABEL)).hasSize(48).isEqualTo(server.export(LABEL));
        TlsFacts facts = server.facts().orElseThrow();
        assertThat(facts.suite()).isEqualTo(suite);
        assertThat(facts.peer().isPresent()).isEqualTo(suite.certificates());
        assertThat(facts.peerKeyId().isPresent()).isEqualTo(!suite.certificates());
    }

    @Test
    void aGoodCertificateThatIsNotLetInIsRefusedWithTheReason() {
        TlsPeer client = client(certified(DEVICE), certificates());
        TlsPeer server = server(eitherWay("nobody expects it"), settings(TlsSettings.ALL_SUITES));
        assertThatThrownBy(() -> shake(client, server))
                .isInstanceOf(TlsFailure.class)
                .hasMessage("nobody expects it");
        assertThat(failure(client(psk("k@m", 8), psk()), server(eitherWay(""), settings(TlsSettings.ALL_SUITES))))
                .isEqualTo(TlsFailure.Kind.NOT_AUTHENTIC);
    }

    @Test
    void suitesHaveToFitTheCredential() {
        for (TlsCredential wrong : List.of(psk("k@m", 7), keys("k@m", 7), certified(DEVICE))) {
            assertThatThrownBy(() -> server(wrong, settings(TlsSettings.ALL_SUITES)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> server(eitherWay(""), psk())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client(eitherWay(""), settings(TlsSettings.ALL_SUITES)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A token that is gone is not the peer's fault, and says itself what to do. */
    @Test
    void aKeyThatCanNotSignNowSaysSoItself() {
        TlsCredential.Certified good = certified(SERVER);
        var gone = new TlsCredential.Certified(
                good.chain(),
                input -> {
                    throw new IllegalStateException("the token is gone");
                },
                good.peers());
        TlsPeer client = client(certified(DEVICE), certificates());
        TlsPeer server = server(gone, certificates());
        assertThatThrownBy(() -> server.offer(client.output()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the token is gone");
        assertThat(server.closed()).isTrue();
    }

    @Test
    void aDeviceCertificateNamesHardwareAndNobodyElse() {
        CertificateName name = CertificateName.ofHardware("1.3.6.1.4.1.32473.1", new byte[] {0, (byte) 0xa1});
        assertThat(name.value()).isEqualTo("1.3.6.1.4.1.32473.1-00A1");
        X509Certificate certificate = CertificateAuthority.issue(
                ca,
                Es256Signer.of(caPair.getPrivate()),
                name,
                (ECPublicKey) Jwk.generate(random).getPublic(),
                NOW,
                NOW + DAY,
                random);
        VerifiedCertificate verified = rules().verify(List.of(certificate), false);
        assertThat(verified.hardware()).contains(name);
        assertThat(verified.names(DEVICE)).isFalse();
        assertThat(rules().expecting(name).verify(List.of(certificate), false).names())
                .containsExactly("hardware:1.3.6.1.4.1.32473.1-00A1");
        assertThatThrownBy(() -> rules().expecting(CertificateName.of(DEVICE)).verify(List.of(certificate), false))
                .isInstanceOf(TlsFailure.class);
        for (String oid : List.of("", "1", "3.1.2", "1.02.3", "1.3.6.x", "1.3.6.1-")) {
            assertThatThrownBy(() -> CertificateName.ofHardware(oid, new byte[1]))
                    .isInstanceOf(Refusal.class);
        }
        assertThatThrownBy(() -> CertificateName.ofHardware("1.3.6", new byte[0]))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> CertificateName.ofHardware("1.3.6", new byte[33]))
                .isInstanceOf(Refusal.class);
    }

    @Test
    @Tag("E-39")
    void theHandshakeIsTwoExchanges() {
        TlsSettings settings = settings(TlsSettings.CERTIFICATE_SUITES);
        TlsPeer client = client(certified(DEVICE), settings);
        TlsPeer server = server(certified(SERVER), settings);
        server.offer(client.output());
        client.offer(server.output());
        assertThat(client.established()).isFalse();
        server.offer(client.output());
        assertThat(server.established()).isTrue();
        client.offer(server.output());
        assertThat(client.established()).isTrue();
    }

    @Test
    @Tag("D-01")
    void aPeerWithAnotherPresharedKeyIsRefused() {
        assertThat(failure(client(psk("k@m", 7), psk()), server(keys("k@m", 8), psk())))
                .isEqualTo(TlsFailure.Kind.NOT_AUTHENTIC);
    }

    @Test
    @Tag("D-01")
    void anUnknownPresharedKeyIsRefused() {
        assertThat(failure(client(psk("k@m", 7), psk()), server(keys("other@m", 7), psk())))
                .isEqualTo(TlsFailure.Kind.UNKNOWN_KEY_ID);
    }

    @Test
    void peersWithoutACommonSuiteGetNoConnection() {
        assertThat(failure(
                        client(psk("k@m", 7), settings(List.of(TlsSuite.PSK_AES_128_CCM_8))),
                        server(keys("k@m", 7), settings(List.of(TlsSuite.PSK_AES_128_GCM_SHA256)))))
                .isEqualTo(TlsFailure.Kind.NOTHING_IN_COMMON);
    }

    @Test
    @Tag("D-03")
    void aForeignAuthorityIsRefused() {
        KeyPair foreign = Jwk.generate(random);
        X509Certificate foreignCa = authority("sealpost.example", foreign);
        assertThat(failure(
                        client(certified(DEVICE, foreignCa, foreign, NOW + DAY), certificates()),
                        server(certified(SERVER), certificates())))
                .isEqualTo(TlsFailure.Kind.CERTIFICATE);
    }

    @Test
    @Tag("D-03")
    void anExpiredCertificateIsRefused() {
        assertThat(failure(
                        client(certified(DEVICE, ca, caPair, NOW - 1), certificates()),
                        server(certified(SERVER), certificates())))
                .isEqualTo(TlsFailure.Kind.CERTIFICATE);
    }

    @Test
    void anAuthorityNamesNobodyOutsideOfItsDomain() {
        assertThat(failure(
                        client(certified("//other.example/gw/Cdoor-1"), certificates()),
                        server(certified(SERVER), certificates())))
                .isEqualTo(TlsFailure.Kind.CERTIFICATE);
    }

    @Test
    @Tag("D-03")
    void aCertificateAuthorityIsNoEndPoint() {
        var rules = rules();
        assertThatThrownBy(() -> rules.verify(List.of(ca), false)).isInstanceOf(TlsFailure.class);
    }

    @Test
    void requiredRevocationListsHaveToBeThere() {
        X509Certificate device = certified(DEVICE).chain().get(0);
        assertThat(rules().verify(List.of(device), false).names(DEVICE)).isTrue();
        var listed = new CertificateRules(Set.of(ca), NOW, CertificateRules.Revocation.WHEN_LISTED, List.of());
        assertThat(listed.verify(List.of(device), false).names(DEVICE)).isTrue();
        var strict = new CertificateRules(Set.of(ca), NOW, CertificateRules.Revocation.REQUIRED, List.of());
        assertThatThrownBy(() -> strict.verify(List.of(device), false)).isInstanceOf(TlsFailure.class);
    }

    /** A changed bit gives a typed failure at one of the sides, or (in a plain record's version, which nothing depends on) changes nothing. */
    @ParameterizedTest
    @EnumSource(names = {"PSK_AES_128_CBC_SHA256", "ECDHE_ECDSA_AES_128_CBC_SHA256"})
    void aChangedBitFailsTheHandshakeOrChangesNothing(TlsSuite suite) {
        TlsCredential client = suite.certificates() ? certified(DEVICE) : psk("k@m", 7);
        TlsCredential server = suite.certificates() ? certified(SERVER) : keys("k@m", 7);
        int failed = 0;
        int tried = 0;
        for (int flight = 0; flight < 4; flight++) {
            // an ECDSA signature is up to three octets longer or shorter: the last ones are left out
            int length = flights(client, server, suite).get(flight) - 8;
            for (int at = 0; at < length; at += suite.certificates() ? 13 : 2) {
                tried++;
                TlsPeer c = client(client, settings(List.of(suite)));
                TlsPeer s = server(server, settings(List.of(suite)));
                try {
                    shakeWithFlip(c, s, flight, at);
                    if (c.established() && s.established()) {
                        assertThat(c.export(LABEL))
                                .as("flight " + flight + ", octet " + at)
                                .isEqualTo(s.export(LABEL));
                    } else {
                        failed++; // a side waits for octets that a changed length promised
                    }
                } catch (TlsFailure expected) {
                    assertThat(expected.sentence()).isNotEmpty();
                    failed++;
                }
            }
        }
        assertThat(failed).isGreaterThan(tried * 9 / 10);
    }

    private List<Integer> flights(TlsCredential client, TlsCredential server, TlsSuite suite) {
        return shakeWithFlip(client(client, settings(List.of(suite))), server(server, settings(List.of(suite))), -1, 0);
    }

    private static List<Integer> shakeWithFlip(TlsPeer client, TlsPeer server, int flight, int at) {
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            byte[] records = (i % 2 == 0 ? client : server).output();
            lengths.add(records.length);
            if (i == flight) {
                records[at] ^= 1;
            }
            (i % 2 == 0 ? server : client).offer(records);
        }
        return lengths;
    }

    private static TlsFailure.Kind failure(TlsPeer client, TlsPeer server) {
        return catchThrowableOfType(TlsFailure.class, () -> shake(client, server))
                .kind();
    }

    private static void shake(TlsPeer client, TlsPeer server) {
        for (int i = 0; i < 2; i++) {
            server.offer(client.output());
            client.offer(server.output());
        }
    }

    private TlsPeer client(TlsCredential credential, TlsSettings settings) {
        return TlsPeer.client(credential, settings, random);
    }

    private TlsPeer server(TlsCredential credential, TlsSettings settings) {
        return TlsPeer.server(credential, settings, random);
    }

    private static TlsSettings psk() {
        return settings(TlsSettings.PSK_SUITES);
    }

    private static TlsSettings certificates() {
        return settings(TlsSettings.CERTIFICATE_SUITES);
    }

    private static TlsSettings settings(List<TlsSuite> suites) {
        return new TlsSettings(suites, Optional.of("mef.sealpost.example"), Map.of(LABEL, 48));
    }

    private TlsCredential eitherWay(String objection) {
        return new TlsCredential.EitherWay(
                new TlsCredential.PresharedKeys(asked -> asked.equals("k@m") ? Optional.of(key(7)) : Optional.empty()),
                certified(SERVER),
                certificate -> Optional.of(objection).filter(o -> !o.isEmpty()));
    }

    private static TlsCredential psk(String id, int fill) {
        return new TlsCredential.PresharedKey(id, key(fill));
    }

    private static TlsCredential keys(String id, int fill) {
        return new TlsCredential.PresharedKeys(asked -> asked.equals(id) ? Optional.of(key(fill)) : Optional.empty());
    }

    private static byte[] key(int fill) {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, (byte) fill);
        return key;
    }

    private X509Certificate authority(String domain, KeyPair pair) {
        return CertificateAuthority.authority(
                domain, Es256Signer.of(pair.getPrivate()), (ECPublicKey) pair.getPublic(), NOW, NOW + 10 * DAY, random);
    }

    private CertificateRules rules() {
        return new CertificateRules(Set.of(ca), NOW, CertificateRules.Revocation.OFF, List.of());
    }

    private TlsCredential.Certified certified(String identity) {
        return certified(identity, ca, caPair, NOW + DAY);
    }

    private TlsCredential.Certified certified(String identity, X509Certificate issuer, KeyPair issuerKey, long until) {
        KeyPair pair = Jwk.generate(random);
        X509Certificate certificate = CertificateAuthority.issue(
                issuer,
                Es256Signer.of(issuerKey.getPrivate()),
                CertificateName.of(identity),
                (ECPublicKey) pair.getPublic(),
                until - DAY,
                until,
                random);
        return new TlsCredential.Certified(List.of(certificate), Es256Signer.of(pair.getPrivate()), rules());
    }
}
