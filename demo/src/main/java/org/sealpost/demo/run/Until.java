package org.sealpost.demo.run;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Waits for facts, by looking again and again. */
public final class Until {
    private static final long PAUSE = Duration.ofMillis(40).toNanos();

    private Until() {}

    /** Looks at something that may fail to be looked at yet. */
    @FunctionalInterface
    public interface Look<T> {
        /** The fact, or empty as long as it does not hold. */
        Optional<T> look() throws Exception;
    }

    /** A condition that may fail to be looked at yet. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** The fact did not come about. */
    public static final class TooLate extends Exception {
        private static final long serialVersionUID = 1L;

        TooLate(String message) {
            super(message);
        }
    }

    /** The fact, as soon as it is there; what looking last failed with is in the message of {@link TooLate}. A look that
     * throws {@link Decided} ends the waiting. */
    public static <T> T found(Duration longest, String what, Look<T> look)
            throws TooLate, Decided, InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        String last = "";
        while (true) {
            try {
                Optional<T> found = look.look();
                if (found.isPresent()) {
                    return found.get();
                }
                last = "";
            } catch (InterruptedException | Decided e) {
                throw e;
            } catch (Exception e) {
                last = " (" + e.getClass().getSimpleName() + ": " + e.getMessage() + ")";
            }
            if (System.nanoTime() > end) {
                throw new TooLate("not within " + longest.toSeconds() + " s: " + what + last);
            }
            LockSupport.parkNanos(PAUSE);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** As {@link #found}, for a condition. */
    public static void holds(Duration longest, String what, Condition condition)
            throws TooLate, Decided, InterruptedException {
        found(longest, what, () -> condition.holds() ? Optional.of(true) : Optional.empty());
    }
}
