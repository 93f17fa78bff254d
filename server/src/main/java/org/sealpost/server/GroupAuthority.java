package org.sealpost.server;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.EnrolledPeer;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/**
 * Creates groups and epochs: membership in the database, secrets in the enclave, deliveries in the ledger. A crash of server or enclave between those is mended at the next start, or when the enclave is back
 * ({@link #resume}), because the enclave's epoch is the truth, planning a delivery twice does nothing, and an eviction stays owed until its epoch is drawn. Thread-safe.
 */
public final class GroupAuthority {
    /** In {@code membership.active}, beside 1 and 0: taken out, and the epoch without it is still to be drawn. */
    private static final int EVICTED = -1;

    private static final long MAX_GAP = 1_000_000;
    private static final long CATCH_UP_PAUSE = 60;

    private final Fleet fleet;
    private final InstantSource clock;
    private final Database database;
    private final AuthorityKeys enclave;
    private final DeliveryLedger ledger;
    private final AuditLog audit;
    private final ReentrantLock drawing = new ReentrantLock();

    /** The enclave died during a call: it may have drawn an epoch that is known to nobody else. */
    private volatile boolean unsure;

    /** When a member's word moved a group last, epoch seconds, by group; guarded by {@link #drawing}. */
    private final Map<String, Long> caughtUpAt = new HashMap<>();

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
        }
        takeUp();
    }

    /**
     * Takes up what a call left that the enclave did not survive; does nothing otherwise. To be called every now and then.
     *
     * @throws EnclaveUnavailable when the enclave is still away
     */
    public void resume() {
        if (unsure) {
            takeUp();
        }
    }

    /** Draws a new epoch for the group's members. The intention is in the audit log before, whatever happens then. */
    public EpochFacts rotate(String group, String reason) {
        return draw(group, 0, reason);
    }

    /** Draws the next epoch, or a later one that is above what somebody else knows already. */
    private EpochFacts draw(String group, long above, String reason) {
        drawing.lock();
        try {
            long current = enclave.currentEpoch(group).map(EpochFacts::epoch).orElse(0L);
            long next = Math.max(current, above) + 1;
            audit.append("epoch.intended", group + " epoch " + next + ": " + reason);
            EpochFacts facts = enclave.newEpoch(group, next, members(group));
            record(facts, reason);
            return facts;
        } catch (EnclaveUnavailable e) {
            unsure = true;
            throw e;
        } finally {
            drawing.unlock();
        }
    }

    /**
     * A member holds a later epoch than this server knows, or another secret of the same one: the server's state was restored from a backup. Members never go back, so the next epoch has to be
     * later than theirs. What a member says makes a group change its epoch at most once a minute, and the audit log names the member.
     */
    public void catchUp(LaterEpoch held) {
        drawing.lock();
        try {
            long current =
                    enclave.currentEpoch(held.group()).map(EpochFacts::epoch).orElse(0L);
            boolean member =
                    members(held.group()).stream().anyMatch(m -> m.identity().equals(held.member()));
            long now = clock.instant().getEpochSecond();
            boolean soon = now < caughtUpAt.getOrDefault(held.group(), 0L) + CATCH_UP_PAUSE;
            if (member && held.epoch() >= current && held.epoch() - current < MAX_GAP && !soon) {
                caughtUpAt.put(held.group(), now);
                audit.append(
                        "authority.behind",
                        held.member() + " holds epoch " + held.epoch() + " of " + held.group() + ", here it is "
                                + current + ": this server was restored from an older backup, or that member lies");
                draw(held.group(), held.epoch(), "later than the epoch that members hold");
            }
        } finally {
            drawing.unlock();
        }
    }

    /** Takes a member out, at once: the rest gets a new epoch without overlap. A captured end point leaves all its groups, and its pairwise key is revoked too. */
    public EpochFacts evict(String group, String member, String reason, boolean captured) {
        database.transaction(() -> {
            List<String> left = captured ? groupsOf(member) : List.of(group);
            int changed = database.update(
                    "update membership set active = " + EVICTED + " where grp = ? and identity = ? and active = 1",
                    group,
                    member);
            if (changed == 0) {
                throw new Refusal(ResponseStatus.NOT_FOUND, member + " is not a member of that group");
            }
            left.forEach(g -> database.update(
                    "update membership set active = " + EVICTED + " where grp = ? and identity = ? and active = 1",
                    g,
                    member));
            if (captured) {
                database.update("update member set revoked = 1 where identity = ?", member);
            }
            audit.append("member.evicted", member + " from " + String.join(" and ", left) + ": " + reason);
            return left;
        });
        finishEvictions();
        return enclave.currentEpoch(group).orElseThrow();
    }

    /** Takes an end point out of every group and revokes its pairwise key; harmless when that was done. */
    public void revoke(String member, String reason) {
        List<String> groups = groupsOf(member);
        if (!groups.isEmpty()) {
            evict(groups.get(0), member, reason, true);
            return;
        }
        database.transaction(() -> {
            if (database.update("update member set revoked = 1 where identity = ? and revoked = 0", member) > 0) {
                audit.append("member.revoked", member + ": " + reason);
            }
            return member;
        });
        enclave.revokePeer(member);
    }

    /** Draws a new epoch for each group of a member. */
    public void renewGroupsOf(String member, String reason) {
        groupsOf(member).stream()
                .filter(g -> enclave.currentEpoch(g).isPresent())
                .forEach(g -> rotate(g, reason));
    }

    /** Evictions are decided in the database; here they take effect in the enclave, and are owed until then. */
    private void finishEvictions() {
        record Owed(String group, String member, boolean revoked) {}
        List<Owed> all = database.query(
                "select s.grp, s.identity, m.revoked from membership s join member m on m.identity = s.identity"
                        + " where s.active = " + EVICTED + " order by s.grp",
                r -> new Owed(r.getString(1), r.getString(2), r.getInt(3) == 1));
        try {
            all.stream().filter(Owed::revoked).map(Owed::member).distinct().forEach(member -> {
                enclave.revokePeer(member);
                audit.append("member.revoked", member);
            });
        } catch (EnclaveUnavailable e) {
            unsure = true;
            throw e;
        }
        for (Owed owed : all) {
            rotate(owed.group(), "evicted " + owed.member());
            database.update(
                    "update membership set active = 0 where grp = ? and identity = ? and active = " + EVICTED,
                    owed.group(),
                    owed.member());
        }
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
    public void enrolled(EnrolledPeer peer) {
        String member = peer.identity();
        String keyId = peer.keyId();
        database.update(
                "update member set key_id = ?, revoked = 0, environment = ?, level = ? where identity = ?",
                keyId,
                peer.attestation().kind(),
                peer.attestation().level(),
                member);
        ledger.enrolled(member);
        audit.append(
                "member.enrolled",
                member + " as " + keyId + ", secure environment "
                        + peer.attestation().kind() + " of level "
                        + peer.attestation().level());
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

    /** What the members' secure environments said of themselves when they were enrolled, by identity. */
    public Map<String, Environment> environments(String group) {
        return database
                .query(
                        "select m.identity, m.environment, m.level from membership s join member m on m.identity = s.identity"
                                + " where s.grp = ? and m.environment <> ''",
                        r -> Map.entry(r.getString(1), new Environment(r.getString(2), r.getInt(3))),
                        group)
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** A secure environment by kind and protection level. */
    public record Environment(String kind, int level) {}

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

    private void takeUp() {
        unsure = false;
        try {
            fleet.groups().forEach(g -> takeUp(fleet.groupId(g.id())));
            finishEvictions();
        } catch (EnclaveUnavailable e) {
            unsure = true;
            throw e;
        }
    }

    /** What the enclave has drawn and is not on record, because somebody died in between, is recorded and delivered now. */
    private void takeUp(String group) {
        drawing.lock();
        try {
            enclave.currentEpoch(group).ifPresent(facts -> {
                long newest = database.first(
                                "select coalesce(max(number), 0) from epoch where grp = ?", r -> r.getLong(1), group)
                        .orElse(0L);
                if (newest > facts.epoch()) {
                    audit.append(
                            "authority.behind",
                            "the database knows epoch " + newest + " of " + group + ", the enclave " + facts.epoch()
                                    + ": the enclave was restored from an older backup");
                    draw(group, newest, "later than the epoch that the database knows");
                    return;
                }
                boolean known = database.first(
                                "select number from epoch where grp = ? and number = ?",
                                r -> r.getLong(1),
                                group,
                                facts.epoch())
                        .isPresent();
                if (!known) {
                    audit.append("epoch.found", group + " epoch " + facts.epoch() + ": drawn before an interruption");
                }
                record(facts, "found after an interruption");
            });
        } finally {
            drawing.unlock();
        }
    }

    private void record(EpochFacts facts, String reason) {
        database.transaction(() -> {
            recordNow(facts, reason);
            return facts;
        });
    }

    private void recordNow(EpochFacts facts, String reason) {
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
                group.algorithmFloor(),
                group.secureEnvironment());
    }
}
