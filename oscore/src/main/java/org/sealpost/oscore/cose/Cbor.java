package org.sealpost.oscore.cose;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.cbor.CBORGenerator;
import tools.jackson.dataformat.cbor.CBORMapper;

/** The CBOR that is computed with and signed: shortest forms and definite lengths (RFC 8949 section 4.2), so that equal values have equal octets. */
public final class Cbor {
    private static final CBORMapper MAPPER = CBORMapper.builder(tools.jackson.dataformat.cbor.CBORFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Cbor() {}

    /** Encodes a list of Integer, Long, Boolean, String, byte[], List, or Optional (empty: null). */
    public static byte[] array(List<?> items) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CBORGenerator generator = (CBORGenerator) MAPPER.createGenerator(out)) {
            write(generator, items);
        }
        return out.toByteArray();
    }

    /** Encodes a map with whole numbers for keys, in the order that it has; values as in {@link #array}, and maps of this kind. */
    public static byte[] map(Map<Long, ?> map) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CBORGenerator generator = (CBORGenerator) MAPPER.createGenerator(out)) {
            write(generator, map);
        }
        return out.toByteArray();
    }

    /** Reads a map as {@link #map} writes it, in any order, values as {@link #readArray} gives them and no maps among them; empty when it is anything else. */
    public static Optional<Map<Long, Object>> readMap(byte[] octets) {
        return read(octets)
                .filter(JsonNode::isObject)
                .flatMap(Cbor::entries)
                .filter(map -> Arrays.equals(map(map), octets));
    }

    /** Reads a whole number that stands alone; empty when it is anything else. */
    public static Optional<Long> readInteger(byte[] octets) {
        return read(octets)
                .filter(n -> n.isIntegralNumber() && n.canConvertToLong())
                .map(JsonNode::longValue)
                .filter(n -> Arrays.equals(alone(n), octets));
    }

    private static byte[] alone(long number) {
        byte[] array = array(List.of(number));
        return Arrays.copyOfRange(array, 1, array.length);
    }

    private static Optional<Map<Long, Object>> entries(JsonNode map) {
        Map<Long, Object> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            Optional<List<Object>> value = items(MAPPER.createArrayNode().add(entry.getValue()));
            // Written again, a text does not give the octets that were read.
            if (value.isEmpty() || !entry.getKey().matches("-?[0-9]{1,9}")) {
                return Optional.empty();
            }
            entries.put(Long.parseLong(entry.getKey()), value.get().get(0));
        }
        return Optional.of(entries);
    }

    /** Reads one item of any encoding; empty when it is damaged, has a key twice or octets after its end. */
    public static Optional<JsonNode> read(byte[] octets) {
        try {
            return Optional.ofNullable(MAPPER.readTree(octets));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Reads an array in the form that {@link #array} writes and no other, items as it takes them but whole numbers as Long; empty when it is anything else. */
    public static Optional<List<Object>> readArray(byte[] octets) {
        return read(octets)
                .filter(JsonNode::isArray)
                .flatMap(Cbor::items)
                .filter(list -> Arrays.equals(array(list), octets));
    }

    private static Optional<List<Object>> items(JsonNode array) {
        List<Object> items = new ArrayList<>();
        for (JsonNode node : array) {
            if (node.isBinary()) {
                items.add(node.binaryValue());
            } else if (node.isIntegralNumber() && node.canConvertToLong()) {
                items.add(node.longValue());
            } else if (node.isString()) {
                // What was no UTF-8 may have become a text that can't be written.
                if (!StandardCharsets.UTF_8.newEncoder().canEncode(node.stringValue())) {
                    return Optional.empty();
                }
                items.add(node.stringValue());
            } else if (node.isBoolean()) {
                items.add(node.booleanValue());
            } else if (node.isNull()) {
                items.add(Optional.empty());
            } else if (node.isArray()) {
                Optional<List<Object>> inner = items(node);
                if (inner.isEmpty()) {
                    return Optional.empty();
                }
                items.add(inner.get());
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(items);
    }

    private static void write(CBORGenerator generator, Object item) {
        if (item instanceof Integer number) {
            generator.writeNumber(number);
        } else if (item instanceof Long number) {
            generator.writeNumber(number);
        } else if (item instanceof Boolean truth) {
            generator.writeBoolean(truth);
        } else if (item instanceof String text) {
            generator.writeString(text);
        } else if (item instanceof byte[] octets) {
            generator.writeBinary(octets);
        } else if (item instanceof List<?> list) {
            generator.writeStartArray(list, list.size());
            list.forEach(i -> write(generator, i));
            generator.writeEndArray();
        } else if (item instanceof Map<?, ?> map) {
            generator.writeStartObject(map, map.size());
            map.forEach((key, value) -> {
                generator.writePropertyId((Long) key);
                write(generator, value);
            });
            generator.writeEndObject();
        } else if (item instanceof Optional<?> optional) {
            optional.ifPresentOrElse(i -> write(generator, i), generator::writeNull);
        } else {
            throw new IllegalArgumentException("not encoded here: " + item.getClass());
        }
    }
}
