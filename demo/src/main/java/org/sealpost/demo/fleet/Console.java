package org.sealpost.demo.fleet;

import java.io.IOException;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.block.EpochBlock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the operator sees and does at the server, typed. Thread-safe. */
public final class Console {
    private final AdminClient admin;

    public Console(AdminClient admin) {
        this.admin = admin;
    }

    /** A member of a group and the epoch it confirmed; 0 for none. */
    public record Member(
            String identity, long leaf, long confirmedEpoch, boolean current, String delivery, String reason) {}

    /** A group; epoch 0 before the first. */
    public record Group(String name, String id, long epoch, String keyCheckValue, List<Member> members) {
        /** True when it has an epoch and every member confirmed it. */
        public boolean allConfirmed() {
            return epoch > 0 && members.stream().allMatch(Member::current);
        }

        /** Members that did not confirm the newest epoch, with the reason where one is known. */
        public List<String> laggards() {
            return members.stream()
                    .filter(m -> !m.current)
                    .map(m -> m.identity + " (" + m.delivery + " " + m.reason + ")")
                    .toList();
        }

        public Optional<Member> member(String identity) {
            return members.stream().filter(m -> m.identity.equals(identity)).findFirst();
        }
    }

    /**
     * A group's newest epoch block.
     *
     * @param entries how many subsets of members may open it
     * @param octets encoded, as published
     */
    public record Block(long epoch, int entries, byte[] octets) {}

    /** The newest block of a group, as anybody may export it. */
    public Block block(String group) throws IOException, InterruptedException {
        JsonNode blocks = admin.get("/groups/" + group + "/blocks").path("blocks");
        if (blocks.isEmpty()) {
            throw new IOException("the group " + group + " has no block");
        }
        byte[] octets = java.util.Base64.getDecoder()
                .decode(blocks.get(blocks.size() - 1).asString());
        var header = EpochBlock.decode(octets).header();
        return new Block(header.epoch(), header.entries(), octets);
    }

    /** A member's verified answer to a command. */
    public record Answer(String member, String outcome, String detail) {}

    /** A command and its answers. */
    public record Command(long id, String verb, List<String> expected, List<Answer> answers) {
        public boolean answeredByAll() {
            return answers.stream().map(Answer::member).toList().containsAll(expected);
        }
    }

    /** A reading as the server opened it. */
    public record Reading(String member, String group, long epoch, long counter, String content) {}

    /** A negotiated mechanism. */
    public record Negotiation(String member, String offered, String chosen, String reason) {}

    /**
     * The pairwise key of a member, as the server sees it.
     *
     * @param origin {@code enrolment}, {@code ephemeral} or {@code certificate}
     * @param agreed whether the next one is agreed on and not proved yet
     * @param wanted whether an operator's order to renew it is still open
     */
    public record PairwiseKey(String member, String id, String origin, boolean agreed, boolean wanted) {}

    /** Result of verifying the audit log. */
    public record Audit(long entries, long checkpoints, Optional<String> fault) {}

    public List<Group> groups() throws IOException, InterruptedException {
        return each(admin.get("/status").get("groups"), Console::group);
    }

    public Group group(String name) throws IOException, InterruptedException {
        return groups().stream()
                .filter(g -> g.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IOException("the server has no group " + name));
    }

    /** Why the groups at the gateways are not in step yet; empty when they are. */
    public Optional<String> unfinished() throws IOException, InterruptedException {
        return Optional.ofNullable(admin.get("/status").get("unfinished")).map(JsonNode::asString);
    }

    /** The public half of the server's root key. */
    public ECPublicKey rootKey() throws IOException, InterruptedException {
        return Jwk.parse(admin.get("/status").get("rootKey").asString());
    }

    /** Enrols an end point; the package for its enclave. */
    public String enrol(JsonNode request) throws IOException, InterruptedException {
        return admin.post("/enrol", request).get("enrolmentPackage").asString();
    }

    /** A new epoch; its number. */
    public long rotate(String group) throws IOException, InterruptedException {
        return admin.post("/groups/" + group + "/rotate", object().put("reason", "demo"))
                .get("epoch")
                .asLong();
    }

