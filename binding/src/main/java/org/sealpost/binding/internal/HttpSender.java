package org.sealpost.binding.internal;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.sealpost.binding.Unreachable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** The client side of HTTP: one request at a time per connection, idle connections are used again. Never repeats a request. */
final class HttpSender implements AutoCloseable {
    private static final int DEFAULT_PORT = 80;

    private final Bootstrap bootstrap;
    private final Map<String, Deque<Channel>> idle = new ConcurrentHashMap<>();
    private final Map<CompletableFuture<?>, HttpCall> open = new ConcurrentHashMap<>();
    private volatile boolean closed;

    HttpSender(EventLoopGroup loops) {
        this.bootstrap = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, HttpLimits.ALLOCATOR)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) HttpLimits.CONNECT.toMillis())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpClientCodec(HttpLimits.decoder(), false, false))
                                .addLast(new HttpObjectAggregator(HttpLimits.MAX_BODY))
                                .addLast(new HttpClientConnection());
                    }
                });
    }

    CompletionStage<ResponsePrimitive> send(
            URI peer, RequestPrimitive request, Serialization serialization, Duration timeout) {
        FullHttpRequest http;
        try {
            if (peer.getHost() == null) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "a point of access names no host");
            }
            http = HttpRequestMapping.encode(request, peer, serialization);
        } catch (Refusal refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
        HttpCall call = new HttpCall(peer.getRawAuthority(), request.requestId(), http);
        open.put(call.answer(), call);
        call.answer().whenComplete((response, failure) -> open.remove(call.answer()));
        if (closed) {
            call.unreachable("is not asked: the sender is closed");
            return call.answer();
        }
        Deque<Channel> pool = idle.computeIfAbsent(call.authority(), a -> new ConcurrentLinkedDeque<>());
        Channel known = pool.pollFirst();
        while (known != null && !known.isActive()) {
            known = pool.pollFirst();
        }
        if (known != null) {
            start(known, call, timeout, pool, () -> connect(peer, call, timeout, pool));
        } else {
            connect(peer, call, timeout, pool);
        }
        return call.answer();
    }

    private void connect(URI peer, HttpCall call, Duration timeout, Deque<Channel> pool) {
        int port = peer.getPort() < 0 ? DEFAULT_PORT : peer.getPort();
        long begun = System.nanoTime();
        ChannelFuture connecting = bootstrap.connect(InetSocketAddress.createUnresolved(hostOf(peer), port));
        Future<?> patience = connecting
                .channel()
                .eventLoop()
                .schedule(
                        () -> {
                            call.unreachable("did not accept a connection within " + timeout.toMillis() + " ms");
                            connecting.cancel(false);
                            connecting.channel().close();
                        },
                        timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
        connecting.addListener(done -> {
            patience.cancel(false);
            if (done.isSuccess()) {
                connecting.channel().closeFuture().addListener(closing -> pool.remove(connecting.channel()));
                Duration left = timeout.minusNanos(System.nanoTime() - begun);
                start(connecting.channel(), call, left, pool, () -> call.unreachable("closed the connection at once"));
            } else {
                call.unreachable("does not accept connections");
            }
        });
    }

    /** Fails what is under way; the connections end with their event loops. */
    @Override
    public void close() {
        closed = true;
        open.values().forEach(call -> call.unreachable("was asked, but the sender is closed now"));
    }

    private static String hostOf(URI peer) {
        String host = peer.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** A channel that the peer closed meanwhile has lost its handlers. */
    /** Sends on a connection, or does something else if it turns out to have ended. */
    private static void start(Channel channel, HttpCall call, Duration timeout, Deque<Channel> pool, Runnable ended) {
        channel.eventLoop().execute(() -> {
            HttpClientConnection connection = channel.pipeline().get(HttpClientConnection.class);
            if (connection == null || !connection.start(call, timeout, () -> pool.offerFirst(channel))) {
                ended.run();
            }
        });
    }

    /** A request on its way. */
    record HttpCall(
            String authority, String requestId, FullHttpRequest http, CompletableFuture<ResponsePrimitive> answer) {
        HttpCall(String authority, String requestId, FullHttpRequest http) {
            this(authority, requestId, http, new CompletableFuture<>());
        }

        void unreachable(String what) {
            answer.completeExceptionally(new Unreachable(authority + " " + what));
        }
    }
}
