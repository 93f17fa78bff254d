package org.sealpost.e2e.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsServer;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsPSKIdentityManager;
import org.jspecify.annotations.Nullable;

/** The server's choices, in the form that the library asks for them. */
final class ServerSide extends AbstractTlsServer {
    private final Side side;
    private Optional<String> keyId = Optional.empty();

    ServerSide(TlsCredential credential, TlsSettings settings, SecureRandom random) {
        this(new Side(credential, settings, random));
    }

    private ServerSide(Side side) {
        super(side.crypto());
        this.side = side;
        if (side.credential() instanceof TlsCredential.PresharedKey) {
            throw new IllegalArgumentException("a server looks pre-shared keys up");
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
    protected boolean preferLocalCipherSuites() {
        return true;
    }

    @Override
    public int[] getSupportedGroups() {
        return Side.groups();
    }

    @Override
    public boolean requiresExtendedMasterSecret() {
        return true;
    }

    @Override
    public boolean allowLegacyResumption() {
        return false;
    }

    /** By the suite that was chosen among those that the client offered. */
    private boolean byCertificate() {
        return TlsSuite.of(selectedCipherSuite).certificates();
    }

    @Override
    public @Nullable TlsCredentials getCredentials() throws IOException {
        return byCertificate() ? side.signer(context) : null;
    }

    @Override
    public @Nullable CertificateRequest getCertificateRequest() {
        return byCertificate()
                ? new CertificateRequest(
                        new short[] {ClientCertificateType.ecdsa_sign}, Side.signatures(), new Vector<>())
                : null;
    }

    @Override
    public void notifyClientCertificate(Certificate chain) throws IOException {
        if (chain.isEmpty()) {
            throw new TlsFatalAlert(AlertDescription.bad_certificate);
        }
        side.peerCertificate(chain, false);
    }

    @Override
    public @Nullable TlsPSKIdentityManager getPSKIdentityManager() {
        if (byCertificate()) {
            return null;
        }
        TlsCredential.PresharedKeys known = side.credential() instanceof TlsCredential.EitherWay either
                ? either.keys()
                : (TlsCredential.PresharedKeys) side.credential();
        return new TlsPSKIdentityManager() {
            @Override
            public byte @Nullable [] getHint() {
                return null;
            }

            @Override
            public byte @Nullable [] getPSK(byte[] identity) {
                String id = new String(identity, StandardCharsets.UTF_8);
                keyId = Optional.of(id);
                return known.keys().apply(id).orElse(null);
            }
        };
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        Vector<?> names = context.getSecurityParametersConnection().getClientServerNames();
        Optional<String> serverName = names == null || names.isEmpty()
                ? Optional.empty()
                : Optional.of(new String(((ServerName) names.get(0)).getNameData(), StandardCharsets.US_ASCII));
        side.complete(context, keyId, serverName);
    }
}
