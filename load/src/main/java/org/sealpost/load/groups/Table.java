package org.sealpost.load.groups;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Rows for people: columns as wide as what is in them. */
final class Table {
    private static final List<String> HEAD = List.of(
            "scheme",
            "air",
            "members",
            "devices",
            "evict 1 B",
            "largest",
            "100 at once",
            "server ms",
            "sent",
            "to devices B",
            "stored B",
            "signatures",
            "hash steps",
            "device us",
            "50 % s",
            "99 % s",
            "100 % s",
            "work s",
            "after 1000 epochs");

    private Table() {}

    static String of(List<GroupLoad.Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEAD);
        rows.forEach(row -> lines.add(cells(row)));
        int[] widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        return lines.stream()
                .map(line -> {
                    StringBuilder text = new StringBuilder();
                    for (int i = 0; i < widths.length; i++) {
                        text.append(String.format(
                                Locale.ROOT, i < 2 ? "%-" + widths[i] + "s  " : "%" + widths[i] + "s  ", line.get(i)));
                    }
                    return text.toString().stripTrailing();
                })
                .collect(Collectors.joining("\n"));
    }

    private static List<String> cells(GroupLoad.Row row) {
        Spread s = row.spread();
        Neighbourhood.Tally t = s.tally();
        long sent = t.broadcasts + t.toDevices + t.fromDevices + t.batches;
        return List.of(
                row.scheme(),
                row.air(),
                number(row.members()),
                number(row.devices()),
                number(row.cost().mean()),
                number(row.cost().largest()),
                row.cost().hundred().isPresent() ? number(row.cost().hundred().getAsLong()) : "-",
                String.format(Locale.ROOT, "%.1f", s.serverMillis()),
                number(sent),
                number(t.octetsToDevices),
                number(row.stored()),
                number(row.signatures()),
                row.steps() < 0 ? "-" : number(row.steps()),
                number(t.deviceNanos / 1e3 / row.devices()),
                seconds(s.half()),
                seconds(s.most()),
                seconds(s.all()),
                seconds(s.wall()),
                number(row.recovery().messages()) + " msg, "
                        + number(row.recovery().octets()) + " B");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
