package org.sealpost.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What operators type: verbs on a running server. */
@Command(
        name = "sealpost",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        description = "Operates a running Sealpost server.",
        footer = {
            "",
            "Examples:",
            "  sealpost status --state state/server",
            "  sealpost enrol state/door-1/enrolment-request.json --state state/server",
            "  sealpost renew --all --wait 60 --state state/server",
            "  sealpost evict fire-doors door-2 --reason stolen --captured --state state/server",
            "  sealpost command extinguishers release --state state/server",
            "",
            "Exit codes: 0 done, 1 refused or not reachable (the message says why), 2 wrong options."
        })
public final class OperatorMain {
    private static final long POLL_MILLIS = 300;
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);

    /** How long a server that is starting may take to open its door. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "state/server",
            scope = ScopeType.INHERIT,
            description = "The server's state directory. Default ${DEFAULT-VALUE}.")
    Path state = Path.of("state/server");

    @Option(
            names = "--server",
            paramLabel = "URI",
            scope = ScopeType.INHERIT,
            description = "Address of the operator's door, when it is not the one in the state directory.")
    @Nullable
    URI server;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON instead of tables.")
    boolean json;

    public static void main(String[] args) {
        if (args.length == 1 && args[0].equals("--check")) {
            commandLine().getUsageMessage();
            return;
        }
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new OperatorMain());
        line.setExecutionExceptionHandler((e, l, parsed) -> {
            System.err.println("sealpost: " + e.getMessage());
            if (e instanceof Complaint complaint && !complaint.hint().isEmpty()) {
                System.err.println("hint: " + complaint.hint());
            }
            return 1;
        });
        return line;
    }

    @Command(
            name = "status",
            description = "Who holds which epoch, who does not and why.",
            footer = {
                "",
                "Examples:",
                "  sealpost status --state state/server",
                "  sealpost status --json --state state/server"
            })
    int status() {
        JsonNode status = door().get("/status");
        if (json) {
            return print(status);
        }
        System.out.println(status.path("server").asString() + " at "
                + status.path("address").asString());
        if (status.has("unfinished")) {
            System.out.println("not in place yet: " + status.path("unfinished").asString());
        }
        Table table = new Table("GROUP", "EPOCH", "MEMBER", "ENCLAVE", "CONFIRMED", "KEY", "STATE", "REASON");
        status.path("groups")
                .forEach(g -> g.path("members")
                        .forEach(m -> table.row(
                                g.path("name").asString(),
                                g.path("epoch").asLong(0),
                                m.path("identity").asString(),
                                m.path("secureEnvironment").asString("") + " "
                                        + m.path("level").asLong(0),
                                m.path("confirmedEpoch").asLong(),
                                key(m),
                                m.path("current").asBoolean()
                                        ? "current"
                                        : m.path("delivery").asString("none"),
                                m.path("reason").asString(""))));
        System.out.print(table.print());
        return 0;
    }

    @Command(
            name = "counters",
            description = "What was refused, stored, delivered and repeated since the server started.",
            footer = {"", "Examples:", "  sealpost counters --state state/server"})
    int counters() {
        JsonNode all = door().get("/status").path("counters");
        if (json) {
            return print(all);
        }
        Table table = new Table("COUNTER", "COUNT");
        all.properties().forEach(c -> table.row(c.getKey(), c.getValue().asLong()));
        System.out.print(table.print());
        return 0;
    }

    @Command(
            name = "deliveries",
            description = "Every credential delivery and how far it has come.",
            footer = {"", "Examples:", "  sealpost deliveries --state state/server"})
    int deliveries() {
        JsonNode all = door().get("/deliveries");
        if (json) {
            return print(all);
        }
        Table table = new Table("ID", "GROUP", "EPOCH", "MEMBER", "STATE", "ATTEMPTS", "REASON");
        all.forEach(d -> table.row(
                d.path("id").asLong(),
                last(d.path("group").asString()),
                d.path("epoch").asLong(),
                d.path("member").asString(),
                d.path("state").asString(),
                d.path("attempts").asInt(),
                d.path("reason").asString()));
        System.out.print(table.print());
        return 0;
    }

    @Command(
            name = "negotiations",
            description = "Which mechanism was chosen with whom, from what, and why.",
            footer = {"", "Examples:", "  sealpost negotiations --state state/server"})
    int negotiations() {
        JsonNode all = door().get("/negotiations");
        if (json) {
            return print(all);
        }
        Table table = new Table("MEMBER", "OFFERED", "CHOSEN", "REASON");
        all.forEach(n -> table.row(
                n.path("member").asString(),
                n.path("offered").asString(),
                n.path("chosen").asString(),
                n.path("reason").asString()));
        System.out.print(table.print());
        return 0;
    }

    @Command(
            name = "renew",
            description = "Renews the pairwise key of a member now, so that one stolen later opens nothing of before.",
            footer = {
                "",
                "Examples:",
                "  sealpost renew door-1 --state state/server",
                "  sealpost renew --all --wait 60 --state state/server",
                "",
                "See how it went: sealpost status (column KEY), sealpost negotiations."
            })
    int renew(
            @Parameters(arity = "0..1", paramLabel = "MEMBER") @Nullable String member,
            @Option(names = "--all", description = "All that are enrolled.") boolean all,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = "0",
                            description = "Wait so long for the new keys to be in use; exit code 1 when one is not.")
                    int wait)
            throws InterruptedException {
        if ((member == null) == !all) {
            throw new Complaint("name one member, or give --all", "sealpost renew --help");
        }
        ObjectNode body = member == null ? object().put("all", true) : object().put("member", member);
        JsonNode wanted = door().post("/renew", body);
        List<String> left =
                new ArrayList<>(wanted.valueStream().map(JsonNode::asString).toList());
        long until = System.nanoTime() + wait * 1_000_000_000L;
        while (!left.isEmpty() && System.nanoTime() < until) {
            JsonNode rows = door().get("/renew");
            rows.forEach(r -> {
                if (!r.path("wanted").asBoolean()
                        && left.remove(r.path("member").asString())) {
                    System.err.println(r.path("member").asString() + ": "
                            + r.path("chosen").asString());
                }
            });
            Thread.sleep(POLL_MILLIS);
        }
        if (json) {
            return print(wait > 0 ? door().get("/renew") : wanted);
        }
        if (wait > 0 && !left.isEmpty()) {
            throw new Complaint(
                    "not renewed yet: " + String.join(", ", left),
                    "sealpost negotiations says how far each is, and why");
        }
        return say(
                wait > 0
                        ? wanted.size() + " renewed"
                        : wanted.size() + " to be renewed; see how it goes with: sealpost negotiations");
    }

    private static String key(JsonNode member) {
        JsonNode key = member.path("key");
        if (key.isMissingNode()) {
            return "none";
        }
        String state = member.path("renewal").path("state").asString("");
        return key.path("origin").asString()
                + (key.path("agreed").asBoolean() ? ", next agreed" : "")
                + (state.equals("FAILED") ? ", renewal fails" : "");
    }

    @Command(
            name = "readings",
            description = "The newest readings of members.",
            footer = {"", "Examples:", "  sealpost readings --state state/server"})
    int readings() {
        JsonNode all = door().get("/readings");
        if (json) {
            return print(all);
        }
        Table table = new Table("AT", "MEMBER", "GROUP", "EPOCH", "READING");
        all.forEach(r -> table.row(
                Instant.ofEpochSecond(r.path("at").asLong()),
                r.path("member").asString(),
                last(r.path("group").asString()),
                r.path("epoch").asLong(),
                r.path("content").asString()));
        System.out.print(table.print());
        return 0;
    }

    @Command(
            name = "groups",
            description = "One group or all, with members and epochs.",
            footer = {
                "",
                "Examples:",
                "  sealpost groups --state state/server",
                "  sealpost groups fire-doors --state state/server"
            })
    int groups(@Parameters(arity = "0..1", paramLabel = "GROUP") @Nullable String group) {
        return print(group == null ? door().get("/status").path("groups") : door().get("/groups/" + group));
    }

    @Command(
            name = "rotate",
            description = "Draws a new epoch for a group and delivers it.",
            footer = {"", "Examples:", "  sealpost rotate fire-doors --reason \"quarterly\" --state state/server"})
    int rotate(
            @Parameters(paramLabel = "GROUP") String group,
            @Option(names = "--reason", defaultValue = "by operator", description = "For the audit log.")
                    String reason) {
        JsonNode facts = door().post("/groups/" + group + "/rotate", object().put("reason", reason));
        return json
                ? print(facts)
                : say(group + " is at epoch " + facts.path("epoch").asLong());
    }

    @Command(
            name = "evict",
            description = "Takes members out of a group, at once and with one epoch.",
            footer = {
                "",
                "Examples:",
                "  sealpost evict fire-doors door-2 --preview --state state/server",
                "  sealpost evict fire-doors door-2 --reason stolen --captured --state state/server",
                "  sealpost evict fire-doors door-2 door-3 --reason sold --state state/server"
            })
    int evict(
            @Parameters(index = "0", paramLabel = "GROUP") String group,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "MEMBER") List<String> members,
            @Option(names = "--reason", defaultValue = "by operator", description = "For the audit log.") String reason,
            @Option(
                            names = "--captured",
                            description = "Out of every group, and its pairwise key revoked; one member only.")
                    boolean captured,
            @Option(names = "--preview", description = "Say what it would cost and who is asleep; evict nobody.")
                    boolean preview) {
        if (captured && members.size() > 1) {
            throw new Complaint("--captured is for one member", "evict the captured ones one after another");
        }
        ObjectNode body = object();
        if (preview) {
            members.forEach(body.putArray("members")::add);
            return preview(door().post("/groups/" + group + "/preview", body));
        }
        body.put("reason", reason);
        if (members.size() == 1) {
            body.put("member", members.get(0)).put("captured", captured);
        } else {
            members.forEach(body.putArray("members")::add);
        }
        JsonNode facts = door().post("/groups/" + group + "/evict", body);
        return json
                ? print(facts)
                : say(String.join(" and ", members) + (members.size() > 1 ? " are" : " is") + " out; " + group
                        + " is at epoch " + facts.path("epoch").asLong());
    }

    private int preview(JsonNode cost) {
        if (json) {
            return print(cost);
        }
        if (cost.path("octets").asLong() > 0) {
            say("a block of " + cost.path("octets").asLong() + " octets with "
                    + cost.path("entries").asLong() + " entries, published at "
                    + cost.path("gateways").asLong() + " gateways: "
                    + cost.path("octetsInAll").asLong() + " octets in all");
        }
        say(cost.path("individualMessages").asLong() + " members get a credential of their own");
        if (cost.path("newGeneration").asBoolean()) {
            say("the tree begins a new generation: nobody can open the block without new labels");
        }
        JsonNode asleep = cost.path("asleep");
        if (asleep.isEmpty()) {
            return say("everybody else is at the current epoch");
        }
        Table table = new Table("ASLEEP", "EPOCH", "HEARD OF LAST");
        asleep.forEach(a -> table.row(
                a.path("member").asString(),
                a.path("confirmedEpoch").asLong(),
                a.path("at").asLong() == 0
                        ? "never"
                        : Instant.ofEpochSecond(a.path("at").asLong()).toString()));
        System.out.print(table.print());
        return 0;
    }

    @Command(
            name = "suspend",
            description = "Takes a member out of a group until it is resumed.",
            footer = {"", "Examples:", "  sealpost suspend fire-doors door-2 --reason repair --state state/server"})
    int suspend(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "MEMBER") String member,
            @Option(names = "--reason", defaultValue = "by operator", description = "For the audit log.")
                    String reason) {
        return member("suspend", group, member, reason, " is suspended; ");
    }

    @Command(
            name = "resume",
            description = "Lets a suspended member in again.",
            footer = {"", "Examples:", "  sealpost resume fire-doors door-2 --reason repaired --state state/server"})
    int resume(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "MEMBER") String member,
            @Option(names = "--reason", defaultValue = "by operator", description = "For the audit log.")
                    String reason) {
        return member("resume", group, member, reason, " is in again; ");
    }

    @Command(
            name = "revoke-delegation",
            description =
                    "Ends an agent's delegation for a group, at once: with a new epoch. The agent stays a member.",
            footer = {
                "",
                "Examples:",
                "  sealpost revoke-delegation fire-doors gw-north.agent --reason misused --state state/server",
                "",
                "Undo it: sealpost delegate fire-doors gw-north.agent. Out altogether: sealpost evict."
            })
    int revokeDelegation(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "AGENT") String agent,
            @Option(names = "--reason", defaultValue = "by operator", description = "For the audit log.")
                    String reason) {
        return member("revoke-delegation", group, agent, reason, " commands it no more; ");
    }

    @Command(
            name = "delegate",
            description = "Lets an agent command a group again, after revoke-delegation.",
            footer = {"", "Examples:", "  sealpost delegate fire-doors gw-north.agent --state state/server"})
    int delegate(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "AGENT") String agent,
            @Option(names = "--reason", defaultValue = "by operator", description = "For the audit log.")
                    String reason) {
        return member("delegate", group, agent, reason, " gets a delegation again; ");
    }

    @Command(
            name = "expire",
            description = "Says when a group ends: its epochs stop then by themselves, and the server deletes it.",
            footer = {
                "",
                "Examples:",
                "  sealpost expire site-cranes --at 2027-03-31T18:00:00Z --reason \"site closes\" --state state/server",
                "  sealpost expire site-cranes --days 30 --state state/server",
                "  sealpost expire site-cranes --never --state state/server      takes it back"
            })
    int expire(
            @Parameters(paramLabel = "GROUP") String group,
            @Option(names = "--at", paramLabel = "TIME", description = "Such as 2027-03-31T18:00:00Z.") @Nullable
                    Instant at,
            @Option(names = "--days", paramLabel = "N", description = "So many days from now.") @Nullable Integer days,
            @Option(names = "--never", description = "It does not end by itself any more.") boolean never,
            @Option(names = "--reason", defaultValue = "by operator", description = "For the audit log.")
                    String reason) {
        if ((at == null ? 0 : 1) + (days == null ? 0 : 1) + (never ? 1 : 0) != 1) {
            throw new Complaint("say when: --at TIME, --days N or --never", "sealpost expire --help");
        }
        long end = Optional.ofNullable(at)
                .or(() -> Optional.ofNullable(days).map(n -> Instant.now().plus(Duration.ofDays(n))))
                .map(Instant::getEpochSecond)
                .orElse(0L);
        JsonNode state = door().post(
                        "/groups/" + group + "/expire", object().put("at", end).put("reason", reason));
        return json
                ? print(state)
                : say(
                        state.has("expires")
                                ? group + " ends at "
                                        + Instant.ofEpochSecond(
                                                state.path("expires").asLong())
                                : group + " does not end by itself");
    }

    @Command(
            name = "delete",
            description =
                    "Ends a group for ever: its keys are destroyed here, its members are told to forget theirs, and what lies at"
                            + " gateways is removed. The name is not used again.",
            footer = {
                "",
                "Examples:",
                "  sealpost delete site-cranes --reason \"site closed\" --state state/server",
                "",
                "Who has not been told yet: sealpost groups GROUP (untold)."
            })
    int delete(
            @Parameters(paramLabel = "GROUP") String group,
            @Option(names = "--reason", required = true, description = "For the audit log.") String reason) {
        JsonNode state = door().post("/groups/" + group + "/delete", object().put("reason", reason));
        return json
                ? print(state)
                : say(group + " is deleted; " + state.path("untold").size()
                        + " members are to be told; see how it goes with: sealpost groups " + group);
    }

    private int member(String verb, String group, String member, String reason, String outcome) {
        JsonNode facts = door().post(
                        "/groups/" + group + "/" + verb,
                        object().put("member", member).put("reason", reason));
        return json
                ? print(facts)
                : say(member + outcome + group + " is at epoch "
                        + facts.path("epoch").asLong());
    }

    @Command(
            name = "scheme",
            description = "How members come to know a new epoch: one public block, or a credential for each.",
            footer = {
                "",
                "Examples:",
                "  sealpost scheme fire-doors complete-subtree --state state/server",
                "  sealpost scheme fire-doors --state state/server      what the fleet file says"
            })
    int scheme(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "SCHEME",
                            description = "subset-difference, complete-subtree or point-to-point.")
                    @Nullable
                    String scheme) {
        JsonNode facts =
                door().post("/groups/" + group + "/scheme", object().put("scheme", scheme == null ? "" : scheme));
        return json
                ? print(facts)
                : say(group + " is at epoch " + facts.path("epoch").asLong() + ", which goes to each member alone");
    }

    @Command(
            name = "relabel",
            description = "Prepares the next generation of a group's tree: its blocks get short again.",
            footer = {"", "Examples:", "  sealpost relabel fire-doors --state state/server"})
    int relabel(@Parameters(paramLabel = "GROUP") String group) {
        return print(door().post("/groups/" + group + "/relabel", object()).path("block"));
    }

    @Command(
            name = "blocks",
            description = "All blocks of a group, for anybody to verify; public.",
            footer = {
                "",
                "Examples:",
                "  sealpost blocks fire-doors --state state/server > fire-doors.blocks",
                "  sealpost verify blocks fire-doors.blocks"
            })
    int blocks(@Parameters(paramLabel = "GROUP") String group) {
        return print(door().get("/groups/" + group + "/blocks"));
    }

    @Command(
            name = "command",
            description = "Commands a group with the server's own signature.",
            footer = {
                "",
                "Examples:",
                "  sealpost command extinguishers release --state state/server",
                "  sealpost command fire-doors close --target zone:floor-1 --seconds 30 --state state/server"
            })
    int command(
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "VERB") String verb,
            @Parameters(arity = "0..*", paramLabel = "NAME=VALUE") @Nullable Map<String, String> arguments,
            @Option(names = "--target", defaultValue = "all", description = "all, zone:NAME or member:IDENTITY.")
                    String target,
            @Option(names = "--seconds", defaultValue = "60", description = "How long it may take to arrive.")
                    long seconds,
            @Option(names = "--notify", description = "By NOTIFY on the fan-out point.") boolean byNotify) {
        ObjectNode body = object().put("group", group).put("target", target).put("verb", verb);
        body.put("notAfterSeconds", seconds).put("notify", byNotify);
        ObjectNode args = body.putObject("args");
        Optional.ofNullable(arguments).ifPresent(a -> a.forEach(args::put));
        JsonNode sent = door().post("/commands", body);
        return json
                ? print(sent)
                : say("sent as " + sent.path("id").asLong() + "; see who did it with: sealpost commands");
    }

    @Command(
            name = "commands",
            description = "The server's commands and who executed them.",
            footer = {"", "Examples:", "  sealpost commands --state state/server"})
    int commands() {
        JsonNode all = door().get("/commands");
        if (json) {
            return print(all);
        }
        Table table = new Table("ID", "GROUP", "VERB", "TARGET", "MEMBER", "OUTCOME", "DETAIL");
        all.forEach(c -> c.path("expected").forEach(m -> {
            Optional<JsonNode> answer = c.path("answers")
                    .valueStream()
                    .filter(a -> a.path("member").asString().equals(m.asString()))
                    .findFirst();
            table.row(
                    c.path("id").asLong(),
                    last(c.path("group").asString()),
                    c.path("verb").asString(),
                    c.path("target").asString(),
                    m.asString(),
                    answer.map(a -> a.path("outcome").asString()).orElse("no answer"),
                    answer.map(a -> a.path("detail").asString()).orElse(""));
        }));
        System.out.print(table.print());
        return 0;
    }

    @Command(
            name = "enrol",
            description = "Enrols an end point: reads its request, writes the package beside it.",
            footer = {"", "Examples:", "  sealpost enrol state/door-1/enrolment-request.json --state state/server"})
    int enrol(@Parameters(paramLabel = "REQUEST-FILE") Path request) throws IOException {
        if (!Files.isReadable(request)) {
            throw new Complaint(
                    "there is no enrolment request at " + request,
                    "start the device or agent: it writes enrolment-request.json into its state directory");
        }
        JsonNode body = JSON.decodeTree(Files.readAllBytes(request));
        JsonNode peer = door().post("/enrol", body);
        Path target = request.toAbsolutePath().resolveSibling("enrolment-package");
        Path beside = target.resolveSibling("enrolment-package.new");
        Files.writeString(beside, peer.path("enrolmentPackage").asString());
        Files.move(
                beside,
                target,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return say(peer.path("identity").asString() + " is enrolled as "
                + peer.path("keyId").asString() + "\ncompare its fingerprint: "
                + body.path("fingerprint").asString() + "\nthe package is in " + target);
    }

    @Command(
            name = "audit",
            description = "The audit log; with verify: is it whole?",
            footer = {
                "",
                "Examples:",
                "  sealpost audit --state state/server",
                "  sealpost audit verify --state state/server"
            })
    int audit(@Parameters(arity = "0..1", paramLabel = "verify") @Nullable String what) {
        if (what == null) {
            JsonNode all = door().get("/audit");
            if (json) {
                return print(all);
            }
            Table table = new Table("SEQ", "AT", "WHAT", "");
            all.forEach(e -> table.row(
                    e.path("sequence").asLong(),
                    Instant.ofEpochSecond(e.path("at").asLong()),
                    e.path("kind").asString(),
                    e.path("body").asString()));
            System.out.print(table.print());
            return 0;
        }
        if (!what.equals("verify")) {
            throw new Complaint("an audit log can be shown or verified, not \"" + what + "\"", "say: audit verify");
        }
        JsonNode verdict = door().get("/audit/verify");
        boolean whole = verdict.path("fault").isNull() || verdict.path("fault").isMissingNode();
        if (json) {
            print(verdict);
        } else {
            say(
                    whole
                            ? verdict.path("entries").asLong() + " entries and "
                                    + verdict.path("checkpoints").asLong() + " signed checkpoints are whole"
                            : "the log is NOT whole: " + verdict.path("fault").asString());
        }
        return whole ? 0 : 1;
    }

    @Command(name = "clients", description = "Who has a credential at an MEF or MAF, and how far they are.")
    int clients(@Option(names = "--maf", description = "Those of a MAF; otherwise of an MEF.") boolean maf) {
        JsonNode all = door().get(maf ? "/maf/clients" : "/mef/clients");
        if (json) {
            return print(all);
        }
        Table table = new Table("CREDENTIAL", "IDENTITY", "ROLE", "STATE", "KEYS");
        all.forEach(c -> table.row(
                c.path("credentialId").asString(),
                c.path("identity").asString(),
                c.path("role").asString(),
                c.path("state").asString(),
                c.path("keys").asInt()));
        System.out.print(table.print());
        return 0;
    }

    @Command(name = "assign", description = "Says at an MEF who a credential is, and which keys it shall register.")
    int assign(
            @Parameters(
                            paramLabel = "CREDENTIAL",
                            description = "KpmID, or the Credential-ID of a device certificate (31-...).")
                    String credential,
            @Parameters(paramLabel = "IDENTITY", description = "//DOMAIN/GATEWAY/CNAME, or GATEWAY/CNAME.")
                    String identity,
            @Option(names = "--role", defaultValue = "DEVICE", description = "DEVICE, AGENT, SERVER or MAF.")
                    String role,
            @Option(
                            names = "--grant",
                            paramLabel = "SUID=TARGET[@URI]",
                            description = "A key it gets; repeatable. Default for a device: 23=//DOMAIN/in-cse.")
                    @Nullable
                    List<String> grants) {
        String domain = domain(credential, identity, role);
        List<String> wanted = Optional.ofNullable(grants)
                .orElse(
                        role.equals("DEVICE") || role.equals("AGENT")
                                ? List.of("23=//" + domain + "/in-cse")
                                : List.of());
        String absolute = identity.startsWith("//") || role.equals("MAF") ? identity : "//" + domain + "/" + identity;
        return assign(door(), credential, absolute, role, wanted);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new Complaint(file + " can't be read: give a file in PEM form", "");
        }
    }

    /** Of the identity, or of the MEF that gave the credential: a device certificate's Credential-ID does not say which MEF takes it. */
    private static String domain(String credential, String identity, String role) {
        if (identity.startsWith("//")) {
            return identity.substring(2).replaceFirst("/.*", "");
        }
        int at = credential.indexOf('@');
        if (at < 0 && !role.equals("MAF")) {
            throw new Complaint(
                    credential + " does not say which domain it is of: give the identity as //DOMAIN/GATEWAY/CNAME",
                    "");
        }
        return credential.substring(credential.indexOf('.', Math.max(0, at)) + 1);
    }

    private static int assign(Door mef, String credential, String identity, String role, List<String> grants) {
        ObjectNode body =
                object().put("credential", credential).put("identity", identity).put("role", role);
        var all = body.putArray("grants");
        for (String grant : grants) {
            int equals = grant.indexOf('=');
            if (equals < 1 || !grant.substring(0, equals).chars().allMatch(Character::isDigit)) {
                throw new Complaint("a grant is SUID=TARGET or SUID=TARGET@URI, not " + grant, "");
            }
            int at = grant.indexOf('@', equals);
            ObjectNode one = all.addObject().put("usage", Integer.parseInt(grant.substring(0, equals)));
            one.put("target", grant.substring(equals + 1, at < 0 ? grant.length() : at));
            if (at > 0) {
                one.put("uri", grant.substring(at + 1));
            }
        }
        mef.post("/mef/assign", body);
        return say(credential + " is " + identity + " (" + role + ") with " + grants);
    }

    @Command(
            name = "permit",
            description =
                    "Lets a client of an MEF enrol once more from another enclave, without a token, after a loss.")
    int permit(@Parameters(paramLabel = "CREDENTIAL") String credential) {
        door().post("/mef/permit", object().put("credential", credential));
        return say(credential + " may enrol once more; the keys of its old enclave end then");
    }

    @Command(
            name = "manufacturers",
            description = {
                "Says at an MEF whose device certificates it takes instead of a Kpm; replaces what was said before.",
                "Without an authority: nobody's."
            })
    int manufacturers(
            @Parameters(paramLabel = "PEM", arity = "0..*", description = "Self-signed certificates of authorities.")
                    @Nullable
                    List<Path> anchors,
            @Option(
                            names = "--revocation",
                            paramLabel = "RULE",
                            defaultValue = "off",
                            description = "off, when-listed, or required (a list of each authority has to be there).")
                    String revocation,
            @Option(names = "--list", paramLabel = "PEM", description = "A revocation list; repeatable.") @Nullable
                    List<Path> lists) {
        ObjectNode body = object().put("revocation", revocation);
        List<Path> authorities = Optional.ofNullable(anchors).orElse(List.of());
        var texts = body.putArray("anchors");
        authorities.forEach(file -> texts.add(read(file)));
        var revoked = body.putArray("lists");
        Optional.ofNullable(lists).orElse(List.of()).forEach(file -> revoked.add(read(file)));
        door().post("/mef/manufacturers", body);
        return say("device certificates of " + authorities.size() + " authorities are taken");
    }

    @Command(name = "join", description = "Makes a server or MAF (--state) a client of an MEF (--mef).")
    int join(
            @Option(names = "--mef", required = true, paramLabel = "DIR", description = "The MEF's state directory.")
                    Path mefState,
            @Option(names = "--grant", paramLabel = "SUID=TARGET[@URI]", description = "A key it gets; repeatable.")
                    @Nullable
                    List<String> grants) {
        Door joining = door();
        Door mef = Door.find(Optional.empty(), mefState, PATIENCE);
        JsonNode status = joining.get("/status");
        boolean isServer = status.has("server");
        String identity = status.path(isServer ? "server" : "function").asString();
        JsonNode request = joining.get("/manufacture-request");
        ObjectNode body = object().put("name", isServer ? last(identity) : identity)
                .put("agreementKey", request.path("agreementKey").asString())
                .put("fingerprint", request.path("fingerprint").asString());
        JsonNode made = mef.post("/mef/manufacture", body);
        assign(
                mef,
                made.path("credentialId").asString(),
                identity,
                isServer ? "SERVER" : "MAF",
                Optional.ofNullable(grants).orElse(List.of()));
        joining.post(
                "/join",
                object().put(
                                "manufacturePackage",
                                made.path("manufacturePackage").asString()));
        return 0;
    }

    @Command(
            name = "revoke",
            description =
                    "Revokes a device everywhere: out of every group with a new epoch each, its keys at server, MEF"
                            + " and MAF gone. Final: it comes back under another name only.")
    int revoke(
            @Parameters(paramLabel = "DEVICE") String device,
            @Option(names = "--reason", required = true, description = "For the audit log.") String reason) {
        JsonNode done = door().post("/revoke", object().put("member", device).put("reason", reason));
        return say(done.path("revoked").asString() + " is revoked");
    }

    private Door door() {
        return Door.find(Optional.ofNullable(server), state, PATIENCE);
    }

    private static int print(JsonNode tree) {
        System.out.println(tree.toPrettyString());
        return 0;
    }

    private static int say(String text) {
        System.out.println(text);
        return 0;
    }

    private static String last(String identifier) {
        return identifier.substring(identifier.lastIndexOf('/') + 1);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
