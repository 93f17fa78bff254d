package org.sealpost.oscore;

/**
 * A message that is refused (RFC 8613 section 8.2 and 8.4, RFC 10021 section 7 and 8). Nothing changed at the receiver: no window moved, no context was kept. Carries no secret
 * and no stack trace: being flooded must be cheap.
 */
public final class OscoreFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why, with the CoAP response code that a server may answer with, unprotected. */
    public enum Reason {
        /** The option or the payload is malformed: 4.02 Bad Option. */
        MALFORMED(0x82),
        /** No context for this kid and kid context: 4.01 Unauthorized. */
        UNKNOWN_CONTEXT(0x81),
        /** The sequence number was seen, or is too old to tell: 4.01 Unauthorized. */
        REPLAY(0x81),
        /** Not authentic: 4.00 Bad Request. */
        NOT_AUTHENTIC(0x80),
        /** The context does not have the mode or algorithm: 4.00 Bad Request. */
        UNSUPPORTED(0x80),
        /** This side can't protect any more under this key: no message is made. */
        EXHAUSTED(0xa3);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        /** CoAP code, one octet: class in the upper three bits. */
        public int code() {
            return code;
        }
    }

    OscoreFailure(Reason reason, String sentence) {
        super(sentence, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
