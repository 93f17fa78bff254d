package org.sealpost.agent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;

/** Who executed what: commands with the verified acknowledgements of their members, the newest of them, over restarts. Thread-safe. */
final class Board {
    private static final int KEPT = 500;
    private static final long FIRST_PAUSE = 2;
    private static final long LAST_PAUSE = 16;

    private final BoardFiles files;
    private final Map<Long, Row> entries = new LinkedHashMap<>();
    private final Map<Long, Reminder> reminders = new HashMap<>();
    private long unverified;

    /** When a command is repeated next, and how long after that again; seconds. */
    private record Reminder(long at, long pause) {}

    /**
     * A command: whom it is for and who answered.
     *
     * @param until epoch seconds; afterwards nobody acts on it
     */
    record Row(
            long id,
            String group,
            String target,
            String verb,
            String envelope,
            long until,
            List<String> expected,
            Map<String, Acknowledgement> answers) {
        List<String> silent() {
            return expected.stream().filter(m -> !answers.containsKey(m)).toList();
        }
    }

    /** A board with what earlier runs left on it. */
    Board(BoardFiles files) {
        this.files = files;
        files.load().forEach(r -> entries.put(r.id(), r));
    }

    /** Puts up a command, on disk when this returns: to be called before it is sent. */
    void sent(Row command) {
        files.add(command);
        put(command).forEach(files::remove);
    }

    /** A command goes in another envelope from now on. What was answered meanwhile stays answered. */
    synchronized void renewed(long id, String envelope) {
        Row old = entries.get(id);
        if (old != null) {
            entries.put(
                    id,
                    new Row(
                            id,
                            old.group(),
                            old.target(),
                            old.verb(),
                            envelope,
                            old.until(),
                            old.expected(),
                            old.answers()));
        }
    }

    /** Numbers of the commands that are too many now. */
    private synchronized List<Long> put(Row command) {
        entries.put(command.id(), command);
        List<Long> old = entries.keySet().stream()
                .limit(Math.max(0, entries.size() - KEPT))
                .toList();
        old.forEach(entries::remove);
        return old;
    }

    /** Commands that have not expired and lack answers, when it is time to repeat them; the pauses double. */
    synchronized List<Row> due(long now) {
        reminders.keySet().retainAll(entries.keySet());
        List<Row> due = new ArrayList<>();
        for (Row row : entries.values()) {
            Reminder reminder = reminders.computeIfAbsent(row.id(), id -> new Reminder(now + FIRST_PAUSE, FIRST_PAUSE));
            if (now >= reminder.at() && now < row.until() && !row.silent().isEmpty()) {
                long pause = Math.min(LAST_PAUSE, reminder.pause() * 2);
                reminders.put(row.id(), new Reminder(now + pause, pause));
                due.add(copy(row));
            }
        }
        return due;
    }

    void answered(Acknowledgement a) {
        if (isNew(a)) {
            files.answered(a);
        }
    }

    private synchronized boolean isNew(Acknowledgement a) {
        Row command = entries.get(a.commandId());
        return command != null && command.answers().putIfAbsent(a.member(), a) == null;
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
        return new Row(
                e.id(),
                e.group(),
                e.target(),
                e.verb(),
                e.envelope(),
                e.until(),
                e.expected(),
                new TreeMap<>(e.answers()));
    }
}
