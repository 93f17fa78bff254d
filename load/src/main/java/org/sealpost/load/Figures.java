package org.sealpost.load;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Figures by name, in the order they were measured. Not thread-safe. */
public final class Figures {
    private final Map<String, Double> values = new LinkedHashMap<>();

    public void put(String name, double value) {
        values.put(name, value);
    }

    public double get(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("not measured: " + name);
        }
        return value;
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** One flat object, with commit and machine. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values.forEach((name, value) -> {
            if (value == Math.rint(value) && Math.abs(value) < 1e15) {
                json.put(name, value.longValue());
            } else {
                json.put(name, Math.round(value * 1000) / 1000.0);
            }
        });
        return json.put("commit", Machine.commit()).put("machine", Machine.description());
    }
}
