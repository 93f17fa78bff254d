package org.sealpost.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A rule of the standard.
 *
 * @param id for example {@code E-04}
 * @param clause where the standard says so
 * @param rule in our words
 * @param state why no test shows it, or that tests do
 * @param reason empty when tests show it
 */
record Row(String id, String clause, String rule, State state, String reason) {
    private static final Pattern ID = Pattern.compile("(E|S|G|D|SE|B)-\\d\\d");

    /** What the file of rows says; a row that tests show says nothing. */
    enum State {
        SHOWN,
        NOT_APPLICABLE,
        NOT_DONE
    }

    /**
     * Reads the file of rows: {@code ID | clause | rule}, and where no test shows it {@code | not applicable: why} or {@code | not done: what is missing}. Lines that
     * begin with {@code #} head a section and are kept apart by {@link #sections}.
     *
     * @throws IllegalArgumentException naming the line that is malformed or stands twice
     */
    static List<Row> read(List<String> lines) {
        List<Row> rows = new ArrayList<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] parts = line.split(" \\| ", -1);
            if (parts.length < 3 || parts.length > 4 || !ID.matcher(parts[0]).matches()) {
                throw new IllegalArgumentException("not of the form ID | clause | rule [| state: reason]: " + line);
            }
            if (rows.stream().anyMatch(r -> r.id.equals(parts[0]))) {
                throw new IllegalArgumentException("a row stands twice: " + parts[0]);
            }
            rows.add(
                    parts.length == 3
                            ? new Row(parts[0], parts[1], parts[2], State.SHOWN, "")
                            : unshown(parts[0], parts[1], parts[2], parts[3]));
        }
        return rows;
    }

    /** Headings in the order of the file, each the text behind {@code # PREFIX }. */
    static List<String[]> sections(List<String> lines) {
        return lines.stream()
                .filter(l -> l.startsWith("# "))
                .map(l -> l.substring(2).split(" ", 2))
                .filter(s -> s.length == 2)
                .toList();
    }

    String prefix() {
        return id.substring(0, id.indexOf('-'));
    }

    private static Row unshown(String id, String clause, String rule, String why) {
        String[] said = why.split(": ", 2);
        if (said.length != 2 || said[1].isBlank()) {
            throw new IllegalArgumentException("no reason: " + id);
        }
        return switch (said[0]) {
            case "not applicable" -> new Row(id, clause, rule, State.NOT_APPLICABLE, said[1]);
            case "not done" -> new Row(id, clause, rule, State.NOT_DONE, said[1]);
            default -> throw new IllegalArgumentException("neither not applicable nor not done: " + id);
        };
    }
}
