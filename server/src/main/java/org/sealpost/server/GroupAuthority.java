package org.sealpost.server;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.EnrolledPeer;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.AuthorityKeys.EpochMaterial;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.Delivery;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/**
 * Creates groups and epochs: membership in the database, secrets in the enclave, deliveries in the ledger. A crash of server or enclave between those is mended at the next start, or when the enclave is back
 * ({@link #resume}), because the enclave's epoch is the truth, planning a delivery twice does nothing, and an eviction stays owed until its epoch is drawn. Thread-safe.
 */
public final class GroupAuthority {
    /** In {@code membership.active}, beside 1 (in), 0 (out) and 2 (suspended): going out, and the epoch without it is still to be drawn. */
    private static final int EVICTED = -1;

    private static final int SUSPENDING = -2;
    private static final int SUSPENDED = 2;

    /** Who joins within so many milliseconds of others waits, and joins with those that come meanwhile: a device that comes and goes can't make everybody rekey all the time. */
    private static final long JOIN_PAUSE_MILLIS = 1000;

    /** How many members get the labels of a prepared generation at a time. */
    private static final int RELABELLED_AT_ONCE = 32;

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

    /** When somebody joined a group last, epoch milliseconds; guarded by {@link #drawing}. */
    private final Map<String, Long> joinedAt = new HashMap<>();

    /** Who waits to join, by group; guarded by {@link #drawing}. What a crash leaves of it is found by {@link #takeUp}. */
    private final Map<String, Set<String>> joining = new HashMap<>();

    /** What is published of each group; guarded by {@link #drawing}. */
    private final Map<String, EpochMaterial> materials = new HashMap<>();

    private volatile Consumer<EpochMaterial> published = material -> {};
    private volatile Consumer<EpochFacts> drawn = facts -> {};

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

    /** Told of every epoch that is to be published as a block or notice, also again after a start. Set once, before {@link #reconcile}. */
    public void onMaterial(Consumer<EpochMaterial> listener) {
        published = listener;
    }

