package org.sealpost.cse;

import java.time.Instant;
import java.util.List;
import org.sealpost.onem2m.RequestPrimitive;

/**
 * Carries NOTIFYs whose originator does not wait: stores each before it is accepted, delivers it at least once and in order for each target, and, where an answer is wanted, carries that
 * back the same way. It forwards octets; it has nothing to open them with.
 */
public interface Courier {
    /**
     * Accepts a message; called inside the transaction of what caused it.
     *
     * @param target AE-ID-Stem of an AE of this CSE, or an identifier elsewhere
     * @param expires when it is given up
     * @param replyTo identifiers that get the answer as {@code m2m:rsp}; empty when none is wanted
     */
    void accept(String target, RequestPrimitive request, Instant expires, List<String> replyTo);

    /** How many messages wait now. */
    long waiting();
}
