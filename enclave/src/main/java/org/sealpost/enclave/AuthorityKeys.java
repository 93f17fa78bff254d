package org.sealpost.enclave;

import java.util.List;
import java.util.Optional;

/** What only the server's enclave does: it is the root of trust, and generates and distributes group credentials. */
public interface AuthorityKeys {
    /**
     * Founds the authority, once: generates the root key and the purpose-specific keys it certifies. Later calls return the same.
     *
     * @param identity the server's end point, such as {@code //sealpost.example/in-cse}
     */
    AuthorityFacts found(String identity);

    /**
     * Enrols an end point: generates its pairwise key and seals it, with the trust anchors, to the key in its request. A second
     * enrolment of one identity replaces the first.
     *
     * @return the package for {@link EndPointKeys#acceptEnrolment}, readable by that enclave only
     */
    EnrolledPeer enrolPeer(EndPointKeys.EnrolmentRequest request, Role role);

    /** Forgets a peer's pairwise key: nothing it seals is accepted any more. */
    void revokePeer(String identity);

    /** End points that an MEF or MAF gave a key for, and those whose key ended: what the server's other records have to follow. */
    List<ProvisionedPeer> provisionedPeers();

    /** Creates a group without an epoch; does nothing when it exists with this policy. */
    void createGroup(String group, GroupPolicy policy);

    /**
     * Draws a fresh epoch secret for exactly these members and makes it the group's current epoch.
     *
     * @param fence the number the new epoch must have: current plus one, or one more than the latest that members hold, where this state is older than theirs; refused with 4105
     *     when that number was drawn already, so that two callers can't both issue it
     */
    EpochFacts newEpoch(String group, long fence, List<Member> members);

    /**
     * Adds members to the current epoch without changing it (the point-to-point scheme allows it where the policy does not ask for
     * backward secrecy).
     */
    EpochFacts admit(String group, List<Member> members);

    /** The group's current epoch. */
    Optional<EpochFacts> currentEpoch(String group);

    /**
     * Seals the current credential of a group for one member and wraps it in an ESPrim Object whose inner request is a NOTIFY to that
     * member (push). The answer goes to {@link EndPointKeys#openResponse}.
     *
     * @param receiverRandObject as in {@link EndPointKeys#sealRequest}
     */
    EndPointKeys.SealedRequest sealCredential(String member, Optional<String> receiverRandObject, String group);

    /** Seals the credential into the response of an inner RETRIEVE that {@link EndPointKeys#openRequest} opened (pull). */
    String sealCredentialResponse(String exchange, String innerRequestId, String group);

    /**
     * Signs a delegation for an agent; public, goes to {@link CommanderKeys#acceptDelegation}.
     *
     * @param zones empty: all zones
     */
    Delegation delegate(String agent, List<String> groups, List<String> verbs, List<String> zones, long notAfter);

    /** Signs a checkpoint of the audit log: compact JWS over sequence number, head hash and time. */
    String signCheckpoint(long sequence, byte[] head);

    /** Verifies a checkpoint signature. */
    boolean verifyCheckpoint(String checkpoint, long sequence, byte[] head);

    /** Protection level that every secure environment has. */
    int ANY_SECURE_ENVIRONMENT = 0;

    /** Kinds of end points. */
    enum Role {
        DEVICE,
        AGENT
    }

    /** A member: absolute identity, zone (may be empty), leaf number that stays its own as long as it is in the group. */
    record Member(String identity, String zone, long leaf) {}

    /**
     * Rules of a group.
     *
     * @param scheme {@code point-to-point} so far
     * @param agentIsMember whether agents hold the credential and may command under delegation
     * @param nonDelegableVerbs verbs that need the server's own signature
     * @param overlapSeconds how long the previous epoch still opens commands after a planned change; 0 after an eviction
     * @param lifetimeSeconds validity of an epoch
     * @param algorithmFloor weakest content encryption, such as {@code A256GCM}
     * @param secureEnvironment lowest protection level (TS-0003 6.3.1) of an end point that gets a credential; 0: any
     */
    record GroupPolicy(
            String scheme,
            boolean agentIsMember,
            List<String> nonDelegableVerbs,
            long overlapSeconds,
            long lifetimeSeconds,
            String algorithmFloor,
            int secureEnvironment) {
        /** A policy that takes any secure environment. */
        public GroupPolicy(
                String scheme,
                boolean agentIsMember,
                List<String> nonDelegableVerbs,
                long overlapSeconds,
                long lifetimeSeconds,
                String algorithmFloor) {
            this(
                    scheme,
                    agentIsMember,
                    nonDelegableVerbs,
                    overlapSeconds,
                    lifetimeSeconds,
                    algorithmFloor,
                    ANY_SECURE_ENVIRONMENT);
        }
    }

    /** Public facts of an authority: its identity and the key id of its root (RFC 7638 thumbprint), root public JWK. */
    record AuthorityFacts(String identity, String rootKeyId, String rootKey) {}

    /** Result of an enrolment; what the end point's secure environment says of itself is in it. */
    record EnrolledPeer(String identity, String keyId, String enrolmentPackage, Attestation attestation) {}

    /**
     * An end point that was provisioned.
     *
     * @param keyId of the key that was given last, also when that was renewed since; empty when it ended
     * @param ended why the last key ended: empty, {@code superseded}, {@code reenrolled} or {@code revoked}
     * @param attestation what its secure environment says of itself; empty when there is no key
     */
    record ProvisionedPeer(String identity, String keyId, String ended, Optional<Attestation> attestation) {}

    /** Public facts of an epoch. */
    record EpochFacts(String group, long epoch, String keyCheckValue, long notBefore, long notAfter) {}

    /** A signed delegation (compact JWS) and what it says. */
    record Delegation(String delegation, CommanderKeys.DelegationFacts facts) {}
}
