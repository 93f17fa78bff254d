package org.sealpost.binding.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sealpost.binding.internal.HttpSender.HttpCall;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** One connection of the client, on its event loop. An answer that is late or cannot be read ends the connection. */
final class HttpClientConnection extends SimpleChannelInboundHandler<FullHttpResponse> {
    private @Nullable ChannelHandlerContext context;
    private @Nullable HttpCall call;
    private @Nullable Runnable release;
    private @Nullable Future<?> deadline;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /**
     * Sends a request.
     *
     * @param whenFree called when the connection can take another one
     * @return false when the connection had ended before, and nothing was sent
     */
    boolean start(HttpCall next, Duration timeout, Runnable whenFree) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !ctx.channel().isActive()) {
            return false;
        }
        cancelDeadline();
        call = next;
        release = whenFree;
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            fail("did not answer within " + timeout.toMillis() + " ms");
                            ctx.close();
                        },
                        timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
        ctx.writeAndFlush(next.http()).addListener(written -> {
            if (!written.isSuccess()) {
                fail("broke the connection while the request was sent");
                ctx.close();
            }
        });
        return true;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse http) {
        HttpCall current = call;
        Runnable whenFree = release;
        if (current == null || whenFree == null || http.decoderResult().isFailure()) {
            refuse("the peer's answer is not HTTP/1.1, or nothing was asked");
            ctx.close();
            return;
        }
        cancelDeadline();
        call = null;
        try {
            ResponsePrimitive response = HttpResponseMapping.decode(http, current.requestId());
            free(ctx, HttpUtil.isKeepAlive(http), whenFree);
            current.answer().complete(response);
        } catch (Refusal refusal) {
            ctx.close();
            current.answer().completeExceptionally(refusal);
        }
    }

    private void free(ChannelHandlerContext ctx, boolean keepAlive, Runnable whenFree) {
        if (!keepAlive) {
            ctx.close();
            return;
        }
        deadline = ctx.executor().schedule(() -> ctx.close(), HttpLimits.CLIENT_IDLE.toMillis(), TimeUnit.MILLISECONDS);
        whenFree.run();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail("closed the connection without an answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof TooLongHttpContentException) {
            refuse("the peer's answer is larger than " + HttpLimits.MAX_BODY + " octets");
        } else {
            fail("broke the connection");
        }
        ctx.close();
    }

    private void fail(String what) {
        cancelDeadline();
        if (call != null) {
            call.unreachable(what);
            call = null;
        }
    }

    private void refuse(String sentence) {
        cancelDeadline();
        if (call != null) {
            call.answer().completeExceptionally(new Refusal(ResponseStatus.BAD_REQUEST, sentence));
            call = null;
        }
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
