package org.sealpost.onem2m;

/**
 * The answer "no": the standard's status code and a sentence that says what to do. Thrown by parsers and checks, turned into
 * an error response by whoever answers. Carries no secret and no stack trace: a refusal is an ordinary outcome, and making
 * one must be cheap for whoever is flooded.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ResponseStatus status;

    /**
     * A refusal.
     *
     * @param status an error code (class 4000 and above)
     * @param sentence for a person; never secret, never echoing more than an identifier of the message it refuses
     */
    public Refusal(ResponseStatus status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    /** The status code for the response. */
    public ResponseStatus status() {
        return status;
    }

    /** The sentence for a person. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    @Override
    public String toString() {
        return status.code() + " " + status + ": " + sentence();
    }
}
