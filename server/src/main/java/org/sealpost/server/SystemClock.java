package org.sealpost.server;

import java.time.Instant;
import java.util.Optional;

/** Whether the system's clock can be right, before anything is signed by it: what a server signs with a clock that was never set is refused everywhere, and its certificates are of no use. */
final class SystemClock {
    /** No release of this software is older. */
    private static final Instant EARLIEST = Instant.parse("2025-01-01T00:00:00Z");

    private SystemClock() {}

    /** What to do, when this can't be the time. */
    static Optional<String> complaint(Instant now) {
        return now.isBefore(EARLIEST)
                ? Optional.of("the system's clock says " + now
                        + ", as one does that was never set: what is signed now would be refused everywhere. Set it"
                        + " (timedatectl set-ntp true, or date -s), then start again; nothing was changed")
                : Optional.empty();
    }
}
