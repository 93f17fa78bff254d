package org.sealpost.load.groups;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.sealpost.load.Machine;

/** The charts of a run. */
final class Charts {
    private Charts() {}

    /** Writes {@code evict.svg}, {@code recovery.svg} and {@code stored.svg} into a directory. */
    static void write(Path directory, List<GroupLoad.Row> rows) throws IOException {
        Files.createDirectories(directory);
        String note = Machine.commit() + ", " + Machine.description();
        Map<String, GroupLoad.Row> schemes = new TreeMap<>();
        rows.forEach(row -> schemes.put(name(row), row));
        chart(
                directory,
                "evict.svg",
                "Octets that leave the server for one eviction (mean)",
                note,
                schemes,
                row -> row.cost().mean());
        chart(
                directory,
                "recovery.svg",
                "Octets for a device that slept through 1,000 epochs",
                note,
                schemes,
                row -> row.recovery().octets());
        chart(
                directory,
                "stored.svg",
                "Octets that a device stores of the scheme",
                note,
                schemes,
                GroupLoad.Row::stored);
    }

    private interface Value {
        double of(GroupLoad.Row row);
    }

    private static void chart(
            Path directory, String file, String title, String note, Map<String, GroupLoad.Row> rows, Value value)
            throws IOException {
        List<Chart.Bar> bars = rows.entrySet().stream()
                .map(e -> new Chart.Bar(
                        e.getKey(),
                        value.of(e.getValue()),
                        String.format(Locale.ROOT, "%,.0f", value.of(e.getValue()))))
                .toList();
        Files.writeString(directory.resolve(file), Chart.bars(title, note, bars));
    }

    private static String name(GroupLoad.Row row) {
        return String.format(Locale.ROOT, "%s, %,d", row.scheme(), row.members());
    }
}
