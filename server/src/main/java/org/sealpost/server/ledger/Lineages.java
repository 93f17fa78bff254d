package org.sealpost.server.ledger;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.sealpost.enclave.EndPointKeys.Lineage;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.store.Database;

/**
 * Tells a member's state that went on from one that was restored from a copy, or that runs twice ({@code docs/decisions}). A fault stays until the member is enrolled anew.
 * Thread-safe.
 */
final class Lineages {
    private static final long KEPT_RUNS = 64;

    private final Database database;
    private final InstantSource clock;
    private volatile BiConsumer<String, String> faults = (member, reason) -> {};

    /** A run of a member as it was told last. */
    private record Run(long number, String instance, long revision) {}

    Lineages(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    void onFault(BiConsumer<String, String> listener) {
        faults = listener;
    }

    /**
     * Records where a member's state comes from; in the caller's transaction.
     *
     * @return why it can't have gone on from what the member told before, or which fault the member has already: the caller refuses, once that is on disk
     * @throws Refusal 4105 when it comes from an earlier run
     */
    Optional<String> told(String member, Lineage told) {
        Optional<String> known = fault(member);
        if (known.isPresent()) {
            return known;
        }
        Optional<String> found = examine(member, told);
        found.ifPresentOrElse(
                reason -> database.update(
                        "insert into lineage_fault (member, reason, at) values (?, ?, ?)", member, reason, now()),
                () -> record(member, told));
        return found;
    }

    /**
     * Tells of a fault.
     *
     * @throws Refusal 4105 with it, if there is one
     */
    void refuse(String member, Optional<String> fault) {
        fault.ifPresent(reason -> {
            faults.accept(member, reason);
            throw new Refusal(ResponseStatus.CONFLICT, reason);
        });
    }

    /** The member is enrolled anew: what it said before counts no more. */
    void forget(String member) {
        database.transaction(() -> database.update("delete from lineage where member = ?", member)
                + database.update("delete from lineage_fault where member = ?", member));
    }

    /** Members with a fault, and what it is. */
    Map<String, String> faulty() {
        return database
                .query("select member, reason from lineage_fault", r -> Map.entry(r.getString(1), r.getString(2)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Optional<String> fault(String member) {
        return database.first("select reason from lineage_fault where member = ?", r -> r.getString(1), member);
    }

    private Optional<String> examine(String member, Lineage told) {
        Optional<Run> same =
                run("select run, instance, revision from lineage where member = ? and run = ?", member, told.run());
        Optional<Run> newest = run(
                "select run, instance, revision from lineage where member = ? and run >= ? order by run desc limit 1",
                member,
                0L);
        if (same.isPresent() && !same.get().instance().equals(told.instance())) {
            return Optional.of(
                    "its state runs twice, or was restored from a copy: stop it, find out why, and enrol it anew");
        }
        if (newest.isEmpty() || told.run() == newest.get().number()) {
            return Optional.empty();
        }
        if (told.run() < newest.get().number()) {
            // delayed on the way, or a copy: no proof of either, and of no use now
            throw new Refusal(ResponseStatus.CONFLICT, "this comes from an earlier run of the member: ask again");
        }
        return told.base() < newest.get().revision()
                ? Optional.of("its state was restored from an older copy: find out why, and enrol it anew")
                : Optional.empty();
    }

    private void record(String member, Lineage told) {
        database.update(
                "insert into lineage (member, run, instance, revision, at) values (?, ?, ?, ?, ?) on conflict (member, run) do update"
                        + " set revision = max(revision, excluded.revision), at = excluded.at",
                member,
                told.run(),
                told.instance(),
                told.revision(),
                now());
        database.update("delete from lineage where member = ? and run < ?", member, told.run() - KEPT_RUNS);
    }

    private Optional<Run> run(String sql, String member, long run) {
        return database.first(sql, r -> new Run(r.getLong(1), r.getString(2), r.getLong(3)), member, run);
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
