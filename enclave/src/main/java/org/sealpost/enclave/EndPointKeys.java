package org.sealpost.enclave;

import java.util.Optional;

/** Enrolment and ESPrim, for every kind of end point. Identities are absolute ({@code //sp.example.org/gw-north/Cdoor-1}). */
public interface EndPointKeys {
    /**
     * Makes (or repeats) this end point's request to be enrolled: its identity and the public halves of key pairs that were
     * generated inside. Public.
     */
    EnrolmentRequest enrolmentRequest(String identity);

    /**
     * Accepts the authority's answer, sealed to the key of {@link #enrolmentRequest}: pairwise key and its id, key-wrapping key,
     * the server's end-point identity and root verification key. Refuses when already enrolled with another root.
     *
     * @param enrolmentPackage as returned by {@link AuthorityKeys#enrolPeer}
     */
    EnrolmentFacts acceptEnrolment(String enrolmentPackage);

    /** What enrolment left behind; empty before. */
    Optional<EnrolmentFacts> enrolment();

    /**
     * A fresh receiverESPrimRandObject for one peer (never shared), as canonical JSON text to go into {@code m2m:seci} {@code ero}
     * (TS-0003 8.4.2 B.2e).
     *
     * @param requester identity that asks; the object serves no other
     */
    String receiverRandObject(String requester);

    /**
     * The receiverESPrimRandObject for all originators, to be published in {@code e2eSecInfo} (TS-0003 8.4.2 B.1a); renewed in good time, so ask again every few minutes. Credentials are
     * never given in a session that begins with it.
     */
    String sharedRandObject();

    /** True when a confirmed, unexpired session exists in which this end point is the originator. */
    boolean hasSession(String peer);

    /**
     * Seals an inner request to a peer.
     *
     * @param receiverRandObject the peer's object as it came (JSON text), to start a session; empty to use the one that
     *     {@link #hasSession} speaks of
     * @param innerRequest the serialised request primitive, JSON
     */
    SealedRequest sealRequest(String peer, Optional<String> receiverRandObject, byte[] innerRequest);

    /** Opens an ESPrim Object that came as a request. A refusal is a value here: it may have to be answered under protection. */
    OpenedRequest openRequest(String esprimObject);

    /** Seals the inner response (JSON) of an exchange that {@link #openRequest} opened; afterwards the exchange is forgotten. */
    String sealResponse(String exchange, byte[] innerResponse);

    /** Opens the ESPrim Object that answers {@link #sealRequest} or {@link AuthorityKeys#sealCredential}. */
    OpenedResponse openResponse(String exchange, String esprimObject);

    /**
     * Seals the confirmation of a credential that came by pull, or of an epoch that came by a block, as an inner NOTIFY to the authority; its answer is an ordinary inner
     * response.
     *
     * @param receiverRandObject as in {@link #sealRequest}
     */
    SealedRequest sealConfirmation(String group, Optional<String> receiverRandObject);

    /**
     * Takes message 1 or 3 of certificate-based key establishment (TS-0003 8.7) from the server, giving message 2 or 4. The agreed key is on disk before message 4 is given.
     *
     * @param requester absolute identity that the outer {@code fr} claims, which the server's certificate has to name
     * @throws org.sealpost.onem2m.Refusal 4000 when the message or certificate is refused; nothing is kept of the run
     */
    RenewalKeys.KeyMessage answerKeyEstablishment(String requester, byte[] message);

    /**
     * The key of a sealed request that was refused with 4112, when a MAF that this end point is a client of may have it (TS-0003 8.4.2 C.6a): get it with
     * {@link ClientKeys.ExchangeGoal#retrieve} and open the request again. Anybody can write a key id: after eight questions within a minute that brought nothing it is empty for a while.
     */
    Optional<WantedKey> wantedKey(String esprimObject);

    /**
     * A key that a MAF may have.
     *
     * @param function the MAF's FQDN
     */
    record WantedKey(String function, String keyId) {}

    /**
     * What an end point publishes to be enrolled.
     *
     * @param identity absolute identity
     * @param agreementKey public JWK (P-256) that the enrolment package is sealed to
     * @param signatureKey public JWK (P-256) that verifies this end point's acknowledgements, and an agent's commands
     * @param certificateKey public JWK (P-256) for a certificate; empty when this end point can't use one
     * @param attestation what the secure environment says of itself, signed with the signature key (compact JWS)
     * @param fingerprint SHA-256 over the canonical form of the above, 16 groups of 4 hex digits, for people to compare
     */
    record EnrolmentRequest(
            String identity,
            String agreementKey,
            String signatureKey,
            Optional<String> certificateKey,
            String attestation,
            String fingerprint) {}

