package org.sealpost.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The receiver RandObject that an end point publishes for all originators (TS-0003 8.4.2 B.1a), and the one before it, which stays good until its own expiry. In memory only: a
 * restart makes a new one, so that nothing recorded before can begin a session again. Not thread-safe.
 */
public final class SharedObjects {
    private final Duration lifetime;
    private Optional<RandObject> current = Optional.empty();
    private Optional<RandObject> previous = Optional.empty();

    /** @param lifetime of each object; minutes to hours (AMB-22) */
    public SharedObjects(Duration lifetime) {
        this.lifetime = lifetime;
    }

    /** The object to publish: renewed when less than half of its life is left, or when it offers something else than {@code aeads}. */
    public RandObject current(List<Integer> aeads, Instant now, RandomGenerator random) {
        boolean good = current.filter(o -> now.isBefore(o.expiry().minus(lifetime.dividedBy(2))))
                .filter(o -> o.aeads().equals(aeads))
                .isPresent();
        if (!good) {
            previous = current;
            current = Optional.of(RandObject.freshShared(now.plus(lifetime), aeads, random));
        }
        return current.orElseThrow();
    }

    /** An object of this identifier that has not expired. */
    Optional<RandObject> find(String id, Instant now) {
        return Stream.concat(current.stream(), previous.stream())
                .filter(o -> o.id().equals(id) && now.isBefore(o.expiry()))
                .findFirst();
    }
}
