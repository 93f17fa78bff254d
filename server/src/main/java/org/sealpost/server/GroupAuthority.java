package org.sealpost.server;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/**
 * Creates groups and epochs: membership in the database, secrets in the enclave, deliveries in the ledger. A crash between those is mended at the next start, because the enclave's epoch is the
 * truth and planning a delivery twice does nothing. Thread-safe through the database's lock.
 */
public final class GroupAuthority {
    private static final long MAX_GAP = 1_000_000;
    private static final long CATCH_UP_PAUSE = 60;

    private final Fleet fleet;
    private final InstantSource clock;
    private long caughtUpAt;
    private final Database database;
    private final AuthorityKeys enclave;
    private final DeliveryLedger ledger;
    private final AuditLog audit;

    public GroupAuthority(
            Fleet fleet,
            Database database,
            AuthorityKeys enclave,
            DeliveryLedger ledger,
            AuditLog audit,
            InstantSource clock) {
        this.fleet = fleet;
        this.clock = clock;
        this.database = database;
        this.enclave = enclave;
        this.ledger = ledger;
        this.audit = audit;
    }

    /** Brings database and enclave to what the fleet file says. Called at every start; members must be enrolled before they get a credential. */
    public void reconcile() {
        for (Fleet.Gateway gateway : fleet.gateways()) {
            if (gateway.agent()) {
                member(fleet.agentIdentity(gateway), "agent", gateway.id(), "AGENT", "agent", "");
            }
        }
        for (Fleet.Device d : fleet.devices()) {
            member(fleet.identity(d), d.name(), d.gateway(), "DEVICE", d.function(), d.zone());
        }
        for (Fleet.Group group : fleet.groups()) {
            String id = fleet.groupId(group.id());
            database.update("insert into grp (id, name) values (?, ?) on conflict do nothing", id, group.id());
            enclave.createGroup(id, policy(group));
            fleet.devices().stream()
                    .filter(d -> d.groups().contains(group.id()))
                    .forEach(d -> assign(id, fleet.identity(d)));
            if (!group.agentVerbs().isEmpty()) {
                fleet.gateways().stream()
                        .filter(Fleet.Gateway::agent)
                        .filter(g -> fleet.devices().stream()
                                .anyMatch(d ->
                                        d.gateway().equals(g.id()) && d.groups().contains(group.id())))
                        .forEach(g -> assign(id, fleet.agentIdentity(g)));
            }
            resume(id);
        }
    }

    /** Draws a new epoch for the group's members. */
    public EpochFacts rotate(String group, String reason) {
        return database.transaction(() -> {
            long next = enclave.currentEpoch(group).map(EpochFacts::epoch).orElse(0L) + 1;
            return draw(group, next, reason);
        });
    }

    private EpochFacts draw(String group, long number, String reason) {
        audit.append("epoch.intended", group + " epoch " + number + ": " + reason);
        EpochFacts facts = enclave.newEpoch(group, number, members(group));
        record(facts, reason);
        return facts;
    }

    /**
     * A member holds a later epoch than this server knows: its state was restored from a backup. Members never go back, so the next epoch has to be later than theirs. What a member says
     * makes a group change its epoch at most once a minute, and the audit log names the member.
     */
    public void catchUp(LaterEpoch held) {
        database.transaction(() -> {
            long current =
                    enclave.currentEpoch(held.group()).map(EpochFacts::epoch).orElse(0L);
            boolean member =
                    members(held.group()).stream().anyMatch(m -> m.identity().equals(held.member()));
            long now = clock.instant().getEpochSecond();
            if (!member
                    || held.epoch() < current
                    || held.epoch() - current >= MAX_GAP
                    || now < caughtUpAt + CATCH_UP_PAUSE) {
                return current;
            }
            caughtUpAt = now;
            audit.append(
                    "authority.behind",
                    held.member() + " holds epoch " + held.epoch() + " of " + held.group() + ", here it is " + current
                            + ": this server was restored from an older backup, or that member lies");
            return draw(held.group(), held.epoch() + 1, "later than the epoch that members hold")
                    .epoch();
        });
    }

    /** Takes a member out, at once: the rest gets a new epoch without overlap. A captured end point's pairwise key is revoked too. */
    public EpochFacts evict(String group, String member, String reason, boolean captured) {
        int changed = database.update(
                "update membership set active = 0 where grp = ? and identity = ? and active = 1", group, member);
        if (changed == 0) {
            throw new Refusal(ResponseStatus.NOT_FOUND, member + " is not a member of that group");
        }
        audit.append("member.evicted", member + " from " + group + ": " + reason);
        if (captured) {
            enclave.revokePeer(member);
            database.update("update member set revoked = 1 where identity = ?", member);
            audit.append("member.revoked", member);
            for (String other : groupsOf(member)) {
                database.update("update membership set active = 0 where grp = ? and identity = ?", other, member);
                rotate(other, "captured member " + member);
            }
        }
        return rotate(group, "evicted " + member + ": " + reason);
    }

