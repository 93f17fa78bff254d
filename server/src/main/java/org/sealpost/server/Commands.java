package org.sealpost.server;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sealpost.enclave.CommanderKeys;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.store.Database;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The server's own commands: sealed by the enclave, sent to the group's fan-out point, and who acknowledged them. */
final class Commands {
    private static final long FIRST_REMINDER = 2;
    private static final long LAST_REMINDER = 16;

    /** Result Content: what was created is not sent back. */
    private static final int NOTHING = 0;

    private static final String CONTENT_INFO = "application/json:0:1";

    private final Database database;
    private final CommanderKeys enclave;
    private final AuditLog audit;
    private final InstantSource clock;
    private final String server;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send;
    private final LongAdder unverified = new LongAdder();
    private final LongAdder reminders = new LongAdder();
    private volatile Consumer<CommanderKeys.Acknowledgement> acknowledgements = a -> {};
    private final Map<Long, Reminder> due = new ConcurrentHashMap<>();

    /** Commands that everybody has answered. */
    private final Set<Long> complete = ConcurrentHashMap.newKeySet();

    /**
     * When a command is repeated next, and how long after that again; seconds.
     *
     * @param silent how many had not answered when this was decided
     * @param latest when those that are left are reminded although answers still come in
     */
    private record Reminder(long at, long pause, int silent, long latest) {
        /** Answers come in: asking again now would only add to what is on its way. */
        boolean waits(int stillSilent, long now) {
            return stillSilent < silent && now < latest;
        }
    }

    /** A command with members that have not answered. */
    private record Open(long id, String envelope, List<String> silent) {}

    Commands(
            Database database,
            CommanderKeys enclave,
            AuditLog audit,
            InstantSource clock,
            String server,
            Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send) {
        this.database = database;
        this.enclave = enclave;
        this.audit = audit;
        this.clock = clock;
        this.server = server;
        this.send = send;
    }

    /** What an operator asks for. */
    record Order(
            String group, String target, String verb, Map<String, String> arguments, long seconds, boolean byNotify) {}

    /** A member's verified answer to a command. */
    record Answer(String member, String outcome, String detail, long at) {}

    /** A command and who did what. */
    record Row(
            long id, String group, String target, String verb, List<String> expected, List<Answer> answers, long at) {}

    /** Told of each acknowledgement that verified, also of one that came before. */
    void onAcknowledgement(Consumer<CommanderKeys.Acknowledgement> listener) {
        acknowledgements = listener;
    }

    /** Seals and sends; the stage brings the fan-out's aggregated response. */
    CompletionStage<ResponsePrimitive> send(Order order, java.util.function.LongConsumer numbered) {
        SealedCommand sealed = seal(order);
        numbered.accept(sealed.commandId());
        return send.apply(request(order, sealed));
    }

    /** Seals for one member, and puts it into that one's own container. */
    CompletionStage<ResponsePrimitive> sendAlone(Order order, String member) {
        SealedCommand sealed = seal(order);
        return send.apply(instance("c" + sealed.commandId(), container(member), sealed.envelope()));
    }

    private SealedCommand seal(Order order) {
        long now = clock.instant().getEpochSecond();
        long until = now + order.seconds();
        SealedCommand sealed = enclave.sealCommand(
                new CommandOrder(order.group(), order.target(), order.verb(), order.arguments(), until));
        database.transaction(() -> {
            int stored = database.update(
                    "insert into command (id, grp, target, verb, expected, at, envelope, not_after) values (?, ?, ?, ?, ?, ?, ?, ?)",
                    sealed.commandId(),
                    order.group(),
                    order.target(),
                    order.verb(),
                    String.join("\n", sealed.expected()),
                    now,
                    sealed.envelope(),
                    until);
            audit.append(
                    "command.sealed",
                    order.verb() + " " + order.target() + " to " + order.group() + " as " + sealed.commandId());
            return stored;
        });
        return sealed;
    }

    /**
     * Repeats commands to members that have not answered, each in its own container, until they do or the command expires: a gateway that was away loses none. Who has it already answers again and does
     * not act again. To be called about once a second; does not wait.
     */
    void remind() {
        long now = clock.instant().getEpochSecond();
        List<Open> all = open(now);
        due.keySet().retainAll(all.stream().map(Open::id).collect(Collectors.toSet()));
        for (Open command : all) {
            int silent = command.silent().size();
            Reminder reminder = due.computeIfAbsent(command.id(), id -> reminder(now, FIRST_REMINDER, silent));
            if (reminder.waits(silent, now)) {
                due.put(
                        command.id(),
                        new Reminder(now + reminder.pause(), reminder.pause(), silent, reminder.latest()));
            } else if (now >= reminder.at()) {
                due.put(command.id(), reminder(now, Math.min(LAST_REMINDER, reminder.pause() * 2), silent));
                command.silent().forEach(member -> repeat(command, member));
            }
        }
    }

