package org.sealpost.binding.internal;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** Response primitives as HTTP responses and back (TS-0009 6.3 to 6.5). X-M2M-RSC is what counts, the HTTP status follows it. */
final class HttpResponseMapping {
    private HttpResponseMapping() {}

    /** A response; the reason phrase is omitted (TS-0009 6.3.3). */
    static FullHttpResponse encode(ResponsePrimitive response, Serialization serialization) {
        return encode(response, serialization, StatusMapping.http(response.status()));
    }

    static FullHttpResponse encode(ResponsePrimitive response, Serialization serialization, int httpStatus) {
        byte[] body = response.content()
                .map(c -> PrimitiveCodec.of(serialization).encode(c))
                .orElse(new byte[0]);
        FullHttpResponse http = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, new HttpResponseStatus(httpStatus, ""), Unpooled.wrappedBuffer(body));
        HttpHeaders h = http.headers();
        h.set(M2mHeaders.STATUS, response.status().code());
        if (!response.requestId().isEmpty()) {
            M2mHeaders.put(h, M2mHeaders.REQUEST_ID, Optional.of(response.requestId()));
        }
        M2mHeaders.put(h, M2mHeaders.ORIGIN, response.from());
        M2mHeaders.put(h, M2mHeaders.RELEASE_VERSION, response.releaseVersion());
        M2mHeaders.putTime(h, M2mHeaders.ORIGINATING_TIMESTAMP, response.originatingTimestamp());
        M2mHeaders.putTime(h, M2mHeaders.RESULT_EXPIRATION, response.resultExpiration());
        M2mHeaders.put(h, HttpHeaderNames.CONTENT_LOCATION.toString(), response.location());
        if (response.content().isPresent()) {
            h.set(HttpHeaderNames.CONTENT_TYPE, serialization.mediaType());
        }
        h.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return http;
    }

    /**
     * Reads a response.
     *
     * @param requestId of the request that it must answer
     * @throws Refusal 4000 when it is not a response primitive, or answers another request
     */
    static ResponsePrimitive decode(FullHttpResponse http, String requestId) {
        HttpHeaders h = http.headers();
        ResponseStatus status =
                ResponseStatus.of(Numbers.small(M2mHeaders.require(h, M2mHeaders.STATUS), M2mHeaders.STATUS));
        if (!M2mHeaders.require(h, M2mHeaders.REQUEST_ID).equals(requestId)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the response answers another request: X-M2M-RI differs");
        }
        Optional<Content> content = Optional.empty();
        if (http.content().isReadable()) {
            Serialization serialization =
                    MediaTypes.serialization(M2mHeaders.get(h, HttpHeaderNames.CONTENT_TYPE.toString()));
            content = Optional.of(PrimitiveCodec.of(serialization).decodeContent(ByteBufUtil.getBytes(http.content())));
        }
        return new ResponsePrimitive(
                status,
                requestId,
                content,
                Optional.empty(),
                M2mHeaders.get(h, M2mHeaders.ORIGIN),
                M2mHeaders.time(h, M2mHeaders.ORIGINATING_TIMESTAMP),
                M2mHeaders.time(h, M2mHeaders.RESULT_EXPIRATION),
                M2mHeaders.get(h, M2mHeaders.RELEASE_VERSION),
                M2mHeaders.get(h, HttpHeaderNames.CONTENT_LOCATION.toString()));
    }
}
