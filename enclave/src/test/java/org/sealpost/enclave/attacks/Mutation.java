package org.sealpost.enclave.attacks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message's JSON with one member changed.
 *
 * @param field its name; with a dot, where it lies in another
 */
record Mutation(String field, Kind kind, byte[] json) {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int HUGE_TEXT = 300_000;

    /** What is done to a member. */
    enum Kind {
        REMOVED,
        DOUBLED,
        NULL,
        OTHER_TYPE,
        EMPTY,
        HUGE,
        NEGATIVE,
        ZERO,
        LARGEST,
        BEYOND_64_BITS,
        FRACTION,
        UNKNOWN_MEMBER
    }

    /** All mutations of all members, in an order that the seed draws. */
    static List<Mutation> of(byte[] json, long seed) {
        List<Mutation> all = new ArrayList<>();
        mutate((ObjectNode) MAPPER.readTree(json), (ObjectNode) MAPPER.readTree(json), "", all);
        java.util.Collections.shuffle(all, new Random(seed));
        return all;
    }

    private static void mutate(ObjectNode root, ObjectNode object, String prefix, List<Mutation> all) {
        for (String name : List.copyOf(object.propertyNames())) {
            JsonNode value = object.get(name);
            for (Kind kind : Kind.values()) {
                replacement(kind, value, name)
                        .ifPresent(text ->
                                all.add(new Mutation(prefix + name, kind, written(root, prefix, object, name, text))));
            }
            if (value instanceof ObjectNode inner && !inner.isEmpty()) {
                mutate(root, inner, prefix + name + ".", all);
            }
        }
    }

    /** The member as it is written instead: {@code "name":value}, nothing, or more than one. */
    private static java.util.Optional<String> replacement(Kind kind, JsonNode value, String name) {
        String key = "\"" + name + "\":";
        return java.util.Optional.ofNullable(
                switch (kind) {
                    case REMOVED -> "";
                    case DOUBLED -> key + value + "," + key + value;
                    case NULL -> key + "null";
                    case OTHER_TYPE ->
                        key
                                + (value.isString()
                                        ? "7"
                                        : value.isNumber() ? "\"x\"" : value.isArray() ? "{\"x\":1}" : "[1]");
                    case EMPTY ->
                        value.isString()
                                ? key + "\"\""
                                : value.isArray() ? key + "[]" : value.isObject() ? key + "{}" : null;
                    case HUGE -> value.isString() ? key + "\"" + "x".repeat(HUGE_TEXT) + "\"" : null;
                    case NEGATIVE -> value.isNumber() ? key + "-1" : null;
                    case ZERO -> value.isNumber() ? key + "0" : null;
                    case LARGEST -> value.isNumber() ? key + Long.MAX_VALUE : null;
                    case BEYOND_64_BITS -> value.isNumber() ? key + "9223372036854775808" : null;
                    case FRACTION -> value.isNumber() ? key + "1.5" : null;
                    case UNKNOWN_MEMBER -> key + value + ",\"" + name + "x\":1";
                });
    }

    /** The root with the member of an object below it (or itself) replaced. */
    private static byte[] written(ObjectNode root, String prefix, ObjectNode object, String name, String text) {
        StringBuilder out = new StringBuilder("{");
        for (String member : object.propertyNames()) {
            String written = member.equals(name) ? text : "\"" + member + "\":" + object.get(member);
            if (!written.isEmpty()) {
                out.append(out.length() > 1 ? "," : "").append(written);
            }
        }
        out.append('}');
        if (prefix.isEmpty()) {
            return out.toString().getBytes(StandardCharsets.UTF_8);
        }
        String parent = prefix.substring(0, prefix.length() - 1);
        return written(root, "", root, parent, "\"" + parent + "\":" + out);
    }
}
