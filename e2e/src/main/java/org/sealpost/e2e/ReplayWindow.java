package org.sealpost.e2e;

/**
 * A sliding window over the counters of one sender: 64 behind the highest. Check before opening, move only after the message proved
 * authentic. Counters start at 1. Not thread-safe.
 */
public final class ReplayWindow {
    /** How far behind the highest counter a late message may be. */
    public static final int SIZE = 64;

    private long highest;
    private long seen;

    /** True when the counter was not seen and is not too old to tell. */
    public boolean acceptable(long counter) {
        if (counter <= 0) {
            return false;
        }
        if (counter > highest) {
            return true;
        }
        long behind = highest - counter;
        return behind < SIZE && (seen >>> behind & 1) == 0;
    }

    /** Records an acceptable counter. */
    public void record(long counter) {
        if (!acceptable(counter)) {
            throw new IllegalArgumentException("the counter is not acceptable: check first");
        }
        if (counter > highest) {
            long jump = counter - highest;
            seen = jump >= SIZE ? 1 : seen << jump | 1;
            highest = counter;
        } else {
            seen |= 1L << (highest - counter);
        }
    }
}
