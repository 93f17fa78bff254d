package org.sealpost.e2e.data;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Headers of envelopes: read strictly, written in a fixed order. */
final class JoseHeader {
    static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);

    /** May stand there and are never looked at: keys come from the key ring alone. */
    private static final Set<String> IGNORED = Set.of("jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256");

    private JoseHeader() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static String encode(ObjectNode header) {
        return Base64Url.encode(JSON.encodeTree(header));
    }

    static ObjectNode decode(String base64url, Set<String> known) {
        return check(JSON.decodeTree(Base64Url.decode(base64url)), known);
    }

    /** Refuses every header that is not known, {@code crit}, {@code zip} and {@code b64} among them. */
    static ObjectNode check(JsonNode tree, Set<String> known) {
        if (!(tree instanceof ObjectNode header)) {
            throw malformed("has a header that is not an object");
        }
        for (String name : header.propertyNames()) {
            if (!known.contains(name) && !IGNORED.contains(name)) {
                throw malformed("has a header that is not known, such as crit, zip, b64 or p2c: leave it out");
            }
        }
        return header;
    }

    static String text(ObjectNode header, String name) {
        return optionalText(header, name).orElseThrow(() -> malformed("lacks its header " + name));
    }

    static Optional<String> optionalText(ObjectNode header, String name) {
        JsonNode value = header.get(name);
        if (value != null && !value.isString()) {
            throw malformed("has a header " + name + " that is not a text");
        }
        return Optional.ofNullable(value).map(JsonNode::asString);
    }

    static byte[] optionalOctets(ObjectNode header, String name) {
        return optionalText(header, name).map(Base64Url::decode).orElse(new byte[0]);
    }

    static String keyId(ObjectNode header) {
        String id = text(header, "kid");
        if (!DataKey.ID.matcher(id).matches()) {
            throw malformed("names a key in a form that no key has");
        }
        return id;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Refusal malformed(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "protected data " + why);
    }
}
