package org.sealpost.binding.internal;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.ResponseType;
import org.sealpost.onem2m.Serialization;
import org.sealpost.onem2m.Timestamps;

/** Primitives as HTTP messages and back (TS-0009 clause 6). Pure: knows neither server nor client. */
final class HttpMapping {
    static final String ORIGIN = "X-M2M-Origin";
    static final String REQUEST_ID = "X-M2M-RI";
    static final String STATUS = "X-M2M-RSC";
    static final String RELEASE = "X-M2M-RVI";
    static final String ORIGINATED = "X-M2M-OT";
    static final String REQUEST_EXPIRES = "X-M2M-RET";
    static final String RESULT_EXPIRES = "X-M2M-RST";
    static final String GROUP_REQUEST = "X-M2M-GID";
    static final String NOTIFICATION_URIS = "X-M2M-RTU";
    static final String EVENT_CATEGORY = "X-M2M-EC";
    static final String CONTENT_TYPE = "Content-Type";
    static final String CONTENT_LOCATION = "Content-Location";

    private HttpMapping() {}

    /** An HTTP request: method, path with query, headers, body. */
    record Request(String method, String target, Map<String, String> headers, byte[] body) {}

    static Request toHttp(RequestPrimitive r, Serialization serialization) {
        Map<String, String> headers = new LinkedHashMap<>();
        r.from().ifPresent(v -> headers.put(ORIGIN, v));
        headers.put(REQUEST_ID, r.requestId());
        r.releaseVersion().ifPresent(v -> headers.put(RELEASE, v));
        r.originatingTimestamp().ifPresent(v -> headers.put(ORIGINATED, Timestamps.format(v)));
        r.requestExpiration().ifPresent(v -> headers.put(REQUEST_EXPIRES, Timestamps.format(v)));
        r.resultExpiration().ifPresent(v -> headers.put(RESULT_EXPIRES, Timestamps.format(v)));
        r.groupRequestId().ifPresent(v -> headers.put(GROUP_REQUEST, v));
        r.eventCategory().ifPresent(v -> headers.put(EVENT_CATEGORY, String.valueOf(v)));
        r.responseType()
                .filter(t -> !t.notificationUris().isEmpty())
                .ifPresent(t -> headers.put(NOTIFICATION_URIS, String.join("&", t.notificationUris())));
        headers.put("Accept", serialization.mediaType());
        String type = r.resourceType().map(t -> ";ty=" + t).orElse("");
        if (r.content().isPresent() || !type.isEmpty()) {
            headers.put(CONTENT_TYPE, serialization.mediaType() + type);
        }
        byte[] body =
                r.content().map(c -> PrimitiveCodec.of(serialization).encode(c)).orElse(new byte[0]);
        return new Request(method(r.operation()), Paths.path(r.to()) + query(r), headers, body);
    }

