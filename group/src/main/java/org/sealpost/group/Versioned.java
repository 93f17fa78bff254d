package org.sealpost.group;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;

/** Opens an object of this room's formats: all begin with {@code v} 1. */
final class Versioned {
    private Versioned() {}

    static Members open(JsonNode tree, String what, String... known) {
        Set<String> names = new HashSet<>(List.of(known));
        names.add("v");
        Members m = Members.of(tree, what, names);
        if (m.integer("v") != 1) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    what + " is of a version that is not known here: update this end point");
        }
        return m;
    }
}
