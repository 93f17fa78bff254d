package org.sealpost.demo.tap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What one side of one connection said: a file of exactly its octets, in order. */
final class Recording implements AutoCloseable {
    private final FileChannel file;

    Recording(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Appends what remains; the buffer is left as it was. */
    void add(ByteBuffer octets) throws IOException {
        ByteBuffer copy = octets.duplicate();
        while (copy.hasRemaining()) {
            file.write(copy);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
