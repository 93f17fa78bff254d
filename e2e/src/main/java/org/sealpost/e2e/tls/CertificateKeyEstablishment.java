package org.sealpost.e2e.tls;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;

/**
 * One side of ESCertKE (TS-0003 8.7): a TLS 1.2 handshake with certificates in four messages; only the exported key is kept, the session is dropped. Not thread-safe.
 */
public final class CertificateKeyEstablishment implements AutoCloseable {
    private static final int KEY_ID = 16;
    private static final int OCTETS = 48;
    private static final TlsSettings SETTINGS =
            new TlsSettings(TlsSettings.CERTIFICATE_SUITES, Optional.empty(), Map.of(Labels.EXPORTER_ESCERTKE, OCTETS));

    private static final int HEAD = 5;
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int MAJOR = 3;

    private final TlsPeer tls;
    private byte[] next;

    private CertificateKeyEstablishment(TlsPeer tls) {
        this.tls = tls;
        this.next = tls.output();
    }

    /**
     * The initiating end point; message 1 is {@link #message}.
     *
     * @param peer absolute identity that the other side's certificate has to name
     */
    public static CertificateKeyEstablishment initiating(
            TlsCredential.Certified own, String peer, SecureRandom random) {
        return new CertificateKeyEstablishment(TlsPeer.client(expecting(own, peer), SETTINGS, random));
    }

    /** The terminating end point. */
    public static CertificateKeyEstablishment terminating(
            TlsCredential.Certified own, String peer, SecureRandom random) {
        return new CertificateKeyEstablishment(TlsPeer.server(expecting(own, peer), SETTINGS, random));
    }

    private static TlsCredential.Certified expecting(TlsCredential.Certified own, String peer) {
        return new TlsCredential.Certified(own.chain(), own.key(), own.peers().expecting(CertificateName.of(peer)));
    }

    /**
     * Takes the other side's message.
     *
     * @throws TlsFailure when it is refused, or the certificate names somebody else
     */
    public void take(byte[] message) {
        requireRecords(message);
        tls.offer(message);
        next = tls.output();
        if (next.length == 0 && !tls.established()) {
            throw new TlsFailure(TlsFailure.Kind.PROTOCOL, "the peer's message is not a whole flight");
        }
    }

    /** What is to be sent now: the records of one flight; empty when it was asked for before, and at the end. */
    public byte[] message() {
        byte[] flight = next;
        next = new byte[0];
        return flight;
    }

    /** A message is whole records of TLS: nobody waits for the rest of one, and versions that nothing compares later are compared here. */
    private static void requireRecords(byte[] message) {
        ByteBuffer rest = ByteBuffer.wrap(message);
        while (rest.hasRemaining()) {
            int head = rest.remaining() < HEAD ? 0 : rest.getInt();
            boolean known = head >>> 24 >= CHANGE_CIPHER_SPEC && head >>> 24 <= HANDSHAKE;
            int length = known ? (head & 0xff) << 8 | rest.get() & 0xff : 0;
            if (!known || (head >>> 16 & 0xff) != MAJOR || length > rest.remaining()) {
                throw new TlsFailure(TlsFailure.Kind.PROTOCOL, "the peer's message is not made of whole TLS records");
            }
            rest.position(rest.position() + length);
        }
    }

    /** True when the handshake is done. */
    public boolean done() {
        return tls.established();
    }

    /** End of validity of the peer's certificate, epoch seconds. */
    public long peerNotAfter() {
        return tls.facts().flatMap(TlsFacts::peer).orElseThrow().notAfter();
    }

    /**
     * The established key: the exporter's last 32 octets; its first 16 are the id, in upper-case hex, {@code @}, and the name of the terminating end point.
     *
     * @param terminating absolute identity of the terminating end point
     */
    public Established established(String terminating) {
        byte[] octets = tls.export(Labels.EXPORTER_ESCERTKE);
        try {
            String id = HexFormat.of().withUpperCase().formatHex(octets, 0, KEY_ID);
            return new Established(
                    id + "@" + CertificateName.fqdn(terminating), Arrays.copyOfRange(octets, KEY_ID, OCTETS));
        } finally {
            Wipe.octets(octets);
        }
    }

    /** Drops the session, and wipes what it exported. */
    @Override
    public void close() {
        tls.close();
    }

    /**
     * A pairwise key.
     *
     * @param keyId pairwiseE2EKeyID in text form
     * @param key pairwiseE2EKey, 32 octets; a secret
     */
    public record Established(String keyId, byte[] key) {
        @Override
        public String toString() {
            return "Established[" + keyId + "]";
        }
    }
}
