package org.sealpost.onem2m;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code e2eSecInfo} (attribute {@code esi} of CSEBase, remoteCSE and AE; TS-0004 6.3.5.52): what end-to-end security an entity supports. It lies in clear where it is published, so it is
 * a hint: whatever it leaves out is not used, and nothing weaker takes its place.
 *
 * @param features {@code esf}: SUIDs
 * @param certificates {@code escert}: DER in base64; no secure binding to anybody (TS-0003 8.5.2.2.4.2)
 * @param sharedObject {@code esro}: JSON text of the sharedReceiverESPrimRandObject; absent: ask for an object of your own
 */
public record E2eSecInfo(List<Integer> features, List<String> certificates, Optional<String> sharedObject) {
    /** The attribute's short name. */
    public static final String ATTRIBUTE = "esi";

    /** SUIDs of ESPrim, by where its key comes from (TS-0004 6.3.4.2.39). */
    private static final Set<Integer> ESPRIM = Set.of(13, 23, 33, 43);

    private static final Set<String> MEMBERS = Set.of("esf", "escert", "esro");
    private static final int MOST = 64;

    public E2eSecInfo {
        features = List.copyOf(features);
        certificates = List.copyOf(certificates);
        if (features.size() > MOST || certificates.size() > MOST) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "e2eSecInfo has more than " + MOST + " features or certificates");
        }
    }

    /** Features alone. */
    public static E2eSecInfo of(List<Integer> features) {
        return new E2eSecInfo(features, List.of(), Optional.empty());
    }

    public E2eSecInfo withSharedObject(String json) {
        return new E2eSecInfo(features, certificates, Optional.of(json));
    }

    /** True when ESPrim is among the features. */
    public boolean supportsEsprim() {
        return features.stream().anyMatch(ESPRIM::contains);
    }

    /**
     * Reads the attribute's value.
     *
     * @throws Refusal 4000 when it is malformed
     */
    public static E2eSecInfo parse(JsonNode value) {
        Members m = Members.of(value, "e2eSecInfo", MEMBERS);
        if (m.get("esf").isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "e2eSecInfo lacks its member \"esf\"");
        }
        List<String> certificates = m.texts("escert");
        certificates.forEach(E2eSecInfo::requireBase64);
        Optional<JsonNode> shared = m.get("esro");
        if (shared.filter(s -> !s.isObject()).isPresent()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "member \"esro\" of e2eSecInfo is not an object");
        }
        return new E2eSecInfo(
                m.integers("esf"),
                certificates,
                shared.map(
                        s -> new String(PrimitiveCodec.of(Serialization.JSON).encodeTree(s), StandardCharsets.UTF_8)));
    }

    /** The attribute's value. */
    public ObjectNode toTree() {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        features.forEach(o.putArray("esf")::add);
        if (!certificates.isEmpty()) {
            certificates.forEach(o.putArray("escert")::add);
        }
        sharedObject.ifPresent(s ->
                o.set("esro", PrimitiveCodec.of(Serialization.JSON).decodeTree(s.getBytes(StandardCharsets.UTF_8))));
        return o;
    }

    private static void requireBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a certificate in e2eSecInfo is not base64");
        }
    }
}
