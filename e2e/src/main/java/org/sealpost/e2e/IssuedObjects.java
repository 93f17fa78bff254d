package org.sealpost.e2e;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The receiver objects that one peer may begin sessions with: those issued to it, and the shared ones. Remembers which originator objects each has served, because a session begun twice
 * with the same two objects would take replayed messages for new ones. Not thread-safe.
 */
final class IssuedObjects {
    /** Sessions that one object serves. */
    static final int MOST_SESSIONS = 64;

    private final SharedObjects shared;
    private final Map<String, RandObject> own = new LinkedHashMap<>();
    private final Map<String, Set<String>> served = new HashMap<>();

    IssuedObjects(SharedObjects shared) {
        this.shared = shared;
    }

    /** Adds an object for this peer; a flood of requests drops the oldest. */
    void add(RandObject object) {
        own.put(object.id(), object);
        if (own.size() > EsprimChannel.MAX_KEPT) {
            String eldest = own.keySet().iterator().next();
            own.remove(eldest);
            served.remove(eldest);
        }
    }

    Optional<RandObject> find(String id, Instant now) {
        return Optional.ofNullable(own.get(id))
                .filter(o -> now.isBefore(o.expiry()))
                .or(() -> shared.find(id, now));
    }

    /** Refuses (4113) an originator's object that began a session before, and (4114) one session too many. */
    void requireUnserved(RandObject receiver, RandObject originator) {
        Set<String> before = served.getOrDefault(receiver.id(), Set.of());
        if (before.contains(originator.id())) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_ORIG_RAND_ID,
                    "the originator's RandObject served a session before: send a new one");
        }
        if (before.size() >= MOST_SESSIONS) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_RECV_RAND_ID,
                    "the receiver's RandObject has served all the sessions it may: ask for a new one");
        }
    }

    void served(RandObject receiver, RandObject originator, Instant now) {
        served.keySet().removeIf(id -> find(id, now).isEmpty());
        served.computeIfAbsent(receiver.id(), id -> new HashSet<>()).add(originator.id());
    }

    int size() {
        return own.size();
    }
}
