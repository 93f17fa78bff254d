package org.sealpost.enclave.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.SecureEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Request frames of the enclave's socket, at a real compartment: every frame has a reply, and a reply is a result, a refusal or a sentence. The fuzzer writes whole frames, or the arguments of a
 * call that its first octet chooses, in JSON.
 */
public final class FramesTarget {
    private static final EnclaveServer SERVER = server();
    private static final List<java.lang.reflect.Method> CALLS = EnclaveProtocol.calls();

    private FramesTarget() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int choice = input[0] & 255;
        byte[] octets = java.util.Arrays.copyOfRange(input, 1, input.length);
        ObjectNode reply = SERVER.reply(choice >= 64 ? octets : frame(choice, octets));
        boolean one = reply.has("result") || reply.has("sentence") || reply.size() <= 1;
        if (!one || sentence(reply).startsWith("the enclave failed inside")) {
            throw new IllegalStateException("a frame has no proper reply: " + sentence(reply));
        }
        EnclaveProtocol.MAPPER.writeValueAsBytes(reply);
    }

    /** A frame with a call that there is. */
    private static byte[] frame(int choice, byte[] arguments) {
        ObjectNode request = EnclaveProtocol.MAPPER.createObjectNode();
        request.put("id", 1L)
                .put("in", "main")
                .put("call", CALLS.get(choice % CALLS.size()).getName());
        try {
            request.set(
                    "args",
                    tools.jackson.databind.json.JsonMapper.builder().build().readTree(arguments));
        } catch (tools.jackson.core.JacksonException notJson) {
            request.put("args", arguments);
        }
        return EnclaveProtocol.MAPPER.writeValueAsBytes(request);
    }

    private static String sentence(JsonNode reply) {
        return reply.path("sentence").asString("");
    }

    private static EnclaveServer server() {
        try {
            Path folder = Files.createTempDirectory("frames");
            folder.toFile().deleteOnExit();
            SecureEnvironment inside = SecureEnvironment.inProcess(folder.resolve("state"), InstantSource.system());
            return new EnclaveServer(new OneCompartment(inside), new byte[32], folder.resolve("s"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whatever a frame names: the fuzzer must not fill the disk with compartments. */
    private record OneCompartment(SecureEnvironment inside) implements SecureEnvironment {
        @Override
        public Enclave compartment(String name) {
            return inside.compartment("main");
        }

        @Override
        public OptionalLong processId() {
            return OptionalLong.empty();
        }

        @Override
        public void close() {
            inside.close();
        }
    }
}
