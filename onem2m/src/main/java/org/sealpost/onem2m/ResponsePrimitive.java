package org.sealpost.onem2m;

import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A response primitive (TS-0004 7.2.1.2), as a value.
 *
 * @param status {@code rsc}
 * @param requestId {@code rqi} of the request that this answers
 * @param content {@code pc}
 * @param to {@code to}
 * @param from {@code fr}; in an aggregated response the member's resource identifier
 * @param originatingTimestamp {@code ot}
 * @param resultExpiration {@code rset}
 * @param releaseVersion {@code rvi}
 * @param location the created resource's identifier as a binding carried it beside the Content (HTTP Content-Location, CoAP
 *     Location-Path); not a parameter of the standard's primitive and never encoded by the codec
 */
public record ResponsePrimitive(
        ResponseStatus status,
        String requestId,
        Optional<Content> content,
        Optional<String> to,
        Optional<String> from,
        Optional<Instant> originatingTimestamp,
        Optional<Instant> resultExpiration,
        Optional<String> releaseVersion,
        Optional<String> location) {

    /** A response without Content. */
    public static ResponsePrimitive of(ResponseStatus status, String requestId) {
        return new ResponsePrimitive(
                status,
                requestId,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(RequestPrimitive.RELEASE),
                Optional.empty());
    }

    /** A response with Content. */
    public static ResponsePrimitive of(ResponseStatus status, String requestId, Content content) {
        return of(status, requestId).withContent(content);
    }

    /** An error response; the sentence travels as {@code m2m:dbg}. */
    public static ResponsePrimitive refused(Refusal refusal, String requestId) {
        return of(
                refusal.status(),
                requestId,
                new Content(Content.DEBUG, JsonNodeFactory.instance.stringNode(refusal.sentence())));
    }

    public ResponsePrimitive withContent(Content value) {
        return new ResponsePrimitive(
                status,
                requestId,
                Optional.of(value),
                to,
                from,
                originatingTimestamp,
                resultExpiration,
                releaseVersion,
                location);
    }

    public ResponsePrimitive withRequestId(String value) {
        return new ResponsePrimitive(
                status, value, content, to, from, originatingTimestamp, resultExpiration, releaseVersion, location);
    }

    public ResponsePrimitive withFrom(String value) {
        return new ResponsePrimitive(
                status,
                requestId,
                content,
                to,
                Optional.of(value),
                originatingTimestamp,
                resultExpiration,
                releaseVersion,
                location);
    }

    public ResponsePrimitive withLocation(String value) {
        return new ResponsePrimitive(
                status,
                requestId,
                content,
                to,
                from,
                originatingTimestamp,
                resultExpiration,
                releaseVersion,
                Optional.of(value));
    }

    /** The sentence of an error response, or the status' name when it has none. */
    public String sentence() {
        return content.filter(c -> c.name().equals(Content.DEBUG))
                .map(c -> c.value().asString())
                .orElse(status.toString());
    }
}
