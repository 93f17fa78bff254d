package org.sealpost.onem2m;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Octets to trees under the limits of {@link PrimitiveCodec}. What the libraries would tolerate is refused here: duplicate keys,
 * trailing octets, indefinite-length CBOR, tags and byte strings.
 */
final class StrictTrees {
    private static final int MAX_NUMBER_LENGTH = 40;
    private static final int MAX_NAME_LENGTH = 256;

    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(PrimitiveCodec.MAX_DEPTH)
            .maxDocumentLength(PrimitiveCodec.MAX_OCTETS)
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxNameLength(MAX_NAME_LENGTH)
            .maxStringLength(PrimitiveCodec.MAX_OCTETS)
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
                        .build();
            case CBOR ->
                CBORMapper.builder(CBORFactory.builder()
                                .streamReadConstraints(LIMITS)
                                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                .build())
                        .build();
        };
    }

    JsonNode read(byte[] octets) {
        if (octets.length == 0 || octets.length > PrimitiveCodec.MAX_OCTETS) {
            throw refused("it is empty or longer than " + PrimitiveCodec.MAX_OCTETS + " octets");
        }
        if (serialization == Serialization.CBOR) {
            CborShape.check(octets);
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
            return tree;
        } catch (JacksonIOException e) {
            throw refused("it is cut off");
        } catch (JacksonException e) {
            throw refused("it is malformed, has a duplicate key, or is nested deeper than " + PrimitiveCodec.MAX_DEPTH);
        }
    }

    byte[] write(JsonNode tree) {
        return serialization == Serialization.CBOR ? CborWriter.write(tree) : mapper.writeValueAsBytes(tree);
    }

    private Refusal refused(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "the " + serialization + " document is refused: " + why);
    }
}
