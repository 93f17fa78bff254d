package org.sealpost.vectors;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reading and writing vector files: two spaces, line feeds, so that the same vectors are the same octets everywhere. Stateless. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static JsonNode read(byte[] octets) {
        return MAPPER.readTree(octets);
    }

    static byte[] print(JsonNode tree) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER));
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        return (MAPPER.writer().with(printer).writeValueAsString(tree) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** A text member that the vector must have. */
    static String text(JsonNode of, String name) {
        JsonNode value = of.get(name);
        if (value == null || !value.isString()) {
            throw new BadVector("lacks the text \"" + name + "\"");
        }
        return value.asString();
    }

    /** Octets of a hexadecimal member that the vector must have. */
    static byte[] hex(JsonNode of, String name) {
        try {
            return HexFormat.of().parseHex(text(of, name));
        } catch (IllegalArgumentException e) {
            throw new BadVector("\"" + name + "\" is not hexadecimal");
        }
    }

    static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    /** A list of texts; absent counts as empty. */
    static List<String> texts(JsonNode of, String name) {
        List<String> found = new ArrayList<>();
        JsonNode list = of.get(name);
        if (list != null) {
            list.forEach(item -> found.add(item.asString()));
        }
        return found;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String utf8(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }
}
