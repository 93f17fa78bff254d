package org.sealpost.cse.internal;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.sealpost.onem2m.ResponsePrimitive;

/** Named counters. Thread-safe. */
final class Counters {
    private final Map<String, LongAdder> values = new ConcurrentHashMap<>();

    void count(String name) {
        values.computeIfAbsent(name, n -> new LongAdder()).increment();
    }

    void count(ResponsePrimitive response) {
        if (!response.status().successful()) {
            count("refused." + response.status().code());
        }
    }

    Map<String, Long> snapshot() {
        Map<String, Long> found = new TreeMap<>();
        values.forEach((name, value) -> found.put(name, value.sum()));
        return found;
    }
}
