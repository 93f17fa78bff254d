package org.sealpost.server.fleet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A mapping of a fleet file with the lines of its entries; mistakes are collected, not thrown. */
final class Section {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhd])");

    private final Node node;
    private final String what;
    private final List<String> mistakes;
    private final Map<String, Node> entries = new LinkedHashMap<>();

    private Section(Node node, String what, List<String> mistakes) {
        this.node = node;
        this.what = what;
        this.mistakes = mistakes;
    }

    static Section of(Node node, String what, List<String> mistakes, String... known) {
        Section section = new Section(node, what, mistakes);
        if (!(node instanceof MappingNode mapping)) {
            mistakes.add(line(node) + what + " is not a mapping of keys to values");
            return section;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String key = tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
            if (!Set.of(known).contains(key)) {
                mistakes.add(line(tuple.getKeyNode()) + what + " has no key \"" + key + "\": it may have "
                        + String.join(", ", known));
            } else if (section.entries.put(key, tuple.getValueNode()) != null) {
                mistakes.add(line(tuple.getKeyNode()) + "the key \"" + key + "\" stands twice");
            }
        }
        return section;
    }

    /** {@code "line N: "} of an entry, or of the section when the entry is absent. */
    String at(String key) {
        return line(entries.getOrDefault(key, node));
    }

    String text(String key, Pattern pattern, String expected, String absent) {
        Optional<String> value = optional(key);
        if (value.isEmpty() && absent.isEmpty()) {
            mistakes.add(line(node) + what + " lacks \"" + key + "\": give " + expected);
        }
        if (value.filter(v -> !pattern.matcher(v).matches()).isPresent()) {
            mistakes.add(at(key) + "\"" + key + "\" is not " + expected);
        }
        return value.orElse(absent);
    }

    Optional<String> optional(String key) {
        Node value = entries.get(key);
        if (value != null && !(value instanceof ScalarNode)) {
            mistakes.add(line(value) + "\"" + key + "\" is not a single value");
            return Optional.empty();
        }
        return Optional.ofNullable((ScalarNode) value).map(ScalarNode::getValue);
    }

    boolean flag(String key) {
        String value = optional(key).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            mistakes.add(at(key) + "\"" + key + "\" is true or false");
        }
        return value.equals("true");
    }

    /** Seconds of a duration such as {@code 90s}, {@code 5m}, {@code 12h}, {@code 30d}. */
    long duration(String key, long absent) {
        Optional<String> value = optional(key);
        if (value.isEmpty()) {
            return absent;
        }
        Matcher m = DURATION.matcher(value.get());
        if (!m.matches()) {
            mistakes.add(at(key) + "\"" + key + "\" is a number with s, m, h or d, such as 30d");
            return absent;
        }
        long unit = switch (m.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3_600;
            default -> 86_400;
        };
        return Long.parseLong(m.group(1)) * unit;
    }

    List<String> texts(String key) {
        List<String> found = new ArrayList<>();
        for (Node item : items(key)) {
            if (item instanceof ScalarNode s) {
                found.add(s.getValue());
            } else {
                mistakes.add(line(item) + "an entry of \"" + key + "\" is not a single value");
            }
        }
        return found;
    }

    Optional<Section> section(String key, String... known) {
        return Optional.ofNullable(entries.get(key)).map(n -> of(n, key, mistakes, known));
    }

    List<Section> list(String key, String... known) {
        return items(key).stream()
                .map(n -> of(n, "an entry of " + key, mistakes, known))
                .toList();
    }

    private List<Node> items(String key) {
        Node value = entries.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof SequenceNode sequence)) {
            mistakes.add(line(value) + "\"" + key + "\" is not a list");
            return List.of();
        }
        return sequence.getValue();
    }

    private static String line(Node node) {
        return node.getStartMark().map(m -> "line " + (m.getLine() + 1) + ": ").orElse("");
    }
}
