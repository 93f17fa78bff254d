package org.sealpost.server;

import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Gives each agent its delegations, as public contentInstances in its {@code dlg} container: after every start, at half their life, and with each epoch that took an agent off a group's commander list, because members
 * that know of it refuse what was delegated before. Nothing of this is on disk: a delegation too many does no harm, and one that a crash swallowed is given after the next start. Thread-safe.
 */
final class Delegations {
    private static final long LIFE_SECONDS = 7 * 86_400;
    private static final long FIRST_PAUSE_MILLIS = 1000;
    private static final long LAST_PAUSE_MILLIS = 30_000;

    /** So long at most does a group's block wait for the agent: an eviction must not depend on it. */
    private static final long AHEAD_MILLIS = 2000;

    private final Fleet fleet;
    private final AuthorityKeys enclave;
    private final AuditLog audit;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send;
    private final Map<String, Pair> pairs;
    private final ReentrantLock lock = new ReentrantLock();

    /** An agent and a group that it commands; guarded by the lock. Times in epoch milliseconds. */
    private static final class Pair {
        final Fleet.Gateway gateway;
        final Fleet.Group group;

        /** Version of the commander list that its newest delegation is for; -1: none was given since the start. */
        long given = -1;

        /** Version that the newest epoch has. */
        long wanted;

        /** The newest delegation until it is at the gateway, and the version that it is for. */
        String unsent = "";

        long unsentVersion;

        /** When it is delegated to next. */
        long due;

        long pause = FIRST_PAUSE_MILLIS;

        /** Since when the agent lacks a delegation that counts; 0: it has one. */
        long behindSince;

        Pair(Fleet.Gateway gateway, Fleet.Group group) {
            this.gateway = gateway;
            this.group = group;
        }
    }

    Delegations(
            Fleet fleet,
            AuthorityKeys enclave,
            AuditLog audit,
            InstantSource clock,
            ScheduledExecutorService timer,
            Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send) {
        this.fleet = fleet;
        this.enclave = enclave;
        this.audit = audit;
        this.clock = clock;
        this.timer = timer;
        this.send = send;
        this.pairs = fleet.gateways().stream()
                .filter(Fleet.Gateway::agent)
                .flatMap(g -> fleet.groups().stream()
                        .filter(group -> commands(g, group))
                        .map(group -> new Pair(g, group)))
                .collect(Collectors.toUnmodifiableMap(p -> key(fleet.groupId(p.group.id()), p.gateway.id()), p -> p));
    }

    void start() {
        timer.scheduleWithFixedDelay(this::round, 0, FIRST_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** An epoch was drawn: delegates anew where that needs it. */
    void drawn(EpochFacts epoch) {
        boolean any = false;
        lock.lock();
        try {
            for (Pair p : pairs.values()) {
                if (fleet.groupId(p.group.id()).equals(epoch.group())) {
                    p.wanted = Math.max(p.wanted, epoch.commanders());
                    if (p.given < p.wanted) {
                        p.due = 0;
                        p.pause = FIRST_PAUSE_MILLIS;
                        p.behindSince = p.given < 0 || p.behindSince > 0 ? p.behindSince : clock.millis();
                        any = true;
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        if (any) {
            timer.execute(this::round);
        }
    }

    /** An agent may command a group that it might not: delegates now. */
    void wake(String group) {
        lock.lock();
        try {
            pairs.values().stream()
                    .filter(p -> fleet.groupId(p.group.id()).equals(group))
                    .forEach(p -> p.due = 0);
        } finally {
            lock.unlock();
        }
        timer.execute(this::round);
    }

    /** Whether a group's block may go to a gateway: the agent there has the delegation that goes with it, or was waited for long enough. */
    boolean goAhead(String group, String gateway) {
        Pair pair = pairs.get(key(group, gateway));
        lock.lock();
        try {
            return pair == null || pair.behindSince == 0 || clock.millis() > pair.behindSince + AHEAD_MILLIS;
        } finally {
            lock.unlock();
        }
    }

    /** Delegates where it is due. */
    private void round() {
        for (Pair pair : pairs.values()) {
            long version;
            String unsent;
            lock.lock();
            try {
                if (clock.millis() < pair.due) {
                    continue;
                }
                version = pair.wanted;
                unsent = pair.unsentVersion == version ? pair.unsent : "";
                pair.due = clock.millis() + pair.pause;
                pair.pause = Math.min(LAST_PAUSE_MILLIS, pair.pause * 2);
            } finally {
                lock.unlock();
            }
            try {
                String delegation = unsent.isEmpty() ? sign(pair) : unsent;
                signed(pair, version, delegation);
                deliver(pair, version, delegation);
            } catch (Refusal notYet) {
                // Not enrolled, or off the list: an epoch that changes that, or the pause, brings it here again.
                signed(pair, version, "");
            } catch (EnclaveUnavailable away) {
                // the pause brings it here again
            }
        }
    }

    private void signed(Pair pair, long version, String delegation) {
        lock.lock();
        try {
            pair.unsent = delegation;
            pair.unsentVersion = version;
            pair.behindSince = delegation.isEmpty() ? 0 : pair.behindSince;
        } finally {
            lock.unlock();
        }
    }

    private String sign(Pair pair) {
        String agent = fleet.agentIdentity(pair.gateway);
        long until = clock.instant().getEpochSecond() + LIFE_SECONDS;
        Set<String> verbs = new LinkedHashSet<>(pair.group.agentVerbs());
        AuthorityKeys.Delegation delegation =
                enclave.delegate(agent, List.of(fleet.groupId(pair.group.id())), List.copyOf(verbs), List.of(), until);
        audit.append(
                "delegation.signed", delegation.facts().id() + " " + verbs + " in " + pair.group.id() + " to " + agent);
        return delegation.delegation();
    }

    /** Until it is at the gateway it stays due, and is sent again. */
    private void deliver(Pair pair, long version, String delegation) {
        String to = "/" + pair.gateway.id() + "/cse-mn/agent/dlg";
        RequestPrimitive request = RequestPrimitive.of(
                        Operation.CREATE, to, "/" + fleet.server(), "g" + System.nanoTime())
                .resourceType(ResourceType.CONTENT_INSTANCE.code())
                .content(new Content(
                        Content.CONTENT_INSTANCE,
                        JsonNodeFactory.instance.objectNode().put("con", delegation)))
                .build();
        send.apply(request).thenAccept(response -> {
            if (response.status().successful()) {
                delivered(pair, version, delegation);
            }
        });
    }

    private void delivered(Pair pair, long version, String delegation) {
        lock.lock();
        try {
            pair.unsent = pair.unsent.equals(delegation) ? "" : pair.unsent;
            pair.given = Math.max(pair.given, version);
            if (pair.given >= pair.wanted) {
                pair.behindSince = 0;
                pair.pause = FIRST_PAUSE_MILLIS;
                pair.due = clock.millis() + TimeUnit.SECONDS.toMillis(LIFE_SECONDS / 2);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean commands(Fleet.Gateway gateway, Fleet.Group group) {
        return !group.agentVerbs().isEmpty()
                && fleet.devices().stream()
                        .anyMatch(d ->
                                d.gateway().equals(gateway.id()) && d.groups().contains(group.id()));
    }

    private static String key(String group, String gateway) {
        return gateway + " " + group;
    }
}
