package org.sealpost.oscore;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.e2e.ReplayWindow;
import org.sealpost.e2e.Wipe;

/**
 * Plain OSCORE between two end points (RFC 8613). Sequence numbers come in as arguments; whoever gives them has stored that they are used. A refusal changes nothing. Not thread-safe.
 */
public final class OscoreContext {
    private final AeadAlgorithm algorithm;
    private final byte[] senderId;
    private final byte[] recipientId;
    private final Optional<byte[]> idContext;
    private final byte[] senderKey;
    private final byte[] recipientKey;
    private final byte[] commonIv;
    private final ReplayWindow window;
    private final FailedOpenings failures = new FailedOpenings();

    /**
     * Derives a context (RFC 8613 section 3.2).
     *
     * @param masterSecret stays the caller's
     */
    public OscoreContext(
            AeadAlgorithm algorithm,
            byte[] masterSecret,
            byte[] masterSalt,
            Optional<byte[]> idContext,
            byte[] senderId,
            byte[] recipientId) {
        this(algorithm, masterSecret, masterSalt, idContext, senderId, recipientId, new ReplayWindow());
    }

    /** As {@link #OscoreContext(AeadAlgorithm, byte[], byte[], Optional, byte[], byte[])}, going on with a window that was stored. */
    public OscoreContext(
            AeadAlgorithm algorithm,
            byte[] masterSecret,
            byte[] masterSalt,
            Optional<byte[]> idContext,
            byte[] senderId,
            byte[] recipientId,
            ReplayWindow window) {
        int longest = algorithm.nonceLength() - 6;
        if (senderId.length > longest || recipientId.length > longest || Arrays.equals(senderId, recipientId)) {
            throw new IllegalArgumentException(
                    "the ids of two end points differ and have at most " + longest + " octets");
        }
        Derivation derivation = new Derivation(masterSecret, masterSalt, idContext);
        this.algorithm = algorithm;
        this.window = window;
        this.senderId = senderId.clone();
        this.recipientId = recipientId.clone();
        this.idContext = idContext.map(byte[]::clone);
        this.senderKey = derivation.senderKey(senderId, algorithm);
        this.recipientKey = derivation.senderKey(recipientId, algorithm);
        this.commonIv = derivation.commonIv(algorithm.id(), algorithm.nonceLength());
    }

    /** Which numbers were received, to be stored before a message has an effect. */
    public ReplayWindow.State window() {
        return window.state();
    }

    /** How many messages were not authentic; a reason for a new context long before the limit. */
    public long forgeries() {
        return failures.count();
    }

    /** A request and the exchange that its responses belong to. */
    public record ProtectedRequest(ProtectedMessage message, Exchange exchange) {}

    /** @param sendIdContext whether the receiver needs it to find the context */
    public ProtectedRequest protectRequest(CoapMessage message, long sequence, boolean sendIdContext) {
        byte[] partialIv = PartialIv.of(usable(sequence));
        byte[] option = new OscoreOption(
                        false,
                        Optional.of(partialIv),
                        sendIdContext ? idContext : Optional.empty(),
                        Optional.of(senderId))
                .encode();
        RequestIdentity request = new RequestIdentity(senderId, partialIv, new byte[0]);
        byte[] payload = algorithm.seal(senderKey, nonce(senderId, partialIv), aad(request), message.plaintext());
        return new ProtectedRequest(
                new ProtectedMessage(option, payload), new Exchange(request, Mode.PAIRWISE, Optional.of(recipientId)));
    }

    public ReceivedRequest openRequest(ProtectedMessage message) {
        OscoreOption option = OscoreOption.parse(message.option());
        if (option.group()
                || !option.kid().filter(k -> Arrays.equals(k, recipientId)).isPresent()
                || option.kidContext().isPresent()
                        && !idContext
                                .filter(c ->
                                        Arrays.equals(c, option.kidContext().get()))
                                .isPresent()) {
            throw new OscoreFailure(OscoreFailure.Reason.UNKNOWN_CONTEXT, "a message belongs to another context");
        }
        byte[] partialIv = option.partialIv()
                .orElseThrow(() -> new OscoreFailure(OscoreFailure.Reason.MALFORMED, "a request has no partial IV"));
        long sequence = PartialIv.sequence(partialIv);
        if (!window.acceptable(sequence + 1)) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.REPLAY, "a request was received before, or is too old to tell");
        }
        RequestIdentity request = new RequestIdentity(recipientId, partialIv, new byte[0]);
        byte[] plaintext =
                failures.open(algorithm, recipientKey, nonce(recipientId, partialIv), aad(request), message.payload());
        CoapMessage inner = CoapMessage.of(plaintext);
        window.record(sequence + 1);
        return new ReceivedRequest(inner, request, Mode.PAIRWISE);
    }

    /** @param sequence of its own; empty for the first response */
    public ProtectedMessage protectResponse(ReceivedRequest request, CoapMessage message, OptionalLong sequence) {
        if (sequence.isEmpty()) {
            request.takeNonce();
        }
        Optional<byte[]> ownIv =
                sequence.isPresent() ? Optional.of(PartialIv.of(usable(sequence.getAsLong()))) : Optional.empty();
        byte[] nonce = ownIv.map(p -> nonce(senderId, p))
                .orElseGet(() -> nonce(recipientId, request.identity().partialIv()));
        return new ProtectedMessage(
                new OscoreOption(false, ownIv, Optional.empty(), Optional.empty()).encode(),
                algorithm.seal(senderKey, nonce, aad(request.identity()), message.plaintext()));
    }

    public CoapMessage openResponse(Exchange exchange, ProtectedMessage message) {
        OscoreOption option = OscoreOption.parse(message.option());
        long number = option.partialIv().map(PartialIv::sequence).orElse(-1L);
        exchange.requireNew(recipientId, number);
        byte[] nonce = option.partialIv()
                .map(p -> nonce(recipientId, p))
                .orElseGet(() -> nonce(senderId, exchange.request().partialIv()));
        CoapMessage inner = CoapMessage.of(
                failures.open(algorithm, recipientKey, nonce, aad(exchange.request()), message.payload()));
        exchange.record(recipientId, number);
        return inner;
    }

    /** Overwrites the keys; the context is of no use afterwards. */
    public void wipe() {
        Wipe.octets(senderKey, recipientKey, commonIv);
    }

    private byte[] nonce(byte[] id, byte[] partialIv) {
        return PartialIv.nonce(id, partialIv, commonIv, algorithm.nonceLength());
    }

    private byte[] aad(RequestIdentity request) {
        return Aad.encryption(Aad.plain(algorithm, request.kid(), request.partialIv()));
    }

    private long usable(long sequence) {
        if (sequence < 0 || sequence >= PartialIv.END || sequence >= algorithm.encryptionLimit()) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.EXHAUSTED,
                    "the key protected as many messages as it may: derive a new context");
        }
        return sequence;
    }
}
