package org.sealpost.binding.internal;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.net.URI;
import org.sealpost.binding.Listener;
import org.sealpost.binding.PrimitiveHandler;

/** The server side of HTTP. A connection carries one request at a time; none has a thread of its own. */
final class HttpListener implements Listener {
    private final ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
    private final Channel server;

    private HttpListener(EventLoopGroup loops, InetSocketAddress address, PrimitiveHandler handler) {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, HttpLimits.ALLOCATOR)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        prepare(channel, handler);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Addresses.cannotListen("HTTP", address, bound.cause());
        }
        this.server = bound.channel();
    }

    static HttpListener open(EventLoopGroup loops, InetSocketAddress address, PrimitiveHandler handler) {
        return new HttpListener(loops, address, handler);
    }

    private void prepare(SocketChannel channel, PrimitiveHandler handler) {
        if (connections.size() >= HttpLimits.MAX_CONNECTIONS) {
            channel.close();
            return;
        }
        connections.add(channel);
        SlowPeerGuard guard = new SlowPeerGuard(HttpLimits.WHOLE_REQUEST, HttpLimits.SERVER_IDLE);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(guard)
                .addLast(new HttpServerCodec(HttpLimits.decoder()))
                .addLast(new RequestAggregator())
                .addLast(new HttpConnection(handler, guard));
    }

    @Override
    public URI pointOfAccess() {
        return Addresses.pointOfAccess("http", (InetSocketAddress) server.localAddress());
    }

    @Override
    public void close() {
        Addresses.await(server.close());
        connections.close();
    }
}
