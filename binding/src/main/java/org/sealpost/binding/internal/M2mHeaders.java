package org.sealpost.binding.internal;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Timestamps;

/** The header fields of TS-0009 6.4, read and written strictly: one value each, printable ASCII. */
final class M2mHeaders {
    static final String ORIGIN = "X-M2M-Origin";
    static final String REQUEST_ID = "X-M2M-RI";
    static final String GROUP_REQUEST_ID = "X-M2M-GID";
    static final String NOTIFICATION_URIS = "X-M2M-RTU";
    static final String ORIGINATING_TIMESTAMP = "X-M2M-OT";
    static final String RESULT_EXPIRATION = "X-M2M-RST";
    static final String REQUEST_EXPIRATION = "X-M2M-RET";
    static final String OPERATION_EXECUTION_TIME = "X-M2M-OET";
    static final String EVENT_CATEGORY = "X-M2M-EC";
    static final String STATUS = "X-M2M-RSC";
    static final String RELEASE_VERSION = "X-M2M-RVI";

    private M2mHeaders() {}

    static Optional<String> get(HttpHeaders headers, String name) {
        List<String> values = headers.getAll(name);
        if (values.size() > 1) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the header " + name + " appears more than once");
        }
        return values.stream().findFirst().map(v -> checked(v, name));
    }

    static String require(HttpHeaders headers, String name) {
        return get(headers, name)
                .orElseThrow(
                        () -> new Refusal(ResponseStatus.BAD_REQUEST, "the header " + name + " is missing: add it"));
    }

    static Optional<Integer> number(HttpHeaders headers, String name) {
        return get(headers, name).map(v -> Numbers.small(v, "the header " + name));
    }

    static Optional<Instant> time(HttpHeaders headers, String name) {
        return get(headers, name).map(v -> {
            try {
                return Timestamps.parse(v);
            } catch (Refusal e) {
                throw new Refusal(e.status(), "the header " + name + " is not read: " + e.sentence());
            }
        });
    }

    static void put(HttpHeaders headers, String name, Optional<String> value) {
        value.ifPresent(v -> headers.set(name, checked(v, name)));
    }

    static void putTime(HttpHeaders headers, String name, Optional<Instant> value) {
        value.ifPresent(v -> headers.set(name, Timestamps.format(v)));
    }

    private static String checked(String value, String name) {
        if (value.isEmpty() || !value.equals(value.trim()) || !value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the header " + name + " is empty or not printable ASCII");
        }
        return value;
    }
}
