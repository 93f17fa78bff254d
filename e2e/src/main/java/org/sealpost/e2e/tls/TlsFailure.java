package org.sealpost.e2e.tls;

/**
 * A handshake or connection failed and is over. The alert that tells the peer, if there is one, is still in {@link TlsPeer#output}. Never
 * has a secret in it.
 */
public final class TlsFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** No suite, version or curve in common. */
        NOTHING_IN_COMMON,
        /** The peer's pre-shared key is not known here. */
        UNKNOWN_KEY_ID,
        /** Something was changed under way, or the peer has another key. */
        NOT_AUTHENTIC,
        /** The peer's certificate or chain is refused. */
        CERTIFICATE,
        /** The peer sent an alert: it refuses us. */
        REFUSED_BY_PEER,
        /** Malformed or out of order, or an extension that we require is missing. */
        PROTOCOL,
        /** The connection was closed before. */
        CLOSED
    }

    private final Kind kind;

    public TlsFailure(Kind kind, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The sentence for a person. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
