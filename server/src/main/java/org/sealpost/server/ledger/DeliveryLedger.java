package org.sealpost.server.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.sealpost.enclave.EndPointKeys.Confirmation;
import org.sealpost.enclave.EndPointKeys.Negotiation;
import org.sealpost.server.store.Database;

/** Deliveries as rows, worked off by leases; and from verified confirmations alone, who holds which epoch. Thread-safe. */
public final class DeliveryLedger {
    private static final String COLUMNS = "id, grp, epoch, member, state, reason, attempts, updated_at, way";

    private final Database database;
    private final InstantSource clock;
    private final Lineages lineages;

    public DeliveryLedger(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.lineages = new Lineages(database, clock);
    }

    /** Told of each refused statement of a member whose state was restored from a copy or runs twice: the member, and what to do. Set once, before the first confirmation. */
    public void onStateFault(BiConsumer<String, String> listener) {
        lineages.onFault(listener);
    }

    /** Members whose state was restored from a copy or runs twice, and what to do. */
    public Map<String, String> stateFaults() {
        return lineages.faulty();
    }

    /** The member was enrolled anew, with a state of its own. */
    public void enrolled(String member) {
        lineages.forget(member);
    }

    /** Plans a credential for each member; earlier epochs of the group that are still open are superseded. */
    public void plan(String group, long epoch, List<String> members) {
        plan(group, epoch, members, List.of());
    }

    /** Plans a credential for some members, while the others get the epoch by the group's block; earlier epochs of the group that are still open are superseded. */
    public void plan(String group, long epoch, List<String> individually, List<String> byBlock) {
        database.transaction(() -> {
            database.update(
                    "update delivery set state = 'SUPERSEDED', reason = 'a newer epoch took its place', updated_at = ?"
                            + " where grp = ? and epoch < ? and state not in ('CONFIRMED', 'SUPERSEDED')",
                    now(),
                    group,
                    epoch);
            individually.forEach(m -> plan(group, epoch, m, Delivery.INDIVIDUAL));
            byBlock.forEach(m -> plan(group, epoch, m, Delivery.BLOCK));
            return epoch;
        });
    }

    /** A group is no more: what is open of it is superseded, and its members are to be told. */
    public void end(String group, long number, List<String> members) {
        database.transaction(() -> {
            database.update(
                    "update delivery set state = 'SUPERSEDED', reason = 'the group was deleted', updated_at = ?"
                            + " where grp = ? and way <> '" + Delivery.ENDING
                            + "' and state not in ('CONFIRMED', 'SUPERSEDED')",
                    now(),
                    group);
            members.forEach(m -> plan(group, number, m, Delivery.ENDING));
            return number;
        });
    }

    /** Members of a group that is no more which have not said yet that they forgot it. */
    public List<String> untold(String group) {
        return database.query(
                "select member from delivery where grp = ? and way = '" + Delivery.ENDING
                        + "' and state <> 'CONFIRMED' order by member",
                r -> r.getString(1),
                group);
    }

    /** A member said under its pairwise key that it has forgotten the group. */
    public void ended(long id) {
        database.update(
                "update delivery set state = 'CONFIRMED', reason = '', updated_at = ? where id = ? and way = '"
                        + Delivery.ENDING + "'",
                now(),
                id);
    }

    private void plan(String group, long epoch, String member, String way) {
        database.update(
                "insert into delivery (grp, epoch, member, state, way, updated_at) values (?, ?, ?, 'PLANNED', ?, ?) on conflict do nothing",
                group,
                epoch,
                member,
                way,
                now());
    }

    /** How far a group's block is on its way to the members behind a gateway. */
    public void published(String group, long epoch, String gateway, Delivery.State state, String reason) {
        database.update(
                "update delivery set state = ?, reason = ?, updated_at = ? where grp = ? and epoch = ? and way = 'BLOCK'"
                        + " and state in ('PLANNED', 'AT_GATEWAY') and member in (select identity from member where gateway = ?)",
                state.name(),
                reason,
                now(),
                group,
                epoch,
                gateway);
    }

    /**
     * Delivers an epoch again to members whose credential says something new: an agent's roster has grown, a device was enrolled anew and holds nothing. Rows get new ids, so that an answer to
     * the earlier credential, still on its way, does not confirm the later one.
     */
    public void redeliver(String group, long epoch, List<String> members) {
        database.transaction(() -> {
            members.forEach(m -> database.update(
                    "delete from delivery where grp = ? and epoch = ? and member = ?", group, epoch, m));
            plan(group, epoch, members);
            return epoch;
        });
    }

    /** Takes up to so many deliveries that are due, for so long; nobody else gets them meanwhile. */
    public List<Delivery> lease(String owner, int most, long seconds) {
        return database.transaction(() -> {
            List<Delivery> due = database.query(
                    "select " + COLUMNS
                            + " from delivery where way in ('INDIVIDUAL', 'ENDING') and state in ('PLANNED', 'SEALED', 'AT_GATEWAY')"
                            + " and next_at <= ? and lease_until <= ? order by id limit ?",
                    DeliveryLedger::read,
                    millis(),
                    millis(),
                    most);
            due.forEach(d -> database.update(
                    "update delivery set lease_owner = ?, lease_until = ?, attempts = attempts + 1 where id = ?",
                    owner,
                    millis() + seconds * 1000,
                    d.id()));
            return due;
        });
    }

