package org.sealpost.onem2m;

import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Octets to trees under the limits of {@link PrimitiveCodec}. What the libraries would tolerate is refused here: duplicate keys,
 * trailing octets, encodings other than UTF-8, unpaired surrogates, numbers that are not finite, indefinite-length CBOR, tags and byte
 * strings.
 */
final class StrictTrees {
    private static final int MAX_NUMBER_LENGTH = 40;
    private static final int MAX_NAME_LENGTH = 256;

    /** A megabyte of empty arrays would become a tree of many times its size. */
    private static final long MAX_TOKENS = 100_000;

    private static final byte BYTE_ORDER_MARK = (byte) 0xef;

    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(PrimitiveCodec.MAX_DEPTH)
            .maxDocumentLength(PrimitiveCodec.MAX_OCTETS)
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxNameLength(MAX_NAME_LENGTH)
            .maxStringLength(PrimitiveCodec.MAX_OCTETS)
            .maxTokenCount(MAX_TOKENS)
            .build();

    private final Serialization serialization;
    private final ObjectMapper mapper;

    StrictTrees(Serialization serialization) {
        this.serialization = serialization;
        this.mapper = switch (serialization) {
            case JSON ->
                JsonMapper.builder(JsonFactory.builder()
                                .streamReadConstraints(LIMITS)
                                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                .build())
                        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .build();
            case CBOR ->
                CBORMapper.builder(CBORFactory.builder()
                                .streamReadConstraints(LIMITS)
                                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                .build())
                        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .build();
        };
    }

    JsonNode read(byte[] octets) {
        if (octets.length == 0 || octets.length > PrimitiveCodec.MAX_OCTETS) {
            throw refused("it is empty or longer than " + PrimitiveCodec.MAX_OCTETS + " octets");
        }
        if (serialization == Serialization.CBOR) {
            CborShape.check(octets);
        } else {
            requireUtf8(octets);
        }
        try (JsonParser parser = mapper.createParser(octets)) {
            if (parser.nextToken() == null) {
                throw refused("it is empty");
            }
            JsonNode tree = mapper.readTree(parser);
            JsonToken after = parser.nextToken();
            if (after != null) {
                throw refused("something follows its end");
            }
            requireSound(tree);
            return tree;
        } catch (JacksonIOException e) {
            throw refused("it is cut off");
        } catch (JacksonException e) {
            throw refused("it is malformed, has a duplicate key, is nested deeper than " + PrimitiveCodec.MAX_DEPTH
                    + ", or has too many or too long parts");
        }
    }

    /** The parser would guess UTF-16 and UTF-32 by their zero octets, which JSON in UTF-8 does not have. */
    private void requireUtf8(byte[] octets) {
        if (octets[0] == BYTE_ORDER_MARK) {
            throw refused("it begins with a byte order mark");
        }
        for (byte octet : octets) {
            if (octet == 0) {
                throw refused("it is not UTF-8");
            }
        }
        if (!Utf8.is(octets, 0, octets.length)) {
            throw refused("it is not UTF-8");
        }
    }

    /** What could be read but not written again the same is refused. */
    private void requireSound(JsonNode node) {
        if (node.isString()) {
            requirePaired(node.asString());
        } else if (node.isFloatingPointNumber() && !Double.isFinite(node.asDouble())) {
            throw refused("a number is not finite");
        } else if (node.isIntegralNumber() && !node.canConvertToLong()) {
            throw refused("a whole number does not fit 64 bits");
        } else if (node.isObject()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                requirePaired(member.getKey());
                requireSound(member.getValue());
            }
        } else {
            node.forEach(this::requireSound);
        }
    }

    private void requirePaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                throw refused("a text has half of a surrogate pair");
            }
            i++;
        }
    }

    byte[] write(JsonNode tree) {
        return serialization == Serialization.CBOR ? CborWriter.write(tree) : mapper.writeValueAsBytes(tree);
    }

    private Refusal refused(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "the " + serialization + " document is refused: " + why);
    }
}
