package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealpost.enclave.internal.core.Provisioning.DOOR;
import static org.sealpost.enclave.internal.core.Provisioning.MEF;
import static org.sealpost.enclave.internal.core.Provisioning.SERVER;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.tls.CertificateAuthority;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.Certificates;
import org.sealpost.enclave.ClientKeys.DeviceCredential;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.FunctionKeys.FunctionEvent;
import org.sealpost.enclave.FunctionKeys.KeyGrant;
import org.sealpost.enclave.ProvisioningLine;
import org.sealpost.enclave.ProvisioningListener;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.onem2m.Refusal;

/** A device that left the factory with a certificate instead of a Kpm enrols at its MEF over real connections (TS-0003 8.3.2.2); and everybody whose certificate is not good. */
class DeviceCertificateTest {
    private static final String TYPE = "1.3.6.1.4.1.32473.1";
    private static final String SERIAL = "door-1";
    private static final String CREDENTIAL = "31-" + TYPE + "-646F6F722D31";
    private static final long YEAR = 365L * 86_400;

    private final Provisioning p = new Provisioning();
    private final SecureRandom random = new SecureRandom();
    private final long now = p.mef.now.getEpochSecond();
    private final KeyPair factoryKey = Jwk.generate(random);
    private final X509Certificate factory = authority(factoryKey);
    private final List<FunctionEvent> events = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService calls = Executors.newFixedThreadPool(2);
    private ProvisioningListener listener;

    @BeforeEach
    void open() throws IOException {
        p.mef.enclave.revokeClient(p.doorCredential, "it has a certificate instead");
        p.door = new Party(DOOR);
        trust(List.of(factory), "off", List.of());
        listener = listen(p.mef);
    }

    @AfterEach
    void close() {
        listener.close();
        calls.shutdownNow();
    }

    @Test
    @Tag("S-19")
    @Tag("S-23")
    @Tag("D-13")
    void aDeviceWithACertificateGetsItsGroupCredentialAndClientsWithAKpmGoOn() {
        assertThat(manufacture(p.door)).isEqualTo(CREDENTIAL);
        assertThat(run(p.door, ExchangeGoal.enrol()).status())
                .as("nobody said who it is")
                .isEqualTo(4128);
        p.assign(CREDENTIAL, DOOR, List.of(new KeyGrant(23, SERVER, Optional.empty())));
        assertThat(run(p.server, ExchangeGoal.follow()).sentence()).startsWith("done with");
        ExchangeResult enrolled = run(p.door, ExchangeGoal.enrol());
        assertThat(enrolled.sentence()).isEqualTo("done with " + MEF);
        assertThat(run(p.server, ExchangeGoal.follow()).changed()).hasSize(1);
        assertThat(p.door.enclave.enrolment().orElseThrow().keyId()).matches("[0-9A-F]{32}@" + MEF);
        assertThat(p.door.enclave.functions()).singleElement().satisfies(f -> {
            assertThat(f.credentialId()).isEqualTo(CREDENTIAL);
            assertThat(f.clientId()).isEqualTo(DOOR);
        });
        assertThat(p.credentialArrives()).isTrue();
        assertThat(kinds()).contains("client.registered", "key.registered", "key.retrieved");
        assertThat(events)
                .noneMatch(e -> e.kind().startsWith("token") && e.sentence().contains(CREDENTIAL));
    }

