package org.sealpost.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows and the tests that show them, as a page; and everything that does not fit together. Pure. */
final class Checklist {
    private final List<String> lines;
    private final List<Row> rows;
    private final Map<String, List<Shown>> tests = new LinkedHashMap<>();
    private final List<String> mistakes = new ArrayList<>();

    /**
     * Brings both together.
     *
     * @param lines the file of rows
     */
    Checklist(List<String> lines, List<Shown> shown) {
        this.lines = List.copyOf(lines);
        this.rows = Row.read(lines);
        rows.forEach(r -> tests.put(r.id(), new ArrayList<>()));
        for (Shown s : shown) {
            List<Shown> of = tests.get(s.row());
            if (of == null) {
                mistakes.add(s.test() + " shows the row " + s.row() + ", which there is not");
            } else if (of.stream().noneMatch(o -> o.test().equals(s.test()))) {
                of.add(s);
            }
        }
        for (Row row : rows) {
            boolean has = !shownBy(row).isEmpty();
            if (has && row.state() != Row.State.SHOWN) {
                mistakes.add(row.id() + " is shown by tests: take its reason out of the file of rows");
            }
            if (!has && row.state() == Row.State.SHOWN) {
                mistakes.add(row.id() + " is shown by no test: tag one with it, or say why not in the file of rows");
            }
        }
    }

    /** What does not fit together, one sentence each. */
    List<String> mistakes() {
        return List.copyOf(mistakes);
    }

    /** Rows in a state. */
    long count(Row.State state) {
        return rows.stream().filter(r -> r.state() == state).count();
    }

    /** Rows altogether. */
    int size() {
        return rows.size();
    }

    /** The page. */
    String page() {
        StringBuilder s = new StringBuilder();
        s.append("# Conformance\n\n")
                .append(
                        "Rules of oneM2M Release 3 that bear on Sealpost, in our words, and the tests that show each. T1 is TS-0001, T3 TS-0003, T4 TS-0004, T8 TS-0008,\n")
                .append(
                        "T9 TS-0009, T10 TS-0010, T16 TS-0016, T20 TS-0020; (c) marks a rule that binds only who implements an option.\n\n")
                .append(
                        "This page is made by `./sealpost conformance` from `conformance/rows.txt` and the tags on the tests (`@Tag(\"E-04\")`); the build fails when it is stale.\n")
                .append("`mvn test -Dgroups=E-04` runs the tests of a row.\n\n");
        s.append(size())
                .append(" rows: ")
                .append(count(Row.State.SHOWN))
                .append(" done, ")
                .append(count(Row.State.NOT_APPLICABLE))
                .append(" not applicable, ")
                .append(count(Row.State.NOT_DONE))
                .append(" not done.\n");
        for (String[] section : Row.sections(lines)) {
            s.append("\n## ")
                    .append(section[1])
                    .append("\n\n| Row | Rule | Clause | State | Shown by |\n|---|---|---|---|---|\n");
            rows.stream().filter(r -> r.prefix().equals(section[0])).forEach(r -> s.append(line(r)));
        }
        return s.toString();
    }

    private String line(Row row) {
        String state = switch (row.state()) {
            case SHOWN -> "done";
            case NOT_APPLICABLE -> "not applicable: " + row.reason();
            case NOT_DONE -> "not done: " + row.reason();
        };
        List<String> by = shownBy(row).stream()
                .map(t -> "[" + t.test() + "](../" + t.file() + ")")
                .toList();
        return "| " + row.id() + " | " + row.rule() + " | " + row.clause() + " | " + state + " | "
                + String.join("<br>", by) + " |\n";
    }

    private List<Shown> shownBy(Row row) {
        return tests.getOrDefault(row.id(), List.of());
    }
}
