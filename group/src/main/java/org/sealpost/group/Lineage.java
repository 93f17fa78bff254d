package org.sealpost.group;

import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Where an end point's sealed state comes from: with it the server tells a state that went on from one that was restored from a copy or runs twice
 * ({@code docs/protocol.md} section 3).
 *
 * @param run number of this start; stored before it is told
 * @param instance drawn at random at this start, {@link GroupEnvelope#INSTANCE_LENGTH} octets, base64url
 * @param base how often the state had changed when this run began
 * @param revision how often it has changed now
 */
public record Lineage(long run, String instance, long base, long revision) {
    private static final Set<String> NAMES = Set.of("run", "ins", "bas", "rev");

    public Lineage {
        if (run < 1
                || base < 0
                || revision < base
                || Base64Url.decode(instance).length != GroupEnvelope.INSTANCE_LENGTH) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a lineage has a run, instance or revision out of range");
        }
    }

    JsonNode toTree() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("run", run)
                .put("ins", instance)
                .put("bas", base)
                .put("rev", revision);
    }

    static Lineage of(JsonNode tree) {
        Members m = Members.of(tree, "a lineage", NAMES);
        return new Lineage(m.integer("run"), m.text("ins"), m.integer("bas"), m.integer("rev"));
    }
}
