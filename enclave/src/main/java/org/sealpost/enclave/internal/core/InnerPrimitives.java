package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Sha256;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The inner primitives that the enclave reads and writes itself: those that carry credentials and confirmations. */
final class InnerPrimitives {
    static final PrimitiveCodec CODEC = PrimitiveCodec.of(Serialization.JSON);
    static final String CREDENTIAL = "application/vnd.sealpost.credential+json:0:1";
    static final String ENDING = "application/vnd.sealpost.ending+json:0";
    static final String LATER_EPOCH = "application/vnd.sealpost.later-epoch+json:0";
    static final String CONFIRMATION = "application/vnd.sealpost.confirmation+json:0";

    private static final List<String> OUTER_ONLY = List.of("rt", "ec", "da");

    private InnerPrimitives() {}

    /** The content of a contentInstance with this contentInfo, directly or as the representation in a notification. */
    static Optional<String> contentOf(Optional<Content> content, String contentInfo) {
        return content.flatMap(c -> switch (c.name()) {
                    case Content.CONTENT_INSTANCE -> Optional.of(c.value());
                    case Content.NOTIFICATION ->
                        Optional.ofNullable(c.value().get("nev"))
                                .map(nev -> nev.get("rep"))
                                .map(rep -> rep.get(Content.CONTENT_INSTANCE));
                    default -> Optional.<JsonNode>empty();
                })
                .filter(cin ->
                        isText(cin.get("cnf")) && cin.get("cnf").asString().equals(contentInfo))
                .map(cin -> cin.get("con"))
                .filter(InnerPrimitives::isText)
                .map(JsonNode::asString);
    }

    static Content contentInstance(String contentInfo, String content) {
        return new Content(
                Content.CONTENT_INSTANCE,
                JsonNodeFactory.instance.objectNode().put("cnf", contentInfo).put("con", content));
    }

    /** A notification of a new contentInstance, as a subscription would send it. */
    static Content notification(Content contentInstance, String subscription) {
        var o = JsonNodeFactory.instance.objectNode();
        var nev = o.putObject("nev");
        nev.putObject("rep").set(contentInstance.name(), contentInstance.value());
        nev.put("net", 3);
        o.put("sur", subscription);
        return new Content(Content.NOTIFICATION, o);
    }

    /** An inner request without the parameters that belong to the outer one and are ignored inside (TS-0004 7.6.2 K). */
    static RequestPrimitive request(byte[] octets) {
        JsonNode tree = CODEC.decodeTree(octets);
        if (tree instanceof ObjectNode object) {
            object.remove(OUTER_ONLY);
        }
        return CODEC.requestFromTree(tree);
    }

    /** Request identifier of a protected error about an object whose inner request could not be read: the object itself, as a digest. */
    static String errorId(String object) {
        return "e" + HexFormat.of().formatHex(Sha256.of(utf8(object)), 0, 16);
    }

    static byte[] ok(String requestId, Optional<Content> content) {
        ResponsePrimitive response = ResponsePrimitive.of(ResponseStatus.OK, requestId);
        return CODEC.encode(content.map(response::withContent).orElse(response));
    }

    static byte[] refused(Refusal refusal, String requestId) {
        return CODEC.encode(ResponsePrimitive.refused(refusal, requestId));
    }

    static RequestPrimitive notify(String to, String from, String requestId, Content content) {
        return RequestPrimitive.of(Operation.NOTIFY, to, from, requestId)
                .content(content)
                .build();
    }

    /** SP-relative form of an absolute identity. */
    static String spRelative(String absolute) {
        return new Identifier(absolute).spRelative("/").text();
    }

    static String domainOf(String absolute) {
        return absolute.substring(2, absolute.indexOf('/', 2));
    }

    /** The name that stands for a member in paths and key ids: CSE-ID without slash, dot, name; {@code gw-north.door-1}. */
    static String nameOf(String absolute) {
        String[] segments = spRelative(absolute).split("/");
        return segments.length == 2
                ? segments[1]
                : segments[1] + "." + segments[segments.length - 1].replaceFirst("^C", "");
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isText(JsonNode node) {
        return node != null && node.isString();
    }
}
