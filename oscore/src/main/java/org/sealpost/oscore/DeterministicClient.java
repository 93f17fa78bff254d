package org.sealpost.oscore;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.sealpost.e2e.Wipe;

/**
 * Deterministic requests (draft-ietf-core-cacheable-oscore-02 section 3): all members make the same octets of the same safe request, in the name of a client that is nobody, so that a cache on the way answers many with one
 * signed response. Says nothing of who asks, and is not protected against replay. Immutable but for its context.
 */
public final class DeterministicClient {
    /** Number of the Request-Hash option, as the draft suggests it. */
    public static final int REQUEST_HASH = 548;

    private static final int GET = 0x01;
    private static final int FETCH = 0x05;
    private static final int HASH = 32;

    /** A Request-Hash option of 32 octets in front of all others: delta 548, length 32. */
    private static final byte[] OPTION_HEAD = {(byte) 0xed, 0x01, 0x17, 0x13};

    private final GroupContext context;
    private final byte[] id;

    /** @param senderId of the client that is nobody; no member has it */
    public DeterministicClient(GroupContext context, byte[] senderId) {
        this.context = context;
        this.id = senderId.clone();
    }

    /**
     * A request; its outer code is FETCH.
     *
     * @param requestHash value of the Request-Hash option
     */
    public record Request(ProtectedMessage message, byte[] requestHash, Exchange exchange) {}

    /**
     * Protects a safe request.
     *
     * @throws OscoreFailure {@code UNSUPPORTED} for one with effects
     */
    public Request protect(CoapMessage message) {
        requireSafe(message);
        byte[] partialIv = PartialIv.of(0);
        byte[] option =
                new OscoreOption(false, Optional.of(partialIv), Optional.of(context.gid()), Optional.of(id)).encode();
        byte[] external = external(option, partialIv);
        byte[] base = context.senderKey(id);
        byte[] plaintext = message.plaintext();
        byte[] hash = hash(base, external, plaintext);
        AeadAlgorithm algorithm = algorithm();
        byte[] key = Derivation.pairwiseKey(base, hash, id, context.gid(), algorithm);
        try {
            byte[] payload =
                    algorithm.seal(key, context.nonce(id, partialIv, algorithm), Aad.encryption(external), plaintext);
            return new Request(
                    new ProtectedMessage(option, payload),
                    hash,
                    new Exchange(identity(partialIv, hash), Mode.PAIRWISE, Optional.empty()));
        } finally {
            Wipe.octets(base, key);
        }
    }

    /**
     * Opens a request at a server. It is answered in group mode, with a sequence number of the server's own.
     *
     * @param requestHash value of the Request-Hash option that came along
     * @throws OscoreFailure {@code UNKNOWN_CONTEXT} when it is not this client's, {@code NOT_AUTHENTIC} when message and hash don't belong together, {@code UNSUPPORTED} for a request with effects
     */
    public ReceivedRequest open(ProtectedMessage message, byte[] requestHash) {
        OscoreOption option = OscoreOption.parse(message.option());
        byte[] partialIv = PartialIv.of(0);
        boolean ours = !option.group()
                && option.kid().filter(k -> Arrays.equals(k, id)).isPresent()
                && option.kidContext()
                        .filter(c -> Arrays.equals(c, context.gid()))
                        .isPresent()
                && option.partialIv().filter(p -> Arrays.equals(p, partialIv)).isPresent();
        if (!ours || requestHash.length != HASH) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.UNKNOWN_CONTEXT, "a message is no deterministic request of this group");
        }
        byte[] external = external(message.option(), partialIv);
        byte[] base = context.senderKey(id);
        AeadAlgorithm algorithm = algorithm();
        byte[] key = Derivation.pairwiseKey(base, requestHash, id, context.gid(), algorithm);
        try {
            byte[] plaintext = algorithm.open(
                    key, context.nonce(id, partialIv, algorithm), Aad.encryption(external), message.payload());
            if (!MessageDigest.isEqual(hash(base, external, plaintext), requestHash)) {
                throw new OscoreFailure(
                        OscoreFailure.Reason.NOT_AUTHENTIC, "a deterministic request has another's hash");
            }
            CoapMessage inner = CoapMessage.of(plaintext);
            requireSafe(inner);
            return ReceivedRequest.answeredWithNumbersOnly(inner, identity(partialIv, requestHash), Mode.PAIRWISE);
        } finally {
            Wipe.octets(base, key);
        }
    }

    private byte[] external(byte[] option, byte[] partialIv) {
        return Aad.group(
                context.algorithms(),
                context.manager(),
                new RequestIdentity(id, partialIv, context.gid()),
                option,
                new byte[0]);
    }

    /** What responses are bound to: the whole request, by its hash as an option that is authenticated. */
    private RequestIdentity identity(byte[] partialIv, byte[] hash) {
        ByteArrayOutputStream option = new ByteArrayOutputStream();
        option.writeBytes(OPTION_HEAD);
        option.writeBytes(hash);
        return new RequestIdentity(id, partialIv, context.gid(), option.toByteArray());
    }

    private AeadAlgorithm algorithm() {
        return context.algorithms()
                .pairwise()
                .orElseThrow(
                        () -> new OscoreFailure(OscoreFailure.Reason.UNSUPPORTED, "the group has no pairwise mode"));
    }

    private static void requireSafe(CoapMessage message) {
        if (message.code() != GET && message.code() != FETCH) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.UNSUPPORTED,
                    "a request that anybody may repeat must have no effect: GET or FETCH");
        }
    }

    private static byte[] hash(byte[] key, byte[] external, byte[] plaintext) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(key);
            sha256.update(external);
            return sha256.digest(plaintext);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the platform has no SHA-256", e);
        }
    }
}
