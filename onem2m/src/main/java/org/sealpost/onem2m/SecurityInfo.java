package org.sealpost.onem2m;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code m2m:seci} of ESPrim (TS-0004 6.3.5.48): what an outer NOTIFY or its response carries. */
public sealed interface SecurityInfo {
    int RAND_OBJECT_REQUEST = 3;
    int RAND_OBJECT_RESPONSE = 4;
    int ESPRIM_OBJECT = 5;
    int KEY_ESTABLISHMENT = 6;

    /** Asks for a receiverESPrimRandObject ({@code sit} 3). */
    record RandObjectRequest() implements SecurityInfo {}

    /**
     * Brings one ({@code sit} 4).
     *
     * @param randObject JSON text of the object ({@code ero})
     */
    record RandObjectResponse(String randObject) implements SecurityInfo {}

    /**
     * An ESPrim Object ({@code sit} 5).
     *
     * @param object JWE Compact Serialization ({@code epo})
     */
    record EsprimObject(String object) implements SecurityInfo {}

    /**
     * A message of certificate-based key establishment ({@code sit} 6).
     *
     * @param message TLS records of one flight ({@code eckm}, base64 on the wire)
     */
    record KeyEstablishment(byte[] message) implements SecurityInfo {}

    /** The Content that carries this. */
    default Content toContent() {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        if (this instanceof RandObjectRequest) {
            o.put("sit", RAND_OBJECT_REQUEST);
        } else if (this instanceof RandObjectResponse r) {
            o.put("sit", RAND_OBJECT_RESPONSE);
            o.set(
                    "ero",
                    PrimitiveCodec.of(Serialization.JSON)
                            .decodeTree(r.randObject().getBytes(StandardCharsets.UTF_8)));
        } else if (this instanceof EsprimObject e) {
            o.put("sit", ESPRIM_OBJECT).put("epo", e.object());
        } else if (this instanceof KeyEstablishment k) {
            o.put("sit", KEY_ESTABLISHMENT).put("eckm", Base64.getEncoder().encodeToString(k.message()));
        }
        return new Content(Content.SECURITY_INFO, o);
    }

    /**
     * Reads a Content named {@code m2m:seci}.
     *
     * @throws Refusal 4000 when it is malformed, 5001 for kinds of security information that Sealpost does not process
     */
    static SecurityInfo of(Content content) {
        if (!content.name().equals(Content.SECURITY_INFO)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the Content is not m2m:seci");
        }
        JsonNode value = content.value();
        Members m = Members.of(value, "m2m:seci", Set.of("sit", "dreq", "dres", "ero", "epo", "eckm", "darq", "dars"));
        int type = (int) Math.max(-1, Math.min(m.integer("sit"), Integer.MAX_VALUE));
        String only = switch (type) {
            case RAND_OBJECT_REQUEST -> "";
            case RAND_OBJECT_RESPONSE -> "ero";
            case ESPRIM_OBJECT -> "epo";
            case KEY_ESTABLISHMENT -> "eckm";
            case 1, 2, 7, 8 ->
                throw new Refusal(
                        ResponseStatus.NOT_IMPLEMENTED,
                        "security information of type " + type + " is not processed here");
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "there is no such securityInfoType");
        };
        for (String name : value.propertyNames()) {
            if (!name.equals("sit") && !name.equals(only)) {
                throw new Refusal(
                        ResponseStatus.BAD_REQUEST, "m2m:seci of type " + type + " has a member of another type");
            }
        }
        return switch (type) {
            case RAND_OBJECT_RESPONSE -> new RandObjectResponse(objectText(m.require("ero")));
            case ESPRIM_OBJECT -> new EsprimObject(m.text("epo"));
            case KEY_ESTABLISHMENT -> new KeyEstablishment(octets(m.text("eckm")));
            default -> new RandObjectRequest();
        };
    }

    private static byte[] octets(String base64) {
        if (base64.isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "member \"eckm\" of m2m:seci is empty");
        }
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "member \"eckm\" of m2m:seci is not base64");
        }
    }

    private static String objectText(JsonNode ero) {
        if (!ero.isObject()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "member \"ero\" of m2m:seci is not an object");
        }
        return new String(PrimitiveCodec.of(Serialization.JSON).encodeTree(ero), StandardCharsets.UTF_8);
    }
}
