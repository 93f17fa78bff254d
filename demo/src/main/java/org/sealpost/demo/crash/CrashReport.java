package org.sealpost.demo.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What came of a run. */
record CrashReport(long seed, List<CrashRun.Outcome> outcomes, List<String> figures, Duration time) {
    boolean good() {
        return !outcomes.isEmpty() && outcomes.stream().allMatch(o -> o.broken().isEmpty());
    }

    /** For each target: how many moments, and how long until everything held again (median and longest, seconds). */
    List<String> byTarget() {
        List<String> lines = new ArrayList<>();
        for (Target target : Target.values()) {
            List<CrashRun.Outcome> own =
                    outcomes.stream().filter(o -> o.moment().target() == target).toList();
            if (!own.isEmpty()) {
                List<Double> times = own.stream()
                        .map(o -> o.healed().toMillis() / 1000.0)
                        .sorted()
                        .toList();
                long onTime = own.stream().filter(CrashRun.Outcome::onTime).count();
                lines.add(String.format(
                        Locale.ROOT,
                        "%-8s %3d moments, %3d at their message or time; healed in %.1f s (median), %.1f s (longest)",
                        target.option(),
                        own.size(),
                        onTime,
                        times.get(times.size() / 2),
                        times.get(times.size() - 1)));
            }
        }
        return lines;
    }

    ObjectNode json(String scenario) {
        ObjectNode report = JsonNodeFactory.instance
                .objectNode()
                .put("ok", good())
                .put("scenario", scenario)
                .put("seed", seed)
                .put("seconds", time.toMillis() / 1000.0);
        var moments = report.putArray("moments");
        for (CrashRun.Outcome o : outcomes) {
            ObjectNode moment = moments.addObject()
                    .put("target", o.moment().target().option())
                    .put("number", o.moment().number())
                    .put("killed", o.moment().what())
                    .put("when", o.moment().trigger().toString())
                    .put("onTime", o.onTime())
                    .put("healedSeconds", o.healed().toMillis() / 1000.0)
                    .put("restarts", o.restarts());
            var failed = moment.putArray("failedOrders");
            o.failedOrders().forEach(failed::add);
            o.broken()
                    .ifPresent(b ->
                            moment.put("broken", b).put("replay", o.moment().replay(scenario)));
        }
        var facts = report.putArray("figures");
        figures.forEach(facts::add);
        return report;
    }
}
