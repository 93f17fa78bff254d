package org.sealpost.demo.tap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Sits on every hop and records all of it: TCP and UDP relays on loopback, all on one thread. Each side of each connection has a file of its
 * own, {@code NAME.NUMBER.to} and {@code NAME.NUMBER.from}. Thread-safe.
 */
public final class TapProxy implements AutoCloseable {
    private final Path directory;
    private final Selector selector;
    private final Thread loop;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;
    private int connections;

    /** What a key of the selector does when it is ready; on the loop's thread. */
    interface Ready {
        void ready(SelectionKey key) throws IOException;

        /** After an error on its channel. */
        void broken();
    }

    /** Starts the loop; recordings go to {@code directory}, which is created. */
    public TapProxy(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        selector = Selector.open();
        loop = new Thread(this::run, "tap");
        loop.setDaemon(true);
        loop.start();
    }

    /** A relay for a listener over TCP. */
    public Relay tcp(String name) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.configureBlocking(false);
        Relay relay = new Relay(name, "http", (InetSocketAddress) server.getLocalAddress());
        later(() -> register(server, SelectionKey.OP_ACCEPT, new TcpAcceptor(this, relay, server)));
        return relay;
    }

    /** A relay for a listener over UDP. */
    public Relay udp(String name) throws IOException {
        DatagramChannel front = DatagramChannel.open();
        front.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        front.configureBlocking(false);
        Relay relay = new Relay(name, "coap", (InetSocketAddress) front.getLocalAddress());
        later(() -> register(front, SelectionKey.OP_READ, new UdpRelay(this, relay, front)));
        return relay;
    }

    /** The directory of the recordings. */
    public Path directory() {
        return directory;
    }

    /** On the loop's thread only. */
    SelectionKey register(java.nio.channels.SelectableChannel channel, int operations, Ready ready) {
        try {
            return channel.register(selector, operations, ready);
        } catch (java.nio.channels.ClosedChannelException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files for both directions of a new connection; on the loop's thread only. */
    Recording[] record(Relay relay) throws IOException {
        String base = relay.name() + "." + ++connections;
        return new Recording[] {
            new Recording(directory.resolve(base + ".to")), new Recording(directory.resolve(base + ".from"))
        };
    }

    private void later(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void run() {
        try (selector) {
            while (!closed) {
                selector.select();
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                var keys = selector.selectedKeys();
                keys.forEach(TapProxy::serve);
                keys.clear();
            }
            for (SelectionKey key : selector.keys()) {
                ((Ready) key.attachment()).broken();
                key.channel().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void serve(SelectionKey key) {
        Ready ready = (Ready) key.attachment();
        try {
            ready.ready(key);
        } catch (IOException | CancelledKeyException e) {
            // One end is gone: so is the connection, as without a tap in between.
            ready.broken();
        }
    }

    /** Closes all relays; what was recorded is in the files. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            loop.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