    /** Takes a captured member out; the number of the new epoch. */
    public long evictCaptured(String group, String member) throws IOException, InterruptedException {
        return admin.post(
                        "/groups/" + group + "/evict",
                        object().put("member", member).put("reason", "captured").put("captured", true))
                .get("epoch")
                .asLong();
    }

    /** A command from the server; its number. */
    public long command(String group, String verb, Map<String, String> arguments, boolean byNotify)
            throws IOException, InterruptedException {
        ObjectNode order = object().put("group", group).put("target", "all").put("verb", verb);
        ObjectNode args = order.putObject("args");
        arguments.forEach(args::put);
        order.put("notAfterSeconds", 60).put("notify", byNotify);
        return admin.post("/commands", order).get("id").asLong();
    }

    /** All commands of the server, oldest first. */
    public List<Command> commands() throws IOException, InterruptedException {
        return each(admin.get("/commands"), Console::command);
    }

    public Command command(long id) throws IOException, InterruptedException {
        return commands().stream()
                .filter(c -> c.id == id)
                .findFirst()
                .orElseThrow(() -> new IOException("the server has no command " + id));
    }

    public List<Reading> readings() throws IOException, InterruptedException {
        return each(
                admin.get("/readings"),
                r -> new Reading(
                        text(r, "member"),
                        text(r, "group"),
                        r.get("epoch").asLong(),
                        r.get("counter").asLong(),
                        text(r, "content")));
    }

    public List<Negotiation> negotiations() throws IOException, InterruptedException {
        return each(
                admin.get("/negotiations"),
                n -> new Negotiation(text(n, "member"), text(n, "offered"), text(n, "chosen"), text(n, "reason")));
    }

    /** Has the keys of all members renewed; their identities. */
    public List<String> renewAll() throws IOException, InterruptedException {
        return each(admin.post("/renew", object().put("all", true)), JsonNode::asString);
    }

    /** The pairwise key of every member of a group. */
    public List<PairwiseKey> pairwiseKeys() throws IOException, InterruptedException {
        List<PairwiseKey> keys = new ArrayList<>();
        for (JsonNode group : admin.get("/status").get("groups")) {
            group.get("members")
                    .forEach(m -> keys.add(new PairwiseKey(
                            text(m, "identity"),
                            text(m.path("key"), "id"),
                            text(m.path("key"), "origin"),
                            m.path("key").path("agreed").asBoolean(false),
                            m.path("renewal").path("wanted").asBoolean(false))));
        }
        return keys;
    }

    public Audit verifyAudit() throws IOException, InterruptedException {
        JsonNode verdict = admin.get("/audit/verify");
        String fault = text(verdict, "fault");
        return new Audit(
                verdict.get("entries").asLong(),
                verdict.get("checkpoints").asLong(),
                fault.isEmpty() ? Optional.empty() : Optional.of(fault));
    }

    /** A counter of the server; 0 when it has none of that name. */
    public long counter(String name) throws IOException, InterruptedException {
        return admin.get("/status").path("counters").path(name).asLong(0);
    }

    private static Group group(JsonNode g) {
        return new Group(
                text(g, "name"),
                text(g, "id"),
                g.path("epoch").asLong(0),
                text(g, "keyCheckValue"),
                each(
                        g.get("members"),
                        m -> new Member(
                                text(m, "identity"),
                                m.path("leaf").asLong(0),
                                m.path("confirmedEpoch").asLong(0),
                                m.path("current").asBoolean(false),
                                text(m, "delivery"),
                                text(m, "reason"))));
    }

    private static Command command(JsonNode c) {
        return new Command(
                c.get("id").asLong(),
                text(c, "verb"),
                each(c.get("expected"), JsonNode::asString),
                each(c.get("answers"), a -> new Answer(text(a, "member"), text(a, "outcome"), text(a, "detail"))));
    }

    private static <T> List<T> each(JsonNode array, java.util.function.Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        array.forEach(e -> all.add(read.apply(e)));
        return List.copyOf(all);
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? "" : value.asString("");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
