package org.sealpost.onem2m;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message's JSON with one member changed.
 *
 * @param field its name; with dots, where it lies in others; of a list of objects the first is taken
 */
public record Mutation(String field, Kind kind, byte[] json) {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final int HUGE_TEXT = 300_000;

    /** What is done to a member. */
    public enum Kind {
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
    public static List<Mutation> of(byte[] json, long seed) {
        List<Mutation> all = new ArrayList<>();
        mutate((ObjectNode) MAPPER.readTree(json), "", text -> text, all);
        java.util.Collections.shuffle(all, new Random(seed));
        return all;
    }

    /** @param around from the object's text to the message's */
    private static void mutate(ObjectNode object, String prefix, UnaryOperator<String> around, List<Mutation> all) {
        for (String name : object.propertyNames()) {
            JsonNode value = object.get(name);
            for (Kind kind : Kind.values()) {
                replacement(kind, value, name)
                        .ifPresent(text -> all.add(new Mutation(
                                prefix + name,
                                kind,
                                around.apply(written(object, name, text)).getBytes(StandardCharsets.UTF_8))));
            }
            if (value instanceof ObjectNode inner) {
                mutate(
                        inner,
                        prefix + name + ".",
                        text -> around.apply(written(object, name, quoted(name) + text)),
                        all);
            } else if (value.path(0) instanceof ObjectNode first) {
                mutate(
                        first,
                        prefix + name + ".",
                        text -> around.apply(written(object, name, quoted(name) + "[" + text + rest(value) + "]")),
                        all);
            }
        }
    }

    private static String rest(JsonNode list) {
        StringBuilder all = new StringBuilder();
        for (int i = 1; i < list.size(); i++) {
            all.append(',').append(list.get(i));
        }
        return all.toString();
    }

    /** The member as it is written instead: {@code "name":value}, nothing, or more than one. */
    private static Optional<String> replacement(Kind kind, JsonNode value, String name) {
        String key = quoted(name);
        return Optional.ofNullable(
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
                    case UNKNOWN_MEMBER -> key + value + "," + quoted(name + "x") + "1";
                });
    }

    /** The object with a member replaced. */
    private static String written(ObjectNode object, String name, String text) {
        StringBuilder out = new StringBuilder("{");
        for (String member : object.propertyNames()) {
            String written = member.equals(name) ? text : quoted(member) + object.get(member);
            if (!written.isEmpty()) {
                out.append(out.length() > 1 ? "," : "").append(written);
            }
        }
        return out.append('}').toString();
    }

    private static String quoted(String name) {
        return "\"" + name + "\":";
    }
}
