package org.sealpost.enclave.internal;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Counts the errors that came without protection, and says which of them may cause a new session: so many in a row from one peer, then fewer and fewer, until something authentic comes. Whoever
 * injects them gains delay, never a weaker session, and the operator sees the count. Thread-safe.
 */
final class UnauthenticatedErrors {
    /** Errors in a row that are answered at once. */
    static final int AT_ONCE = 4;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final int LONGEST_DOUBLING = 7;

    private final LongSupplier nanoTime;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final Map<String, Row> rows = new ConcurrentHashMap<>();

    /** Errors of one peer in a row, and until when no new session is started for one. */
    private record Row(int errors, long notBefore) {}

    UnauthenticatedErrors(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Counts an error of ESPrim; true when a new session may be started because of it. */
    boolean allowed(String peer, ResponseStatus status) {
        boolean esprim = switch (status) {
            case ESPRIM_UNSUPPORTED_OPTION,
                    ESPRIM_UNKNOWN_KEY_ID,
                    ESPRIM_UNKNOWN_ORIG_RAND_ID,
                    ESPRIM_UNKNOWN_RECV_RAND_ID,
                    ESPRIM_BAD_MAC,
                    ESPRIM_IMPERSONATION_ERROR,
                    ESPRIM_DECRYPTION_ERROR,
                    ESPRIM_ENCRYPTION_ERROR -> true;
            default -> false;
        };
        if (!esprim) {
            return false;
        }
        counts.computeIfAbsent(String.valueOf(status.code()), s -> new LongAdder())
                .increment();
        boolean helps = switch (status) {
            case ESPRIM_UNSUPPORTED_OPTION, ESPRIM_UNKNOWN_ORIG_RAND_ID, ESPRIM_UNKNOWN_RECV_RAND_ID, ESPRIM_BAD_MAC ->
                true;
            default -> false;
        };
        long now = nanoTime.getAsLong();
        Row before = rows.getOrDefault(peer, new Row(0, now));
        boolean patient = before.errors() < AT_ONCE || now - before.notBefore() >= 0;
        if (!helps || !patient) {
            return false;
        }
        int errors = before.errors() + 1;
        long pause = errors < AT_ONCE ? 0 : FIRST_PAUSE.toNanos() << Math.min(LONGEST_DOUBLING, errors - AT_ONCE);
        rows.put(peer, new Row(errors, now + pause));
        return true;
    }

    /** Something authentic came from the peer. */
    void authenticated(String peer) {
        rows.remove(peer);
    }

    Map<String, Long> counts() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((status, count) -> all.put(status, count.sum()));
        return all;
    }
}
