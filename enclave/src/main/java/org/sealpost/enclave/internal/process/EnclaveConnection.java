package org.sealpost.enclave.internal.process;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The program's end of the enclave's socket: many calls at a time over one connection. Thread-safe. */
final class EnclaveConnection implements AutoCloseable {
    private static final long CALL_SECONDS = 30;
    private static final String NO_ANSWER = "the enclave does not answer: it is being started again";

    private final SocketChannel channel;
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> pending = new ConcurrentHashMap<>();

    private EnclaveConnection(SocketChannel channel) {
        this.channel = channel;
    }

    static EnclaveConnection open(Path socket, byte[] token) throws IOException {
        EnclaveConnection connection = new EnclaveConnection(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        Frames.write(connection.channel, token);
        Frames.read(connection.channel);
        Thread reader = new Thread(connection::readReplies, "enclave-replies");
        reader.setDaemon(true);
        reader.start();
        return connection;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    Object call(String compartment, Method method, Object[] arguments) {
        long id = ids.incrementAndGet();
        ObjectNode request = EnclaveProtocol.MAPPER.createObjectNode();
        request.put("id", id).put("in", compartment).put("call", method.getName());
        request.set("args", EnclaveProtocol.arguments(arguments));
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        pending.put(id, reply);
        try {
            send(EnclaveProtocol.MAPPER.writeValueAsBytes(request));
            return value(reply.get(CALL_SECONDS, TimeUnit.SECONDS), method);
        } catch (IOException e) {
            // Whoever calls next is not to wait until the reader has noticed, too.
            close();
            throw new EnclaveUnavailable(NO_ANSWER);
        } catch (ExecutionException | TimeoutException e) {
            throw new EnclaveUnavailable(NO_ANSWER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EnclaveUnavailable("the wait for the enclave was interrupted");
        } finally {
            pending.remove(id);
        }
    }

    private static Object value(JsonNode reply, Method method) {
        if (reply.has("status")) {
            throw new Refusal(
                    ResponseStatus.of(reply.get("status").asInt()),
                    reply.get("sentence").asString());
        }
        if (reply.has("sentence")) {
            throw new EnclaveUnavailable(reply.get("sentence").asString());
        }
        return method.getReturnType() == void.class ? Void.TYPE : EnclaveProtocol.result(reply, method);
    }

    private void send(byte[] frame) throws IOException {
        writing.lock();
        try {
            Frames.write(channel, frame);
        } finally {
            writing.unlock();
        }
    }

    private void readReplies() {
        try {
            while (true) {
                JsonNode reply = EnclaveProtocol.MAPPER.readTree(Frames.read(channel));
                CompletableFuture<JsonNode> waiting =
                        pending.get(reply.get("id").asLong());
                if (waiting != null) {
                    waiting.complete(reply);
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is being given up anyway
        }
        pending.values().forEach(p -> p.completeExceptionally(new IOException("the enclave's socket is closed")));
    }
}
