package org.sealpost.cse.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.ResourceType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resource as it is stored: its attributes under their short names. Treated as immutable; a change makes a new one.
 *
 * @param id {@code ri}, unique in the CSE
 * @param parent {@code ri} of the parent; empty for the CSEBase
 */
record Resource(String id, String parent, String name, ResourceType type, ObjectNode attributes) {
    Optional<String> text(String attribute) {
        return Optional.ofNullable(attributes.get(attribute))
                .filter(JsonNode::isString)
                .map(JsonNode::asString);
    }

    long number(String attribute, long absent) {
        JsonNode value = attributes.get(attribute);
        return value == null || !value.isNumber() ? absent : value.asLong();
    }

    boolean has(String attribute) {
        return attributes.has(attribute);
    }

    /** A list of texts; a single text counts as a list of one. */
    List<String> texts(String attribute) {
        JsonNode value = attributes.get(attribute);
        List<String> found = new ArrayList<>();
        if (value != null && value.isArray()) {
            value.forEach(v -> found.add(v.asString()));
        } else if (value != null && value.isString()) {
            found.add(value.asString());
        }
        return found;
    }

    Resource with(java.util.function.Consumer<ObjectNode> change) {
        ObjectNode copy = attributes.deepCopy();
        change.accept(copy);
        return new Resource(id, parent, name, type, copy);
    }

    Content representation() {
        return new Content(type.contentName(), attributes.deepCopy());
    }
}
