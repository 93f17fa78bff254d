package org.sealpost.e2e.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsSigner;
import org.bouncycastle.tls.crypto.TlsStreamSigner;
import org.sealpost.e2e.Es256Signer;

/** ECDSA with SHA-256 in the two forms that the library asks for it, by a key that the library need not see: it may lie in a token. */
final class EcdsaSha256 {
    private static final BigInteger ORDER =
            CustomNamedCurves.getByName("secp256r1").getN();

    private EcdsaSha256() {}

    /** For certificates and requests for them. */
    static ContentSigner content(Es256Signer key) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        return new ContentSigner() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
            }

            @Override
            public OutputStream getOutputStream() {
                return content;
            }

            @Override
            public byte[] getSignature() {
                return der(key.sign(content.toByteArray()));
            }
        };
    }

    /** For handshakes. */
    static TlsSigner handshake(Es256Signer key) {
        return new TlsSigner() {
            @Override
            public byte[] generateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash) throws IOException {
                // the library takes the stream where there is one
                throw new TlsFatalAlert(AlertDescription.internal_error);
            }

            @Override
            public TlsStreamSigner getStreamSigner(SignatureAndHashAlgorithm algorithm) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                return new TlsStreamSigner() {
                    @Override
                    public OutputStream getOutputStream() {
                        return content;
                    }

                    @Override
                    public byte[] getSignature() {
                        return der(key.sign(content.toByteArray()));
                    }
                };
            }
        };
    }

    /** R and S as X.509 and TLS have them. */
    private static byte[] der(byte[] signature) {
        int half = signature.length / 2;
        try {
            return StandardDSAEncoding.INSTANCE.encode(
                    ORDER,
                    new BigInteger(1, Arrays.copyOf(signature, half)),
                    new BigInteger(1, Arrays.copyOfRange(signature, half, signature.length)));
        } catch (IOException e) {
            throw new IllegalStateException("a signature can't be encoded", e);
        }
    }
}
