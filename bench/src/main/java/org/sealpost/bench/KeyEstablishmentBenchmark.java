package org.sealpost.bench;

import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Set;
import java.util.Vector;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.tls.CertificateAuthority;
import org.sealpost.e2e.tls.CertificateKeyEstablishment;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.CertificateRules;
import org.sealpost.e2e.tls.TlsCredential;

/**
 * Certificate-based key establishment, both sides in one thread, with path validation, identity and exported key; against handshakes of the same library with the same suite and certificates, which nobody
 * validates.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class KeyEstablishmentBenchmark {
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String DEVICE = "//sealpost.example/gw/Cdoor";
    private static final long NOW = 1_900_000_000L;
    private static final long YEAR = 365L * 86_400;

    /** A server and a device with certificates of one authority. */
    @State(Scope.Thread)
    public static class Parties {
        final SecureRandom random = new SecureRandom();
        private final KeyPair authorityKey = Jwk.generate(random);
        private final X509Certificate authority = CertificateAuthority.authority(
                "sealpost.example",
                Es256Signer.of(authorityKey.getPrivate()),
                (ECPublicKey) authorityKey.getPublic(),
                NOW,
                NOW + YEAR,
                random);
        private final KeyPair serverKey = Jwk.generate(random);
        private final KeyPair deviceKey = Jwk.generate(random);
        final TlsCredential.Certified server = certified(SERVER, serverKey);
        final TlsCredential.Certified device = certified(DEVICE, deviceKey);

        private TlsCredential.Certified certified(String identity, KeyPair pair) {
            X509Certificate certificate = CertificateAuthority.issue(
                    authority,
                    Es256Signer.of(authorityKey.getPrivate()),
                    CertificateName.of(identity),
                    (ECPublicKey) pair.getPublic(),
                    NOW,
                    NOW + YEAR,
                    random);
            return new TlsCredential.Certified(
                    List.of(certificate),
                    Es256Signer.of(pair.getPrivate()),
                    new CertificateRules(Set.of(authority), NOW, CertificateRules.Revocation.OFF, List.of()));
        }
    }

    /** A pairwise key at both sides. */
    @Benchmark
    public String escertke(Parties parties) {
        var server = CertificateKeyEstablishment.initiating(parties.server, DEVICE, parties.random);
        var device = CertificateKeyEstablishment.terminating(parties.device, SERVER, parties.random);
        device.take(server.message());
        server.take(device.message());
        device.take(server.message());
        server.take(device.message());
        String atDevice = device.established(DEVICE).keyId();
        String atServer = server.established(DEVICE).keyId();
        if (!atDevice.equals(atServer)) {
            throw new IllegalStateException("the two sides have different keys");
        }
        device.close();
        server.close();
        return atServer;
    }

    /** The handshake alone. */
    @Benchmark
    public boolean bareTls(Parties parties) throws IOException {
        TlsClientProtocol client = new TlsClientProtocol();
        TlsServerProtocol server = new TlsServerProtocol();
        server.accept(new BareServer(parties));
        client.connect(new BareClient(parties));
        for (int i = 0; i < 2; i++) {
            carry(client, server);
            carry(server, client);
        }
        if (!client.isConnected() || !server.isConnected()) {
            throw new IllegalStateException("the handshake did not end");
        }
        return client.isConnected();
    }

    private static void carry(TlsProtocol from, TlsProtocol to) throws IOException {
        byte[] records = new byte[from.getAvailableOutputBytes()];
        from.readOutput(records, 0, records.length);
        to.offerInput(records);
    }

    private static final SignatureAndHashAlgorithm ECDSA =
            SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);

    private static final int[] SUITES = {CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};

    private static TlsCredentialedSigner signer(TlsContext context, TlsCredential.Certified own, KeyPair key)
            throws IOException {
        BcTlsCrypto crypto = (BcTlsCrypto) context.getCrypto();
        try {
            TlsCertificate certificate =
                    crypto.createCertificate(own.chain().get(0).getEncoded());
            return new BcDefaultTlsCredentialedSigner(
                    new TlsCryptoParameters(context),
                    crypto,
                    PrivateKeyFactory.createKey(key.getPrivate().getEncoded()),
                    new Certificate(new TlsCertificate[] {certificate}),
                    ECDSA);
        } catch (CertificateEncodingException e) {
            throw new IOException(e);
        }
    }

    private static final class BareClient extends DefaultTlsClient {
        private final Parties parties;

        BareClient(Parties parties) {
            super(new BcTlsCrypto(parties.random));
            this.parties = parties;
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return SUITES;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.TLSv12.only();
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate certificate) {
                    // a bare handshake: nobody looks
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                    return signer(context, parties.server, parties.serverKey);
                }
            };
        }
    }

    private static final class BareServer extends DefaultTlsServer {
        private final Parties parties;

        BareServer(Parties parties) {
            super(new BcTlsCrypto(parties.random));
            this.parties = parties;
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return SUITES;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.TLSv12.only();
        }

        @Override
        protected TlsCredentialedSigner getECDSASignerCredentials() throws IOException {
            return signer(context, parties.device, parties.deviceKey);
        }

        @Override
        public CertificateRequest getCertificateRequest() {
            return new CertificateRequest(
                    new short[] {ClientCertificateType.ecdsa_sign}, new Vector<>(List.of(ECDSA)), new Vector<>());
        }

        @Override
        public void notifyClientCertificate(Certificate certificate) {
            // a bare handshake: nobody looks
        }
    }
}
