package org.sealpost.binding.internal;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** What the listeners of both bindings say about their addresses. */
final class Addresses {
    private static final long CLOSE_SECONDS = 2;

    private Addresses() {}

    static URI pointOfAccess(String scheme, InetSocketAddress local) {
        String host = local.getAddress().getHostAddress();
        return URI.create(scheme + "://" + (local.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":"
                + local.getPort());
    }

    static UncheckedIOException cannotListen(String binding, InetSocketAddress address, Throwable cause) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        String sentence = "cannot listen for " + binding + " on " + host + ":" + address.getPort() + " ("
                + cause.getMessage() + "): stop what uses that port, or choose another";
        return new UncheckedIOException(sentence, cause instanceof IOException io ? io : new IOException(cause));
    }

    /**
     * Waits until a listening channel is closed and its port is free, except on an event loop, which must not wait for itself. The
     * socket goes away in the select that follows the close, hence the second wait.
     */
    static void await(ChannelFuture closing) {
        EventLoop loop = closing.channel().eventLoop();
        if (!loop.inEventLoop() && !loop.isShuttingDown()) {
            closing.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
            loop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
