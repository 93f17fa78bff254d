package org.sealpost.server.renewal;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.sealpost.enclave.EndPointKeys.Negotiation;
import org.sealpost.server.store.Database;

/** What an operator can see of renewals, and has asked for; survives a restart. Whether a key is due is the enclave's knowledge. */
public final class RenewalLedger {
    private final Database database;
    private final InstantSource clock;

    public RenewalLedger(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * The renewal of one member's key.
     *
     * @param state {@code WAITING}, {@code UNDER_WAY}, {@code AGREED}, {@code RENEWED} or {@code FAILED}
     * @param wanted an operator asked for it, and it has not come about yet
     * @param offered ways that the device can go
     * @param chosen way of the last try
     * @param choice why that way
     * @param reason why it has not come about
     * @param nextAt not before, epoch milliseconds
     * @param renewedAt epoch seconds; 0: never
     */
    public record Row(
            String member,
            String state,
            boolean wanted,
            String offered,
            String chosen,
            String choice,
            String reason,
            int attempts,
            long nextAt,
            long renewedAt) {}

    public List<Row> all() {
        return database.query(
                "select member, state, wanted, offered, chosen, choice, reason, attempts, next_at, renewed_at from renewal order by member",
                r -> new Row(
                        r.getString(1),
                        r.getString(2),
                        r.getInt(3) != 0,
                        r.getString(4),
                        r.getString(5),
                        r.getString(6),
                        r.getString(7),
                        r.getInt(8),
                        r.getLong(9),
                        r.getLong(10)));
    }

    public Optional<Row> of(String member) {
        return all().stream().filter(r -> r.member().equals(member)).findFirst();
    }

    /** An operator wants it now. */
    public void want(String member) {
        put(member);
        database.update(
                "update renewal set wanted = 1, next_at = 0, state = 'WAITING', reason = '', updated_at = ? where member = ?",
                now(),
                member);
    }

    public void chosen(String member, Negotiation negotiation) {
        put(member);
        database.update(
                "update renewal set state = 'UNDER_WAY', offered = ?, chosen = ?, choice = ?, attempts = attempts + 1,"
                        + " updated_at = ? where member = ?",
                negotiation.offered(),
                negotiation.chosen(),
                negotiation.reason(),
                now(),
                member);
    }

    public void agreed(String member) {
        database.update("update renewal set state = 'AGREED', updated_at = ? where member = ?", now(), member);
    }

    public void renewed(String member) {
        database.update(
                "update renewal set state = 'RENEWED', wanted = 0, reason = '', attempts = 0, next_at = 0, renewed_at = ?,"
                        + " updated_at = ? where member = ?",
                now(),
                now(),
                member);
    }

    /** True when the reason is a new one. */
    public boolean failed(String member, String reason, long delayMillis) {
        put(member);
        boolean news = of(member).map(r -> !r.reason().equals(reason)).orElse(true);
        database.update(
                "update renewal set state = 'FAILED', reason = ?, next_at = ?, updated_at = ? where member = ?",
                reason,
                clock.millis() + delayMillis,
                now(),
                member);
        return news;
    }

    private void put(String member) {
        database.update(
                "insert into renewal (member, state, updated_at) values (?, 'WAITING', ?) on conflict do nothing",
                member,
                now());
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
