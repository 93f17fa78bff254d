package org.sealpost.enclave.internal.core;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Sha256;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Inner requests that were given to the program, by peer and inner request identifier: an originator whose answer was lost, or replaced on the way by an unprotected error, sends its
 * request again in a new session, and must not have it executed twice (AMB-19). In memory: a restart ends the sessions that could bring a repetition, except one of the originator's own.
 */
final class RepeatedRequests {
    private static final int REMEMBERED = 256;
    private static final int LONGEST_ANSWER = 8192;

    private final Map<String, Seen> seen = Bounded.map(REMEMBERED);
    private final Map<String, String> open = Bounded.map(REMEMBERED);

    /** @param answer absent as long as the program works on it, or when it is too long to keep */
    private record Seen(byte[] digest, boolean answered, Optional<byte[]> answer) {}

    /**
     * Records a request before it is given out.
     *
     * @return the answer it got before, when it is a repetition
     * @throws Refusal 4105 when the same identifier is at work, or was executed and its answer is no longer here
     */
    Optional<byte[]> begin(String peer, String requestId, byte[] request, String exchange) {
        String key = peer + " " + requestId;
        byte[] digest = Sha256.of(request);
        Seen before = seen.get(key);
        if (before != null && !before.answered()) {
            throw new Refusal(ResponseStatus.CONFLICT, "a request of this identifier is being processed: wait for it");
        }
        if (before != null && Arrays.equals(before.digest(), digest)) {
            if (before.answer().isEmpty()) {
                throw new Refusal(
                        ResponseStatus.CONFLICT,
                        "this request was executed before, and its answer was too long to keep");
            }
            return before.answer();
        }
        seen.put(key, new Seen(digest, false, Optional.empty()));
        open.put(exchange, key);
        return Optional.empty();
    }

    /** Lets the request of an exchange come again: nothing was executed. */
    void forget(String exchange) {
        String key = open.remove(exchange);
        if (key != null) {
            seen.remove(key);
        }
    }

    /** Records the answer of the request that an exchange brought. */
    void answered(String exchange, byte[] answer) {
        String key = open.remove(exchange);
        if (key != null) {
            seen.computeIfPresent(
                    key,
                    (k, s) -> new Seen(
                            s.digest(),
                            true,
                            answer.length > LONGEST_ANSWER ? Optional.empty() : Optional.of(answer.clone())));
        }
    }
}