    /** Told of every epoch that is on record, also again after a start, and before it is published. Set once, before {@link #reconcile}. */
    public void onEpoch(Consumer<EpochFacts> listener) {
        drawn = listener;
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
            if (ends(id).ended()) {
                continue;
            }
            database.update("insert into grp (id, name) values (?, ?) on conflict do nothing", id, group.id());
            enclave.createGroup(id, policy(group, scheme(id, group)));
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

    /**
     * How a group ends.
     *
     * @param ended whether it is no more
     * @param at when it expires, or since when it is no more, epoch seconds; 0: never
     */
    record Ends(boolean ended, long at) {}

    /** How a group ends. */
    Ends ends(String group) {
        return database.first(
                        "select ended, expires from grp where id = ?",
                        r -> new Ends(r.getInt(1) != 0, r.getLong(2)),
                        group)
                .orElse(new Ends(false, 0));
    }

    /** A group is no more: forgets what is under way for it. */
    void forget(String group) {
        drawing.lock();
        try {
            materials.remove(group);
            joining.remove(group);
        } finally {
            drawing.unlock();
        }
    }

    /** Draws a new epoch for the group's members. The intention is in the audit log before, whatever happens then. */
    public EpochFacts rotate(String group, String reason) {
        return draw(group, 0, reason);
    }

    /**
     * Goes over to another scheme, with the next epoch that is drawn; the choice outlives restarts and changes of the fleet file.
     *
     * @param scheme one of {@link AuthorityKeys#SCHEMES}; empty: what the fleet file says
     */
    public EpochFacts changeScheme(String group, String scheme) {
        Fleet.Group planned = fleet.groups().stream()
                .filter(g -> fleet.groupId(g.id()).equals(group))
                .findFirst()
                .orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "that group is not in the fleet file"));
        String chosen = scheme.isEmpty() ? planned.scheme() : scheme;
        enclave.createGroup(group, policy(planned, chosen));
        database.update("update grp set scheme = ? where id = ?", scheme, group);
        audit.append("group.scheme", group + ": " + chosen);
        return rotate(group, "scheme " + chosen);
    }

    /** The scheme of a group now. */
    public String scheme(String group) {
        return fleet.groups().stream()
                .filter(g -> fleet.groupId(g.id()).equals(group))
                .map(g -> scheme(group, g))
                .findFirst()
                .orElse("");
    }

    private String scheme(String group, Fleet.Group planned) {
        return database.first("select scheme from grp where id = ?", r -> r.getString(1), group)
                .filter(s -> !s.isEmpty())
                .orElse(planned.scheme());
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

    /** Takes several members out with one epoch. */
    public EpochFacts evict(String group, List<String> members, String reason) {
        leave(group, members, EVICTED, "member.evicted", reason);
        return enclave.currentEpoch(group).orElseThrow();
    }

    /** Takes a member out until {@link #resumeMember}: to the others it is as if it were evicted. */
    public EpochFacts suspend(String group, String member, String reason) {
        leave(group, List.of(member), SUSPENDING, "member.suspended", reason);
        return enclave.currentEpoch(group).orElseThrow();
    }

    private void leave(String group, List<String> members, int state, String kind, String reason) {
        database.transaction(() -> {
            for (String member : members) {
                int changed = database.update(
                        "update membership set active = ? where grp = ? and identity = ? and active = 1",
                        state,
                        group,
                        member);
                if (changed == 0) {
                    throw new Refusal(ResponseStatus.NOT_FOUND, member + " is not a member of that group");
                }
                audit.append(kind, member + " from " + group + ": " + reason);
            }
            return members;
        });
        finishEvictions();
    }

    /** Lets a suspended member in again, on a leaf that nobody had: what it held before opens nothing. */
    public EpochFacts resumeMember(String group, String member, String reason) {
        database.transaction(() -> {
            int changed = database.update(
                    "update membership set active = 1, generation = 0 where grp = ? and identity = ? and active = "
                            + SUSPENDED,
                    group,
                    member);
            if (changed == 0) {
                throw new Refusal(ResponseStatus.NOT_FOUND, member + " is not suspended in that group");
            }
            audit.append("member.resumed", member + " in " + group + ": " + reason);
            return changed;
        });
        join(group, Set.of(member));
        return enclave.currentEpoch(group).orElseThrow();
    }

    /** Members of a group that are suspended. */
    public List<String> suspended(String group) {
        return database.query(
                "select identity from membership where grp = ? and active = " + SUSPENDED + " order by identity",
                r -> r.getString(1),
                group);
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
                        + " where s.active < 0 order by s.grp, s.identity",
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
        Map<String, List<Owed>> byGroup =
                all.stream().collect(Collectors.groupingBy(Owed::group, TreeMap::new, Collectors.toList()));
        byGroup.forEach((group, owed) -> {
            rotate(group, "without " + owed.stream().map(Owed::member).collect(Collectors.joining(" ")));
            owed.forEach(o -> database.update(
                    "update membership set active = case active when " + SUSPENDING + " then " + SUSPENDED
                            + " else 0 end where grp = ? and identity = ? and active < 0",
                    o.group(),
                    o.member()));
        });
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
        database.update("update membership set generation = 0 where identity = ?", member);
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
                join(group, Set.of(member));
            }
        }
    }

    /** Lets members join a group now, or with others in a moment. */
    private void join(String group, Set<String> members) {
        drawing.lock();
        try {
            Set<String> all = joining.computeIfAbsent(group, g -> new TreeSet<>());
            all.addAll(members);
            boolean ratchets = materials.containsKey(group);
            if (ratchets && clock.millis() < joinedAt.getOrDefault(group, 0L) + JOIN_PAUSE_MILLIS) {
                return;
            }
            EpochFacts facts = enclave.admit(group, members(group));
            joinedAt.put(group, clock.millis());
            joining.remove(group);
            all.forEach(m -> audit.append("member.admitted", m + " to " + group + " epoch " + facts.epoch()));
            record(facts, "joined by " + String.join(" ", all));
            ledger.redeliver(group, facts.epoch(), withAgents(group, all));
        } catch (EnclaveUnavailable e) {
            unsure = true;
            throw e;
        } finally {
            drawing.unlock();
        }
    }

    /**
     * Does what is due: lets those join that waited, gives out the labels of prepared generations, draws epochs whose time is nearly over. To be called every second or so.
     *
     * @throws EnclaveUnavailable when the enclave is away; the next call does it
     */
    public void tend() {
        Map<String, Set<String>> waiting;
        List<EpochMaterial> prepared;
        drawing.lock();
        try {
            waiting = new HashMap<>(joining);
            prepared = materials.values().stream().filter(m -> m.prepared() > 0).toList();
        } finally {
            drawing.unlock();
        }
        waiting.forEach(this::join);
        prepared.forEach(this::relabel);
        fleet.groups().forEach(this::rotateInTime);
    }

    private void rotateInTime(Fleet.Group group) {
        String id = fleet.groupId(group.id());
        long end = database.first(
                        "select not_after from epoch where grp = ? order by number desc limit 1", r -> r.getLong(1), id)
                .orElse(Long.MAX_VALUE);
        Ends ends = ends(id);
        boolean last = ends.ended() || (ends.at() > 0 && end >= ends.at());
        if (!last && end - clock.instant().getEpochSecond() < group.lifetimeSeconds() / 10) {
            rotate(id, "on schedule");
        }
    }

    /** Gives members that are awake the labels of the prepared generation; when all have them, the next block may be made for it. */
    private void relabel(EpochMaterial material) {
        List<String> without = database.query(
                "select m.identity from membership s join member m on m.identity = s.identity"
                        + " where s.grp = ? and s.active = 1 and m.key_id <> '' and s.generation < ?",
                r -> r.getString(1),
                material.group(),
                material.prepared());
        if (without.isEmpty()) {
            enclave.everybodyIsLabelled(material.group(), material.prepared());
            drawing.lock();
            try {
                materials.computeIfPresent(material.group(), (g, m) -> m.epoch() == material.epoch() ? m.settled() : m);
            } finally {
                drawing.unlock();
            }
            audit.append("generation.ready", material.group() + " generation " + material.prepared());
            return;
        }
        Map<String, Delivery> deliveries = ledger.of(material.group(), material.epoch());
        List<String> awake = without.stream()
                .filter(m -> Optional.ofNullable(deliveries.get(m))
                        .filter(d -> d.state() == Delivery.State.CONFIRMED)
                        .isPresent())
                .limit(RELABELLED_AT_ONCE)
                .toList();
        if (!awake.isEmpty()) {
            ledger.redeliver(material.group(), material.epoch(), awake);
        }
    }

    /** Prepares the next generation of a group's tree. */
    public void prepareGeneration(String group) {
        enclave.prepareGeneration(group);
        drawing.lock();
        try {
            enclave.epochMaterial(group).ifPresent(m -> materials.put(group, m));
        } finally {
            drawing.unlock();
        }
        audit.append("generation.prepared", group);
    }

    /** What is published of a group; empty where its scheme has no blocks. */
    public Optional<EpochMaterial> material(String group) {
        return enclave.epochMaterial(group);
    }

    /** All blocks of a group that were issued, oldest first. */
    public List<byte[]> blocks(String group) {
        return database.query("select octets from block where grp = ? order by epoch", r -> r.getBytes(1), group);
    }

    /** Members that open the group's blocks themselves. */
    public List<String> openers(String group) {
        return enclave.epochMaterial(group)
                .map(m -> byBlock(group, m.generation()))
                .orElse(List.of());
    }

    /** Agents always get a credential of their own, for the roster in it; devices when they have no labels of the block's generation. */
    private List<String> byBlock(String group, long generation) {
        return database.query(
                "select m.identity from membership s join member m on m.identity = s.identity"
                        + " where s.grp = ? and s.active = 1 and m.key_id <> '' and m.role <> 'AGENT' and s.generation >= ?"
                        + " order by m.identity",
                r -> r.getString(1),
                group,
                generation);
    }

    /** Gateways with members of a group behind them. */
    public List<String> gateways(String group) {
        return database.query(
                "select distinct m.gateway from membership s join member m on m.identity = s.identity"
                        + " where s.grp = ? and s.active = 1 order by m.gateway",
                r -> r.getString(1),
                group);
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

    /** The enrolled agents of a group and those that just joined. */
    private List<String> withAgents(String group, Set<String> members) {
        Set<String> all = new TreeSet<>(database.query(
                "select m.identity from membership s join member m on m.identity = s.identity"
                        + " where s.grp = ? and s.active = 1 and m.key_id <> '' and m.role = 'AGENT'",
                r -> r.getString(1),
                group));
        all.addAll(members);
        return List.copyOf(all);
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
                Set<String> in =
                        enclave.members(group).stream().map(Member::identity).collect(Collectors.toSet());
                Set<String> missing = members(group).stream()
                        .map(Member::identity)
                        .filter(m -> !in.contains(m))
                        .collect(Collectors.toSet());
                if (!missing.isEmpty()) {
                    join(group, missing);
                }
            });
        } finally {
            drawing.unlock();
        }
    }

    private void record(EpochFacts facts, String reason) {
        List<Member> seated = enclave.members(facts.group());
        Optional<EpochMaterial> material = enclave.epochMaterial(facts.group());
        database.transaction(() -> {
            seated.forEach(m -> database.update(
                    "update membership set leaf = ? where grp = ? and identity = ? and leaf <> ?",
                    m.leaf(),
                    facts.group(),
                    m.identity(),
                    m.leaf()));
            material.ifPresent(this::recordBlock);
            recordNow(facts, reason, material);
            return facts;
        });
        drawn.accept(facts);
        material.ifPresentOrElse(m -> materials.put(facts.group(), m), () -> materials.remove(facts.group()));
        material.ifPresent(published);
    }

    private void recordBlock(EpochMaterial m) {
        database.update(
                "insert into block (grp, epoch, generation, octets, at) values (?, ?, ?, ?, ?) on conflict do nothing",
                m.group(),
                m.blockEpoch(),
                m.generation(),
                m.block(),
                clock.instant().getEpochSecond());
    }

    private void recordNow(EpochFacts facts, String reason, Optional<EpochMaterial> material) {
        database.update(
                "insert into epoch (grp, number, kcv, not_before, not_after, reason) values (?, ?, ?, ?, ?, ?) on conflict do nothing",
                facts.group(),
                facts.epoch(),
                facts.keyCheckValue(),
                facts.notBefore(),
                facts.notAfter(),
                reason);
        plan(facts.group(), facts.epoch(), material);
    }

    private void plan(String group, long epoch, Optional<EpochMaterial> material) {
        List<String> byBlock = material.map(m -> byBlock(group, m.generation())).orElse(List.of());
        Set<String> others =
                members(group).stream().map(Member::identity).collect(Collectors.toCollection(TreeSet::new));
        byBlock.forEach(others::remove);
        ledger.plan(group, epoch, List.copyOf(others), byBlock);
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

    /** Makes it a member, once: an evicted member does not come back by the file. Its leaf comes from the enclave, when it is let in. */
    private void assign(String group, String identity) {
        database.update("insert into membership (grp, identity) values (?, ?) on conflict do nothing", group, identity);
    }

    private static GroupPolicy policy(Fleet.Group group, String scheme) {
        return new GroupPolicy(
                scheme,
                !group.agentVerbs().isEmpty(),
                group.nonDelegable(),
                group.overlapSeconds(),
                group.lifetimeSeconds(),
                group.algorithmFloor(),
                group.secureEnvironment());
    }
}
