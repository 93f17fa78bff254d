package org.sealpost.binding.internal;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.sealpost.binding.Hop;
import org.sealpost.binding.Listener;
import org.sealpost.binding.PrimitiveHandler;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** HTTP server side of the binding on Netty. */
final class HttpListener implements Listener {
    /** A connection that says nothing for so long is closed; longer than any long poll. */
    private static final int IDLE_MINUTES = 10;

    private final Channel channel;

    private HttpListener(Channel channel) {
        this.channel = channel;
    }

    static Listener open(EventLoopGroup loops, InetSocketAddress address, PrimitiveHandler handler) {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel ch) {
                        ch.pipeline()
                                .addLast(new IdleStateHandler(0, 0, IDLE_MINUTES, TimeUnit.MINUTES))
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(PrimitiveCodec.MAX_OCTETS, true))
                                .addLast(new Exchange(handler));
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new UncheckedIOException(new IOException("can't listen at " + address + " ("
                    + bound.cause().getMessage() + "): stop what uses that port, or choose another"));
        }
        return new HttpListener(bound.channel());
    }

    @Override
    public URI pointOfAccess() {
        InetSocketAddress local = (InetSocketAddress) channel.localAddress();
        return URI.create("http://" + local.getAddress().getHostAddress() + ":" + local.getPort());
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    /** One connection: requests are answered in whatever order they complete, one at a time per connection. */
    private static final class Exchange extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final PrimitiveHandler handler;

        Exchange(PrimitiveHandler handler) {
            this.handler = handler;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
            boolean keepAlive = HttpUtil.isKeepAlive(message);
            String requestId = Optional.ofNullable(message.headers().get(HttpMapping.REQUEST_ID))
                    .orElse("");
            Serialization serialization = accepted(message);
            try {
                if (!message.decoderResult().isSuccess()) {
                    throw new Refusal(ResponseStatus.BAD_REQUEST, "the message is not HTTP");
                }
                byte[] body = new byte[message.content().readableBytes()];
                message.content().readBytes(body);
                RequestPrimitive request = HttpMapping.fromHttp(
                        message.method().name(),
                        message.uri(),
                        name -> Optional.ofNullable(message.headers().get(name)),
                        body);
                Hop hop = new Hop("http", (InetSocketAddress) context.channel().remoteAddress(), Optional.empty());
                handler.handle(request, hop)
                        .exceptionally(failure -> refused(failure, request.requestId()))
                        .thenAccept(response -> send(context, response, serialization, keepAlive));
            } catch (RuntimeException failure) {
                send(context, refused(failure, requestId), serialization, keepAlive);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent) {
                context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }

        private static void send(
                ChannelHandlerContext context,
                ResponsePrimitive response,
                Serialization serialization,
                boolean keepAlive) {
            byte[] body = response.content()
                    .map(c -> PrimitiveCodec.of(serialization).encode(c))
                    .orElse(new byte[0]);
            FullHttpResponse message = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(StatusMapping.http(response.status())),
                    Unpooled.wrappedBuffer(body));
            message.headers().set(HttpMapping.STATUS, response.status().code());
            message.headers().set(HttpMapping.REQUEST_ID, response.requestId());
            response.releaseVersion().ifPresent(v -> message.headers().set(HttpMapping.RELEASE, v));
            response.from().ifPresent(v -> message.headers().set(HttpMapping.ORIGIN, v));
            response.location().ifPresent(v -> message.headers().set(HttpMapping.CONTENT_LOCATION, v));
            if (body.length > 0) {
                message.headers().set(HttpMapping.CONTENT_TYPE, serialization.mediaType());
            }
            HttpUtil.setContentLength(message, body.length);
            HttpUtil.setKeepAlive(message, keepAlive);
            ChannelFuture written = context.writeAndFlush(message);
            if (!keepAlive) {
                written.addListener(f -> context.close());
            }
        }

        private static Serialization accepted(FullHttpRequest message) {
            return Optional.ofNullable(message.headers().get("Accept"))
                    .or(() -> Optional.ofNullable(message.headers().get(HttpMapping.CONTENT_TYPE)))
                    .flatMap(Serialization::ofMediaType)
                    .orElse(Serialization.JSON);
        }

        private static ResponsePrimitive refused(Throwable failure, String requestId) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            Refusal refusal = cause instanceof Refusal r
                    ? r
                    : new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "the request could not be processed");
            return ResponsePrimitive.refused(refusal, requestId);
        }
    }
}
