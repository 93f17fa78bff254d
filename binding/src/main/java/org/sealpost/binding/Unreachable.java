package org.sealpost.binding;

/** No answer from the next hop: refused, broken or timed out. */
public final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Unreachable(String sentence) {
        super(sentence, null, false, false);
    }
}
