package org.sealpost.binding.internal;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.sealpost.binding.Hop;
import org.sealpost.binding.PrimitiveHandler;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** One connection: reads a request, answers it, then reads the next. Whatever cannot be read is answered with a sentence. */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final PrimitiveHandler handler;
    private final SlowPeerGuard guard;

    /** Requests sent before the answer to the one in progress; no more than one read brings, because reading pauses then. */
    private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();

    private boolean busy;

    HttpConnection(PrimitiveHandler handler, SlowPeerGuard guard) {
        this.handler = handler;
        this.guard = guard;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest http) {
        guard.complete();
        if (busy) {
            waiting.add(http.retain());
            ctx.channel().config().setAutoRead(false);
            return;
        }
        busy = true;
        serve(ctx, http);
    }

    private void serve(ChannelHandlerContext ctx, FullHttpRequest http) {
        boolean keepAlive = HttpUtil.isKeepAlive(http) && http.decoderResult().isSuccess();
        Serialization serialization = Serialization.JSON;
        RequestPrimitive request;
        try {
            if (http.decoderResult().isFailure()) {
                throw new Refusal(
                        ResponseStatus.BAD_REQUEST, "what was sent is not HTTP/1.1, or its headers are too large");
            }
            serialization = answerIn(http);
            request = HttpRequestMapping.decode(http);
        } catch (Refusal refusal) {
            answer(ctx, ResponsePrimitive.refused(refusal, requestId(http)), serialization, keepAlive);
            return;
        }
        Serialization chosen = serialization;
        Hop hop = new Hop("http", (InetSocketAddress) ctx.channel().remoteAddress(), Optional.empty());
        Answers.ask(
                handler,
                request,
                hop,
                response -> ctx.executor().execute(() -> answer(ctx, response, chosen, keepAlive)));
    }

    private void answer(
            ChannelHandlerContext ctx, ResponsePrimitive response, Serialization serialization, boolean keepAlive) {
        FullHttpResponse http;
        try {
            http = HttpResponseMapping.encode(response, serialization);
        } catch (Refusal refusal) {
            Refusal ours = new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "the response does not fit HTTP");
            http = HttpResponseMapping.encode(ResponsePrimitive.refused(ours, response.requestId()), serialization);
        }
        HttpUtil.setKeepAlive(http, keepAlive);
        ChannelFuture written = ctx.writeAndFlush(http);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
            return;
        }
        FullHttpRequest next = waiting.poll();
        if (next == null) {
            busy = false;
            guard.answered(ctx);
            ctx.channel().config().setAutoRead(true);
            return;
        }
        ctx.executor().execute(() -> {
            try {
                serve(ctx, next);
            } finally {
                next.release();
            }
        });
    }

    private static Serialization answerIn(FullHttpRequest http) {
        Serialization ofRequest = M2mHeaders.get(http.headers(), HttpHeaderNames.CONTENT_TYPE.toString())
                .flatMap(Serialization::ofMediaType)
                .orElse(Serialization.JSON);
        List<String> accept = http.headers().getAll(HttpHeaderNames.ACCEPT);
        return MediaTypes.accepted(
                accept.isEmpty() ? Optional.empty() : Optional.of(String.join(",", accept)), ofRequest);
    }

    /** The request id, for an answer to something that could not be read otherwise. */
    private static String requestId(FullHttpRequest http) {
        try {
            return M2mHeaders.get(http.headers(), M2mHeaders.REQUEST_ID).orElse("");
        } catch (Refusal refusal) {
            return "";
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        waiting.forEach(FullHttpRequest::release);
        waiting.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
