package org.sealpost.vectors;

/** A vector that can't be tried at all: a member is missing or of another form, or what comes before the test already fails. */
final class BadVector extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadVector(String why) {
        super(why);
    }
}
