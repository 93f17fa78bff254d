package org.sealpost.onem2m;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The one codec, over either serialisation. */
final class Codecs implements PrimitiveCodec {
    private static final Set<String> REQUEST_MEMBERS = Set.of(
            "op", "to", "fr", "rqi", "ty", "pc", "rvi", "ot", "rqet", "rset", "rt", "rcn", "ec", "gid", "grtm", "atrl",
            "fc");
    private static final int MAX_HEAD = 1024;
    private static final Set<String> RESPONSE_MEMBERS = Set.of("rsc", "rqi", "pc", "to", "fr", "ot", "rset", "rvi");

    /** Parameters of TS-0004 8.2.2 that are refused with 5001 (7.3.2.1) instead of being passed over. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "rids", "oet", "rp", "da", "drt", "tkns", "tids", "ltids", "tqi", "asi", "aus", "auri", "sqi", "vsi",
            "cnst", "cnot", "ati", "tqf", "asri");

    private static final Pattern CONTENT_NAME = Pattern.compile("[a-z0-9]{1,16}:[A-Za-z0-9]{1,32}");
    private static final Set<String> RESPONSE_TYPE_MEMBERS = Set.of("rtv", "nu");
    private static final String A_REQUEST = "a request primitive";
    private static final String A_RESPONSE = "a response primitive";

    private static final PrimitiveCodec JSON = new Codecs(new StrictTrees(Serialization.JSON));

    /** Loaded when CBOR is first used: most programs never do. */
    private static final class Cbor {
        static final PrimitiveCodec CODEC = new Codecs(new StrictTrees(Serialization.CBOR));
    }

    private final StrictTrees trees;

    private Codecs(StrictTrees trees) {
        this.trees = trees;
    }

    static PrimitiveCodec of(Serialization serialization) {
        return serialization == Serialization.JSON ? JSON : Cbor.CODEC;
    }

    @Override
    public byte[] encode(RequestPrimitive request) {
        return trees.write(toTree(request));
    }

    @Override
    public byte[] encode(ResponsePrimitive response) {
        return trees.write(toTree(response));
    }

    @Override
    public RequestPrimitive decodeRequest(byte[] octets) {
        return requestFromTree(trees.read(octets));
    }

    @Override
    public ResponsePrimitive decodeResponse(byte[] octets) {
        return responseFromTree(trees.read(octets));
    }

    @Override
    public JsonNode toTree(RequestPrimitive r) {
        ObjectNode o = object();
        o.put("op", r.operation().code()).put("to", r.to());
        r.from().ifPresent(v -> o.put("fr", v));
        o.put("rqi", r.requestId());
        r.resourceType().ifPresent(v -> o.put("ty", v));
        r.content().ifPresent(c -> o.set("pc", tree(c)));
        r.releaseVersion().ifPresent(v -> o.put("rvi", v));
        putTime(o, "ot", r.originatingTimestamp());
        putTime(o, "rqet", r.requestExpiration());
        putTime(o, "rset", r.resultExpiration());
        r.responseType().ifPresent(v -> o.set("rt", tree(v)));
        r.resultContent().ifPresent(v -> o.put("rcn", v));
        r.eventCategory().ifPresent(v -> o.put("ec", v));
        r.groupRequestId().ifPresent(v -> o.put("gid", v));
        putTexts(o, "grtm", r.groupTargets());
        putTexts(o, "atrl", r.attributes());
        if (!r.filter().isEmpty()) {
            o.set("fc", FilterCriteria.toTree(r.filter()));
        }
        return o;
    }

    @Override
    public JsonNode toTree(ResponsePrimitive r) {
        ObjectNode o = object();
        o.put("rsc", r.status().code()).put("rqi", r.requestId());
        r.content().ifPresent(c -> o.set("pc", tree(c)));
        r.to().ifPresent(v -> o.put("to", v));
        r.from().ifPresent(v -> o.put("fr", v));
        putTime(o, "ot", r.originatingTimestamp());
        putTime(o, "rset", r.resultExpiration());
        r.releaseVersion().ifPresent(v -> o.put("rvi", v));
        return o;
    }

