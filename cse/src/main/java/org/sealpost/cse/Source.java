package org.sealpost.cse;

import java.util.Optional;

/**
 * How a request reached the CSE; decides what its {@code fr} is worth.
 *
 * @param kind the way in
 * @param authenticated the absolute identity that was proved, if any (ESPrim or hop security)
 */
public record Source(Kind kind, Optional<String> authenticated) {
    /** Ways in. */
    public enum Kind {
        /** Over a binding. */
        HOP,
        /** From the program that hosts the CSE, speaking for the CSE itself. */
        LOCAL,
        /** The inner primitive of an ESPrim exchange: authenticated end to end (TS-0003 7.1.2). */
        ESPRIM
    }

    public static Source hop(Optional<String> authenticated) {
        return new Source(Kind.HOP, authenticated);
    }

    public static Source local() {
        return new Source(Kind.LOCAL, Optional.empty());
    }

    public static Source esprim(String absoluteIdentity) {
        return new Source(Kind.ESPRIM, Optional.of(absoluteIdentity));
    }
}
