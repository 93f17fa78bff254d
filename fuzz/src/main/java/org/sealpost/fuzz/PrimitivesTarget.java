package org.sealpost.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sealpost.onem2m.ContentInfo;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.PrimitiveCodec;
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
                    byte[] written = codec.encode(codec.decodeRequest(octets));
                    return same(written, codec.encode(codec.decodeRequest(written)));
                });
            case 1 ->
                Outcome.of(() -> {
                    byte[] written = codec.encode(codec.decodeResponse(octets));
                    return same(written, codec.encode(codec.decodeResponse(written)));
                });
            case 2 ->
                Outcome.of(() -> {
                    byte[] written = codec.encode(codec.decodeContent(octets));
                    return same(written, codec.encode(codec.decodeContent(written)));
                });
            case 3 -> Outcome.of(() -> codec.decodeTree(octets));
            case 4 -> Outcome.of(() -> SecurityInfo.of(codec.decodeContent(octets)));
            case 5 -> Outcome.of(() -> new Identifier(text).absolute("x.example", "/cse"));
            case 6 -> Outcome.of(() -> Timestamps.parse(text));
            default -> Outcome.of(() -> ContentInfo.parse(text));
        }
    }

    /** Octets are compared, because a number of half precision comes back as one of double precision. */
    private static Object same(byte[] one, byte[] other) {
        if (!Arrays.equals(one, other)) {
            throw new IllegalStateException("what was written is read as something else");
        }
        return one;
    }
}
