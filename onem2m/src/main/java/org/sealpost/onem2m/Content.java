package org.sealpost.onem2m;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/**
 * The Content of a primitive: exactly one member (TS-0004 table 7.5.2-1), for example {@code m2m:cin} with its attributes.
 *
 * @param name the prefixed short name, such as {@code m2m:seci}
 * @param value the member's value; treated as immutable by everyone who holds it
 */
public record Content(String name, JsonNode value) {
    /** Short names of the contents that Sealpost uses (TS-0004 8.2.4, 8.2.5). */
    public static final String SECURITY_INFO = "m2m:seci";

    public static final String NOTIFICATION = "m2m:sgn";
    public static final String AGGREGATED_RESPONSE = "m2m:agr";
    public static final String REQUEST = "m2m:rqp";
    public static final String RESPONSE = "m2m:rsp";
    public static final String URI = "m2m:uri";
    public static final String URI_LIST = "m2m:uril";
    public static final String DEBUG = "m2m:dbg";
    public static final String CONTENT_INSTANCE = "m2m:cin";

    /**
     * A Content from JSON text, such as {@code Content.of("m2m:cnt", "{\"rn\":\"log\"}")}.
     *
     * @throws Refusal 4000 when the text is not JSON
     */
    public static Content of(String name, String json) {
        return new Content(
                name, PrimitiveCodec.of(Serialization.JSON).decodeTree(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** A copy that the caller may keep while the original is changed. */
    public Content copy() {
        return new Content(name, value.deepCopy());
    }
}
