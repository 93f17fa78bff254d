package org.sealpost.agent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;

/** Who executed what: commands of this run with the verified acknowledgements of their members. Thread-safe. */
final class Board {
    private static final int KEPT = 500;

    private final Map<Long, Row> entries = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Row> eldest) {
            return size() > KEPT;
        }
    };
    private long unverified;

    /** A command: whom it is for and who answered. */
    record Row(
            long id,
            String group,
            String target,
            String verb,
            List<String> expected,
            Map<String, Acknowledgement> answers) {}

    synchronized void sent(long id, String group, String target, String verb, List<String> expected) {
        entries.put(id, new Row(id, group, target, verb, expected, new TreeMap<>()));
    }

    synchronized void answered(Acknowledgement a) {
        Optional.ofNullable(entries.get(a.commandId()))
                .ifPresent(e -> e.answers().putIfAbsent(a.member(), a));
    }

    synchronized void unverified() {
        unverified++;
    }

    synchronized long unverifiedCount() {
        return unverified;
    }

    synchronized Optional<Row> find(long id) {
        return Optional.ofNullable(entries.get(id)).map(Board::copy);
    }

    synchronized List<Row> all() {
        return entries.values().stream().map(Board::copy).toList();
    }

    private static Row copy(Row e) {
        return new Row(e.id(), e.group(), e.target(), e.verb(), e.expected(), new TreeMap<>(e.answers()));
    }
}
