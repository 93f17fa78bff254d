package org.sealpost.binding;

/**
 * How one hop is protected (TS-0003 8.2). The seam for TLS and DTLS: a binding asks it what to do with a socket before the first
 * primitive. Plain hops are the only kind so far, therefore listeners bind loopback unless told otherwise.
 */
public sealed interface HopSecurity {
    /** No protection on the hop; what is end to end does not depend on it. */
    record Plain() implements HopSecurity {}

    static HopSecurity plain() {
        return new Plain();
    }
}
