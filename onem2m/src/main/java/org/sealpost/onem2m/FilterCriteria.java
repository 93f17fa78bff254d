package org.sealpost.onem2m;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Filter Criteria ({@code fc}; TS-0004 6.3.5.8) between the tree of a primitive and the texts of {@link RequestPrimitive#filter}, which
 * are those of a query: a list is joined by {@code +}, so an element that contains one becomes two.
 */
final class FilterCriteria {
    private static final Set<String> NUMBERS = Set.of("fu", "fo", "lim", "lvl", "ofst", "sts", "stb", "sza", "szb");
    private static final Set<String> NUMBER_LISTS = Set.of("ty");
    private static final Set<String> TEXT_LISTS = Set.of("lbl", "clbl", "palb", "cty");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,8}");
    private static final Pattern NUMBER_LIST = Pattern.compile("(0|[1-9][0-9]{0,8})(\\+(0|[1-9][0-9]{0,8}))*");

    private FilterCriteria() {}

    static JsonNode toTree(Map<String, String> filter) {
        ObjectNode fc = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(filter).forEach((name, value) -> {
            if (NUMBERS.contains(name) && NUMBER.matcher(value).matches()) {
                fc.put(name, Integer.parseInt(value));
            } else if (NUMBER_LISTS.contains(name) && NUMBER_LIST.matcher(value).matches()) {
                ArrayNode list = fc.putArray(name);
                for (String item : value.split("\\+")) {
                    list.add(Integer.parseInt(item));
                }
            } else if (TEXT_LISTS.contains(name)) {
                ArrayNode list = fc.putArray(name);
                for (String item : value.split("\\+", -1)) {
                    list.add(item);
                }
            } else {
                fc.put(name, value);
            }
        });
        return fc;
    }

    static Map<String, String> fromTree(JsonNode node) {
        if (!node.isObject()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "member \"fc\" of a request primitive is not an object");
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            JsonNode value = entry.getValue();
            found.put(
                    entry.getKey(),
                    value.isArray()
                            ? value.valueStream().map(FilterCriteria::text).collect(Collectors.joining("+"))
                            : text(value));
        }
        return found;
    }

    private static String text(JsonNode value) {
        if (value.isString() || value.isNumber() || value.isBoolean()) {
            return value.asString();
        }
        throw new Refusal(
                ResponseStatus.BAD_REQUEST, "a criterion in \"fc\" is neither text nor number nor a list of these");
    }
}
