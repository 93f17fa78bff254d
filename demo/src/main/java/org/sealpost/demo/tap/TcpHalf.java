package org.sealpost.demo.tap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One direction of a connection. Its key reads for it, and writes what the other direction could not. */
final class TcpHalf implements TapProxy.Ready {
    private final Relay relay;
    private final SocketChannel source;
    private final SocketChannel sink;
    private final Recording recording;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(32 * 1024).flip();
    private @Nullable SelectionKey key;
    private @Nullable TcpHalf other;

    TcpHalf(Relay relay, SocketChannel source, SocketChannel sink, Recording recording) {
        this.relay = relay;
        this.source = source;
        this.sink = sink;
        this.recording = recording;
    }

    void start(SelectionKey ownKey, TcpHalf opposite) {
        key = ownKey;
        other = opposite;
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        if (ready.isWritable()) {
            Objects.requireNonNull(other).drain();
        }
        if (ready.isValid() && ready.isReadable()) {
            read();
        }
    }

    private void read() throws IOException {
        buffer.clear();
        int count = source.read(buffer);
        buffer.flip();
        if (count < 0 || relay.open().isEmpty()) {
            broken();
            return;
        }
        recording.add(buffer);
        ByteBuffer piece = buffer.duplicate();
        relay.passing(piece);
        drain();
        relay.passed(piece);
    }

    /** Writes what is buffered; while something is left, waits for the sink and reads no more. */
    private void drain() throws IOException {
        sink.write(buffer);
        boolean left = buffer.hasRemaining();
        interest(Objects.requireNonNull(key), SelectionKey.OP_READ, !left);
        interest(Objects.requireNonNull(Objects.requireNonNull(other).key), SelectionKey.OP_WRITE, left);
    }

    private static void interest(SelectionKey key, int operation, boolean on) {
        key.interestOps(on ? key.interestOps() | operation : key.interestOps() & ~operation);
    }

    @Override
    public void broken() {
        try {
            source.close();
            sink.close();
            recording.close();
            Objects.requireNonNull(other).recording.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
