package org.sealpost.binding.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Request;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.ResponseType;
import org.sealpost.onem2m.Serialization;

/** Request primitives as CoAP requests and back (TS-0008 6.2). */
final class CoapRequestMapping {
    private static final String OPERATION = "op=";

    private CoapRequestMapping() {}

    /**
     * Writes a request.
     *
     * @throws Refusal when a parameter has no place in CoAP
     */
    static Request encode(RequestPrimitive request, Serialization serialization) {
        Request coap = new Request(code(request.operation()), CoAP.Type.CON);
        OptionSet o = coap.getOptions();
        ResourcePath.segments(request.to()).forEach(o::addUriPath);
        try {
            Query.of(request).forEach((name, value) -> o.addUriQuery(name + "=" + value));
        } catch (IllegalArgumentException e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a query parameter is longer than CoAP can carry");
        }
        if (request.responseType()
                .filter(t -> t.mode() != ResponseType.BLOCKING)
                .isPresent()) {
            o.addUriQuery(OPERATION + request.operation().code());
        }
        o.setAccept(serialization.contentFormat());
        CoapOptions.put(o, CoapOptions.FROM, request.from());
        CoapOptions.put(o, CoapOptions.REQUEST_ID, Optional.of(request.requestId()));
        CoapOptions.putNumber(o, CoapOptions.RESOURCE_TYPE, request.resourceType());
        CoapOptions.put(o, CoapOptions.RELEASE_VERSION, request.releaseVersion());
        CoapOptions.put(o, CoapOptions.GROUP_REQUEST_ID, request.groupRequestId());
        CoapOptions.putNumber(o, CoapOptions.EVENT_CATEGORY, request.eventCategory());
        CoapOptions.putTime(o, CoapOptions.ORIGINATING_TIMESTAMP, request.originatingTimestamp());
        CoapOptions.putTime(o, CoapOptions.REQUEST_EXPIRATION, request.requestExpiration());
        CoapOptions.putTime(o, CoapOptions.RESULT_EXPIRATION, request.resultExpiration());
        CoapOptions.put(o, CoapOptions.NOTIFICATION_URIS, joined(Query.notificationUris(request), "&"));
        CoapOptions.put(o, CoapOptions.GROUP_TARGETS, joined(request.groupTargets(), "+"));
        request.content().ifPresent(content -> {
            if (coap.getCode() == CoAP.Code.GET || coap.getCode() == CoAP.Code.DELETE) {
                throw new Refusal(
                        ResponseStatus.NOT_IMPLEMENTED,
                        "CoAP has no payload in RETRIEVE and DELETE: leave the Content out");
            }
            CoapContent.put(coap, content, serialization);
        });
        return coap;
    }

    /**
     * Reads a request.
     *
     * @throws Refusal with a sentence that names the option at fault
     */
    static RequestPrimitive decode(Request coap) {
        OptionSet o = coap.getOptions();
        CoapOptions.refuseUnsupported(o);
        Optional<Integer> type = CoapOptions.number(o, CoapOptions.RESOURCE_TYPE);
        Operation operation = operation(coap.getCode(), type.isPresent());
        String requestId = CoapOptions.require(o, CoapOptions.REQUEST_ID);
        RequestPrimitive.Builder b =
                new RequestPrimitive.Builder(operation, ResourcePath.to(o.getUriPath()), requestId);
        boolean registration = operation == Operation.CREATE && type.equals(Optional.of(2));
        CoapOptions.text(o, CoapOptions.FROM)
                .or(() -> registration ? Optional.empty() : Optional.of(CoapOptions.require(o, CoapOptions.FROM)))
                .ifPresent(b::from);
        type.ifPresent(b::resourceType);
        b.releaseVersion(CoapOptions.text(o, CoapOptions.RELEASE_VERSION));
        CoapOptions.text(o, CoapOptions.GROUP_REQUEST_ID).ifPresent(b::groupRequestId);
        CoapOptions.number(o, CoapOptions.EVENT_CATEGORY).ifPresent(b::eventCategory);
        CoapOptions.time(o, CoapOptions.ORIGINATING_TIMESTAMP).ifPresent(b::originatingTimestamp);
        CoapOptions.time(o, CoapOptions.REQUEST_EXPIRATION).ifPresent(b::requestExpiration);
        CoapOptions.time(o, CoapOptions.RESULT_EXPIRATION).ifPresent(b::resultExpiration);
        Query.apply(
                pairs(o.getUriQuery(), operation),
                CoapOptions.text(o, CoapOptions.NOTIFICATION_URIS)
                        .map(v -> List.of(v.split("&")))
                        .orElse(List.of()),
                b);
        CoapOptions.text(o, CoapOptions.GROUP_TARGETS).ifPresent(v -> b.groupTargets(List.of(v.split("\\+"))));
        CoapContent.get(coap).ifPresent(b::content);
        return b.build();
    }

    private static Optional<String> joined(List<String> texts, String separator) {
        return texts.isEmpty() ? Optional.empty() : Optional.of(String.join(separator, texts));
    }

    /** The pairs of the query without the operation, which non-blocking requests repeat there. */
    private static List<String> pairs(List<String> query, Operation operation) {
        List<String> pairs = new ArrayList<>(query);
        for (String pair : query) {
            if (pair.startsWith(OPERATION)) {
                if (!pair.equals(OPERATION + operation.code())) {
                    throw new Refusal(ResponseStatus.BAD_REQUEST, "op in the query is not what the method says");
                }
                pairs.remove(pair);
            }
        }
        return pairs;
    }

    private static CoAP.Code code(Operation operation) {
        return switch (operation) {
            case CREATE, NOTIFY -> CoAP.Code.POST;
            case RETRIEVE -> CoAP.Code.GET;
            case UPDATE -> CoAP.Code.PUT;
            case DELETE -> CoAP.Code.DELETE;
        };
    }

    private static Operation operation(CoAP.Code code, boolean typed) {
        if (typed && code != CoAP.Code.POST) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "oneM2M-TY belongs to CREATE only, which is a POST");
        }
        return switch (code) {
            case POST -> typed ? Operation.CREATE : Operation.NOTIFY;
            case GET -> Operation.RETRIEVE;
            case PUT -> Operation.UPDATE;
            case DELETE -> Operation.DELETE;
            default ->
                throw new Refusal(
                        ResponseStatus.OPERATION_NOT_ALLOWED, "the CoAP method is not one of GET, POST, PUT, DELETE");
        };
    }
}
