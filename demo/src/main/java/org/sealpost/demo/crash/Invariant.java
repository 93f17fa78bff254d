package org.sealpost.demo.crash;

import java.util.Optional;

/** Something that has to hold after each moment, seen from evidence. */
public interface Invariant {
    /** What it says, as a sentence's end: "... does not hold". */
    String name();

    /** What speaks against it now; empty when it holds. An exception counts as "can't be seen now". */
    Optional<String> broken() throws Exception;
}
