package org.sealpost.cli;

/** Something went wrong that the operator can mend: a sentence, and a hint (may be empty). */
final class Complaint extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String hint;

    Complaint(String sentence, String hint) {
        super(sentence, null, false, false);
        this.hint = hint;
    }

    String hint() {
        return hint;
    }
}