    /** Gives up every lease, so that an earlier run's work is taken up at once. */
    public void releaseAll() {
        database.update("update delivery set lease_until = 0, next_at = 0");
    }

    public void advance(long id, Delivery.State state, String reason) {
        database.update(
                "update delivery set state = ?, reason = ?, updated_at = ? where id = ? and state not in ('CONFIRMED', 'SUPERSEDED')",
                state.name(),
                reason,
                now(),
                id);
    }

    /** Tries again after a while that grows with the attempts. */
    public void retry(long id, String reason, long delayMillis) {
        database.update(
                "update delivery set state = 'PLANNED', reason = ?, lease_until = 0, next_at = ?, updated_at = ?"
                        + " where id = ? and state not in ('CONFIRMED', 'SUPERSEDED')",
                reason,
                millis() + delayMillis,
                now(),
                id);
    }

    /**
     * Records a verified confirmation of a credential that the member fetched itself: whatever is open for that epoch is done.
     *
     * @return completes when it is on disk; fails with a {@link org.sealpost.onem2m.Refusal} 4105 when the member's state is a restored copy or runs twice: then nothing is recorded but that
     */
    public CompletionStage<Void> fetched(Confirmation c) {
        return database.together(() -> {
                    Optional<String> fault = lineages.told(c.member(), c.lineage());
                    if (fault.isEmpty()) {
                        record(c);
                        database.update(
                                "update delivery set state = 'CONFIRMED', reason = '', updated_at = ? where grp = ? and epoch = ? and member = ?",
                                now(),
                                c.group(),
                                c.epoch(),
                                c.member());
                    }
                    return fault;
                })
                .thenAccept(fault -> lineages.refuse(c.member(), fault));
    }

    /**
     * Records a verified confirmation, and that it answered a delivery, if that was not replaced meanwhile.
     *
     * @throws org.sealpost.onem2m.Refusal 4105 when the member's state is a restored copy or runs twice: nothing is recorded
     */
    public void confirmed(long id, Confirmation c) {
        lineages.refuse(c.member(), database.transaction(() -> lineages.told(c.member(), c.lineage())));
        database.transaction(() -> {
            record(c);
            return database.update(
                    "update delivery set state = 'CONFIRMED', reason = '', updated_at = ?"
                            + " where id = ? and grp = ? and epoch = ? and member = ?",
                    now(),
                    id,
                    c.group(),
                    c.epoch(),
                    c.member());
        });
    }

    /** Records what was negotiated with a member last. */
    public void negotiated(String member, Negotiation n) {
        database.update(
                "insert into negotiation (member, offered, chosen, reason, at) values (?, ?, ?, ?, ?) on conflict (member) do update"
                        + " set offered = excluded.offered, chosen = excluded.chosen, reason = excluded.reason, at = excluded.at",
                member,
                n.offered(),
                n.chosen(),
                n.reason(),
                now());
    }

    public Optional<Delivery> find(long id) {
        return database.first("select " + COLUMNS + " from delivery where id = ?", DeliveryLedger::read, id);
    }

    public List<Delivery> all() {
        return database.query("select " + COLUMNS + " from delivery order by id", DeliveryLedger::read);
    }

    /** The deliveries of one epoch of a group, by member. */
    public Map<String, Delivery> of(String group, long epoch) {
        return database
                .query(
                        "select " + COLUMNS + " from delivery where grp = ? and epoch = ?",
                        DeliveryLedger::read,
                        group,
                        epoch)
                .stream()
                .collect(Collectors.toMap(Delivery::member, d -> d));
    }

    /** The highest epoch of a group that each member confirmed. */
    public Map<String, Long> confirmedEpochs(String group) {
        return database
                .query(
                        "select member, max(epoch) from confirmation where grp = ? group by member",
                        r -> Map.entry(r.getString(1), r.getLong(2)),
                        group)
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private void record(Confirmation c) {
        database.update(
                "insert into confirmation (member, grp, epoch, kcv, at) values (?, ?, ?, ?, ?) on conflict do nothing",
                c.member(),
                c.group(),
                c.epoch(),
                c.keyCheckValue(),
                now());
        database.update(
                "update membership set generation = max(generation, ?) where grp = ? and identity = ?",
                c.generation(),
                c.group(),
                c.member());
    }

    /** When each member confirmed something of a group last, epoch seconds. */
    public Map<String, Long> lastConfirmed(String group) {
        return database
                .query(
                        "select member, max(at) from confirmation where grp = ? group by member",
                        r -> Map.entry(r.getString(1), r.getLong(2)),
                        group)
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Delivery read(ResultSet r) throws SQLException {
        return new Delivery(
                r.getLong(1),
                r.getString(2),
                r.getLong(3),
                r.getString(4),
                Delivery.State.valueOf(r.getString(5)),
                r.getString(6),
                r.getInt(7),
                r.getLong(8),
                r.getString(9));
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    private long millis() {
        return clock.instant().toEpochMilli();
    }
}
