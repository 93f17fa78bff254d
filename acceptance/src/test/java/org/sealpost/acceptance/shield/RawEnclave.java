package org.sealpost.acceptance.shield;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedVerdict;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.cbor.CBORMapper;

/** A client of the enclave's socket written from {@code docs/protocol.md} alone, which keeps every reply frame as it came. One caller at a time. */
final class RawEnclave implements AutoCloseable {
    private static final CBORMapper CBOR =
            CBORMapper.builder().addMixIn(ProtectedVerdict.class, Variant.class).build();

    /** A verdict inside of a result names its form. */
    private interface Variant {
        @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "variant")
        CommandVerdict verdict();
    }

    private final SocketChannel channel;
    private final String compartment;
    private final List<Reply> replies;
    private long id;

    /** A reply as it came. */
    record Reply(String call, byte[] frame) {}

    private RawEnclave(SocketChannel channel, String compartment, List<Reply> replies) {
        this.channel = channel;
        this.compartment = compartment;
        this.replies = replies;
    }

    static RawEnclave open(Path socket, byte[] token, String compartment) throws IOException {
        RawEnclave client =
                new RawEnclave(SocketChannel.open(UnixDomainSocketAddress.of(socket)), compartment, new ArrayList<>());
        client.write(token);
        client.read();
        return client;
    }

    /** Another compartment over the same connection; its replies are kept with the others. */
    Enclave compartment(String name) {
        RawEnclave other = new RawEnclave(channel, name, replies);
        return other.enclave();
    }

    List<Reply> replies() {
        return List.copyOf(replies);
    }

    TreeSet<String> calls() {
        TreeSet<String> names = new TreeSet<>();
        replies.forEach(r -> names.add(r.call()));
        return names;
    }

    Enclave enclave() {
        return (Enclave) Proxy.newProxyInstance(
                Enclave.class.getClassLoader(),
                new Class<?>[] {Enclave.class},
                (proxy, method, arguments) -> call(method, arguments == null ? new Object[0] : arguments));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private Object call(Method method, Object[] arguments) throws IOException {
        ObjectNode request = CBOR.createObjectNode();
        request.put("id", ++id).put("in", compartment).put("call", method.getName());
        var args = request.putArray("args");
        for (Object argument : arguments) {
            args.add(CBOR.<JsonNode>valueToTree(argument));
        }
        write(CBOR.writeValueAsBytes(request));
        byte[] frame = read();
        replies.add(new Reply(method.getName(), frame));
        JsonNode reply = CBOR.readTree(frame);
        if (reply.has("status")) {
            throw new Refusal(
                    ResponseStatus.of(reply.get("status").asInt()),
                    reply.get("sentence").asString());
        }
        if (reply.has("sentence")) {
            throw new IOException(reply.get("sentence").asString());
        }
        return value(reply, method);
    }

    private static @org.jspecify.annotations.Nullable Object value(JsonNode reply, Method method) {
        if (method.getReturnType() == void.class) {
            return null;
        }
        java.lang.reflect.Type type = method.getGenericReturnType();
        if (reply.has("variant")) {
            String variant = reply.get("variant").asString();
            type = Arrays.stream(method.getReturnType().getPermittedSubclasses())
                    .filter(c -> c.getSimpleName().equals(variant))
                    .findFirst()
                    .orElseThrow();
        }
        return CBOR.treeToValue(reply.get("result"), CBOR.constructType(type));
    }

    private void write(byte[] octets) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(4 + octets.length)
                .putInt(octets.length)
                .put(octets)
                .flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private byte[] read() throws IOException {
        return fill(ByteBuffer.allocate(fill(ByteBuffer.allocate(4)).getInt())).array();
    }

    private ByteBuffer fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the enclave closed the connection");
            }
        }
        return buffer.flip();
    }
}
