package org.sealpost.binding.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections of peers that hold them without need: a request must be complete within a time from its first octet, and a
 * connection may idle only so long. While an answer is pending nothing is measured. Used by one connection, on its event loop.
 */
final class SlowPeerGuard extends ChannelInboundHandlerAdapter {
    private final Duration whole;
    private final Duration idle;
    private boolean reading;
    private @Nullable Future<?> deadline;

    /**
     * A guard.
     *
     * @param whole longest time from the first octet of a request to its last
     * @param idle longest time without a request
     */
    SlowPeerGuard(Duration whole, Duration idle) {
        this.whole = whole;
        this.idle = idle;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        arm(ctx, idle);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!reading) {
            reading = true;
            arm(ctx, whole);
        }
        ctx.fireChannelRead(message);
    }

    /** The request arrived in full: from now on it is we who take the time. */
    void complete() {
        disarm();
    }

    /** The answer is on its way: the next request may begin. */
    void answered(ChannelHandlerContext ctx) {
        reading = false;
        arm(ctx, idle);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        disarm();
        ctx.fireChannelInactive();
    }

    private void arm(ChannelHandlerContext ctx, Duration time) {
        disarm();
        deadline = ctx.executor().schedule(() -> ctx.close(), time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void disarm() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
