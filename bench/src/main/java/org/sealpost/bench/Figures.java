package org.sealpost.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What came out, by name, in the order of measuring; of several rounds the median counts. Not thread-safe.
 */
final class Figures {
    private final Map<String, List<Double>> rounds = new LinkedHashMap<>();

    void add(String name, double value) {
        rounds.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    /** The median, or empty when it was not measured. */
    OptionalDouble median(String name) {
        List<Double> values =
                rounds.getOrDefault(name, List.of()).stream().sorted().toList();
        int n = values.size();
        return n == 0 ? OptionalDouble.empty() : OptionalDouble.of((values.get((n - 1) / 2) + values.get(n / 2)) / 2);
    }

    /** The median of the ratios within each round: what disturbs a round disturbs both of its halves. */
    OptionalDouble ratio(String name, String baseline) {
        List<Double> above = rounds.getOrDefault(name, List.of());
        List<Double> below = rounds.getOrDefault(baseline, List.of());
        Figures ratios = new Figures();
        for (int i = 0; i < Math.min(above.size(), below.size()); i++) {
            ratios.add(name, above.get(i) / below.get(i));
        }
        return ratios.median(name);
    }
}
