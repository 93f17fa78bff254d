package org.sealpost.e2e.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.e2e.Es256Signer;

/** How a peer proves itself, and how it checks the other one. */
public sealed interface TlsCredential {
    /**
     * A client with a pre-shared key.
     *
     * @param keyId {@code psk_identity}, such as a KpsaID or KpmID
     * @param key wiped by its owner after the handshake
     */
    record PresharedKey(String keyId, byte[] key) implements TlsCredential {
        @Override
        public String toString() {
            return "PresharedKey[" + keyId + "]";
        }
    }

    /**
     * A server that looks pre-shared keys up.
     *
     * @param keys the key for a {@code psk_identity}, a copy that is wiped after use; empty when it is unknown
     */
    record PresharedKeys(Function<String, Optional<byte[]>> keys) implements TlsCredential {}

    /**
     * A server whose clients prove themselves either way: by a pre-shared key, or by a certificate, to which it shows its own.
     *
     * @param objection why a client whose certificate is good is not let in; empty when it is
     */
    record EitherWay(PresharedKeys keys, Certified own, Function<VerifiedCertificate, Optional<String>> objection)
            implements TlsCredential {}

    /**
     * A client or server with a certificate; the peer has to have one too.
     *
     * @param chain own certificate first, then what links it to the peer's anchor
     * @param key signs with its private key, on P-256, wherever that lies
     * @param peers decides about the peer's chain
     */
    record Certified(List<X509Certificate> chain, Es256Signer key, CertificateRules peers) implements TlsCredential {
        @Override
        public String toString() {
            return "Certified[" + chain.get(0).getSubjectX500Principal() + "]";
        }
    }
}
