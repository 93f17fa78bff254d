package org.sealpost.oscore;

import java.util.HexFormat;
import java.util.Optional;
import org.sealpost.e2e.Wipe;

/**
 * What all members of a group share for one epoch: the Common Context (RFC 10021 section 2.1). Its secrets are overwritten by {@link #wipe}. Immutable but for that, so
 * safe to share between threads.
 */
public final class GroupContext {
    private final GroupAlgorithms algorithms;
    private final byte[] gid;
    private final byte[] masterSecret;
    private final byte[] masterSalt;
    private final byte[] manager;
    private final byte[] commonIv;
    private final Optional<byte[]> signatureEncryptionKey;

    /**
     * Derives a context.
     *
     * @param gid names group and epoch; the ID Context
     * @param masterSecret 16 octets or more; owned by the context from now on
     * @param manager credential of who manages the group, octet for octet; part of what is authenticated, so that a cloned group differs
     */
    public GroupContext(
            GroupAlgorithms algorithms, byte[] gid, byte[] masterSecret, byte[] masterSalt, byte[] manager) {
        this.algorithms = algorithms;
        this.gid = gid.clone();
        this.masterSecret = masterSecret;
        this.masterSalt = masterSalt.clone();
        this.manager = manager.clone();
        Derivation derivation = derivation();
        this.commonIv = derivation.commonIv(algorithms.main().id(), algorithms.longestNonce());
        this.signatureEncryptionKey = algorithms.group().map(derivation::signatureEncryptionKey);
    }

    public GroupAlgorithms algorithms() {
        return algorithms;
    }

    /** The Gid. */
    public byte[] gid() {
        return gid.clone();
    }

    /** For a signature checker, which may verify and not decrypt (RFC 10021 section 12.3); 16 or 32 octets, a secret of group and checkers. */
    public byte[] signatureEncryptionKey() {
        return signatureEncryptionKey
                .map(byte[]::clone)
                .orElseThrow(() -> new OscoreFailure(OscoreFailure.Reason.UNSUPPORTED, "the group has no group mode"));
    }

    /** Overwrites the secrets; the context is of no use afterwards. */
    public void wipe() {
        Wipe.octets(masterSecret, commonIv);
        signatureEncryptionKey.ifPresent(Wipe::octets);
    }

    byte[] manager() {
        return manager;
    }

    /** The key that the member of that Sender ID encrypts with in group mode; a secret of all members, the caller's to wipe. */
    public byte[] senderKey(byte[] id) {
        if (id.length > algorithms.longestSenderId()) {
            throw new OscoreFailure(OscoreFailure.Reason.MALFORMED, "a Sender ID is longer than the nonce allows");
        }
        return derivation().senderKey(id, algorithms.main());
    }

    /** Common IV; of the longest nonce's length. */
    public byte[] commonIv() {
        return commonIv.clone();
    }

    byte[] nonce(byte[] id, byte[] partialIv, AeadAlgorithm algorithm) {
        return PartialIv.nonce(id, partialIv, commonIv, algorithm.nonceLength());
    }

    byte[] keystream(byte[] partialIv, byte[] id, boolean request) {
        return Derivation.keystream(signatureEncryptionKey.orElseThrow(), partialIv, id, gid, request);
    }

    private Derivation derivation() {
        return new Derivation(masterSecret, masterSalt, Optional.of(gid));
    }

    @Override
    public String toString() {
        return "GroupContext[" + HexFormat.of().formatHex(gid) + "]";
    }
}
