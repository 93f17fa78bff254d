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
     * Lets members join. With a tree the epoch moves one step on, by a notice that every other member computes the new secret from, and the joiner can't go back; where that isn't possible, a new
     * epoch is drawn. Point to point, they come into the current epoch as it is.
     */
    EpochFacts admit(String group, List<Member> members);

    /** The members of a group's current epoch, with the leaves that they have. */
    List<Member> members(String group);

    /** What is published of a group's current epoch; empty where its scheme has no blocks. All of it is public. */
    Optional<EpochMaterial> epochMaterial(String group);

    /** The certificate of the key that signs blocks (compact JWS, public); made with the first block. */
    Optional<String> blockCertificate();

    /** What an eviction would cost; changes nothing. */
    EvictionPreview previewEviction(String group, List<String> identities);

    /**
     * Prepares the next generation of a group's tree: credentials that are given from now on hold labels of both, and blocks go over to it with the next epoch that is drawn after {@link #everybodyIsLabelled}, or
     * after a grace of {@link #GRACE_SECONDS}. Does nothing when one is prepared, or the group has no tree.
     */
    void prepareGeneration(String group);

    /** All members have confirmed that they hold labels of that generation, which was prepared: the next block may be made for it. */
    void everybodyIsLabelled(String group, long generation);

    /** The names of all schemes that a group's policy can have, the default first. */
    List<String> SCHEMES = org.sealpost.group.RekeyScheme.names();

    /** How long a prepared generation waits for members that sleep. */
    long GRACE_SECONDS = 30 * 86_400L;

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

    /**
     * Takes an agent off a group's commander list, or lets it back on: it stays a member. A delegation is refused to it from now on; those that it has end at each member with the next epoch, which the caller draws.
     * Does nothing when that was done.
     */
    void bar(String group, String agent, boolean barred);

    /**
     * Ends a group for ever: its secrets are gone when this returns, and its identifier is refused from then on. Does nothing when that was done.
     *
     * @param least what the number of the end is at least; it is later than every epoch that is known here
     * @return the number
     */
    long endGroup(String group, long least);

    /**
     * Seals the signed word that a group is no more for one that was a member, as {@link #sealCredential} does a credential; who takes it forgets the group and answers with an ordinary inner response.
     *
     * @throws org.sealpost.onem2m.Refusal 4004 when the group was not ended
     */
    EndPointKeys.SealedRequest sealEnding(String member, Optional<String> receiverRandObject, String group);

    /** Lets no epoch of a group that is drawn from now on be valid beyond a time; epoch seconds, 0: takes that back. At that time none is drawn any more. */
    void limitGroup(String group, long notAfter);

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

    /**
     * A member.
     *
     * @param identity absolute
     * @param zone may be empty
     * @param leaf its number in the group's tree, and its sender id; stays its own as long as it is in the group, and is never given to anybody again. For one that joins, 0, or a number that somebody had, lets the
     *     enclave give the next free one ({@link #members} says which)
     */
    record Member(String identity, String zone, long leaf) {}

    /**
     * Rules of a group.
     *
     * @param scheme {@code subset-difference}, {@code complete-subtree} or {@code point-to-point}
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

    /**
     * Public facts of an epoch.
     *
     * @param commanders version of the group's commander list: the epoch in which an agent was taken off last; members that know of it refuse what was delegated under an earlier one
     */
    record EpochFacts(String group, long epoch, String keyCheckValue, long notBefore, long notAfter, long commanders) {}

    /**
     * What is published of an epoch.
     *
     * @param generation that the newest block is made for
     * @param prepared the generation after it, when one is prepared; else 0
     * @param blockEpoch epoch of the newest block
     * @param block the newest block, encoded
     * @param latest block and notice as a cache keeps them
     */
    record EpochMaterial(
            String group, long epoch, long generation, long prepared, long blockEpoch, byte[] block, byte[] latest) {
        /** The same, with nothing prepared that anybody lacks. */
        public EpochMaterial settled() {
            return new EpochMaterial(group, epoch, generation, 0, blockEpoch, block, latest);
        }
    }

    /**
     * What an eviction would cost.
     *
     * @param entries of its block
     * @param octets of its block, as published once under each gateway; 0 where the scheme has none
     * @param newGeneration whether every member would need a credential of its own
     */
    record EvictionPreview(String group, long epoch, int entries, int octets, boolean newGeneration) {}

    /** A signed delegation (compact JWS) and what it says. */
    record Delegation(String delegation, CommanderKeys.DelegationFacts facts) {}
}
