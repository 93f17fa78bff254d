package org.sealpost.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.fleet.Fleet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the oneM2M side of the groups in step: {@code <group>} resources at the IN and below each gateway, the agents' right to fan out, subscriptions to what members acknowledge and read. Tried
 * again until all of it is in place; {@link #changed} starts over.
 */
final class GroupResources {
    private static final long RETRY_SECONDS = 1;
    private static final int MOST_MEMBERS = 100_000;
    private static final int EVERYTHING = 63;
    private static final int READ = 2;
    private static final int KEPT_BLOCKS = 4;
    private static final int AGENT_RIGHTS = 1 + 2 + 16;

    private final Fleet fleet;
    private final GroupAuthority authority;
    private final ScheduledExecutorService timer;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send;
    private final AtomicBoolean wanted = new AtomicBoolean(true);
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicLong requests = new AtomicLong(System.currentTimeMillis());

    /** What of groups that are no more was found to be gone. */
    private final Set<String> removed = ConcurrentHashMap.newKeySet();

    private volatile String unfinished = "not started";

    /** Whom the subscription of a container of epochs is known to tell, by the container's path. */
    private final Map<String, Set<String>> told = new ConcurrentHashMap<>();

    GroupResources(
            Fleet fleet,
            GroupAuthority authority,
            ScheduledExecutorService timer,
            Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send) {
        this.fleet = fleet;
        this.authority = authority;
        this.timer = timer;
        this.send = send;
    }

    void start() {
        timer.scheduleWithFixedDelay(this::round, 0, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    /** Membership changed: puts the resources in step. */
    void changed() {
        wanted.set(true);
    }

    /** Whether every device of a group at a gateway is told of what is put into the group's container there. */
    boolean tells(String group, String gateway) {
        Set<String> those = told.getOrDefault(EpochContainer.at(gateway, group), Set.of());
        return fleet.groups().stream()
                .filter(g -> fleet.groupId(g.id()).equals(group))
                .flatMap(g -> fleet.gateways().stream()
                        .filter(w -> w.id().equals(gateway))
                        .flatMap(w -> devicesAt(g, w).stream()))
                .map(GroupResources::spRelative)
                .allMatch(those::contains);
    }

    private static String spRelative(Fleet.Device device) {
        return "/" + device.gateway() + "/C" + device.name();
    }

    /** What is not in place yet and why; empty when everything is. */
    Optional<String> unfinished() {
        return unfinished.isEmpty() ? Optional.empty() : Optional.of(unfinished);
    }

    private void round() {
        if (!wanted.get() || !running.compareAndSet(false, true)) {
            return;
        }
        wanted.set(false);
        List<String> failures = new CopyOnWriteArrayList<>();
        CompletionStage<Boolean> step = CompletableFuture.completedFuture(true);
        for (RequestPrimitive[] createOrUpdate : requests()) {
            // A device that is not there yet keeps its own resources waiting, not those of others.
            step = step.thenCompose(before -> put(createOrUpdate).handle((r, failure) -> {
                if (failure != null) {
                    failures.add(cause(failure).getMessage());
                } else {
                    subscribed(createOrUpdate[0]);
                }
                return true;
            }));
        }
        step.whenComplete((done, failure) -> {
            unfinished = failures.isEmpty()
                    ? ""
                    : failures.get(0) + (failures.size() > 1 ? " (and " + (failures.size() - 1) + " more)" : "");
            if (!failures.isEmpty()) {
                wanted.set(true);
            }
            running.set(false);
        });
    }

    private void subscribed(RequestPrimitive created) {
        created.content()
                .filter(c ->
                        c.name().equals(ResourceType.SUBSCRIPTION.contentName()) && EpochContainer.holds(created.to()))
                .ifPresent(c -> told.put(
                        created.to(),
                        c.value()
                                .path("nu")
                                .valueStream()
                                .map(JsonNode::asString)
                                .collect(Collectors.toSet())));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private CompletionStage<ResponsePrimitive> put(RequestPrimitive[] createOrUpdate) {
        return send.apply(createOrUpdate[0])
                .thenCompose(r -> r.status() == ResponseStatus.CONFLICT && createOrUpdate.length > 1
                        ? send.apply(createOrUpdate[1])
                        : CompletableFuture.completedFuture(r))
                .thenApply(r -> {
                    boolean gone = createOrUpdate[0].operation() == Operation.DELETE
                            && (r.status().successful() || r.status() == ResponseStatus.NOT_FOUND);
                    if (gone) {
                        removed.add(createOrUpdate[0].to());
                        return r;
                    }
                    if (!r.status().successful() && r.status() != ResponseStatus.CONFLICT) {
                        throw new Refusal(r.status(), createOrUpdate[0].to() + ": " + r.sentence());
                    }
                    return r;
                });
    }

    private List<RequestPrimitive[]> requests() {
        List<RequestPrimitive[]> all = new ArrayList<>();
        for (Fleet.Gateway gateway : fleet.gateways()) {
            String base = "/" + gateway.id() + "/cse-mn";
            all.add(put(base, ResourceType.ACCESS_CONTROL_POLICY, "acp-fleet", policy(gateway)));
            all.add(put(base, ResourceType.ACCESS_CONTROL_POLICY, "acp-epochs", forEverybodyToRead()));
            fleet.devices().stream()
                    .filter(d -> d.gateway().equals(gateway.id()))
                    .forEach(d -> {
                        all.add(create(base + "/" + d.name() + "/ack", ResourceType.SUBSCRIPTION, subscription()));
                        all.add(create(base + "/" + d.name() + "/data", ResourceType.SUBSCRIPTION, subscription()));
                    });
        }
        fleet.devices().forEach(d -> all.addAll(own(d)));
        for (Fleet.Group group : fleet.groups()) {
            if (authority.ends(fleet.groupId(group.id())).ended()) {
                all.addAll(removals(group));
                continue;
            }
            List<String> below = new ArrayList<>();
            for (Fleet.Gateway gateway : fleet.gateways()) {
                List<String> members = membersAt(group, gateway);
                String base = "/" + gateway.id() + "/cse-mn";
                if (!members.isEmpty()) {
                    all.addAll(epochs(group, base, devicesAt(group, gateway)));
                    below.add(base + "/" + group.id() + "/fopt");
                    all.add(put(base, ResourceType.GROUP, group.id(), group(members, base + "/acp-fleet")));
                }
            }
            String base = "/" + fleet.server() + "/cse-in";
            all.add(put(base, ResourceType.GROUP, group.id(), group(below, "")));
        }
        return all;
    }

    /** What there was of a group that is no more. */
    private List<RequestPrimitive[]> removals(Fleet.Group group) {
        String epochs = EpochContainer.name(fleet.groupId(group.id()));
        return Stream.concat(
                        fleet.gateways().stream()
                                .map(g -> "/" + g.id() + "/cse-mn/")
                                .flatMap(base -> Stream.of(base + epochs, base + group.id())),
                        Stream.of("/" + fleet.server() + "/cse-in/" + group.id()))
                .filter(path -> !removed.contains(path))
                .map(path -> new RequestPrimitive[] {
                    RequestPrimitive.of(Operation.DELETE, path, "/" + fleet.server(), id())
                            .build()
                })
                .toList();
    }

    /** Where a group's blocks lie at a gateway: public, and told to its members as they come. */
    private List<RequestPrimitive[]> epochs(Fleet.Group group, String base, List<Fleet.Device> members) {
        String name = EpochContainer.name(fleet.groupId(group.id()));
        ObjectNode container = JsonNodeFactory.instance.objectNode().put("mni", KEPT_BLOCKS);
        container.putArray("acpi").add(base + "/acp-epochs");
        ObjectNode subscription = JsonNodeFactory.instance.objectNode().put("nct", 1);
        members.forEach(d -> subscription.withArray("nu").add(spRelative(d)));
        subscription.putObject("enc").putArray("net").add(3);
        return List.of(
                put(base, ResourceType.CONTAINER, name, container),
                put(base + "/" + name, ResourceType.SUBSCRIPTION, "members", subscription));
    }

    private ObjectNode forEverybodyToRead() {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        var rules = o.putObject("pv").putArray("acr");
        rule(rules.addObject(), "/" + fleet.server());
        rule(rules.addObject(), "all").put("acop", READ);
        rule(o.putObject("pvs").putArray("acr").addObject(), "/" + fleet.server());
        return o;
    }

    private List<Fleet.Device> devicesAt(Fleet.Group group, Fleet.Gateway gateway) {
        List<String> active = authority.members(fleet.groupId(group.id())).stream()
                .map(m -> m.identity())
                .toList();
        return fleet.devices().stream()
                .filter(d -> d.gateway().equals(gateway.id()) && active.contains(fleet.identity(d)))
                .toList();
    }

    private List<String> membersAt(Fleet.Group group, Fleet.Gateway gateway) {
        return devicesAt(group, gateway).stream()
                .map(d -> "/" + gateway.id() + "/cse-mn/" + d.name())
                .toList();
    }

    /** A device's own container at the IN, which it reaches end to end and nobody reaches in its name. */
    private List<RequestPrimitive[]> own(Fleet.Device device) {
        String base = "/" + fleet.server() + "/cse-in";
        String name = device.gateway() + "." + device.name();
        ObjectNode policy = JsonNodeFactory.instance.objectNode().put("rn", "acp-" + name);
        var rules = policy.putObject("pv").putArray("acr");
        rule(rules.addObject(), "/" + device.gateway() + "/C" + device.name()).put("acaf", true);
        rule(rules.addObject(), "/" + fleet.server());
        rule(policy.putObject("pvs").putArray("acr").addObject(), "/" + fleet.server());
        ObjectNode container = JsonNodeFactory.instance.objectNode().put("rn", name);
        container.putArray("acpi").add(base + "/acp-" + name);
        return List.of(
                create(base, ResourceType.ACCESS_CONTROL_POLICY, policy),
                create(base, ResourceType.CONTAINER, container));
    }

    private static ObjectNode rule(ObjectNode rule, String originator) {
        rule.putArray("acor").add(originator);
        return rule.put("acop", EVERYTHING);
    }

    private RequestPrimitive[] put(String parent, ResourceType type, String name, ObjectNode body) {
        ObjectNode changes = body.deepCopy();
        changes.remove("mt");
        changes.remove("acpi");
        return new RequestPrimitive[] {
            create(parent, type, body.deepCopy().put("rn", name))[0],
            RequestPrimitive.of(Operation.UPDATE, parent + "/" + name, "/" + fleet.server(), id())
                    .content(new Content(type.contentName(), changes))
                    .build()
        };
    }

    private RequestPrimitive[] create(String parent, ResourceType type, ObjectNode body) {
        return new RequestPrimitive[] {
            RequestPrimitive.of(Operation.CREATE, parent, "/" + fleet.server(), id())
                    .resourceType(type.code())
                    .content(new Content(type.contentName(), body))
                    .build()
        };
    }

    private ObjectNode policy(Fleet.Gateway gateway) {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        var rules = o.putObject("pv").putArray("acr");
        var server = rules.addObject();
        server.putArray("acor").add("/" + fleet.server());
        server.put("acop", 63);
        if (gateway.agent()) {
            var agent = rules.addObject();
            agent.putArray("acor").add("/" + gateway.id() + "/Cagent");
            agent.put("acop", AGENT_RIGHTS);
        }
        var self = o.putObject("pvs").putArray("acr").addObject();
        self.putArray("acor").add("/" + fleet.server());
        self.put("acop", 63);
        return o;
    }

    private ObjectNode subscription() {
        ObjectNode o = JsonNodeFactory.instance.objectNode().put("rn", "server").put("nct", 1);
        o.putArray("nu").add("/" + fleet.server());
        o.putObject("enc").putArray("net").add(3);
        return o;
    }

    private static ObjectNode group(List<String> members, String policy) {
        ObjectNode o = JsonNodeFactory.instance.objectNode().put("mt", 0).put("mnm", MOST_MEMBERS);
        members.forEach(o.putArray("mid")::add);
        if (!policy.isEmpty()) {
            o.putArray("macp").add(policy);
            o.putArray("acpi").add(policy);
        }
        return o;
    }

    private String id() {
        return "g" + requests.incrementAndGet();
    }
}
