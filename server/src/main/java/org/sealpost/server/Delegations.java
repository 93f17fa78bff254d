package org.sealpost.server;

import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.sealpost.enclave.AuthorityKeys;
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
 * Gives each agent its delegations, as public contentInstances in its {@code dlg} container; renews them at half their life, and when an agent was taken off the group's commander list: members that open
 * the block of that refuse what was delegated before.
 */
final class Delegations {
    private static final long LIFE_SECONDS = 7 * 86_400;
    private static final long RETRY_SECONDS = 1;

    private final Fleet fleet;
    private final AuthorityKeys enclave;
    private final AuditLog audit;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send;

    /** The version of the commander list that a gateway's agent has its newest delegation for, by gateway and group. */
    private final Map<String, Long> given = new ConcurrentHashMap<>();

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
    }

    /** Delegates to an agent that is enrolled, and again before that expires. */
    void give(Fleet.Gateway gateway) {
        for (Fleet.Group group : fleet.groups()) {
            boolean here = fleet.devices().stream()
                    .anyMatch(
                            d -> d.gateway().equals(gateway.id()) && d.groups().contains(group.id()));
            if (here && !group.agentVerbs().isEmpty()) {
                give(gateway, group);
            }
        }
    }

    /** Delegates anew where a group's commander list has another version since. To be called before the group's block is published, so that agents go ahead of it. */
    void renew(AuthorityKeys.EpochMaterial material) {
        for (Fleet.Gateway gateway : fleet.gateways()) {
            for (Fleet.Group group : fleet.groups()) {
                Long version = given.get(gateway.id() + " " + group.id());
                if (version != null
                        && version < material.commanders()
                        && fleet.groupId(group.id()).equals(material.group())) {
                    timer.execute(() -> renew(gateway, group));
                }
            }
        }
    }

    private void renew(Fleet.Gateway gateway, Fleet.Group group) {
        try {
            sign(gateway, group);
        } catch (Refusal takenOff) {
            // That agent gets none until it is in again, which is a change that brings it here.
        }
    }

    private void give(Fleet.Gateway gateway, Fleet.Group group) {
        try {
            sign(gateway, group);
            timer.schedule(() -> give(gateway, group), LIFE_SECONDS / 2, TimeUnit.SECONDS);
        } catch (Refusal notYet) {
            timer.schedule(() -> give(gateway, group), RETRY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void sign(Fleet.Gateway gateway, Fleet.Group group) {
        String agent = fleet.agentIdentity(gateway);
        long until = clock.instant().getEpochSecond() + LIFE_SECONDS;
        Set<String> verbs = new LinkedHashSet<>(group.agentVerbs());
        String id = fleet.groupId(group.id());
        long version = enclave.epochMaterial(id)
                .map(AuthorityKeys.EpochMaterial::commanders)
                .orElse(0L);
        AuthorityKeys.Delegation delegation =
                enclave.delegate(agent, List.of(id), List.copyOf(verbs), List.of(), until);
        given.put(gateway.id() + " " + group.id(), version);
        audit.append(
                "delegation.signed", delegation.facts().id() + " " + verbs + " in " + group.id() + " to " + agent);
        deliver(gateway, delegation.delegation());
    }

    private void deliver(Fleet.Gateway gateway, String delegation) {
        String to = "/" + gateway.id() + "/cse-mn/agent/dlg";
        RequestPrimitive request = RequestPrimitive.of(
                        Operation.CREATE, to, "/" + fleet.server(), "g" + System.nanoTime())
                .resourceType(ResourceType.CONTENT_INSTANCE.code())
                .content(new Content(
                        Content.CONTENT_INSTANCE,
                        JsonNodeFactory.instance.objectNode().put("con", delegation)))
                .build();
        send.apply(request).whenComplete((response, failure) -> {
            if (failure != null || !response.status().successful()) {
                timer.schedule(() -> deliver(gateway, delegation), RETRY_SECONDS, TimeUnit.SECONDS);
            }
        });
    }
}
