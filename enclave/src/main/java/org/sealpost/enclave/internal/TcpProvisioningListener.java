package org.sealpost.enclave.internal;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.sealpost.enclave.FunctionKeys;
import org.sealpost.enclave.FunctionKeys.ConnectionStep;
import org.sealpost.enclave.ProvisioningListener;

/** Listens on a socket channel of the platform's own group of threads. */
public final class TcpProvisioningListener implements ProvisioningListener {
    private static final int BUFFER = 1 << 14;
    private static final int BACKLOG = 512;
    private static final long IDLE_SECONDS = 120;
    private static final long WRITE_SECONDS = 20;

    private final FunctionKeys enclave;
    private final Consumer<List<FunctionKeys.FunctionEvent>> events;
    private final Executor calls;
    private final AsynchronousServerSocketChannel listener;
    private final InetSocketAddress address;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    private TcpProvisioningListener(
            FunctionKeys enclave,
            Consumer<List<FunctionKeys.FunctionEvent>> events,
            Executor calls,
            AsynchronousServerSocketChannel listener,
            InetSocketAddress address) {
        this.enclave = enclave;
        this.events = events;
        this.calls = calls;
        this.listener = listener;
        this.address = address;
    }

    /** See {@link ProvisioningListener#open}. */
    public static ProvisioningListener open(
            InetSocketAddress wanted,
            FunctionKeys enclave,
            Consumer<List<FunctionKeys.FunctionEvent>> events,
            Executor calls)
            throws IOException {
        AsynchronousServerSocketChannel channel = AsynchronousServerSocketChannel.open();
        try {
            channel.bind(wanted, BACKLOG);
            TcpProvisioningListener made = new TcpProvisioningListener(
                    enclave, events, calls, channel, (InetSocketAddress) channel.getLocalAddress());
            made.accept();
            return made;
        } catch (IOException e) {
            channel.close();
            throw new IOException("can't listen at " + wanted + " (" + e.getMessage()
                    + "): stop what uses that port, or choose another");
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // it is being given up anyway
        }
        open.forEach(Connection::close);
    }

    private void accept() {
        if (!listener.isOpen()) {
            return;
        }
        listener.accept(null, new CompletionHandler<AsynchronousSocketChannel, Void>() {
            @Override
            public void completed(AsynchronousSocketChannel channel, Void nothing) {
                Connection connection = new Connection(channel);
                open.add(connection);
                connection.read();
                accept();
            }

            @Override
            public void failed(Throwable failure, Void nothing) {
                accept();
            }
        });
    }

    /** One client; one operation at a time is under way on it. */
    private final class Connection {
        private final AsynchronousSocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
        private volatile String handle = "";

        Connection(AsynchronousSocketChannel channel) {
            this.channel = channel;
        }

        void read() {
            in.clear();
            channel.read(in, IDLE_SECONDS, TimeUnit.SECONDS, null, handler(length -> {
                if (length < 0) {
                    close();
                } else {
                    byte[] received = Arrays.copyOf(in.array(), length);
                    execute(() -> inEnclave(received));
                }
            }));
        }

        private void inEnclave(byte[] received) {
            try {
                if (handle.isEmpty()) {
                    handle = enclave.acceptConnection();
                }
                ConnectionStep step = enclave.continueConnection(handle, received);
                if (!step.events().isEmpty()) {
                    events.accept(step.events());
                }
                write(ByteBuffer.wrap(step.send()), step.over());
            } catch (RuntimeException failure) {
                // The enclave is away: the client sees its connection end, and comes again.
                close();
            }
        }

        private void write(ByteBuffer octets, boolean over) {
            if (octets.hasRemaining()) {
                channel.write(octets, WRITE_SECONDS, TimeUnit.SECONDS, null, handler(n -> write(octets, over)));
            } else if (over) {
                close();
            } else {
                read();
            }
        }

        void close() {
            if (!open.remove(this)) {
                return;
            }
            try {
                channel.close();
            } catch (IOException e) {
                // it is being given up anyway
            }
            if (!handle.isEmpty()) {
                execute(() -> {
                    try {
                        enclave.dropConnection(handle);
                    } catch (RuntimeException away) {
                        // an enclave that is away has forgotten the connection
                    }
                });
            }
        }

        private CompletionHandler<Integer, Void> handler(Consumer<Integer> next) {
            return new CompletionHandler<>() {
                @Override
                public void completed(Integer length, Void nothing) {
                    next.accept(length);
                }

                @Override
                public void failed(Throwable failure, Void nothing) {
                    close();
                }
            };
        }
    }

    private void execute(Runnable task) {
        try {
            calls.execute(task);
        } catch (RejectedExecutionException stopping) {
            close();
        }
    }
}
