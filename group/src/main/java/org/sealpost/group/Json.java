package org.sealpost.group;

import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The strict JSON of the signed objects in this room. */
final class Json {
    private static final PrimitiveCodec CODEC = PrimitiveCodec.of(Serialization.JSON);

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode().put("v", 1);
    }

    static byte[] write(JsonNode tree) {
        return CODEC.encodeTree(tree);
    }

    static JsonNode read(byte[] octets) {
        return CODEC.decodeTree(octets);
    }
}