    /** Members of a group that are enrolled or not, with their leaves. */
    public List<Member> members(String group) {
        return database.query(
                "select m.identity, m.zone, s.leaf from membership s join member m on m.identity = s.identity"
                        + " where s.grp = ? and s.active = 1 and m.key_id <> '' order by s.leaf",
                r -> new Member(r.getString(1), r.getString(2), r.getLong(3)),
                group);
    }

    /** The absolute identifier of a group, by name or identifier. */
    public String groupId(String nameOrId) {
        return database.first("select id from grp where name = ? or id = ?", r -> r.getString(1), nameOrId, nameOrId)
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "there is no group " + nameOrId));
    }

    /** The absolute identity of a member, by name ({@code door-1}, {@code gw-north.agent}) or identity. */
    public String memberId(String nameOrId) {
        return database.first(
                        "select identity from member where identity = ? or name = ? or gateway || '.' || name = ?",
                        r -> r.getString(1),
                        nameOrId,
                        nameOrId,
                        nameOrId)
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.NOT_FOUND, "there is no member " + nameOrId + " in the fleet"));
    }

    /** A member was enrolled: groups it belongs to get their first epoch, or admit it; their agents get the roster that has it, so that they can verify what it acknowledges. */
    public void enrolled(String member, String keyId) {
        database.update("update member set key_id = ?, revoked = 0 where identity = ?", keyId, member);
        ledger.enrolled(member);
        audit.append("member.enrolled", member + " as " + keyId);
        for (String group : groupsOf(member)) {
            Optional<EpochFacts> current = enclave.currentEpoch(group);
            if (current.isEmpty()) {
                rotate(group, "first epoch");
            } else {
                EpochFacts facts = enclave.admit(group, members(group));
                audit.append("member.admitted", member + " to " + group + " epoch " + facts.epoch());
                ledger.redeliver(group, facts.epoch(), withAgents(group, member));
                plan(group, facts.epoch());
            }
        }
    }

    private List<String> groupsOf(String member) {
        return database.query(
                "select grp from membership where identity = ? and active = 1 order by grp",
                r -> r.getString(1),
                member);
    }

    /** The enrolled agents of a group and the member that was just enrolled. */
    private List<String> withAgents(String group, String member) {
        return database.query(
                "select m.identity from membership s join member m on m.identity = s.identity"
                        + " where s.grp = ? and s.active = 1 and m.key_id <> '' and (m.role = 'AGENT' or m.identity = ?)",
                r -> r.getString(1),
                group,
                member);
    }

    private void resume(String group) {
        enclave.currentEpoch(group).ifPresent(facts -> {
            long known = database.first(
                            "select coalesce(max(number), 0) from epoch where grp = ?", r -> r.getLong(1), group)
                    .orElse(0L);
            if (known > facts.epoch()) {
                audit.append(
                        "authority.behind",
                        "the database knows epoch " + known + " of " + group + ", the enclave " + facts.epoch()
                                + ": the enclave was restored from an older backup");
                draw(group, known + 1, "later than the epoch that the database knows");
            } else {
                record(facts, "found at start");
                plan(group, facts.epoch());
            }
        });
    }

    private void record(EpochFacts facts, String reason) {
        database.update(
                "insert into epoch (grp, number, kcv, not_before, not_after, reason) values (?, ?, ?, ?, ?, ?) on conflict do nothing",
                facts.group(),
                facts.epoch(),
                facts.keyCheckValue(),
                facts.notBefore(),
                facts.notAfter(),
                reason);
        plan(facts.group(), facts.epoch());
    }

    private void plan(String group, long epoch) {
        ledger.plan(group, epoch, members(group).stream().map(Member::identity).toList());
    }

    private void member(String identity, String name, String gateway, String role, String function, String zone) {
        database.update(
                "insert into member (identity, name, gateway, role, function, zone) values (?, ?, ?, ?, ?, ?)"
                        + " on conflict (identity) do update set function = excluded.function, zone = excluded.zone",
                identity,
                name,
                gateway,
                role,
                function,
                zone);
    }

    /** Gives a member a leaf of its own; a leaf is never given twice, and an evicted member does not come back by the file. */
    private void assign(String group, String identity) {
        database.transaction(() -> {
            boolean known = database.first(
                            "select leaf from membership where grp = ? and identity = ?",
                            r -> r.getLong(1),
                            group,
                            identity)
                    .isPresent();
            if (!known) {
                long leaf = database.first(
                                "select coalesce(max(leaf), 0) + 1 from membership where grp = ?",
                                r -> r.getLong(1),
                                group)
                        .orElse(1L);
                database.update("insert into membership (grp, identity, leaf) values (?, ?, ?)", group, identity, leaf);
            }
            return known;
        });
    }

    private static GroupPolicy policy(Fleet.Group group) {
        return new GroupPolicy(
                "point-to-point",
                !group.agentVerbs().isEmpty(),
                group.nonDelegable(),
                group.overlapSeconds(),
                group.lifetimeSeconds(),
                group.algorithmFloor());
    }
}
