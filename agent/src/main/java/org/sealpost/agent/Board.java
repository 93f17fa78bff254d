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

    private final Map<Long, Entry> entries = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Entry> eldest) {
            return size() > KEPT;
        }
    };
    private long unverified;

    /** A command: whom it is for and who answered. */
    record Entry(
            long id,
            String group,
            String target,
            String verb,
            List<String> expected,
            Map<String, Acknowledgement> answers) {}

    synchronized void sent(long id, String group, String target, String verb, List<String> expected) {
        entries.put(id, new Entry(id, group, target, verb, expected, new TreeMap<>()));
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

    synchronized Optional<Entry> find(long id) {
        return Optional.ofNullable(entries.get(id)).map(Board::copy);
    }

    synchronized List<Entry> all() {
        return entries.values().stream().map(Board::copy).toList();
    }

    private static Entry copy(Entry e) {
        return new Entry(e.id(), e.group(), e.target(), e.verb(), e.expected(), new TreeMap<>(e.answers()));
    }
}
