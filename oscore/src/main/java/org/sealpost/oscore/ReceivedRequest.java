package org.sealpost.oscore;

/**
 * A request that was opened, for its responses. The first may do without a sequence number of its own; the others can't, since they would repeat a nonce. Not thread-safe.
 */
public final class ReceivedRequest {
    private final CoapMessage message;
    private final RequestIdentity identity;
    private final Mode mode;
    private boolean answered;

    ReceivedRequest(CoapMessage message, RequestIdentity identity, Mode mode) {
        this.message = message;
        this.identity = identity;
        this.mode = mode;
    }

    /** A request whose own nonce is not the requester's alone, so that every response needs a number of its own. */
    static ReceivedRequest answeredWithNumbersOnly(CoapMessage message, RequestIdentity identity, Mode mode) {
        ReceivedRequest request = new ReceivedRequest(message, identity, mode);
        request.answered = true;
        return request;
    }

    public CoapMessage message() {
        return message;
    }

    public Mode mode() {
        return mode;
    }

    /** Sender ID of who asks; authenticated. */
    public byte[] sender() {
        return identity.kid().clone();
    }

    /** Gid of the context that it came under. */
    public byte[] gid() {
        return identity.kidContext().clone();
    }

    RequestIdentity identity() {
        return identity;
    }

    /** Uses up the request's own nonce. */
    void takeNonce() {
        if (answered) {
            throw new IllegalStateException("a second response needs a sequence number of its own");
        }
        answered = true;
    }
}
