package org.sealpost.e2e;

/**
 * A sliding window over the counters of one sender: 64 behind the highest. Check before opening, move only after the message proved
 * authentic. Counters start at 1. Not thread-safe.
 */
public final class ReplayWindow {
    /** How far behind the highest counter a late message may be. */
    public static final int SIZE = 64;

    /**
     * What a window remembers.
     *
     * @param highest counter so far
     * @param seen bit n: the counter n below the highest
     */
    public record State(long highest, long seen) {}

    private long highest;
    private long seen;

    /** A window that goes on from where another one was. */
    public static ReplayWindow of(State state) {
        ReplayWindow window = new ReplayWindow();
        window.highest = state.highest();
        window.seen = state.seen();
        return window;
    }

    /** To be stored. */
    public State state() {
        return new State(highest, seen);
    }

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