    /** Both derive the same Ke from the handshake, under the label that a Kpm's handshake has (10.3.1): so all that follows is the same. */
    @Test
    @Tag("S-19")
    void theEnrolmentKeyAndItsIdAreTheExportersAndNoPrivateKeyLeavesItsEnclave() {
        enrolled();
        var atMef = p.mef.state().function.orElseThrow().clients.get(CREDENTIAL.toLowerCase(java.util.Locale.ROOT));
        var atDoor = p.door.state().functions.get(MEF);
        assertThat(atDoor.enrolmentKey).hasSize(32).isEqualTo(atMef.enrolmentKey);
        assertThat(atDoor.enrolmentKeyId).matches("[0-9A-F]{32}@" + MEF).isEqualTo(atMef.enrolmentKeyId);
        assertThat(atMef.secret).isEmpty();
        byte[] scalar = p.door.state().device.orElseThrow().key().scalar();
        assertThat(p.door.secrets).anyMatch(s -> java.util.Arrays.equals(s, scalar));
        assertThat(p.mef.secrets).noneMatch(s -> java.util.Arrays.equals(s, scalar));
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefusedOnBothOccasions() throws IOException {
        KeyPair otherKey = Jwk.generate(random);
        X509Certificate other = authority(otherKey);
        X509Certificate certificate = certificate(p.door, other, otherKey);
        refusedByTheOperatorsWord(certificate, "not valid");
        expect(issue(p.door, factory, factoryKey, now + YEAR));
        refusedInTheHandshake(certificate, "not valid");
    }

    @Test
    void anExpiredCertificateIsRefusedOnBothOccasions() {
        X509Certificate shortLived = issue(p.door, factory, factoryKey, now + 60);
        expect(shortLived);
        p.mef.now = p.mef.now.plusSeconds(61);
        refusedByTheOperatorsWord(shortLived, "expired");
        refusedInTheHandshake(shortLived, "expired");
    }

    @Test
    void aCertificateForAnotherUseIsRefusedOnBothOccasions() {
        expect(issue(p.door, factory, factoryKey, now + YEAR));
        X509Certificate forServers = built(p.door, KeyUsage.digitalSignature, KeyPurposeId.id_kp_serverAuth);
        refusedByTheOperatorsWord(forServers, "not for this use");
        refusedInTheHandshake(forServers, "not for this use");
        X509Certificate forAgreement = built(p.door, KeyUsage.keyAgreement, KeyPurposeId.id_kp_clientAuth);
        refusedByTheOperatorsWord(forAgreement, "not for digital signatures");
        refusedInTheHandshake(forAgreement, "not for digital signatures");
    }

    @Test
    void hardwareThatNobodyExpectsIsRefused() {
        Party other = new Party("//sealpost.example/gw-north/Cdoor-2");
        install(other, issue(other, "door-2", factory, factoryKey, now + YEAR));
        assertRefused(run(other, ExchangeGoal.enrol()), "is expected here");
    }

    @Test
    void aCertificateThatNamesAnEndPointInsteadOfHardwareIsRefused() {
        expect(issue(p.door, factory, factoryKey, now + YEAR));
        X509Certificate named = CertificateAuthority.issue(
                factory,
                Es256Signer.of(factoryKey.getPrivate()),
                CertificateName.of("//factory.example/gw/Cdoor-1"),
                keyOf(p.door, SERIAL),
                now,
                now + YEAR,
                random);
        refusedByTheOperatorsWord(named, "names no hardware");
        assertThatThrownBy(() -> install(p.door, named)).hasMessageContaining("does not name this enclave's hardware");
    }

    @Test
    void aCertificateThatItsManufacturerRevokedIsRefused() throws Exception {
        X509Certificate certificate = issue(p.door, factory, factoryKey, now + YEAR);
        expect(certificate);
        trust(List.of(factory), "required", List.of(list(certificate)));
        refusedByTheOperatorsWord(certificate, "revoked");
        refusedInTheHandshake(certificate, "revoked");
        trust(List.of(factory), "required", List.of());
        refusedInTheHandshake(certificate, "undetermined");
    }

    @Test
    void aDeviceThatWasRevokedStaysOutWithItsCertificate() {
        enrolled();
        p.mef.enclave.revokeClient(DOOR, "stolen");
        assertRefused(run(p.door, ExchangeGoal.enrol()), "was revoked here");
        assertThatThrownBy(() -> expect(Certificates.parse(
                        p.door.state().device.orElseThrow().key().chain().get(0))))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4105))
                .hasMessageContaining("stolen");
    }

    /** Somebody who knows the Credential-ID has nothing: no pre-shared key goes by it. */
    @Test
    void theCredentialIdIsNoPresharedKeyId() {
        enrolled();
        Party thief = new Party(DOOR);
        var state = ClientPart.client(
                org.sealpost.e2e.provisioning.FunctionState.Kind.MEF,
                MEF,
                "tls://127.0.0.1:1",
                CREDENTIAL,
                new byte[32]);
        StateImage image = new StateImage();
        image.functions.put(MEF, state);
        thief.disk.save("main", new tools.jackson.dataformat.cbor.CBORMapper().writeValueAsBytes(image));
        thief.restart();
        assertThat(run(thief, ExchangeGoal.enrol()).status()).isEqualTo(4106);
    }

    /** What the device checks (8.1.2.5): the MEF's authority, its FQDN, and its validity. */
    @Test
    @Tag("S-23")
    void aFunctionThatIsNotTheMefIsFoundOutByItsCertificate() throws IOException {
        manufacture(p.door);
        Party gateway = function(MEF);
        try (ProvisioningListener inTheWay = listen(gateway)) {
            assertThat(run(p.door, ExchangeGoal.enrol(), inTheWay).sentence()).contains("chain is not valid");
        }
        Party elsewhere = function("mef.other.example");
        install(p.door, issue(p.door, factory, factoryKey, now + YEAR), elsewhere.enclave.functionAnchor());
        try (ProvisioningListener other = listen(elsewhere)) {
            assertThat(run(p.door, ExchangeGoal.enrol(), other).sentence())
                    .contains("not that of the end point that is expected");
        }
        install(p.door, issue(p.door, factory, factoryKey, now + 30 * YEAR));
        p.door.now = p.door.now.plusSeconds(2 * YEAR);
        ExchangeResult late = run(p.door, ExchangeGoal.enrol());
        assertThat(late.status()).isEqualTo(4106);
        assertThat(late.sentence()).contains("expired");
        assertThat(p.door.enclave.enrolment()).isEmpty();
        p.mef.now = p.door.now;
        assertThat(run(p.door, ExchangeGoal.enrol()).status())
                .as("a fresh certificate of the MEF")
                .isEqualTo(4128);
    }

    @Test
    void aCertificateForAnotherKeyOrOtherHardwareIsNotTaken() {
        Party other = new Party("//sealpost.example/gw-north/Cdoor-2");
        X509Certificate ofOther = issue(other, factory, factoryKey, now + YEAR);
        assertThatThrownBy(() -> install(p.door, ofOther)).hasMessageContaining("made no key for a device certificate");
        keyOf(p.door, SERIAL);
        assertThatThrownBy(() -> install(p.door, ofOther)).hasMessageContaining("not this end point's");
        assertThatThrownBy(() -> p.door.enclave.deviceCertificateRequest(TYPE, "door-9"))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4105));
        assertThat(p.door.enclave.functions()).isEmpty();
    }

    /** A copy of the state from before the first enrolment is another enclave: it needs the operator's permission. */
    @Test
    void aSecondEnclaveWithTheSameCertificateNeedsThePermissionOfTheOperator() {
        manufacture(p.door);
        p.assign(CREDENTIAL, DOOR, List.of(new KeyGrant(23, SERVER, Optional.empty())));
        Party copy = new Party(DOOR);
        copy.disk.copy(p.door.disk);
        copy.restart();
        run(p.server, ExchangeGoal.follow());
        assertThat(run(p.door, ExchangeGoal.enrol()).good()).isTrue();
        assertThat(run(copy, ExchangeGoal.enrol()).status()).isEqualTo(4103);
        p.mef.enclave.permitClient(CREDENTIAL);
        assertThat(run(copy, ExchangeGoal.enrol()).good()).isTrue();
        assertThat(kinds()).contains("client.reenrolled");
    }

    @Test
    void aMafTakesNoDeviceCertificates() {
        p.maf.enclave.foundFunction("MAF", Provisioning.MAF);
        assertThatThrownBy(() -> p.maf.enclave.functionAnchor()).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> p.door.enclave.functionAnchor()).isInstanceOf(Refusal.class);
    }

    // --- the parties ---

    private void enrolled() {
        manufacture(p.door);
        p.assign(CREDENTIAL, DOOR, List.of(new KeyGrant(23, SERVER, Optional.empty())));
        run(p.server, ExchangeGoal.follow());
        assertThat(run(p.door, ExchangeGoal.enrol()).good()).isTrue();
    }

    private String manufacture(Party party) {
        X509Certificate certificate = issue(party, factory, factoryKey, now + YEAR);
        install(party, certificate);
        return expect(certificate);
    }

    private String expect(X509Certificate certificate) {
        return p.mef.enclave.expectDevice(pem(certificate));
    }

    private void install(Party party, X509Certificate certificate) {
        install(party, certificate, p.mef.enclave.functionAnchor());
    }

    private static void install(Party party, X509Certificate certificate, String anchor) {
        party.enclave.acceptDeviceCertificate(new DeviceCredential(pem(certificate), MEF, "tls://127.0.0.1:1", anchor));
    }

    private void trust(List<X509Certificate> authorities, String revocation, List<String> lists) {
        p.mef.enclave.trustManufacturers(new CertificateTrust(
                authorities.stream().map(DeviceCertificateTest::pem).toList(), revocation, lists));
    }

    private Party function(String fqdn) {
        Party made = new Party(MEF);
        made.enclave.foundFunction("MEF", fqdn);
        made.enclave.trustManufacturers(new CertificateTrust(List.of(pem(factory)), "off", List.of()));
        return made;
    }

    private void refusedByTheOperatorsWord(X509Certificate certificate, String why) {
        assertThatThrownBy(() -> expect(certificate))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4000))
                .hasMessageContaining(why);
    }

    private void refusedInTheHandshake(X509Certificate certificate, String why) {
        install(p.door, certificate);
        assertRefused(run(p.door, ExchangeGoal.enrol()), why);
        assertThat(p.door.enclave.enrolment()).isEmpty();
    }

    private void assertRefused(ExchangeResult result, String why) {
        assertThat(result.status()).isEqualTo(4106);
        assertThat(result.sentence()).contains("refuses the connection");
        assertThat(events).last().satisfies(e -> {
            assertThat(e.kind()).isEqualTo("handshake.failed");
            assertThat(e.sentence()).contains(why);
        });
    }

    private ExchangeResult run(Party client, ExchangeGoal goal) {
        return run(client, goal, listener);
    }

    /** A whole run over a real connection. */
    private ExchangeResult run(Party client, ExchangeGoal goal, ProvisioningListener at) {
        Optional<String> identity = client == p.server ? Optional.empty() : Optional.of(client.identity);
        try (ProvisioningLine line = ProvisioningLine.open(
                client.enclave,
                MEF,
                goal,
                identity,
                URI.create("tls://127.0.0.1:" + at.address().getPort()),
                calls)) {
            return line.result().toCompletableFuture().join();
        }
    }

    private ProvisioningListener listen(Party function) throws IOException {
        return ProvisioningListener.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), function.enclave, events::addAll, calls);
    }

    private List<String> kinds() {
        synchronized (events) {
            return events.stream().map(FunctionEvent::kind).toList();
        }
    }

    // --- the factory ---

    private X509Certificate authority(KeyPair key) {
        return CertificateAuthority.authority(
                "factory.example",
                Es256Signer.of(key.getPrivate()),
                (ECPublicKey) key.getPublic(),
                now,
                now + 40 * YEAR,
                random);
    }

    private X509Certificate certificate(Party party, X509Certificate authority, KeyPair key) {
        return issue(party, authority, key, now + YEAR);
    }

    private X509Certificate issue(Party party, X509Certificate authority, KeyPair key, long until) {
        return issue(party, SERIAL, authority, key, until);
    }

    private X509Certificate issue(Party party, String serial, X509Certificate authority, KeyPair key, long until) {
        return CertificateAuthority.issue(
                authority,
                Es256Signer.of(key.getPrivate()),
                CertificateName.ofHardware(TYPE, serial.getBytes(StandardCharsets.UTF_8)),
                keyOf(party, serial),
                now,
                until,
                random);
    }

    /** What the enclave shows of its key: the request is signed by it. */
    private static ECPublicKey keyOf(Party party, String serial) {
        String pem = party.enclave.deviceCertificateRequest(TYPE, serial).request();
        try {
            var request = new PKCS10CertificationRequest(Base64.getMimeDecoder()
                    .decode(pem.replaceAll("-----[A-Z ]+-----", "").trim()));
            ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC")
                    .generatePublic(new X509EncodedKeySpec(
                            request.getSubjectPublicKeyInfo().getEncoded()));
            assertThat(request.isSignatureValid(
                            new org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder().build(key)))
                    .isTrue();
            return key;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate as {@link CertificateAuthority} makes none. */
    private X509Certificate built(Party party, int keyUsage, KeyPurposeId purpose) {
        try {
            X509Certificate model = issue(party, factory, factoryKey, now + YEAR);
            var builder = new X509v3CertificateBuilder(
                    X500Name.getInstance(factory.getSubjectX500Principal().getEncoded()),
                    BigInteger.TEN,
                    new Date((now - 60) * 1000),
                    new Date((now + YEAR) * 1000),
                    new X500Name("CN=a piece of hardware"),
                    SubjectPublicKeyInfo.getInstance(model.getPublicKey().getEncoded()));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            builder.copyAndAddExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new org.bouncycastle.cert.X509CertificateHolder(model.getEncoded()));
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(factoryKey.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String list(X509Certificate revoked) throws Exception {
        var builder = new X509v2CRLBuilder(
                X500Name.getInstance(factory.getSubjectX500Principal().getEncoded()), new Date((now - 60) * 1000));
        builder.setNextUpdate(new Date((now + YEAR) * 1000));
        builder.addCRLEntry(revoked.getSerialNumber(), new Date((now - 60) * 1000), CRLReason.keyCompromise);
        byte[] der = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(factoryKey.getPrivate()))
                .getEncoded();
        return "-----BEGIN X509 CRL-----\n" + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END X509 CRL-----\n";
    }

    private static String pem(X509Certificate certificate) {
        return Certificates.pem(List.of(certificate));
    }
}
