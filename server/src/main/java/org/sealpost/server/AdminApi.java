package org.sealpost.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.sealpost.door.OperatorDoor;
import org.sealpost.enclave.AuthorityKeys.EnrolledPeer;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.ledger.Delivery;
import org.sealpost.server.renewal.RenewalLedger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an operator can see and do ({@code docs/operations.md}). */
final class AdminApi {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int READINGS = 100;
    private static final long FAN_OUT_SECONDS = 30;
    private static final String GROUP_VERBS =
            "rotate, evict, preview, suspend, resume, revoke-delegation, delegate, expire, delete, scheme, relabel or blocks";

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
                        "/renew",
                        (method, rest, body) -> method.equals("POST")
                                ? api.renew(body)
                                : tree(server.renewals().all()))
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
                .route("/enrol", (method, rest, body) -> api.enrol(body))
                .route("/manufacture-request", (method, rest, body) -> tree(server.manufactureRequest()))
                .route("/join", (method, rest, body) -> api.join(body))
                .route("/revoke", (method, rest, body) -> api.revoke(body))
                .route("/provisioning", (method, rest, body) -> api.provisioning());
        server.functions().forEach(f -> f.routes(door));
        door.route("/status", (method, rest, body) -> api.status(door.counters()));
        door.start();
        return door;
    }

    /** Who holds which epoch, who does not and why: the first thing an operator wants to know. */
    private JsonNode status(Map<String, Long> atTheDoor) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("server", server.fleet().serverIdentity())
                .put("rootKey", rootKey())
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
        group.put("scheme", server.authority().scheme(id));
        server.authority()
                .material(id)
                .ifPresent(m -> group.putObject("block")
                        .put("epoch", m.blockEpoch())
                        .put("generation", m.generation())
                        .put("prepared", m.prepared())
                        .put("octets", m.block().length)
                        .put("published", m.latest().length));
        server.authority().suspended(id).forEach(group.putArray("suspended")::add);
        server.rights().revoked(id).forEach(group.putArray("withoutDelegation")::add);
        GroupAuthority.Ends ends = server.authority().ends(id);
        if (ends.at() > 0) {
            group.put(ends.ended() ? "deleted" : "expires", ends.at());
        }
        if (ends.ended()) {
            server.ledger().untold(id).forEach(group.putArray("untold")::add);
        }
        long current = group.path("epoch").asLong(0);
        Map<String, Delivery> deliveries = server.ledger().of(id, current);
        Map<String, Long> confirmations = server.ledger().confirmedEpochs(id);
        Map<String, Long> readings = server.readings().counts(id);
        Map<String, String> faults = server.ledger().stateFaults();
        Map<String, GroupAuthority.Environment> environments =
                server.authority().environments(id);
        server.fleet().group(name).ifPresent(g -> group.put("secureEnvironment", g.secureEnvironment()));
        Map<String, PairwiseFacts> keys =
                server.renewals().keys().stream().collect(Collectors.toMap(PairwiseFacts::peer, f -> f));
        Map<String, RenewalLedger.Row> renewals =
                server.renewals().all().stream().collect(Collectors.toMap(RenewalLedger.Row::member, r -> r));
        var members = group.putArray("members");
        for (var m : server.authority().members(id)) {
            ObjectNode member = members.addObject()
                    .put("identity", m.identity())
                    .put("zone", m.zone())
                    .put("leaf", m.leaf());
            long confirmed = confirmations.getOrDefault(m.identity(), 0L);
            member.put("confirmedEpoch", confirmed).put("current", confirmed == current && current > 0);
            Optional.ofNullable(environments.get(m.identity()))
                    .ifPresent(e -> member.put("secureEnvironment", e.kind()).put("level", e.level()));
            member.put("readings", readings.getOrDefault(m.identity(), 0L));
            Optional.ofNullable(faults.get(m.identity())).ifPresent(fault -> member.put("stateFault", fault));
            Optional.ofNullable(keys.get(m.identity()))
                    .ifPresent(k -> member.putObject("key")
                            .put("id", k.keyId())
                            .put("origin", k.origin())
                            .put("since", k.since())
                            .put("notAfter", k.notAfter())
                            .put("forwardSecret", k.forwardSecret())
                            .put("agreed", k.agreed().isPresent()));
            Optional.ofNullable(renewals.get(m.identity()))
                    .ifPresent(r -> member.putObject("renewal")
                            .put("state", r.state())
                            .put("wanted", r.wanted())
                            .put("way", r.chosen())
                            .put("reason", r.reason()));
            Optional.ofNullable(deliveries.get(m.identity()))
                    .ifPresent(d -> member.put("delivery", d.state().name())
                            .put("way", d.way())
                            .put("reason", d.reason()));
        }
        return group;
    }

    private JsonNode negotiations() {
        record Row(String member, String offered, String chosen, String reason, long at) {}
        return tree(server.database()
                .query(
                        "select member, offered, chosen, reason, at from negotiation union all"
                                + " select member, offered, chosen, choice || case reason when '' then '' else '; now: ' || reason end,"
                                + " updated_at from renewal where chosen <> '' or reason <> '' order by member, chosen",
                        r -> new Row(r.getString(1), r.getString(2), r.getString(3), r.getString(4), r.getLong(5))));
    }

    /** Renewal on demand: of one member, or of all that are enrolled. */
    private JsonNode renew(JsonNode body) {
        Members m = Members.of(body, "the request", Set.of("member", "all"));
        List<String> members = m.optionalBoolean("all").orElse(false)
                ? server.renewals().keys().stream().map(PairwiseFacts::peer).toList()
                : List.of(server.authority().memberId(m.text("member")));
        members.forEach(server.renewals()::want);
        server.audit().append("renewal.wanted", String.join(" ", members));
        return tree(members);
    }

    private JsonNode group(String rest, JsonNode body) {
        String[] parts = rest.split("/");
        if (parts.length == 2) {
            return group(parts[1]);
        }
        if (parts.length != 3) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "give /groups/NAME or /groups/NAME/" + GROUP_VERBS);
        }
        String group = server.authority().groupId(parts[1]);
        if (parts[2].equals("blocks")) {
            return blocks(group);
        }
        server.ends().requireLives(group);
        if (parts[2].equals("delete")) {
            server.ends().delete(group, OperatorDoor.reason(Members.of(body, "the request", Set.of("reason"))));
            return group(parts[1]);
        }
        if (parts[2].equals("expire")) {
            Members m = Members.of(body, "the request", Set.of("at", "reason"));
            server.ends().expire(group, m.optionalInteger("at").orElse(0), OperatorDoor.reason(m));
            return group(parts[1]);
        }
        if (parts[2].equals("preview")) {
            return preview(
                    group, Members.of(body, "the request", Set.of("members")).texts("members"));
        }
        if (parts[2].equals("relabel")) {
            server.authority().prepareGeneration(group);
            return group(parts[1]);
        }
        EpochFacts facts = switch (parts[2]) {
            case "rotate" ->
                server.authority()
                        .rotate(group, OperatorDoor.reason(Members.of(body, "the request", Set.of("reason"))));
            case "evict" -> {
                Members m = Members.of(body, "the request", Set.of("member", "members", "reason", "captured"));
                String reason = OperatorDoor.reason(m);
                boolean captured = m.optionalBoolean("captured").orElse(false);
                if (m.get("members").isPresent()) {
                    yield server.authority()
                            .evict(
                                    group,
                                    m.texts("members").stream()
                                            .map(server.authority()::memberId)
                                            .toList(),
                                    reason);
                }
                yield server.authority().evict(group, server.authority().memberId(m.text("member")), reason, captured);
            }
            case "suspend", "resume" -> {
                Members m = Members.of(body, "the request", Set.of("member", "reason"));
                String reason = OperatorDoor.reason(m);
                String member = server.authority().memberId(m.text("member"));
                yield parts[2].equals("suspend")
                        ? server.authority().suspend(group, member, reason)
                        : server.authority().resumeMember(group, member, reason);
            }
            case "revoke-delegation", "delegate" -> {
                Members m = Members.of(body, "the request", Set.of("member", "reason"));
                String reason = OperatorDoor.reason(m);
                String member = server.authority().memberId(m.text("member"));
                yield parts[2].equals("delegate")
                        ? server.rights().delegate(group, member, reason)
                        : server.rights().revoke(group, member, reason);
            }
            case "scheme" ->
                server.authority()
                        .changeScheme(
                                group,
                                Members.of(body, "the request", Set.of("scheme"))
                                        .optionalText("scheme")
                                        .orElse(""));
            default -> throw new Refusal(ResponseStatus.NOT_FOUND, "what can be done with a group is " + GROUP_VERBS);
        };
        server.resources().changed();
        return tree(facts);
    }

    private String rootKey() {
        return server.enclave().found(server.fleet().serverIdentity()).rootKey();
    }

    /** Everything that is needed to verify a group's blocks elsewhere; all of it is public. */
    private JsonNode blocks(String group) {
        ObjectNode all = JsonNodeFactory.instance.objectNode().put("group", group);
        all.put("rootKey", rootKey());
        server.enclave().blockCertificate().ifPresent(c -> all.put("certificate", c));
        server.authority()
                .blocks(group)
                .forEach(b -> all.withArray("blocks").add(Base64.getEncoder().encodeToString(b)));
        return all;
    }

    /** What an eviction would cost, and who would learn of it later than the others. */
    private JsonNode preview(String group, List<String> names) {
        List<String> out = names.stream().map(server.authority()::memberId).toList();
        var cost = server.enclave().previewEviction(group, out);
        List<String> gateways = server.authority().gateways(group);
        long current =
                server.enclave().currentEpoch(group).map(EpochFacts::epoch).orElse(0L);
        boolean blocks = cost.octets() > 0;
        ObjectNode all = JsonNodeFactory.instance.objectNode().put("group", group);
        all.put("epoch", cost.epoch())
                .put("entries", cost.entries())
                .put("octets", cost.octets())
                .put("gateways", gateways.size())
                .put("octetsInAll", (long) cost.octets() * gateways.size())
                .put("newGeneration", blocks && cost.newGeneration());
        Map<String, Long> confirmed = server.ledger().confirmedEpochs(group);
        Map<String, Long> last = server.ledger().lastConfirmed(group);
        List<String> openers = server.authority().openers(group);
        long individually = 0;
        var asleep = all.putArray("asleep");
        for (var m : server.authority().members(group)) {
            if (out.contains(m.identity())) {
                continue;
            }
            individually += !cost.newGeneration() && openers.contains(m.identity()) ? 0 : 1;
            if (confirmed.getOrDefault(m.identity(), 0L) < current) {
                asleep.addObject()
                        .put("member", m.identity())
                        .put("confirmedEpoch", confirmed.getOrDefault(m.identity(), 0L))
                        .put("at", last.getOrDefault(m.identity(), 0L));
            }
        }
        return all.put("individualMessages", individually)
                .put("messages", individually + (blocks ? gateways.size() : 0));
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

    private JsonNode join(JsonNode body) {
        return tree(server.join(
                Members.of(body, "the request", Set.of("manufacturePackage")).text("manufacturePackage")));
    }

    private JsonNode revoke(JsonNode body) {
        Members m = Members.of(body, "the request", Set.of("member", "reason"));
        String reason = OperatorDoor.reason(m);
        String member = server.authority().memberId(m.text("member"));
        server.revoke(member, reason);
        return JsonNodeFactory.instance.objectNode().put("revoked", member);
    }

    /** MEFs and MAFs that this server is a client of, the keys that came through them, and what is wrong. */
    private JsonNode provisioning() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.set("functions", tree(server.enclave().functions()));
        all.set("keys", tree(server.enclave().provisionedKeys()));
        ObjectNode trouble = all.putObject("trouble");
        server.provisioning().trouble().forEach(trouble::put);
        return all;
    }

    private JsonNode enrol(JsonNode body) {
        Members m = Members.of(
                body,
                "an enrolment request",
                Set.of("identity", "agreementKey", "signatureKey", "certificateKey", "attestation", "fingerprint"));
        EnrolledPeer peer = server.enrol(new EnrolmentRequest(
                m.text("identity"),
                m.text("agreementKey"),
                m.text("signatureKey"),
                m.optionalText("certificateKey"),
                m.text("attestation"),
                m.optionalText("fingerprint").orElse("")));
        return tree(peer);
    }

    private static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }
}
