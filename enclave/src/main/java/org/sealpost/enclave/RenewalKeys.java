package org.sealpost.enclave;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.EndPointKeys.Negotiation;
import org.sealpost.enclave.EndPointKeys.SealedRequest;

/**
 * Renewal of pairwise keys, so that a key stolen later opens nothing of before. The server starts it. In both ways a key is first <em>agreed</em> (on disk at the device, then at the server), then
 * <em>proved</em> by a message under it in each direction; only then the old one is wiped. No call takes or gives a key.
 */
public interface RenewalKeys {
    /** ESCertKE: a TLS handshake with certificates. */
    String CERTIFICATE = "certificate";

    /** An ephemeral agreement inside ESPrim. */
    String EPHEMERAL = "ephemeral";

    /** The origin of a pairwise key that was never renewed: no forward secrecy. */
    String ENROLMENT = "enrolment";

    /** The origin of a pairwise key that a MAF distributed; it is not renewed, it ends. */
    String DISTRIBUTED = "distributed";

    /** The contentInfo of renewals' messages inside ESPrim. */
    String CAPABILITIES = "application/vnd.sealpost.renewal+json:0";

    /** Sets what peers have to keep to, by identity; at the authority, also before they are enrolled. Others keep what they have. */
    void setPeerPolicies(Map<String, PeerPolicy> policies);

    /**
     * Trusts foreign authorities for devices' certificates, beside the own one.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when something is not PEM, or an anchor is not self-signed
     */
    void trustCertificates(CertificateTrust trust);

    /**
     * Chooses how the peer's key is renewed next: the first of the policy's ways that the peer can go.
     *
     * @throws org.sealpost.onem2m.Refusal 4111 when there is none
     */
    RenewalStep nextRenewal(String peer);

    /** Message 1 of certificate-based key establishment (TS-0003 8.7) with a device; an unfinished one with it is given up. */
    KeyMessage startKeyEstablishment(String peer);

    /**
     * Takes message 2, giving message 3; or message 4, giving the facts of the agreed key. One run at a time for each peer.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when the message or the peer's certificate is refused; the run is over
     */
    KeyMessage continueKeyEstablishment(String peer, byte[] message);

    /**
     * Seals the next message of a renewal: an offer of an ephemeral key, or, when a key is agreed on, the message that proves it. The answer goes to {@link EndPointKeys#openResponse}.
     *
     * @param receiverRandObject as in {@link EndPointKeys#sealRequest}
     */
    SealedRequest sealRenewal(String peer, Optional<String> receiverRandObject);

    /** Facts of the pairwise key with every peer. */
    List<PairwiseFacts> pairwiseKeys();

    /** A certificate signing request (PKCS #10, PEM) for a key made inside; public. For devices that get their certificate elsewhere. */
    String certificateRequest();

    /**
     * Takes the certificate that a foreign authority issued for {@link #certificateRequest} (PEM, own first).
     *
     * @throws org.sealpost.onem2m.Refusal 4000 when it is for another key or identity, or does not have the profile of TS-0003 10.1.1
     */
    void installCertificate(String chain);

    /**
     * Which ways of renewal this device can go now, for the server to know: the content of a {@code contentInstance} with contentInfo {@link #CAPABILITIES}, to be sent in an inner NOTIFY.
     */
    String capabilities();

    /**
     * What a peer has to keep to.
     *
     * @param algorithmFloor weakest content encryption of ESPrim
     * @param forwardSecret true when credentials are sealed only under a renewed key
     * @param mechanisms ways of renewal that are allowed, strongest first; empty: never renewed
     * @param everySeconds age at which a key is due for renewal; one of twice that age does not count as forward secret any more; 0: no limit
     * @param lifetimeSeconds longest validity of a key from a certificate; 0: that of the certificates
     */
    record PeerPolicy(
            String algorithmFloor,
            boolean forwardSecret,
            List<String> mechanisms,
            long everySeconds,
            long lifetimeSeconds) {
        public PeerPolicy {
            mechanisms = List.copyOf(mechanisms);
        }

        /** No demands; every way is allowed. */
        public static PeerPolicy open() {
            return new PeerPolicy("A128GCM", false, List.of(CERTIFICATE, EPHEMERAL), 0, 0);
        }
    }

    /**
     * Foreign authorities.
     *
     * @param anchors self-signed certificates, PEM
     * @param revocation {@code off}, {@code when-listed} or {@code required}
     * @param lists certificate revocation lists, PEM
     */
    record CertificateTrust(List<String> anchors, String revocation, List<String> lists) {
        public CertificateTrust {
            anchors = List.copyOf(anchors);
            lists = List.copyOf(lists);
        }
    }

    /**
     * What to do next.
     *
     * @param way {@link #CERTIFICATE}, {@link #EPHEMERAL}, or {@code prove} when a key is agreed on and waits for its proof
     */
    record RenewalStep(String way, Negotiation negotiation) {}

    /**
     * A message of key establishment.
     *
     * @param message octets for {@code eckm}; empty when there is nothing to send
     * @param agreed facts of the key, after message 4
     */
    record KeyMessage(byte[] message, Optional<PairwiseFacts> agreed) {}

    /**
     * Public facts of a pairwise key.
     *
     * @param origin {@link #ENROLMENT}, {@link #EPHEMERAL} or {@link #CERTIFICATE}
     * @param since when it was agreed on, epoch seconds; 0 when that is not known
     * @param notAfter epoch seconds; 0: no end
     * @param forwardSecret whether it counts as forward secret now
     * @param agreed key id of the next one, when it waits for its proof
     * @param mechanisms ways of renewal that the peer can go, as it said under protection
     */
    record PairwiseFacts(
            String peer,
            String keyId,
            String origin,
            long since,
            long notAfter,
            boolean forwardSecret,
            Optional<String> agreed,
            List<String> mechanisms) {
        public PairwiseFacts {
            mechanisms = List.copyOf(mechanisms);
        }
    }
}
