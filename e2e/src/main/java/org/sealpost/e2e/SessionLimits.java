package org.sealpost.e2e;

import java.time.Duration;

/**
 * How long one session key serves.
 *
 * @param lifetime of the RandObjects it comes from
 * @param messages in either direction; at most {@link #MOST_MESSAGES}
 */
public record SessionLimits(Duration lifetime, long messages) {
    /** Far below the 2^32 invocations that AES-GCM allows a key (TS-0003 8.5.2.2.1). */
    public static final long MOST_MESSAGES = 1L << 24;

    public SessionLimits {
        if (lifetime.isNegative() || lifetime.isZero() || messages < 2 || messages > MOST_MESSAGES) {
            throw new IllegalArgumentException("a session lasts some time and for 2 to 2^24 messages");
        }
    }

    /** As long, and as many messages as may be. */
    public static SessionLimits lasting(Duration lifetime) {
        return new SessionLimits(lifetime, MOST_MESSAGES);
    }
}