    @Override
    public RequestPrimitive requestFromTree(JsonNode tree) {
        Members m = members(tree, A_REQUEST, REQUEST_MEMBERS);
        Operation operation = Operation.of(m.smallInteger("op"));
        RequestPrimitive.Builder b = new RequestPrimitive.Builder(operation, head(m, "to"), head(m, "rqi"));
        m.optionalText("fr").ifPresent(b::from);
        m.optionalInt("ty").ifPresent(b::resourceType);
        m.get("pc").ifPresent(v -> b.content(content(v)));
        b.releaseVersion(m.get("rvi").map(v -> head(m, "rvi")));
        m.optionalTimestamp("ot").ifPresent(b::originatingTimestamp);
        m.optionalTimestamp("rqet").ifPresent(b::requestExpiration);
        m.optionalTimestamp("rset").ifPresent(b::resultExpiration);
        m.get("rt").ifPresent(v -> b.responseType(responseType(v)));
        m.optionalInt("rcn").ifPresent(b::resultContent);
        m.optionalInt("ec").ifPresent(b::eventCategory);
        m.optionalText("gid").ifPresent(b::groupRequestId);
        b.groupTargets(m.texts("grtm")).attributes(m.texts("atrl"));
        m.get("fc").ifPresent(v -> b.filter(FilterCriteria.fromTree(v)));
        return b.build();
    }

    /** A short text that says something: it is answered, logged and compared. */
    private static String head(Members m, String name) {
        String text = m.text(name);
        if (text.isEmpty() || text.length() > MAX_HEAD) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "member \"" + name + "\" of " + A_REQUEST + " is empty or longer than " + MAX_HEAD);
        }
        return text;
    }

    @Override
    public ResponsePrimitive responseFromTree(JsonNode tree) {
        Members m = members(tree, A_RESPONSE, RESPONSE_MEMBERS);
        return new ResponsePrimitive(
                ResponseStatus.of(m.smallInteger("rsc")),
                m.text("rqi"),
                m.get("pc").map(Codecs::content),
                m.optionalText("to"),
                m.optionalText("fr"),
                m.optionalTimestamp("ot"),
                m.optionalTimestamp("rset"),
                m.optionalText("rvi"),
                Optional.empty());
    }

    @Override
    public byte[] encode(Content content) {
        return trees.write(tree(content));
    }

    @Override
    public Content decodeContent(byte[] octets) {
        return content(trees.read(octets));
    }

    @Override
    public JsonNode decodeTree(byte[] octets) {
        return trees.read(octets);
    }

    @Override
    public byte[] encodeTree(JsonNode tree) {
        return trees.write(tree);
    }

    private static Members members(JsonNode tree, String what, Set<String> known) {
        for (String name : tree.propertyNames()) {
            if (UNSUPPORTED.contains(name)) {
                throw new Refusal(
                        ResponseStatus.NOT_IMPLEMENTED, "parameter \"" + name + "\" is not supported: leave it out");
            }
        }
        return Members.of(tree, what, known);
    }

    private static Content content(JsonNode node) {
        if (!node.isObject() || node.size() != 1) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the Content is not an object with exactly one member");
        }
        Map.Entry<String, JsonNode> only = node.properties().iterator().next();
        if (!CONTENT_NAME.matcher(only.getKey()).matches()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the Content's name has no prefix, such as m2m:");
        }
        return new Content(only.getKey(), only.getValue());
    }

    private static ResponseType responseType(JsonNode node) {
        Members m = Members.of(node, "the Response Type", RESPONSE_TYPE_MEMBERS);
        return new ResponseType(m.smallInteger("rtv"), List.copyOf(m.texts("nu")));
    }

    private static JsonNode tree(Content content) {
        ObjectNode o = object();
        o.set(content.name(), content.value());
        return o;
    }

    private static JsonNode tree(ResponseType type) {
        ObjectNode o = object();
        o.put("rtv", type.mode());
        putTexts(o, "nu", type.notificationUris());
        return o;
    }

    private static void putTime(ObjectNode o, String name, Optional<Instant> time) {
        time.ifPresent(t -> o.put(name, Timestamps.format(t)));
    }

    private static void putTexts(ObjectNode o, String name, List<String> texts) {
        if (!texts.isEmpty()) {
            var array = o.putArray(name);
            texts.forEach(array::add);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
