package org.sealpost.binding.internal;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.binding.PrimitiveHandler;
import org.sealpost.binding.Sender;
import org.sealpost.binding.Unreachable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * One event loop group of two daemon threads for HTTP servers and clients, and what was opened through it. CoAP gets its threads
 * when it is first used.
 */
public final class DefaultBindings implements Bindings {
    private static final int LOOPS = 2;
    private static final long CLOSE_SECONDS = 2;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            LOOPS, new DefaultThreadFactory("binding", true), NioIoHandler.newFactory());
    private final HttpSender http = new HttpSender(loops);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final HopSecurity security;
    private volatile boolean closed;
    private @Nullable Coap coap;

    /** The CoAP half. */
    private record Coap(CoapPlane plane, CoapSender sender) {}

    public DefaultBindings(HopSecurity security) {
        this.security = security;
    }

    @Override
    public Listener listenHttp(InetSocketAddress address, PrimitiveHandler handler) {
        return keep(HttpListener.open(loops, address, handler));
    }

    @Override
    public Listener listenCoap(InetSocketAddress address, PrimitiveHandler handler) {
        return keep(new CoapListener(coap().plane(), address, handler));
    }

    @Override
    public Sender sender() {
        return sender(Serialization.JSON);
    }

    /** A sender that writes in a given serialisation; answers are asked for in the same. */
    public Sender sender(Serialization serialization) {
        return new SchemeSender(serialization);
    }

    @Override
    public void close() {
        closed = true;
        http.close();
        listeners.forEach(Listener::close);
        Coap opened;
        synchronized (this) {
            opened = coap;
            coap = null;
        }
        if (opened != null) {
            opened.sender().close();
            opened.plane().close();
        }
        loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public String toString() {
        return "Bindings[" + security + ", " + listeners.size() + " listeners]";
    }

    private synchronized Coap coap() {
        Coap current = coap;
        if (current == null) {
            CoapPlane plane = new CoapPlane();
            current = new Coap(plane, new CoapSender(plane));
            coap = current;
        }
        return current;
    }

    private Listener keep(Listener listener) {
        listeners.add(listener);
        return listener;
    }

    private final class SchemeSender implements Sender {
        private final Serialization serialization;

        SchemeSender(Serialization serialization) {
            this.serialization = serialization;
        }

        @Override
        public CompletionStage<ResponsePrimitive> send(URI peer, RequestPrimitive request, Duration timeout) {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new Unreachable("nothing is sent any more: the bindings are closed"));
            }
            return switch (String.valueOf(peer.getScheme())) {
                case "http" -> http.send(peer, request, serialization, timeout);
                case "coap" -> coap().sender().send(peer, request, serialization, timeout);
                default ->
                    CompletableFuture.failedFuture(new Refusal(
                            ResponseStatus.TARGET_NOT_REACHABLE,
                            "an address has a scheme that no binding speaks: use http or coap"));
            };
        }

        @Override
        public void close() {
            // The connections belong to the bindings and end with them.
        }
    }
}
