package org.sealpost.binding.internal;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.server.MessageDeliverer;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.jspecify.annotations.Nullable;
import org.sealpost.binding.Unreachable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * The client side of CoAP. Blockwise transfer tells concurrent exchanges apart by peer, method and URI only (RFC 7959 2.4), so two
 * requests that agree in these leave from different ports, and when all ports are taken the later one waits.
 */
final class CoapSender implements AutoCloseable {
    private static final int MAX_LANES = 4;

    private final CoapPlane plane;
    private final List<Lane> lanes = new ArrayList<>();
    private final Deque<Call> waiting = new ArrayDeque<>();
    private final Set<Call> open = new HashSet<>();
    private boolean closed;

    /** A local port and what is under way from it. */
    private record Lane(CoapEndpoint endpoint, Set<String> busy) {}

    /** A request and who waits for its answer. */
    private record Call(
            Request coap, String key, String authority, String requestId, CompletableFuture<ResponsePrimitive> answer) {
        void unreachable(String what) {
            answer.completeExceptionally(new Unreachable(authority + " " + what));
        }
    }

    CoapSender(CoapPlane plane) {
        this.plane = plane;
    }

    CompletionStage<ResponsePrimitive> send(
            URI peer, RequestPrimitive request, Serialization serialization, Duration timeout) {
        Request coap;
        try {
            coap = CoapRequestMapping.encode(request, serialization);
        } catch (Refusal refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
        int port = peer.getPort() < 0 ? CoAP.DEFAULT_COAP_PORT : peer.getPort();
        InetSocketAddress address = new InetSocketAddress(String.valueOf(peer.getHost()), port);
        if (address.isUnresolved()) {
            return CompletableFuture.failedFuture(new Unreachable(peer.getRawAuthority() + " has no address"));
        }
        coap.setDestinationContext(new AddressEndpointContext(address));
        coap.setScheme(CoAP.COAP_URI_SCHEME);
        String key = address + " " + coap.getCode() + " " + coap.getOptions().getUriString();
        Call call = new Call(coap, key, peer.getRawAuthority(), request.requestId(), new CompletableFuture<>());
        Future<?> patience = plane.later(
                () -> {
                    call.unreachable("did not answer within " + timeout.toMillis() + " ms");
                    coap.cancel();
                },
                timeout.toMillis());
        call.answer().whenComplete((response, failure) -> patience.cancel(false));
        begin(call);
        return call.answer();
    }

    private void begin(Call call) {
        Lane lane;
        synchronized (this) {
            if (closed) {
                call.unreachable("was not asked: the sender is closed");
                return;
            }
            open.add(call);
            try {
                lane = freeLane(call.key());
            } catch (IOException e) {
                open.remove(call);
                call.unreachable("was not asked: no local UDP port could be opened");
                return;
            }
            if (lane == null) {
                waiting.add(call);
                return;
            }
        }
        transmit(call, lane);
    }

    private @Nullable Lane freeLane(String key) throws IOException {
        for (Lane lane : lanes) {
            if (lane.busy().add(key)) {
                return lane;
            }
        }
        if (lanes.size() == MAX_LANES) {
            return null;
        }
        Lane added = new Lane(plane.open(new InetSocketAddress(0), new ResponsesOnly()), new HashSet<>(Set.of(key)));
        lanes.add(added);
        return added;
    }

    private void transmit(Call call, Lane lane) {
        call.coap().addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                finish(call, lane);
                try {
                    call.answer().complete(CoapResponseMapping.decode(response, call.requestId()));
                } catch (Refusal refusal) {
                    call.answer().completeExceptionally(refusal);
                }
            }

            @Override
            public void onResponseHandlingError(Throwable cause) {
                finish(call, lane);
                call.answer()
                        .completeExceptionally(
                                new Refusal(ResponseStatus.BAD_REQUEST, "the peer's answer cannot be put together"));
            }

            @Override
            protected void failed() {
                finish(call, lane);
                call.unreachable("did not answer, or broke off");
            }
        });
        if (call.answer().isDone()) {
            finish(call, lane);
        } else {
            call.coap().send(lane.endpoint());
        }
    }

    /** Gives the place on the port to the next request of the same target that still waits. */
    private void finish(Call call, Lane lane) {
        Call next = null;
        synchronized (this) {
            if (!open.remove(call)) {
                return;
            }
            lane.busy().remove(call.key());
            for (Iterator<Call> i = waiting.iterator(); i.hasNext() && next == null; ) {
                Call candidate = i.next();
                if (candidate.answer().isDone()) {
                    i.remove();
                    open.remove(candidate);
                } else if (candidate.key().equals(call.key())) {
                    i.remove();
                    lane.busy().add(call.key());
                    next = candidate;
                }
            }
        }
        if (next != null) {
            transmit(next, lane);
        }
    }

    @Override
    public void close() {
        List<Call> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(open);
            open.clear();
            waiting.clear();
        }
        left.forEach(call -> call.unreachable("was asked, but the sender is closed now"));
        lanes.forEach(lane -> lane.endpoint().destroy());
    }

    /** A client's port serves nothing. */
    private static final class ResponsesOnly implements MessageDeliverer {
        @Override
        public void deliverRequest(Exchange exchange) {
            exchange.sendReject();
        }

        @Override
        public void deliverResponse(Exchange exchange, Response response) {
            exchange.getRequest().setResponse(response);
        }
    }
}
