package org.sealpost.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.sealpost.door.OperatorDoor;
import org.sealpost.enclave.AuthorityKeys.EnrolledPeer;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.ledger.Delivery;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an operator can see and do ({@code docs/operations.md}). */
final class AdminApi {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int READINGS = 100;
    private static final long FAN_OUT_SECONDS = 30;

    private final Server server;

    private AdminApi(Server server) {
        this.server = server;
    }

    static OperatorDoor open(Server server, InetSocketAddress address, Path tokenFile) throws IOException {
        AdminApi api = new AdminApi(server);
        OperatorDoor door = new OperatorDoor(address, tokenFile)
                .route(
                        "/deliveries",
                        (method, rest, body) -> tree(server.ledger().all()))
                .route("/negotiations", (method, rest, body) -> api.negotiations())
                .route(
                        "/readings",
                        (method, rest, body) -> tree(server.readings().newest(READINGS)))
                .route(
                        "/commands",
                        (method, rest, body) -> method.equals("POST")
                                ? api.command(body)
                                : tree(server.commands().all()))
                .route(
                        "/audit",
                        (method, rest, body) -> rest.equals("/verify")
                                ? tree(server.audit().verify())
                                : tree(server.audit().entries()))
                .route("/groups", (method, rest, body) -> api.group(rest, body))
                .route("/enrol", (method, rest, body) -> api.enrol(body));
        door.route("/status", (method, rest, body) -> api.status(door.counters()));
        door.start();
        return door;
    }

    /** Who holds which epoch, who does not and why: the first thing an operator wants to know. */
    private JsonNode status(Map<String, Long> atTheDoor) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("server", server.fleet().serverIdentity())
                .put("address", server.pointOfAccess().toString());
        server.resources().unfinished().ifPresent(u -> all.put("unfinished", u));
        var groups = all.putArray("groups");
        server.fleet().groups().forEach(g -> groups.add(group(g.id())));
        ObjectNode counters = all.putObject("counters");
        server.cse().counters().forEach(counters::put);
        server.enclave().counters().forEach((name, count) -> counters.put("enclave." + name, count));
        atTheDoor.forEach(counters::put);
        counters.put("acknowledgements.unverified", server.commands().unverified());
        counters.put("commands.repeated", server.commands().reminders());
        counters.put("readings.refused", server.readings().refused());
        counters.put("readings.conflicting", server.readings().conflicting());
        return all;
    }

    private ObjectNode group(String name) {
        String id = server.authority().groupId(name);
        ObjectNode group =
                JsonNodeFactory.instance.objectNode().put("name", name).put("id", id);
        server.enclave()
                .currentEpoch(id)
                .ifPresent(e -> group.put("epoch", e.epoch()).put("keyCheckValue", e.keyCheckValue()));
        long current = group.path("epoch").asLong(0);
        Map<String, Delivery> deliveries = server.ledger().of(id, current);
        Map<String, Long> confirmations = server.ledger().confirmedEpochs(id);
        Map<String, Long> readings = server.readings().counts(id);
        Map<String, String> faults = server.ledger().stateFaults();
        var members = group.putArray("members");
        for (var m : server.authority().members(id)) {
            ObjectNode member = members.addObject()
                    .put("identity", m.identity())
                    .put("zone", m.zone())
                    .put("leaf", m.leaf());
            long confirmed = confirmations.getOrDefault(m.identity(), 0L);
            member.put("confirmedEpoch", confirmed).put("current", confirmed == current && current > 0);
            member.put("readings", readings.getOrDefault(m.identity(), 0L));
            Optional.ofNullable(faults.get(m.identity())).ifPresent(fault -> member.put("stateFault", fault));
            Optional.ofNullable(deliveries.get(m.identity()))
                    .ifPresent(d -> member.put("delivery", d.state().name()).put("reason", d.reason()));
        }
        return group;
    }

    private JsonNode negotiations() {
        record Row(String member, String offered, String chosen, String reason, long at) {}
        return tree(server.database()
                .query(
                        "select member, offered, chosen, reason, at from negotiation order by member",
                        r -> new Row(r.getString(1), r.getString(2), r.getString(3), r.getString(4), r.getLong(5))));
    }

    private JsonNode group(String rest, JsonNode body) {
        String[] parts = rest.split("/");
        if (parts.length == 2) {
            return group(parts[1]);
        }
        if (parts.length != 3) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "give /groups/NAME, /groups/NAME/rotate or /groups/NAME/evict");
        }
        String group = server.authority().groupId(parts[1]);
        EpochFacts facts = switch (parts[2]) {
            case "rotate" ->
                server.authority()
                        .rotate(
                                group,
                                Members.of(body, "the request", Set.of("reason"))
                                        .optionalText("reason")
                                        .orElse("by operator"));
            case "evict" -> {
                Members m = Members.of(body, "the request", Set.of("member", "reason", "captured"));
                yield server.authority()
                        .evict(
                                group,
                                server.authority().memberId(m.text("member")),
                                m.optionalText("reason").orElse("by operator"),
                                m.optionalBoolean("captured").orElse(false));
            }
            default -> throw new Refusal(ResponseStatus.NOT_FOUND, "a group can be rotated or have a member evicted");
        };
        server.resources().changed();
        return tree(facts);
    }

    private JsonNode command(JsonNode body) {
        Members m =
                Members.of(body, "the request", Set.of("group", "target", "verb", "args", "notAfterSeconds", "notify"));
        Commands.Order order = new Commands.Order(
                server.authority().groupId(m.text("group")),
                m.optionalText("target").orElse("all"),
                m.text("verb"),
                m.textMap("args"),
                m.optionalInteger("notAfterSeconds").orElse(60),
                m.optionalBoolean("notify").orElse(false));
        AtomicLong number = new AtomicLong();
        try {
            ResponsePrimitive fanned = server.commands()
                    .send(order, number::set)
                    .toCompletableFuture()
                    .get(FAN_OUT_SECONDS, TimeUnit.SECONDS);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("id", number.get())
                    .put("status", fanned.status().code());
        } catch (ExecutionException | TimeoutException e) {
            throw new Refusal(
                    ResponseStatus.GROUP_MEMBERS_NOT_RESPONDED,
                    "the command was sealed as " + number.get()
                            + ", but its fan-out did not answer: look at /commands before sending it again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "the server is stopping");
        }
    }

    private JsonNode enrol(JsonNode body) {
        Members m = Members.of(
                body,
                "an enrolment request",
                Set.of("identity", "agreementKey", "signatureKey", "attestation", "fingerprint"));
        EnrolledPeer peer = server.enrol(new EnrolmentRequest(
                m.text("identity"),
                m.text("agreementKey"),
                m.text("signatureKey"),
                m.text("attestation"),
                m.optionalText("fingerprint").orElse("")));
        return tree(peer);
    }

    private static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }
}
