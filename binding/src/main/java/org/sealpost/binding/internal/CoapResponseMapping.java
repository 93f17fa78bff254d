package org.sealpost.binding.internal;

import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Response;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * Response primitives as CoAP responses and back (TS-0008 6.2.3, 6.2.4). oneM2M-RSC is always sent and is what counts. A 2.04 may
 * have a payload, although the table wants it empty: ESPrim answers a NOTIFY with Content.
 */
final class CoapResponseMapping {
    private CoapResponseMapping() {}

    static Response encode(ResponsePrimitive response, boolean retrieve, Serialization serialization) {
        Response coap = new Response(StatusMapping.coap(response.status(), retrieve));
        OptionSet o = coap.getOptions();
        CoapOptions.putNumber(
                o, CoapOptions.STATUS, Optional.of(response.status().code()));
        if (!response.requestId().isEmpty()) {
            CoapOptions.put(o, CoapOptions.REQUEST_ID, Optional.of(response.requestId()));
        }
        CoapOptions.put(o, CoapOptions.FROM, response.from());
        CoapOptions.put(o, CoapOptions.RELEASE_VERSION, response.releaseVersion());
        CoapOptions.putTime(o, CoapOptions.ORIGINATING_TIMESTAMP, response.originatingTimestamp());
        CoapOptions.putTime(o, CoapOptions.RESULT_EXPIRATION, response.resultExpiration());
        response.location().ifPresent(l -> ResourcePath.segments(l).forEach(o::addLocationPath));
        // Nothing of oneM2M is to be answered from a cache (TS-0008 6.4).
        o.setMaxAge(0);
        response.content().ifPresent(c -> CoapContent.put(coap, c, serialization));
        return coap;
    }

    /**
     * Reads a response.
     *
     * @throws Refusal 4000 when it is not a response primitive, or answers another request
     */
    static ResponsePrimitive decode(Response coap, String requestId) {
        OptionSet o = coap.getOptions();
        ResponseStatus status = ResponseStatus.of(CoapOptions.number(o, CoapOptions.STATUS)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST,
                        "the peer answered CoAP " + text(coap.getCode())
                                + " without oneM2M-RSC: it refused the message, " + "or does not speak oneM2M")));
        if (!CoapOptions.require(o, CoapOptions.REQUEST_ID).equals(requestId)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the response answers another request: oneM2M-RQI differs");
        }
        List<String> location = o.getLocationPath();
        return new ResponsePrimitive(
                status,
                requestId,
                CoapContent.get(coap),
                Optional.empty(),
                CoapOptions.text(o, CoapOptions.FROM),
                CoapOptions.time(o, CoapOptions.ORIGINATING_TIMESTAMP),
                CoapOptions.time(o, CoapOptions.RESULT_EXPIRATION),
                CoapOptions.text(o, CoapOptions.RELEASE_VERSION),
                location.isEmpty() ? Optional.empty() : Optional.of(ResourcePath.to(location)));
    }

    private static String text(CoAP.ResponseCode code) {
        return code == null ? "an unknown code" : code.text;
    }
}
