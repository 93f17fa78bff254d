package org.sealpost.server;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
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
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.store.Database;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The server's own commands: sealed by the enclave, sent to the group's fan-out point, and who acknowledged them. */
final class Commands {
    private static final String CONTENT_INFO = "application/json:0:1";

    private final Database database;
    private final CommanderKeys enclave;
    private final AuditLog audit;
    private final InstantSource clock;
    private final String server;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send;
    private final LongAdder unverified = new LongAdder();

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

    /** Seals and sends; the stage brings the fan-out's aggregated response. */
    CompletionStage<ResponsePrimitive> send(Order order, java.util.function.LongConsumer numbered) {
        long now = clock.instant().getEpochSecond();
        SealedCommand sealed = enclave.sealCommand(new CommandOrder(
                order.group(), order.target(), order.verb(), order.arguments(), now + order.seconds()));
        database.update(
                "insert into command (id, grp, target, verb, expected, at) values (?, ?, ?, ?, ?, ?)",
                sealed.commandId(),
                order.group(),
                order.target(),
                order.verb(),
                String.join("\n", sealed.expected()),
                now);
        audit.append(
                "command.sealed",
                order.verb() + " " + order.target() + " to " + order.group() + " as " + sealed.commandId());
        numbered.accept(sealed.commandId());
        return send.apply(request(order, sealed));
    }

    void acknowledged(String envelope) {
        try {
            CommanderKeys.Acknowledgement a = enclave.openAcknowledgement(envelope);
            database.update(
                    "insert into acknowledgement (command, member, outcome, detail, at) values (?, ?, ?, ?, ?) on conflict do nothing",
                    a.commandId(),
                    a.member(),
                    a.outcome(),
                    a.detail(),
                    a.at());
        } catch (Refusal refusal) {
            unverified.increment();
        }
    }

    /** Acknowledgements that were for other commanders or did not verify. */
    long unverified() {
        return unverified.sum();
    }

    List<Row> all() {
        return database.query(
                "select id, grp, target, verb, expected, at from command order by id",
                r -> new Row(
                        r.getLong(1),
                        r.getString(2),
                        r.getString(3),
                        r.getString(4),
                        r.getString(5).isEmpty()
                                ? List.of()
                                : List.of(r.getString(5).split("\n")),
                        answers(r.getLong(1)),
                        r.getLong(6)));
    }

    private List<Answer> answers(long command) {
        return database.query(
                "select member, outcome, detail, at from acknowledgement where command = ? order by member",
                r -> new Answer(r.getString(1), r.getString(2), r.getString(3), r.getLong(4)),
                command);
    }

    private RequestPrimitive request(Order order, SealedCommand sealed) {
        ObjectNode instance =
                JsonNodeFactory.instance.objectNode().put("cnf", CONTENT_INFO).put("con", sealed.envelope());
        String group = new Identifier(order.group()).spRelative("/").text();
        if (!order.byNotify()) {
            return RequestPrimitive.of(Operation.CREATE, group + "/fopt/cmd", server, "c" + sealed.commandId())
                    .resourceType(ResourceType.CONTENT_INSTANCE.code())
                    .content(new Content(Content.CONTENT_INSTANCE, instance))
                    .build();
        }
        ObjectNode notification = JsonNodeFactory.instance.objectNode();
        ObjectNode event = notification.putObject("nev");
        event.putObject("rep").set(Content.CONTENT_INSTANCE, instance);
        event.put("net", 3);
        notification.put("sur", group);
        return RequestPrimitive.of(Operation.NOTIFY, group + "/fopt", server, "c" + sealed.commandId())
                .content(new Content(Content.NOTIFICATION, notification))
                .build();
    }
}
