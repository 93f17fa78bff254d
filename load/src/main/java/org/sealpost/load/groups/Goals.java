package org.sealpost.load.groups;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sealpost.load.Figures;

/** What the figures of a million members are held against. */
enum Goals {
    EVICT1_BYTES_MEAN(320),
    EVICT1_BYTES_MAX(400),
    EVICT100_BYTES_MAX(3300),
    JOIN_BYTES_MAX(150),
    SLICE1_BYTES_MAX(280),
    SLICE100_BYTES_MAX(340),
    RECOVERY_MESSAGES(1),
    RECOVERY_BYTES(280),
    OPEN_BLOCK_STEPS_MAX(40),
    OPEN_SLICE_STEPS_MAX(40),
    BLOCK_MS_MEDIAN(20),
    SERVER_HEAP_MIB(300),
    CONFIRMED_S_LOSS1(10),
    CONFIRMED_S_LOSS10(20),
    JOINS_PSK_PER_S(-5000),
    JOINS_SIGNED_PER_S(-1000);

    private final double bound;

    /** @param bound at most so much; negative: at least */
    Goals(double bound) {
        this.bound = bound;
    }

    /** Each figure with its goal and whether it is met. */
    static List<String> lines(Figures figures) {
        List<String> lines = new ArrayList<>();
        for (Goals goal : values()) {
            String name = goal.name().toLowerCase(Locale.ROOT);
            if (figures.has(name)) {
                double value = figures.get(name);
                boolean met = goal.bound < 0 ? value >= -goal.bound : value <= goal.bound;
                lines.add(String.format(
                        Locale.ROOT,
                        "%-24s %,14.1f   goal: at %s %,.0f   %s",
                        name,
                        value,
                        goal.bound < 0 ? "least" : "most",
                        Math.abs(goal.bound),
                        met ? "met" : "NOT MET"));
            }
        }
        return lines;
    }
}
