package org.sealpost.demo.tap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Relays datagrams; each client gets a socket of its own towards the target, so that answers find back. */
final class UdpRelay implements TapProxy.Ready {
    private final TapProxy tap;
    private final Relay relay;
    private final DatagramChannel front;
    private final Map<SocketAddress, Back> clients = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

    UdpRelay(TapProxy tap, Relay relay, DatagramChannel front) {
        this.tap = tap;
        this.relay = relay;
        this.front = front;
    }

    @Override
    public void ready(SelectionKey key) throws IOException {
        buffer.clear();
        SocketAddress client = front.receive(buffer);
        Optional<InetSocketAddress> target = relay.open();
        if (client == null || target.isEmpty()) {
            return;
        }
        buffer.flip();
        Back back = clients.get(client);
        if (back == null) {
            back = new Back(client);
            clients.put(client, back);
        }
        back.files[0].add(buffer);
        ByteBuffer piece = buffer.duplicate();
        relay.passing(piece);
        back.channel.send(buffer, target.get());
        relay.passed(piece);
    }

    @Override
    public void broken() {
        clients.values().forEach(Back::broken);
    }

    private final class Back implements TapProxy.Ready {
        private final SocketAddress client;
        private final DatagramChannel channel;
        private final Recording[] files;

        Back(SocketAddress client) throws IOException {
            this.client = client;
            files = tap.record(relay);
            channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0));
            channel.configureBlocking(false);
            tap.register(channel, SelectionKey.OP_READ, this);
        }

        @Override
        public void ready(SelectionKey key) throws IOException {
            buffer.clear();
            if (channel.receive(buffer) != null && relay.open().isPresent()) {
                buffer.flip();
                files[1].add(buffer);
                ByteBuffer piece = buffer.duplicate();
                relay.passing(piece);
                front.send(buffer, client);
                relay.passed(piece);
            }
        }

        @Override
        public void broken() {
            try {
                channel.close();
                files[0].close();
                files[1].close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
