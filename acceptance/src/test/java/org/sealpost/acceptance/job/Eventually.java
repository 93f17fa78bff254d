package org.sealpost.acceptance.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what must come, and says what did not. */
final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private Eventually() {}

    static <T> T present(String what, Callable<Optional<T>> look) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            Optional<T> found = look.call();
            if (found.isPresent()) {
                return found.get();
            }
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("did not happen within " + PATIENCE.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    static void holds(String what, Callable<Boolean> look) throws Exception {
        present(what, () -> look.call() ? Optional.of(true) : Optional.empty());
    }
}
