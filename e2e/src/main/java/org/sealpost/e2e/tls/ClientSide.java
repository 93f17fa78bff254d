package org.sealpost.e2e.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsClient;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.BasicTlsPSKIdentity;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsPSKIdentity;
import org.bouncycastle.tls.TlsServerCertificate;
import org.jspecify.annotations.Nullable;

/** The client's choices, in the form that the library asks for them. */
final class ClientSide extends AbstractTlsClient {
    private final Side side;

    ClientSide(TlsCredential credential, TlsSettings settings, SecureRandom random) {
        this(new Side(credential, settings, random));
    }

    private ClientSide(Side side) {
        super(side.crypto());
        this.side = side;
        if (side.credential() instanceof TlsCredential.PresharedKeys
                || side.credential() instanceof TlsCredential.EitherWay) {
            throw new IllegalArgumentException("a client has one pre-shared key, or a certificate");
        }
    }

    Side side() {
        return side;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return Side.versions();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return side.suites();
    }

    @Override
    protected Vector<Integer> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
        return new Vector<>(List.of(Side.groups()[0]));
    }

    @Override
    protected Vector<SignatureAndHashAlgorithm> getSupportedSignatureAlgorithms() {
        return Side.signatures();
    }

    @Override
    protected @Nullable Vector<ServerName> getSNIServerNames() {
        return side.settings()
                .serverName()
                .map(name -> new Vector<>(
                        List.of(new ServerName(NameType.host_name, name.getBytes(StandardCharsets.US_ASCII)))))
                .orElse(null);
    }

    @Override
    public boolean requiresExtendedMasterSecret() {
        return true;
    }

    @Override
    public boolean allowLegacyResumption() {
        return false;
    }

    @Override
    public @Nullable TlsPSKIdentity getPSKIdentity() {
        return side.credential() instanceof TlsCredential.PresharedKey psk
                ? new BasicTlsPSKIdentity(psk.keyId().getBytes(StandardCharsets.UTF_8), psk.key())
                : null;
    }

    @Override
    public TlsAuthentication getAuthentication() {
        return new TlsAuthentication() {
            @Override
            public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
                side.peerCertificate(certificate.getCertificate(), true);
            }

            @Override
            public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                Vector<?> algorithms = request.getSupportedSignatureAlgorithms();
                if (!algorithms.contains(Side.ECDSA_SHA256)) {
                    throw new TlsFatalAlert(AlertDescription.handshake_failure);
                }
                return side.signer(context);
            }
        };
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        Optional<String> keyId = side.credential() instanceof TlsCredential.PresharedKey psk
                ? Optional.of(psk.keyId())
                : Optional.empty();
        side.complete(context, keyId, side.settings().serverName());
    }
}
