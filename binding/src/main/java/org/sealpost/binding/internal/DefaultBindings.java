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
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.binding.PrimitiveHandler;
import org.sealpost.binding.Sender;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** One event loop group of two daemon threads for servers and clients, and what was opened through it. */
public final class DefaultBindings implements Bindings {
    private static final int LOOPS = 2;
    private static final long CLOSE_SECONDS = 2;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            LOOPS, new DefaultThreadFactory("binding", true), NioIoHandler.newFactory());
    private final HttpSender http = new HttpSender(loops);
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final HopSecurity security;

    public DefaultBindings(HopSecurity security) {
        this.security = security;
    }

    @Override
    public Listener listenHttp(InetSocketAddress address, PrimitiveHandler handler) {
        return keep(HttpListener.open(loops, address, handler));
    }

    @Override
    public Listener listenCoap(InetSocketAddress address, PrimitiveHandler handler) {
        throw new Refusal(
                ResponseStatus.NOT_IMPLEMENTED,
                "the CoAP binding is not built yet: listen for HTTP at " + address.getPort());
    }

    @Override
    public Sender sender() {
        return new SchemeSender();
    }

    @Override
    public void close() {
        listeners.forEach(Listener::close);
        loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public String toString() {
        return "Bindings[" + security + ", " + listeners.size() + " listeners]";
    }

    private Listener keep(Listener listener) {
        listeners.add(listener);
        return listener;
    }

    private final class SchemeSender implements Sender {
        @Override
        public CompletionStage<ResponsePrimitive> send(URI peer, RequestPrimitive request, Duration timeout) {
            return "http".equals(peer.getScheme())
                    ? http.send(peer, request, Serialization.JSON, timeout)
                    : CompletableFuture.failedFuture(new Refusal(
                            ResponseStatus.TARGET_NOT_REACHABLE,
                            "an address has a scheme that no binding speaks: use http"));
        }

        @Override
        public void close() {
            // owned by the bindings
        }
    }
}
