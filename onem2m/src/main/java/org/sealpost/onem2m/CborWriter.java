package org.sealpost.onem2m;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Writes CBOR as {@link CborShape} wants it: definite lengths and shortest heads (RFC 8949 4.2.1), with object members in their
 * order. The library's generator would write long texts in chunks, as an indefinite length.
 */
final class CborWriter {
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;
    private static final int FALSE = 0xf4;
    private static final int TRUE = 0xf5;
    private static final int NULL = 0xf6;
    private static final int DOUBLE = 0xfb;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private CborWriter() {}

    static byte[] write(JsonNode tree) {
        CborWriter writer = new CborWriter();
        writer.item(tree);
        return writer.out.toByteArray();
    }

    private void item(JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                head(MAP, node.size());
                for (Map.Entry<String, JsonNode> member : node.properties()) {
                    text(member.getKey());
                    item(member.getValue());
                }
            }
            case ARRAY -> {
                head(ARRAY, node.size());
                node.forEach(this::item);
            }
            case STRING -> text(node.asString());
            case NUMBER -> number(node);
            case BOOLEAN -> out.write(node.asBoolean() ? TRUE : FALSE);
            case NULL -> out.write(NULL);
            default -> throw refused("a value is neither object, array, text, number, boolean nor null");
        }
    }

    private void number(JsonNode node) {
        if (node.isFloatingPointNumber()) {
            out.write(DOUBLE);
            octets(Double.doubleToLongBits(node.asDouble()), Long.BYTES);
        } else if (node.canConvertToLong()) {
            long value = node.asLong();
            head(value < 0 ? 1 : 0, value < 0 ? -1 - value : value);
        } else {
            throw refused("a whole number does not fit 64 bits");
        }
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        head(TEXT, utf8.length);
        out.writeBytes(utf8);
    }

    private void head(int major, long argument) {
        if (argument < 24) {
            out.write(major << 5 | (int) argument);
            return;
        }
        int power = argument < 1 << 8 ? 0 : argument < 1 << 16 ? 1 : argument < 1L << 32 ? 2 : 3;
        out.write(major << 5 | (24 + power));
        octets(argument, 1 << power);
    }

    private void octets(long value, int count) {
        for (int i = count - 1; i >= 0; i--) {
            out.write((int) (value >>> (8 * i)));
        }
    }

    private static Refusal refused(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "this cannot be written as CBOR: " + why);
    }
}
