package org.sealpost.binding.internal;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** Request primitives as HTTP requests and back (TS-0009 6.2, 6.4, 6.5). The body is the Content alone. */
final class HttpRequestMapping {
    private HttpRequestMapping() {}

    /**
     * Writes a request.
     *
     * @throws Refusal when a parameter has no place in HTTP
     */
    static FullHttpRequest encode(RequestPrimitive request, URI base, Serialization serialization) {
        byte[] body = request.content()
                .map(c -> PrimitiveCodec.of(serialization).encode(c))
                .orElse(new byte[0]);
        FullHttpRequest http = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, method(request.operation()), target(request, base), Unpooled.wrappedBuffer(body));
        HttpHeaders h = http.headers();
        h.set(HttpHeaderNames.HOST, base.getRawAuthority());
        h.set(HttpHeaderNames.ACCEPT, serialization.mediaType());
        boolean create = request.operation() == Operation.CREATE;
        if (create || request.content().isPresent()) {
            h.set(HttpHeaderNames.CONTENT_TYPE, serialization.mediaType() + (create ? ";ty=" + type(request) : ""));
        }
        if (body.length > 0 || create || request.operation() == Operation.UPDATE || isNotify(request)) {
            h.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        M2mHeaders.put(h, M2mHeaders.ORIGIN, request.from());
        M2mHeaders.put(h, M2mHeaders.REQUEST_ID, Optional.of(request.requestId()));
        M2mHeaders.put(h, M2mHeaders.RELEASE_VERSION, request.releaseVersion());
        M2mHeaders.put(h, M2mHeaders.GROUP_REQUEST_ID, request.groupRequestId());
        M2mHeaders.put(h, M2mHeaders.EVENT_CATEGORY, request.eventCategory().map(String::valueOf));
        M2mHeaders.putTime(h, M2mHeaders.ORIGINATING_TIMESTAMP, request.originatingTimestamp());
        M2mHeaders.putTime(h, M2mHeaders.REQUEST_EXPIRATION, request.requestExpiration());
        M2mHeaders.putTime(h, M2mHeaders.RESULT_EXPIRATION, request.resultExpiration());
        List<String> uris = Query.notificationUris(request);
        if (!uris.isEmpty()) {
            M2mHeaders.put(h, M2mHeaders.NOTIFICATION_URIS, Optional.of(String.join("&", uris)));
        }
        return http;
    }

    /**
     * Reads a request whose framing was sound.
     *
     * @throws Refusal with a sentence that names the header or part at fault
     */
    static RequestPrimitive decode(FullHttpRequest http) {
        HttpHeaders h = http.headers();
        Optional<String> contentType = M2mHeaders.get(h, HttpHeaderNames.CONTENT_TYPE.toString());
        Optional<Integer> type = MediaTypes.resourceType(contentType);
        Operation operation = operation(http.method(), type.isPresent());
        String uri = http.uri();
        int mark = uri.indexOf('?');
        String requestId = M2mHeaders.require(h, M2mHeaders.REQUEST_ID);
        RequestPrimitive.Builder b =
                new RequestPrimitive.Builder(operation, to(mark < 0 ? uri : uri.substring(0, mark)), requestId);
        boolean registration = operation == Operation.CREATE && type.equals(Optional.of(2));
        Optional<String> origin = M2mHeaders.get(h, M2mHeaders.ORIGIN);
        origin.or(() -> registration ? Optional.empty() : Optional.of(M2mHeaders.require(h, M2mHeaders.ORIGIN)))
                .ifPresent(b::from);
        if (operation == Operation.CREATE) {
            type.ifPresent(b::resourceType);
        }
        parameters(h, b);
        List<String> uris = M2mHeaders.get(h, M2mHeaders.NOTIFICATION_URIS)
                .map(v -> List.of(v.split("&")))
                .orElse(List.of());
        Query.apply(pairs(mark < 0 ? "" : uri.substring(mark + 1)), uris, b);
        if (http.content().isReadable()) {
            Serialization serialization = MediaTypes.serialization(contentType);
            b.content(PrimitiveCodec.of(serialization).decodeContent(ByteBufUtil.getBytes(http.content())));
        }
        return b.build();
    }

    private static void parameters(HttpHeaders h, RequestPrimitive.Builder b) {
        b.releaseVersion(M2mHeaders.get(h, M2mHeaders.RELEASE_VERSION));
        M2mHeaders.get(h, M2mHeaders.GROUP_REQUEST_ID).ifPresent(b::groupRequestId);
        M2mHeaders.number(h, M2mHeaders.EVENT_CATEGORY).ifPresent(b::eventCategory);
        M2mHeaders.time(h, M2mHeaders.ORIGINATING_TIMESTAMP).ifPresent(b::originatingTimestamp);
        M2mHeaders.time(h, M2mHeaders.REQUEST_EXPIRATION).ifPresent(b::requestExpiration);
        M2mHeaders.time(h, M2mHeaders.RESULT_EXPIRATION).ifPresent(b::resultExpiration);
        if (h.contains(M2mHeaders.OPERATION_EXECUTION_TIME)) {
            throw new Refusal(
                    ResponseStatus.NOT_IMPLEMENTED,
                    "the header " + M2mHeaders.OPERATION_EXECUTION_TIME + " is not supported: leave it out");
        }
    }

    private static HttpMethod method(Operation operation) {
        return switch (operation) {
            case CREATE, NOTIFY -> HttpMethod.POST;
            case RETRIEVE -> HttpMethod.GET;
            case UPDATE -> HttpMethod.PUT;
            case DELETE -> HttpMethod.DELETE;
        };
    }

    private static Operation operation(HttpMethod method, boolean typed) {
        if (method.equals(HttpMethod.POST)) {
            return typed ? Operation.CREATE : Operation.NOTIFY;
        } else if (method.equals(HttpMethod.GET)) {
            return Operation.RETRIEVE;
        } else if (method.equals(HttpMethod.PUT)) {
            return Operation.UPDATE;
        } else if (method.equals(HttpMethod.DELETE)) {
            return Operation.DELETE;
        }
        throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "the HTTP method is not one of GET, POST, PUT, DELETE");
    }

    private static boolean isNotify(RequestPrimitive request) {
        return request.operation() == Operation.NOTIFY;
    }

    private static int type(RequestPrimitive request) {
        return request.resourceType()
                .orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "a CREATE lacks its resource type (ty)"));
    }

    private static String target(RequestPrimitive request, URI base) {
        String prefix = Optional.ofNullable(base.getRawPath()).orElse("").replaceAll("/+$", "");
        String path = ResourcePath.segments(request.to()).stream()
                .map(Percent::encode)
                .collect(Collectors.joining("/", prefix + "/", ""));
        Map<String, String> query = Query.of(request);
        return query.isEmpty()
                ? path
                : query.entrySet().stream()
                        .map(e -> e.getKey() + "=" + Percent.encode(e.getValue()))
                        .collect(Collectors.joining("&", path + "?", ""));
    }

    private static String to(String path) {
        if (!path.startsWith("/")) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the request target does not begin with a slash");
        }
        if (path.length() == 1) {
            return ResourcePath.to(List.of());
        }
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(1).split("/", -1)) {
            segments.add(Percent.decode(segment));
        }
        return ResourcePath.to(segments);
    }

    private static List<String> pairs(String query) {
        List<String> pairs = new ArrayList<>();
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                pairs.add(Percent.decode(pair));
            }
        }
        return pairs;
    }
}
