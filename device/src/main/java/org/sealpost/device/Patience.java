package org.sealpost.device;

import java.time.InstantSource;

/** How often to ask when asking brings nothing: at once after something came, then after a pause that doubles from half a second to about a minute. Thread-safe. */
final class Patience {
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LAST_PAUSE_MILLIS = 64_000;

    private final InstantSource clock;
    private long notBefore;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    Patience(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether it is time to ask. */
    synchronized boolean ready() {
        return clock.millis() >= notBefore;
    }

    /** Says whether it brought anything. */
    synchronized void asked(boolean fruitful) {
        pauseMillis = fruitful ? FIRST_PAUSE_MILLIS : Math.min(LAST_PAUSE_MILLIS, pauseMillis * 2);
        notBefore = fruitful ? 0 : clock.millis() + pauseMillis;
    }
}
