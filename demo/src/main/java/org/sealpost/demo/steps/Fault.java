package org.sealpost.demo.steps;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Faults that can be planted, to see that the demo notices them. */
public enum Fault {
    NONE("", ""),
    COURIER_HAS_KEY("courier-has-key", ""),
    ACTS_ON_FORGED("acts-on-forged", "door-1"),
    ACTS_TWICE("acts-twice", "door-2"),
    LEAKY_ANSWER("leaky-answer", "door-2"),
    LOST_DELIVERY("lost-delivery", ""),
    SKIPPED_SIGNATURE("skipped-signature", "door-1"),
    AUDIT_ENTRY_REMOVED("audit-entry-removed", ""),
    EVICTED_OPENS("evicted-opens", "sensor-2");

    private final String option;
    private final String node;

    Fault(String option, String node) {
        this.option = option;
        this.node = node;
    }

    /** By the name that {@code --plant} takes. */
    public static Fault named(String option) {
        return Arrays.stream(values())
                .filter(f -> f.option.equals(option))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no fault " + option + "; there are: " + names()));
    }

    /** All names, for the help text. */
    public static String names() {
        return Arrays.stream(values())
                .map(f -> f.option)
                .filter(o -> !o.isEmpty())
                .collect(Collectors.joining(", "));
    }

    /** The node whose enclave has this fault, and its name there; empty when the demo plants it by itself. */
    public Map<String, String> inEnclave() {
        return node.isEmpty() ? Map.of() : Map.of(node, option);
    }
}
