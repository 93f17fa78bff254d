package org.sealpost.fuzz;

import org.sealpost.onem2m.Refusal;

/** The invariant of all targets: a value or a {@link Refusal}. Anything else comes through, and the fuzzer calls it a finding. */
final class Outcome {
    /** Something that parses. */
    @FunctionalInterface
    interface Parser {
        Object parse();
    }

    private Outcome() {}

    /** Runs a parser. */
    static boolean of(Parser parser) {
        try {
            Object value = parser.parse();
            if (value == null) {
                throw new IllegalStateException("a parser gave nothing, and did not refuse");
            }
            return true;
        } catch (Refusal refusal) {
            if (refusal.sentence().isBlank() || refusal.status().successful()) {
                throw new IllegalStateException("a refusal that says nothing");
            }
            return false;
        }
    }
}
