package org.sealpost.binding.internal;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.sealpost.binding.Hop;
import org.sealpost.binding.Listener;
import org.sealpost.binding.PrimitiveHandler;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** The server side of CoAP. A request that is not answered at once is acknowledged, and the answer follows when it is there. */
final class CoapListener implements Listener, MessageDeliverer {
    private final PrimitiveHandler handler;
    private final CoapEndpoint endpoint;

    CoapListener(CoapPlane plane, InetSocketAddress address, PrimitiveHandler handler) {
        this.handler = handler;
        try {
            this.endpoint = plane.open(address, this);
        } catch (IOException e) {
            throw Addresses.cannotListen("CoAP", address, e);
        }
    }

    @Override
    public void deliverRequest(Exchange exchange) {
        Request coap = exchange.getRequest();
        boolean retrieve = coap.getCode() == CoAP.Code.GET;
        Serialization serialization = Serialization.JSON;
        RequestPrimitive request;
        try {
            serialization = CoapContent.accepted(coap.getOptions());
            request = CoapRequestMapping.decode(coap);
        } catch (Refusal refusal) {
            exchange.sendResponse(encode(ResponsePrimitive.refused(refusal, requestId(coap)), retrieve, serialization));
            return;
        }
        Serialization chosen = serialization;
        Hop hop = new Hop("coap", coap.getSourceContext().getPeerAddress(), Optional.empty());
        AtomicBoolean answered = new AtomicBoolean();
        Answers.ask(handler, request, hop, response -> {
            answered.set(true);
            exchange.execute(() -> exchange.sendResponse(encode(response, retrieve, chosen)));
        });
        if (!answered.get()) {
            exchange.sendAccept();
        }
    }

    private static Response encode(ResponsePrimitive response, boolean retrieve, Serialization serialization) {
        try {
            return CoapResponseMapping.encode(response, retrieve, serialization);
        } catch (Refusal refusal) {
            Refusal ours = new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "the response does not fit CoAP");
            return CoapResponseMapping.encode(
                    ResponsePrimitive.refused(ours, response.requestId()), retrieve, serialization);
        }
    }

    /** The request id, for an answer to something that could not be read otherwise. */
    private static String requestId(Request coap) {
        try {
            return CoapOptions.text(coap.getOptions(), CoapOptions.REQUEST_ID).orElse("");
        } catch (Refusal refusal) {
            return "";
        }
    }

    @Override
    public void deliverResponse(Exchange exchange, Response response) {
        exchange.getRequest().setResponse(response);
    }

    @Override
    public URI pointOfAccess() {
        return Addresses.pointOfAccess("coap", endpoint.getAddress());
    }

    @Override
    public void close() {
        endpoint.destroy();
    }
}
