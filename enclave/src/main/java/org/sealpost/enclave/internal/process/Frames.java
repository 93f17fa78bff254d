package org.sealpost.enclave.internal.process;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Frames on a socket: length (4 octets, big endian), then that many octets. */
final class Frames {
    private static final int MAX_LENGTH = 1 << 21;

    private Frames() {}

    static void write(SocketChannel channel, byte[] octets) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(4 + octets.length)
                .putInt(octets.length)
                .put(octets)
                .flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    static byte[] read(SocketChannel channel) throws IOException {
        int length = fill(channel, ByteBuffer.allocate(4)).getInt();
        if (length < 0 || length > MAX_LENGTH) {
            throw new IOException("a frame on the enclave's socket is longer than " + MAX_LENGTH + " octets");
        }
        return fill(channel, ByteBuffer.allocate(length)).array();
    }

    private static ByteBuffer fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other end of the enclave's socket is closed");
            }
        }
        return buffer.flip();
    }
}