    /**
     * Reads a request.
     *
     * @param header looks a header up, whatever its case
     * @throws Refusal naming the header or parameter that is at fault
     */
    static RequestPrimitive fromHttp(
            String method, String target, Function<String, Optional<String>> header, byte[] body) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        Map<String, String> query = query(mark < 0 ? "" : target.substring(mark + 1));
        Optional<String> contentType = get(header, CONTENT_TYPE);
        Optional<Integer> resourceType = contentType.flatMap(HttpMapping::resourceType);
        String requestId = get(header, REQUEST_ID)
                .orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "the header " + REQUEST_ID + " is missing"));
        RequestPrimitive.Builder b =
                new RequestPrimitive.Builder(operation(method, resourceType.isPresent()), Paths.to(path), requestId);
        get(header, ORIGIN).ifPresent(b::from);
        b.releaseVersion(get(header, RELEASE));
        get(header, ORIGINATED).map(Timestamps::parse).ifPresent(b::originatingTimestamp);
        get(header, REQUEST_EXPIRES).map(Timestamps::parse).ifPresent(b::requestExpiration);
        get(header, RESULT_EXPIRES).map(Timestamps::parse).ifPresent(b::resultExpiration);
        get(header, GROUP_REQUEST).ifPresent(b::groupRequestId);
        get(header, EVENT_CATEGORY).map(v -> number(v, EVENT_CATEGORY)).ifPresent(b::eventCategory);
        resourceType.ifPresent(b::resourceType);
        if (body.length > 0) {
            b.content(PrimitiveCodec.of(serialization(contentType)).decodeContent(body));
        }
        applyQuery(b, query, get(header, NOTIFICATION_URIS));
        return b.build();
    }

    static ResponsePrimitive fromHttp(
            Function<String, Optional<String>> header, byte[] body, String expectedRequestId) {
        ResponseStatus status = get(header, STATUS)
                .map(v -> ResponseStatus.of(number(v, STATUS)))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST,
                        "the peer's answer has no header " + STATUS + ": it does not speak oneM2M"));
        ResponsePrimitive bare =
                ResponsePrimitive.of(status, get(header, REQUEST_ID).orElse(expectedRequestId));
        ResponsePrimitive withFrom = get(header, ORIGIN).map(bare::withFrom).orElse(bare);
        ResponsePrimitive located =
                get(header, CONTENT_LOCATION).map(withFrom::withLocation).orElse(withFrom);
        return body.length == 0
                ? located
                : located.withContent(PrimitiveCodec.of(serialization(get(header, CONTENT_TYPE)))
                        .decodeContent(body));
    }

    /** The serialisation of a body; 4015 when it is of another medium. */
    static Serialization serialization(Optional<String> contentType) {
        return contentType
                .map(t -> Serialization.ofMediaType(t)
                        .orElseThrow(() -> new Refusal(
                                ResponseStatus.UNSUPPORTED_MEDIA_TYPE, "the body is neither JSON nor CBOR")))
                .orElse(Serialization.JSON);
    }

    private static String method(Operation operation) {
        return switch (operation) {
            case CREATE, NOTIFY -> "POST";
            case RETRIEVE -> "GET";
            case UPDATE -> "PUT";
            case DELETE -> "DELETE";
        };
    }

    private static Operation operation(String method, boolean typed) {
        return switch (method) {
            case "POST" -> typed ? Operation.CREATE : Operation.NOTIFY;
            case "GET" -> Operation.RETRIEVE;
            case "PUT" -> Operation.UPDATE;
            case "DELETE" -> Operation.DELETE;
            default ->
                throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "this HTTP method is no oneM2M operation");
        };
    }

    private static Optional<Integer> resourceType(String contentType) {
        for (String parameter : contentType.split(";")) {
            if (parameter.trim().startsWith("ty=")) {
                return Optional.of(number(parameter.trim().substring(3), "ty"));
            }
        }
        return Optional.empty();
    }

    private static String query(RequestPrimitive r) {
        List<String> parts = new ArrayList<>();
        r.responseType().ifPresent(t -> parts.add("rt=" + t.mode()));
        r.resultContent().ifPresent(v -> parts.add("rcn=" + v));
        if (!r.attributes().isEmpty()) {
            parts.add("atrl=" + encode(String.join("+", r.attributes())));
        }
        if (!r.groupTargets().isEmpty()) {
            parts.add("grtm=" + encode(String.join("+", r.groupTargets())));
        }
        r.filter().forEach((k, v) -> parts.add(encode(k) + "=" + encode(v)));
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static Map<String, String> query(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String part : text.isEmpty() ? new String[0] : text.split("&")) {
            int equals = part.indexOf('=');
            if (equals < 1
                    || found.put(decode(part.substring(0, equals)), decode(part.substring(equals + 1))) != null) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "the query has a part without a value, or one twice");
            }
        }
        return found;
    }

    private static void applyQuery(
            RequestPrimitive.Builder b, Map<String, String> query, Optional<String> notificationUris) {
        Optional<String> mode = Optional.ofNullable(query.remove("rt"));
        List<String> uris = notificationUris.map(u -> List.of(u.split("&"))).orElse(List.of());
        mode.ifPresent(m -> b.responseType(new ResponseType(number(m, "rt"), uris)));
        Optional.ofNullable(query.remove("rcn")).map(v -> number(v, "rcn")).ifPresent(b::resultContent);
        Optional.ofNullable(query.remove("atrl"))
                .map(v -> List.of(v.split("\\+")))
                .ifPresent(b::attributes);
        Optional.ofNullable(query.remove("grtm"))
                .map(v -> List.of(v.split("\\+")))
                .ifPresent(b::groupTargets);
        b.filter(query);
    }

    private static Optional<String> get(Function<String, Optional<String>> header, String name) {
        return header.apply(name);
    }

    private static int number(String text, String what) {
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, what + " is not a number");
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the query is not percent-encoded");
        }
    }
}