    private static Reminder reminder(long now, long pause, int silent) {
        return new Reminder(now + pause, pause, silent, now + LAST_REMINDER);
    }

    private void repeat(Open command, String member) {
        reminders.increment();
        send.apply(instance("r" + command.id() + "." + reminders.sum(), container(member), command.envelope()))
                .exceptionally(away -> ResponsePrimitive.of(ResponseStatus.TARGET_NOT_REACHABLE, "r"));
    }

    private static String container(String member) {
        return new Identifier(member).spRelative("/").text().replaceFirst("/C([^/]+)$", "/cse-mn/$1/cmd");
    }

    /** Commands that have not expired and lack answers; those that lack none are not looked at again. */
    private List<Open> open(long now) {
        List<Long> ids =
                database.query("select id from command where not_after > ? order by id", r -> r.getLong(1), now);
        complete.retainAll(Set.copyOf(ids));
        List<Open> open = new ArrayList<>();
        for (Long id : ids) {
            if (!complete.contains(id)) {
                silent(id).filter(c -> !c.silent().isEmpty()).ifPresentOrElse(open::add, () -> complete.add(id));
            }
        }
        return open;
    }

    private Optional<Open> silent(long id) {
        Set<String> answered = answers(id).stream().map(Answer::member).collect(Collectors.toSet());
        return database.first(
                "select id, envelope, expected from command where id = ?",
                r -> new Open(
                        r.getLong(1),
                        r.getString(2),
                        identities(r.getString(3)).stream()
                                .filter(m -> !answered.contains(m))
                                .toList()),
                id);
    }

    private static List<String> identities(String lines) {
        return lines.isEmpty() ? List.of() : List.of(lines.split("\n"));
    }

    /** Takes an acknowledgement in; completes when it is on disk. One that does not verify is counted and of no effect. */
    CompletionStage<Void> acknowledged(String envelope) {
        CommanderKeys.Acknowledgement a;
        try {
            a = enclave.openAcknowledgement(envelope);
        } catch (Refusal refusal) {
            unverified.increment();
            return CompletableFuture.completedFuture(null);
        }
        return database.together(() -> database.update(
                        "insert into acknowledgement (command, member, outcome, detail, at) values (?, ?, ?, ?, ?) on conflict do nothing",
                        a.commandId(),
                        a.member(),
                        a.outcome(),
                        a.detail(),
                        a.at()))
                .thenAccept(stored -> acknowledgements.accept(a));
    }

    /** Acknowledgements that were for other commanders or did not verify. */
    long unverified() {
        return unverified.sum();
    }

    /** How often a command was repeated to a member. */
    long reminders() {
        return reminders.sum();
    }

    List<Row> all() {
        return database.query(
                "select id, grp, target, verb, expected, at from command order by id",
                r -> new Row(
                        r.getLong(1),
                        r.getString(2),
                        r.getString(3),
                        r.getString(4),
                        identities(r.getString(5)),
                        answers(r.getLong(1)),
                        r.getLong(6)));
    }

    private List<Answer> answers(long command) {
        return database.query(
                "select member, outcome, detail, at from acknowledgement where command = ? order by member",
                r -> new Answer(r.getString(1), r.getString(2), r.getString(3), r.getLong(4)),
                command);
    }

    private static Content instance(String envelope) {
        return new Content(
                Content.CONTENT_INSTANCE,
                JsonNodeFactory.instance.objectNode().put("cnf", CONTENT_INFO).put("con", envelope));
    }

    private RequestPrimitive instance(String requestId, String container, String envelope) {
        return RequestPrimitive.of(Operation.CREATE, container, server, requestId)
                .resourceType(ResourceType.CONTENT_INSTANCE.code())
                .resultContent(NOTHING)
                .content(instance(envelope))
                .build();
    }

    private RequestPrimitive request(Order order, SealedCommand sealed) {
        String group = new Identifier(order.group()).spRelative("/").text();
        if (!order.byNotify()) {
            return instance("c" + sealed.commandId(), group + "/fopt/cmd", sealed.envelope());
        }
        ObjectNode notification = JsonNodeFactory.instance.objectNode();
        ObjectNode event = notification.putObject("nev");
        event.putObject("rep")
                .set(Content.CONTENT_INSTANCE, instance(sealed.envelope()).value());
        event.put("net", 3);
        notification.put("sur", group);
        return RequestPrimitive.of(Operation.NOTIFY, group + "/fopt", server, "c" + sealed.commandId())
                .content(new Content(Content.NOTIFICATION, notification))
                .build();
    }
}
