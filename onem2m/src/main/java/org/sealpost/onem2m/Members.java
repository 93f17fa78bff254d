package org.sealpost.onem2m;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Typed, strict access to the members of a JSON object: wrong types and unknown members are refused with 4000 and a sentence that
 * names the member, never its value.
 */
public final class Members {
    private final JsonNode object;
    private final String what;

    private Members(JsonNode object, String what) {
        this.object = object;
        this.what = what;
    }

    /**
     * The members of an object.
     *
     * @param what names the object in refusals, such as "a request primitive"
     * @param known all members it may have
     */
    public static Members of(JsonNode node, String what, Set<String> known) {
        if (!(node instanceof ObjectNode)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, what + " is not an object");
        }
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, what + " has a member that is not known: remove it");
            }
        }
        return new Members(node, what);
    }

    public Optional<String> optionalText(String name) {
        return get(name).map(v -> {
            if (!v.isString()) {
                throw wrong(name, "text");
            }
            return v.asString();
        });
    }

    public String text(String name) {
        return optionalText(name).orElseThrow(() -> missing(name));
    }

    /** A whole number; {@code 5.0} counts as {@code 5}, because some peers write integers so. */
    public OptionalLong optionalInteger(String name) {
        Optional<JsonNode> value = get(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        JsonNode v = value.get();
        if (!v.isNumber()) {
            throw wrong(name, "a number");
        }
        if (v.isIntegralNumber() && v.canConvertToLong()) {
            return OptionalLong.of(v.asLong());
        }
        double d = v.isFloatingPointNumber() ? v.asDouble() : Double.NaN;
        if (d != Math.rint(d) || Math.abs(d) > 1L << 53) {
            throw wrong(name, "a whole number");
        }
        return OptionalLong.of((long) d);
    }

    public long integer(String name) {
        return optionalInteger(name).orElseThrow(() -> missing(name));
    }

    /** A whole number of 32 bits that must be there. */
    public int smallInteger(String name) {
        return optionalInt(name).orElseThrow(() -> missing(name));
    }

    public Optional<Integer> optionalInt(String name) {
        OptionalLong value = optionalInteger(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.getAsLong() != (int) value.getAsLong()) {
            throw wrong(name, "a small number");
        }
        return Optional.of((int) value.getAsLong());
    }

    public Optional<Boolean> optionalBoolean(String name) {
        return get(name).map(v -> {
            if (!v.isBoolean()) {
                throw wrong(name, "true or false");
            }
            return v.asBoolean();
        });
    }

    public Optional<Instant> optionalTimestamp(String name) {
        return optionalText(name).map(Timestamps::parse);
    }

    /** A list of texts; absent counts as empty. */
    public List<String> texts(String name) {
        List<String> found = new ArrayList<>();
        for (JsonNode item : array(name)) {
            if (!item.isString()) {
                throw wrong(name, "a list of texts");
            }
            found.add(item.asString());
        }
        return found;
    }

    /** A list of small numbers; absent counts as empty. */
    public List<Integer> integers(String name) {
        List<Integer> found = new ArrayList<>();
        for (JsonNode item : array(name)) {
            if (!item.isIntegralNumber() || !item.canConvertToInt()) {
                throw wrong(name, "a list of numbers");
            }
            found.add(item.asInt());
        }
        return found;
    }

    /** An object whose values are texts; absent counts as empty. */
    public Map<String, String> textMap(String name) {
        Map<String, String> found = new LinkedHashMap<>();
        Optional<JsonNode> node = get(name);
        if (node.isPresent()) {
            if (!node.get().isObject()) {
                throw wrong(name, "an object of texts");
            }
            for (Map.Entry<String, JsonNode> entry : node.get().properties()) {
                if (!entry.getValue().isString()) {
                    throw wrong(name, "an object of texts");
                }
                found.put(entry.getKey(), entry.getValue().asString());
            }
        }
        return found;
    }

    /** Any value that is there and not null. */
    public Optional<JsonNode> get(String name) {
        JsonNode value = object.get(name);
        if (value != null && value.isNull()) {
            throw wrong(name, "a value");
        }
        return Optional.ofNullable(value);
    }

    public JsonNode require(String name) {
        return get(name).orElseThrow(() -> missing(name));
    }

    private Iterable<JsonNode> array(String name) {
        Optional<JsonNode> value = get(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!value.get().isArray()) {
            throw wrong(name, "a list");
        }
        return value.get();
    }

    private Refusal missing(String name) {
        return new Refusal(ResponseStatus.BAD_REQUEST, what + " lacks its member \"" + name + "\"");
    }

    private Refusal wrong(String name, String expected) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "member \"" + name + "\" of " + what + " is not " + expected);
    }
}
