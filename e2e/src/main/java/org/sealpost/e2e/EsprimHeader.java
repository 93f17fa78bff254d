package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * Protected header of an ESPrim Object (TS-0003 table 8.4.3.2-2).
 *
 * @param enc content encryption by name
 * @param keyId {@code kid}, pairwiseESPrimKeyID
 * @param contentType {@code cty}, media type of the inner primitive; absent counts as JSON
 * @param originatorId {@code ori}
 * @param receiverId {@code rri}
 * @param originatorObject {@code oro}, from the originator only
 * @param receiverObject {@code rro}, from the receiver only
 */
record EsprimHeader(
        String enc,
        String keyId,
        Optional<String> contentType,
        String originatorId,
        String receiverId,
        Optional<RandObject> originatorObject,
        Optional<RandObject> receiverObject) {
    static final String REQUEST_TYPE = "vnd.onem2m-preq+json";
    static final String RESPONSE_TYPE = "vnd.onem2m-prsp+json";
    static final Set<String> NAMES = Set.of("alg", "enc", "kid", "cty", "ori", "rri", "oro", "rro");

    static EsprimHeader of(Jwe jwe) {
        if (!jwe.text("alg").equals("dir") || jwe.encryptedKey().length != 0) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an ESPrim Object is not directly encrypted");
        }
        return new EsprimHeader(
                jwe.text("enc"),
                jwe.text("kid"),
                jwe.header().has("cty") ? Optional.of(jwe.text("cty")) : Optional.empty(),
                jwe.text("ori"),
                jwe.text("rri"),
                Optional.ofNullable(jwe.header().get("oro")).map(o -> RandObject.parse(RandObject.Role.ORIGINATOR, o)),
                Optional.ofNullable(jwe.header().get("rro")).map(o -> RandObject.parse(RandObject.Role.RECEIVER, o)));
    }

    /** The header as octets, members in a fixed order. Every value is of a form that JSON need not escape. */
    byte[] octets() {
        StringBuilder s = new StringBuilder(400);
        s.append("{\"alg\":\"dir\",\"enc\":\"")
                .append(enc)
                .append("\",\"kid\":\"")
                .append(keyId);
        contentType.ifPresent(c -> s.append("\",\"cty\":\"").append(c));
        s.append("\",\"ori\":\"")
                .append(originatorId)
                .append("\",\"rri\":\"")
                .append(receiverId)
                .append('"');
        originatorObject.ifPresent(o -> s.append(",\"oro\":").append(o.canonical()));
        receiverObject.ifPresent(r -> s.append(",\"rro\":").append(r.canonical()));
        return s.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Refuses a content type that is not the expected primitive in JSON (4000), or CBOR and XML (4015). */
    void requireContentType(String expected) {
        String type = contentType.orElse(expected);
        if (type.startsWith("application/")) {
            type = type.substring("application/".length());
        }
        if (type.equals(expected)) {
            return;
        }
        boolean json = Serialization.ofMediaType("application/" + type)
                .filter(s -> s == Serialization.JSON)
                .isPresent();
        throw json
                ? new Refusal(ResponseStatus.BAD_REQUEST, "an ESPrim Object holds the other kind of primitive")
                : new Refusal(ResponseStatus.UNSUPPORTED_MEDIA_TYPE, "an inner primitive is not serialised as JSON");
    }
}