    /**
     * Public facts of an enrolment.
     *
     * @param identity of this end point
     * @param server identity of the server's end point
     * @param keyId pairwiseESPrimKeyID
     * @param rootKeyId key id of the root verification key (RFC 7638 thumbprint)
     */
    record EnrolmentFacts(String identity, String server, String keyId, String rootKeyId) {}

    /**
     * A sealed request.
     *
     * @param exchange handle for the answer
     * @param esprimObject JWE Compact Serialization for {@code epo}
     * @param negotiation what was offered and chosen, and why
     */
    record SealedRequest(String exchange, String esprimObject, Negotiation negotiation) {}

    /**
     * A choice of mechanism, for the operator.
     *
     * @param offered what the peer accepts, such as {@code A256GCM A128GCM}
     * @param chosen such as {@code ESPrim A256GCM}
     * @param reason one sentence
     */
    record Negotiation(String offered, String chosen, String reason) {}

    /** What came of a sealed request. */
    sealed interface OpenedRequest {
        /** An ordinary inner request; answer it with {@link #sealResponse}. */
        record Inner(String exchange, String peer, byte[] innerRequest) implements OpenedRequest {}

        /**
         * The enclave dealt with it alone: a credential was installed or refused, a confirmation was verified (at the authority), or the
         * request is one that was answered before. Send the sealed response back.
         */
        record Answered(
                String peer,
                String sealedResponse,
                Optional<Installation> installation,
                Optional<Confirmation> confirmation)
                implements OpenedRequest {}

        /**
         * A member confirmed an epoch later than the authority's own; at the authority only.
         *
         * @param sealedResponse a refusal under protection
         */
        record Later(String sealedResponse, LaterEpoch held) implements OpenedRequest {}

        /**
         * Refused (TS-0004 table 7.6.2-1).
         *
         * @param status number of the response status code
         * @param sealedResponse an error response under the session's protection, where a valid session exists (AMB-07)
         */
        record Refused(int status, String sentence, Optional<String> sealedResponse) implements OpenedRequest {}
    }

    /** What came of a sealed response. */
    sealed interface OpenedResponse {
        /** An ordinary inner response, JSON. */
        record Inner(String peer, byte[] innerResponse) implements OpenedResponse {}

        /** The response carried a credential (pull), which is installed now. */
        record Installed(Installation installation) implements OpenedResponse {}

        /** The response confirms a credential (push); at the authority only. */
        record Confirmed(Confirmation confirmation) implements OpenedResponse {}

        /** The member refused the credential, because it holds a later epoch; at the authority only. */
        record Later(LaterEpoch held) implements OpenedResponse {}

        /** The peer answered a message of a renewal: a key is agreed on, or proved and in use. */
        record Renewal(RenewalKeys.PairwiseFacts facts) implements OpenedResponse {}

        /** Not a valid answer of that exchange; the exchange stays open until its session expires. */
        record Refused(int status, String sentence) implements OpenedResponse {}
    }

    /**
     * A credential that this enclave holds now.
     *
     * @param group absolute resource identifier of the group
     * @param epoch its number
     * @param keyCheckValue 16 hex digits derived one-way from the epoch secret
     * @param fresh false when this very epoch was installed before
     */
    record Installation(String group, long epoch, String keyCheckValue, boolean fresh) {}

    /**
     * A member's verified statement that it holds a credential: who, which group and epoch, with which key-check value.
     *
     * @param generation the newest generation of the group's tree that it holds labels of; 0 for none
     */
    record Confirmation(
            String member, String group, long epoch, String keyCheckValue, Lineage lineage, long generation) {}

    /**
     * Where an end point's sealed state comes from, as it says under its pairwise key. A state that went on shows higher numbers each time; one that was restored from a copy,
     * or runs twice, can't ({@code docs/decisions}).
     *
     * @param run number of the end point's start, counted on disk
     * @param instance drawn at random at that start
     * @param base how often its state had changed when the run began
     * @param revision how often it has changed now
     */
    record Lineage(long run, String instance, long base, long revision) {}

    /** A member's authenticated statement that it holds this epoch, which is later than what the authority gave it. */
    record LaterEpoch(String member, String group, long epoch) {}
}
