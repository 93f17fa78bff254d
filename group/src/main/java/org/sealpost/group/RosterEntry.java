package org.sealpost.group;

import java.util.Set;
import org.sealpost.e2e.Jwk;
import org.sealpost.onem2m.Members;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A member as commanders know it.
 *
 * @param identity absolute
 * @param senderId its leaf number
 * @param zone may be empty
 * @param key public JWK that verifies its acknowledgements
 */
public record RosterEntry(String identity, long senderId, String zone, String key) {
    private static final Set<String> NAMES = Set.of("id", "sid", "zon", "key");

    JsonNode toTree() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", identity)
                .put("sid", senderId)
                .put("zon", zone)
                .put("key", key);
    }

    static RosterEntry of(JsonNode tree) {
        Members m = Members.of(tree, "a roster entry", NAMES);
        Jwk.parse(m.text("key"));
        return new RosterEntry(m.text("id"), m.integer("sid"), m.text("zon"), m.text("key"));
    }
}
