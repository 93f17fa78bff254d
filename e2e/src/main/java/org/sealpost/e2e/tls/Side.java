package org.sealpost.e2e.tls;

import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.DefaultTlsCredentialedSigner;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Wipe;

/** What client and server have in common: settings, the one curve and signature algorithm, the peer's certificate, and what comes out. */
final class Side {
    static final SignatureAndHashAlgorithm ECDSA_SHA256 =
            SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);

    private final TlsCredential credential;
    private final TlsSettings settings;
    private final BcTlsCrypto crypto;
    private final Map<String, byte[]> exports = new HashMap<>();
    private Optional<VerifiedCertificate> peer = Optional.empty();
    private Optional<TlsFacts> facts = Optional.empty();
    private Optional<TlsFailure> failure = Optional.empty();
    private Optional<RuntimeException> outOfReach = Optional.empty();

    Side(TlsCredential credential, TlsSettings settings, SecureRandom random) {
        this.credential = credential;
        boolean preshared = !(credential instanceof TlsCredential.Certified);
        if (settings.suites().stream().anyMatch(TlsSuite::certificates)
                        != certified().isPresent()
                || settings.suites().stream().anyMatch(s -> !s.certificates()) != preshared) {
            throw new IllegalArgumentException("the cipher suites do not fit the credential");
        }
        this.settings = settings;
        this.crypto = new BcTlsCrypto(random);
    }

    BcTlsCrypto crypto() {
        return crypto;
    }

    TlsCredential credential() {
        return credential;
    }

    /** The own certificate, where there is one. */
    Optional<TlsCredential.Certified> certified() {
        if (credential instanceof TlsCredential.EitherWay either) {
            return Optional.of(either.own());
        }
        return credential instanceof TlsCredential.Certified own ? Optional.of(own) : Optional.empty();
    }

    TlsSettings settings() {
        return settings;
    }

    Map<String, byte[]> exports() {
        return exports;
    }

    Optional<TlsFacts> facts() {
        return facts;
    }

    Optional<TlsFailure> failure() {
        return failure;
    }

    /** Why the own key could not sign. */
    Optional<RuntimeException> outOfReach() {
        return outOfReach;
    }

    int[] suites() {
        return settings.suites().stream().mapToInt(TlsSuite::number).toArray();
    }

    static ProtocolVersion[] versions() {
        return ProtocolVersion.TLSv12.only();
    }

    static int[] groups() {
        return new int[] {NamedGroup.secp256r1};
    }

    static Vector<SignatureAndHashAlgorithm> signatures() {
        return new Vector<>(List.of(ECDSA_SHA256));
    }

    TlsCredentialedSigner signer(TlsContext context) throws IOException {
        TlsCredential.Certified own = certified().orElseThrow(() -> new TlsFatalAlert(AlertDescription.internal_error));
        try {
            TlsCertificate[] chain = new TlsCertificate[own.chain().size()];
            for (int i = 0; i < chain.length; i++) {
                chain[i] = crypto.createCertificate(own.chain().get(i).getEncoded());
            }
            return new DefaultTlsCredentialedSigner(
                    new TlsCryptoParameters(context),
                    EcdsaSha256.handshake(signing(own.key())),
                    new Certificate(chain),
                    ECDSA_SHA256);
        } catch (CertificateException e) {
            throw new TlsFatalAlert(AlertDescription.internal_error, e);
        }
    }

    /** The key may be out of reach for now; the library would make a broken handshake of that. */
    private Es256Signer signing(Es256Signer key) {
        return input -> {
            try {
                return key.sign(input);
            } catch (RuntimeException e) {
                outOfReach = Optional.of(e);
                throw e;
            }
        };
    }

    /** Checks the peer's chain before anything is done with its key. */
    void peerCertificate(Certificate chain, boolean peerIsServer) throws IOException {
        TlsCredential.Certified own =
                certified().orElseThrow(() -> new TlsFatalAlert(AlertDescription.unexpected_message));
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> certificates = new ArrayList<>();
            for (TlsCertificate certificate : chain.getCertificateList()) {
                certificates.add((X509Certificate)
                        factory.generateCertificate(new java.io.ByteArrayInputStream(certificate.getEncoded())));
            }
            VerifiedCertificate verified = own.peers().verify(certificates, peerIsServer);
            Optional<String> objection = credential instanceof TlsCredential.EitherWay either
                    ? either.objection().apply(verified)
                    : Optional.empty();
            if (objection.isPresent()) {
                throw new TlsFailure(TlsFailure.Kind.CERTIFICATE, objection.get());
            }
            peer = Optional.of(verified);
        } catch (TlsFailure refused) {
            failure = Optional.of(refused);
            throw new TlsFatalAlert(AlertDescription.bad_certificate);
        } catch (CertificateException e) {
            failure = Optional.of(
                    new TlsFailure(TlsFailure.Kind.CERTIFICATE, "the peer's certificate can't be read as X.509"));
            throw new TlsFatalAlert(AlertDescription.bad_certificate);
        }
    }

    /** The last moment at which keys can be exported. */
    void complete(TlsContext context, Optional<String> keyId, Optional<String> serverName) throws IOException {
        var parameters = context.getSecurityParametersConnection();
        TlsSuite suite = TlsSuite.of(parameters.getCipherSuite());
        if (!parameters.isExtendedMasterSecret() || suite.certificates() != peer.isPresent()) {
            throw new TlsFatalAlert(AlertDescription.handshake_failure);
        }
        settings.exports()
                .forEach((label, length) -> exports.put(label, context.exportKeyingMaterial(label, null, length)));
        facts = Optional.of(new TlsFacts(suite, keyId, peer, serverName));
    }

    void forget() {
        exports.values().forEach(Wipe::octets);
        exports.clear();
    }
}
