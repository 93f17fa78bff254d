package org.sealpost.server;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/**
 * How groups end: at a time, or now. Decided in the database, with the deliveries that tell the members; what the enclave has to do for it is owed until it is done, also over crashes ({@link #tend}).
 * Thread-safe.
 */
final class GroupEnd {
    /** In {@code grp.ended}, beside 0 (it lives): deleted, and the enclave is still to be told; deleted. */
    private static final int ENDING = -1;

    private static final int ENDED = 1;

    private final Database database;
    private final AuthorityKeys enclave;
    private final GroupAuthority authority;
    private final DeliveryLedger ledger;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Consumer<String> over;

    private record Expiry(String group, long at) {}

    /** @param over told of a group that is no more */
    GroupEnd(
            Database database,
            AuthorityKeys enclave,
            GroupAuthority authority,
            DeliveryLedger ledger,
            AuditLog audit,
            InstantSource clock,
            Consumer<String> over) {
        this.database = database;
        this.enclave = enclave;
        this.authority = authority;
        this.ledger = ledger;
        this.audit = audit;
        this.clock = clock;
        this.over = over;
    }

    /** Refuses (4105) what is wanted of a group that is no more. */
    void requireLives(String group) {
        GroupAuthority.Ends ends = authority.ends(group);
        if (ends.ended()) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "that group was deleted at " + Instant.ofEpochSecond(ends.at())
                            + ": take it out of the fleet file, and give a new group another name");
        }
    }

    /**
     * Lets a group end at a time. No epoch is valid beyond it, so members stop then by themselves, whether or not they can be told: a new epoch says so to them. Then the group is deleted.
     *
     * @param at epoch seconds, in the future; 0: it does not end by itself any more
     */
    void expire(String group, long at, String reason) {
        if (at != 0 && at <= now()) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "that time is over: give one to come, or delete the group now");
        }
        requireLives(group);
        database.transaction(() -> {
            audit.append(
                    "group.expiry",
                    group + (at == 0 ? " does not end by itself" : " ends at " + Instant.ofEpochSecond(at)) + ": "
                            + reason);
            return database.update("update grp set expires = ? where id = ?", at, group);
        });
        limit();
    }

    /** Ends a group now, and for ever. */
    void delete(String group, String reason) {
        requireLives(group);
        long last =
                enclave.currentEpoch(group).map(AuthorityKeys.EpochFacts::epoch).orElse(0L);
        database.transaction(() -> {
            int changed = database.update(
                    "update grp set ended = " + ENDING + ", expires = ? where id = ? and ended = 0", now(), group);
            if (changed > 0) {
                long known = database.first(
                                "select coalesce(max(number), 0) from epoch where grp = ?", r -> r.getLong(1), group)
                        .orElse(0L);
                ledger.end(group, Math.max(last, known) + 1, toTell(group));
                database.update("update membership set active = 0 where grp = ?", group);
                audit.append("group.deleted", group + ": " + reason);
            }
            return changed;
        });
        finish();
    }

    /**
     * Deletes groups whose time has come, and does what is owed. To be called at the start, before anything else of groups, and every second or so.
     *
     * @throws EnclaveUnavailable when the enclave is away; the next call does it
     */
    void tend() {
        finish();
        limit();
        for (Expiry due : expiries("ended = 0 and expires > 0 and expires <= " + now())) {
            delete(due.group(), "its time is over");
        }
    }

    /** Suspended members hold labels, too, and are told. */
    private List<String> toTell(String group) {
        return database.query(
                "select m.identity from membership s join member m on m.identity = s.identity"
                        + " where s.grp = ? and s.active <> 0 and m.key_id <> '' and m.revoked = 0 order by m.identity",
                r -> r.getString(1),
                group);
    }

    private void finish() {
        for (Expiry owed : expiries("ended = " + ENDING)) {
            long number = enclave.endGroup(owed.group(), 1);
            database.update("update grp set ended = " + ENDED + " where id = ?", owed.group());
            audit.append("group.ended", owed.group() + " with number " + number + ": its keys are destroyed");
            over.accept(owed.group());
        }
    }

    /** Tells the enclave of changed expiries, and draws the epochs that tell members. */
    private void limit() {
        for (Expiry changed : expiries("ended = 0 and expires <> limited")) {
            boolean drawn = enclave.currentEpoch(changed.group()).isPresent();
            enclave.limitGroup(changed.group(), changed.at());
            if (drawn && (changed.at() == 0 || changed.at() > now())) {
                authority.rotate(
                        changed.group(),
                        changed.at() == 0 ? "no end any more" : "ends at " + Instant.ofEpochSecond(changed.at()));
            }
            database.update(
                    "update grp set limited = ? where id = ? and expires = ?",
                    changed.at(),
                    changed.group(),
                    changed.at());
        }
    }

    private List<Expiry> expiries(String condition) {
        return database.query(
                "select id, expires from grp where " + condition + " order by id",
                r -> new Expiry(r.getString(1), r.getLong(2)));
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
