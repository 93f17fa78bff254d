package org.sealpost.oscore;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * A request that was sent, for its responses: one of each server, or more of them in an observation, in order (RFC 10021 section 5.2). Not thread-safe.
 */
public final class Exchange {
    private final RequestIdentity request;
    private final Mode mode;
    private final Optional<byte[]> server;
    private final Map<String, Long> responses = new HashMap<>();

    Exchange(RequestIdentity request, Mode mode, Optional<byte[]> server) {
        this.request = request;
        this.mode = mode;
        this.server = server;
    }

    /** How the request was protected. */
    public Mode mode() {
        return mode;
    }

    RequestIdentity request() {
        return request;
    }

    /** Whom the request went to, where it was one. */
    Optional<byte[]> server() {
        return server;
    }

    /** @param number of the response; -1 for the one without a partial IV */
    void requireNew(byte[] id, long number) {
        Long last = responses.get(HexFormat.of().formatHex(id));
        if (last != null && number <= last) {
            throw new OscoreFailure(OscoreFailure.Reason.REPLAY, "a response was received before");
        }
    }

    void record(byte[] id, long number) {
        responses.put(HexFormat.of().formatHex(id), number);
    }
}
