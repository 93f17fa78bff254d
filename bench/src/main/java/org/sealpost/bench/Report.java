package org.sealpost.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The figures of one run, for people and for programs.
 *
 * @param commit what was measured
 * @param machine where
 */
record Report(Figures figures, String commit, String machine) {
    private record Ratio(String name, Measure of, Measure baseline) {}

    private static final List<Ratio> RATIOS = List.of(
            new Ratio("esprim_ratio", Measure.ESPRIM_OPS_PER_S, Measure.GCM_HMAC_OPS_PER_S),
            new Ratio("esprim_ratio_gcm", Measure.ESPRIM_OPS_PER_S, Measure.GCM_OPS_PER_S),
            new Ratio("escertke_ratio", Measure.ESCERTKE_PER_S, Measure.TLS_HANDSHAKES_PER_S));

    /** One flat object: what was measured, the ratios, commit and machine. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (Measure measure : Measure.values()) {
            figures.median(measure.name()).ifPresent(v -> json.put(measure.figure(), rounded(v)));
        }
        for (Ratio ratio : RATIOS) {
            value(ratio).ifPresent(v -> json.put(ratio.name, rounded(v)));
        }
        return json.put("commit", commit).put("machine", machine);
    }

    /** A table, each line with its ratio to the baselines there are. */
    String table() {
        StringBuilder text = new StringBuilder();
        for (Measure measure : Measure.values()) {
            figures.median(measure.name())
                    .ifPresent(v -> text.append(
                            String.format(Locale.ROOT, "%-36s %,14.1f %s%n", measure.title(), v, measure.unit())));
        }
        for (Ratio ratio : RATIOS) {
            value(ratio)
                    .ifPresent(v -> text.append(String.format(
                            Locale.ROOT,
                            "%-36s %14.2f   %s%n",
                            ratio.name,
                            v,
                            "of \"" + ratio.baseline.title() + "\"")));
        }
        return text.append("commit ")
                .append(commit)
                .append(", ")
                .append(machine)
                .toString();
    }

    private OptionalDouble value(Ratio ratio) {
        return figures.ratio(ratio.of.name(), ratio.baseline.name());
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
