package org.sealpost.enclave.internal.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import jdk.net.ExtendedSocketOptions;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The inside end of the enclave's socket. A connection must come from the same user and begin with the token within two seconds; then its calls run on a small
 * pool.
 */
public final class EnclaveServer implements AutoCloseable {
    private static final int WORKERS = 4;
    private static final long HELLO_SECONDS = 2;

    private final SecureEnvironment inside;
    private final byte[] token;
    private final LongAdder refused = new LongAdder();
    private final String owner;
    private final ServerSocketChannel listener;
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    private final ExecutorService connections = Executors.newCachedThreadPool();
    private final ScheduledExecutorService hellos = Executors.newSingleThreadScheduledExecutor();

    /** Listens at a socket file that only the owner can reach. */
    public EnclaveServer(SecureEnvironment inside, byte[] token, Path socket) throws IOException {
        this.inside = inside;
        this.token = token.clone();
        Files.deleteIfExists(socket);
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        this.listener.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        this.owner = Files.getOwner(socket).getName();
    }

    /** Accepts connections until closed. */
    public void run() throws IOException {
        while (listener.isOpen()) {
            try {
                SocketChannel channel = listener.accept();
                connections.execute(() -> serve(channel));
            } catch (ClosedChannelException e) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        connections.shutdownNow();
        workers.shutdownNow();
        hellos.shutdownNow();
    }

    private void serve(SocketChannel channel) {
        boolean admitted = false;
        try (channel) {
            String peer =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
            var timeout = hellos.schedule(() -> closeQuietly(channel), HELLO_SECONDS, TimeUnit.SECONDS);
            byte[] hello = Frames.read(channel);
            if (!timeout.cancel(false) || !peer.equals(owner) || !MessageDigest.isEqual(hello, token)) {
                refused.increment();
                return;
            }
            admitted = true;
            Frames.write(channel, new byte[] {1});
            ReentrantLock writing = new ReentrantLock();
            while (true) {
                byte[] request = Frames.read(channel);
                workers.execute(() -> answer(channel, writing, request));
            }
        } catch (IOException e) {
            // the peer is gone, which is how every connection ends
            if (!admitted) {
                refused.increment();
            }
        }
    }

    private void answer(SocketChannel channel, ReentrantLock writing, byte[] request) {
        byte[] reply = EnclaveProtocol.MAPPER.writeValueAsBytes(reply(request));
        writing.lock();
        try {
            Frames.write(channel, reply);
        } catch (IOException e) {
            closeQuietly(channel);
        } finally {
            writing.unlock();
        }
    }

    /** The reply to a request frame, whatever it holds. */
    ObjectNode reply(byte[] octets) {
        ObjectNode reply = EnclaveProtocol.MAPPER.createObjectNode();
        try {
            JsonNode request = EnclaveProtocol.request(octets);
            reply.put("id", request.get("id").asLong());
            Method method = EnclaveProtocol.call(request.get("call").asString());
            Enclave enclave = inside.compartment(request.get("in").asString());
            Object result = method.invoke(enclave, EnclaveProtocol.arguments(method, request.get("args")));
            if (method.getReturnType() != void.class) {
                EnclaveProtocol.putResult(
                        reply, method, method.getName().equals("counters") ? withConnections(enclave) : result);
            }
        } catch (InvocationTargetException e) {
            putFailure(reply, java.util.Objects.requireNonNullElse(e.getCause(), e));
        } catch (IllegalAccessException | IllegalArgumentException | NullPointerException | JacksonException e) {
            reply.put("sentence", "a call on the enclave's socket is malformed");
        } catch (RuntimeException e) {
            putFailure(reply, e);
        }
        return reply;
    }

    private Map<String, Long> withConnections(Enclave enclave) {
        Map<String, Long> all = new TreeMap<>(enclave.counters());
        all.put("connections.refused", refused.sum());
        return all;
    }

    private static void putFailure(ObjectNode reply, Throwable failure) {
        if (failure instanceof Refusal refusal) {
            reply.put("status", refusal.status().code()).put("sentence", refusal.sentence());
        } else if (failure instanceof EnclaveUnavailable unavailable) {
            reply.put("sentence", String.valueOf(unavailable.getMessage()));
        } else {
            reply.put(
                    "sentence",
                    "the enclave failed inside: " + failure.getClass().getSimpleName());
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // it is being given up anyway
        }
    }
}
