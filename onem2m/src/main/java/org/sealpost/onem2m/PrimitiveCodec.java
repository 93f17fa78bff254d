package org.sealpost.onem2m;

import tools.jackson.databind.JsonNode;

/**
 * Octets to primitives and back (TS-0004 8.4, 8.5). Strict: duplicate keys, unknown members, wrong types, trailing octets,
 * indefinite-length CBOR, more than {@value #MAX_DEPTH} levels or {@value #MAX_OCTETS} octets are refused with 4000 (another
 * medium than {@link Serialization} knows: 4015, by the binding); parameters of the standard that Sealpost does not support with 5001.
 * A whole number may be written {@code 5.0}. {@code fc} and the texts of {@link RequestPrimitive#filter}: lists joined by {@code +};
 * {@code atrl} stands beside {@code fc} as a list of its own. Thread-safe and without state.
 */
public interface PrimitiveCodec {
    /** Deepest nesting of objects and arrays. */
    int MAX_DEPTH = 32;

    /** Largest primitive or document. */
    int MAX_OCTETS = 1 << 20;

    /** The codec of a serialisation. */
    static PrimitiveCodec of(Serialization serialization) {
        return Codecs.of(serialization);
    }

    byte[] encode(RequestPrimitive request);

    byte[] encode(ResponsePrimitive response);

    /** Reads a request: an object with {@code op}. */
    RequestPrimitive decodeRequest(byte[] octets);

    /** Reads a response: an object with {@code rsc}. */
    ResponsePrimitive decodeResponse(byte[] octets);

    /** A primitive as a tree, as it stands inside {@code m2m:rqp} of a polling channel. */
    JsonNode toTree(RequestPrimitive request);

    /** A primitive as a tree, as it stands inside {@code m2m:rsp}. */
    JsonNode toTree(ResponsePrimitive response);

    RequestPrimitive requestFromTree(JsonNode tree);

    ResponsePrimitive responseFromTree(JsonNode tree);

    /** The Content alone, as HTTP and CoAP carry it in their payload: an object with exactly one member. */
    byte[] encode(Content content);

    Content decodeContent(byte[] octets);

    /** Any document, with the same strictness. */
    JsonNode decodeTree(byte[] octets);

    byte[] encodeTree(JsonNode tree);
}
