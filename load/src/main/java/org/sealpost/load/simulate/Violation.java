package org.sealpost.load.simulate;

/** Something happened that must never happen. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String invariant;

    Violation(String invariant, String what) {
        super(invariant + ": " + what, null, false, false);
        this.invariant = invariant;
    }

    /** Which one: {@code epoch}, {@code split}, {@code nonce}, {@code command}, {@code secret}, {@code excluded}, {@code confirmation} or {@code convergence}. */
    public String invariant() {
        return invariant;
    }
}
