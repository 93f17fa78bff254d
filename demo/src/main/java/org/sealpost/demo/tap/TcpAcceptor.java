package org.sealpost.demo.tap;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** Accepts connections and opens their other half. */
final class TcpAcceptor implements TapProxy.Ready {
    private final TapProxy tap;
    private final Relay relay;
    private final ServerSocketChannel server;

    TcpAcceptor(TapProxy tap, Relay relay, ServerSocketChannel server) {
        this.tap = tap;
        this.relay = relay;
        this.server = server;
    }

    @Override
    public void ready(SelectionKey key) throws IOException {
        SocketChannel client = server.accept();
        if (client == null) {
            return;
        }
        Optional<InetSocketAddress> target = relay.open();
        if (target.isEmpty()) {
            client.close();
            return;
        }
        SocketChannel far = SocketChannel.open();
        try {
            // Loopback: connecting takes microseconds or is refused at once.
            far.connect(target.get());
        } catch (IOException e) {
            client.close();
            far.close();
            return;
        }
        Recording[] files = tap.record(relay);
        TcpHalf to = new TcpHalf(relay, client, far, files[0]);
        TcpHalf from = new TcpHalf(relay, far, client, files[1]);
        start(client, to, from);
        start(far, from, to);
    }

    private void start(SocketChannel channel, TcpHalf own, TcpHalf other) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        own.start(tap.register(channel, SelectionKey.OP_READ, own), other);
    }

    @Override
    public void broken() {
        // The server socket itself does not break; closing is the loop's.
    }
}
