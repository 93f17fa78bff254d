package org.sealpost.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.ContentInfo;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.SecurityInfo;
import org.sealpost.onem2m.Serialization;
import org.sealpost.onem2m.Timestamps;

/** Requests, responses, contents and documents in JSON and CBOR, and the texts in them. What was read is written and read again the same. */
public final class PrimitivesTarget {
    private PrimitivesTarget() {}

    /** Loads what is instrumented before the clock of the first input runs. */
    public static void fuzzerInitialize() {
        Target.PRIMITIVES.seeds().forEach(PrimitivesTarget::fuzzerTestOneInput);
    }

    /** One input: the first octet chooses. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] octets = Arrays.copyOfRange(input, 1, input.length);
        PrimitiveCodec codec = PrimitiveCodec.of((input[0] & 1) == 0 ? Serialization.JSON : Serialization.CBOR);
        String text = new String(octets, StandardCharsets.UTF_8);
        switch (input[0] >> 1 & 7) {
            case 0 ->
                Outcome.of(() -> {
                    RequestPrimitive request = codec.decodeRequest(octets);
                    return same(request, codec.decodeRequest(codec.encode(request)));
                });
            case 1 ->
                Outcome.of(() -> {
                    ResponsePrimitive response = codec.decodeResponse(octets);
                    return same(response, codec.decodeResponse(codec.encode(response)));
                });
            case 2 ->
                Outcome.of(() -> {
                    Content content = codec.decodeContent(octets);
                    return same(content, codec.decodeContent(codec.encode(content)));
                });
            case 3 -> Outcome.of(() -> codec.decodeTree(octets));
            case 4 -> Outcome.of(() -> SecurityInfo.of(codec.decodeContent(octets)));
            case 5 -> Outcome.of(() -> new Identifier(text).absolute("x.example", "/cse"));
            case 6 -> Outcome.of(() -> Timestamps.parse(text));
            default -> Outcome.of(() -> ContentInfo.parse(text));
        }
    }

    private static Object same(Object one, Object other) {
        if (!one.equals(other)) {
            throw new IllegalStateException("what was read is not what is written");
        }
        return one;
    }
}
