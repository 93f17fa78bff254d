package org.sealpost.enclave.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Request frames of the enclave's socket, at the compartments of a {@link FramesScene}: every frame has a reply, and a reply is a result, a refusal or a sentence. An input is whole frames' octets
 * (first octet from 128), or the arguments of a call in JSON: the first octet chooses the call, the second whose compartment.
 */
public final class FramesTarget {
    private static final int WHOLE_FRAMES = 128;
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final List<Method> CALLS = EnclaveProtocol.calls();
    private static final FramesScene SCENE = new FramesScene();
    private static final EnclaveServer SERVER = server();

    private FramesTarget() {}

    /** Loads what is instrumented before the clock of the first input runs. */
    public static void fuzzerInitialize() {
        seeds().forEach(FramesTarget::fuzzerTestOneInput);
    }

    /** Each call with arguments of a few shapes, calls that are in order, and both as whole frames. */
    public static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int call = 0; call < CALLS.size(); call++) {
            for (String arguments : List.of("[]", "[\"x\"]", "[\"x\",null,\"e30=\"]", "[\"x\",1,[]]", "[{}]")) {
                seeds.add(input(call, false, utf8(arguments)));
            }
        }
        for (FramesScene.Call call : SCENE.calls()) {
            byte[] arguments = JSON.writeValueAsBytes(EnclaveProtocol.arguments(call.arguments()));
            seeds.add(input(number(call.name()), call.atMember(), arguments));
            byte[] frame = frame(number(call.name()), call.atMember(), arguments);
            byte[] whole = new byte[frame.length + 1];
            whole[0] = (byte) WHOLE_FRAMES;
            System.arraycopy(frame, 0, whole, 1, frame.length);
            seeds.add(whole);
        }
        return seeds;
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        int choice = input[0] & 255;
        byte[] frame = choice >= WHOLE_FRAMES
                ? Arrays.copyOfRange(input, 1, input.length)
                : frame(choice, (input[1] & 1) == 1, Arrays.copyOfRange(input, 2, input.length));
        SCENE.asAtFirst();
        ObjectNode reply = SERVER.reply(frame);
        boolean one = reply.has("result") || reply.has("sentence") || reply.size() <= 1;
        if (!one || sentence(reply).startsWith("the enclave failed inside")) {
            throw new IllegalStateException("a frame has no proper reply: " + sentence(reply));
        }
        EnclaveProtocol.MAPPER.writeValueAsBytes(reply);
    }

    /** A frame with a call that there is. */
    private static byte[] frame(int choice, boolean atMember, byte[] arguments) {
        ObjectNode request = EnclaveProtocol.MAPPER.createObjectNode();
        request.put("id", 1L)
                .put("in", atMember ? "member" : "authority")
                .put("call", CALLS.get(choice % CALLS.size()).getName());
        try {
            request.set("args", JSON.readTree(arguments));
            return EnclaveProtocol.MAPPER.writeValueAsBytes(request);
        } catch (tools.jackson.core.JacksonException notJson) {
            request.put("args", arguments);
            return EnclaveProtocol.MAPPER.writeValueAsBytes(request);
        }
    }

    private static byte[] input(int call, boolean atMember, byte[] arguments) {
        byte[] all = new byte[arguments.length + 2];
        all[0] = (byte) call;
        all[1] = (byte) (atMember ? 1 : 0);
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return all;
    }

    private static int number(String call) {
        return CALLS.stream().map(Method::getName).toList().indexOf(call);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sentence(JsonNode reply) {
        return reply.path("sentence").asString("");
    }

    private static EnclaveServer server() {
        try {
            Path folder = Files.createTempDirectory("frames");
            folder.toFile().deleteOnExit();
            return new EnclaveServer(SCENE, new byte[32], folder.resolve("s"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
