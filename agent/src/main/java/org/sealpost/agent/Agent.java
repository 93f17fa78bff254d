package org.sealpost.agent;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.device.DeviceConfig;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The group agent: an end point beside the gateway, with its own identity and enclave, that commands the groups behind the gateway under the server's delegation and collects who acknowledged.
 * Thread-safe.
 */
public final class Agent implements AutoCloseable {
    private static final String CONTENT_INFO = "application/json:0:1";
    private static final long ROUND_SECONDS = 1;
    private static final long PATIENCE_SECONDS = 3;

    private final DeviceConfig config;
    private final SecureEnvironment environment;
    private final Enclave enclave;
    private final EndPoint endPoint;
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final Board board;
    private final Map<String, CompletableFuture<Boolean>> followed = new ConcurrentHashMap<>();
    private volatile Optional<RadioSender> radio = Optional.empty();
    private volatile boolean caughtUp;
    private final ExecutorService calls = Executors.newFixedThreadPool(2, Agent::daemon);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Agent::daemon);
    private final ApplicationEntity entity;

    /**
     * Starts an agent; its secure environment is closed with it.
     *
     * @param state its commands are kept in {@code commands} below it
     */
    public Agent(DeviceConfig config, SecureEnvironment environment, Path state) {
        this.config = config;
        this.board = new Board(new BoardFiles(state.resolve("commands")));
        this.environment = environment;
        this.enclave = environment.compartment("agent");
        this.endPoint = EndPoint.of(config.identity(), enclave, calls);
        this.entity = ApplicationEntity.start(entity(config), bindings, InstantSource.system(), timer, this::receive);
        timer.scheduleWithFixedDelay(this::remind, ROUND_SECONDS, ROUND_SECONDS, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(this::follow, ROUND_SECONDS, ROUND_SECONDS, TimeUnit.SECONDS);
    }

    /** What an operator asks for; the group by name or identifier. */
    public record Order(
            String group, String target, String verb, Map<String, String> arguments, long seconds, Carrier carrier) {}

    /** The way a command goes. */
    public enum Carrier {
        /** Created in each member's command container through the group's fan-out point. */
        CONTAINERS,
        /** As a notification through the fan-out point. */
        NOTIFICATIONS,
        /** On the link itself, by multicast under Group OSCORE; who does not answer finds it in its container. */
        RADIO
    }

    /** Seals a command and sends it to the group's fan-out point at the gateway; the stage brings its number. */
    public CompletionStage<Long> command(Order order) {
        String group = groupId(order.group());
        if (order.carrier() == Carrier.RADIO) {
            return CompletableFuture.supplyAsync(() -> sendOnTheLink(group, order), calls);
        }
        return CompletableFuture.supplyAsync(() -> sealAtLast(group, order), calls)
                .thenCompose(command -> followExpected(command)
                        .thenCompose(ready -> fanOut(group, order, command))
                        .thenApply(done -> command.commandId()));
    }

    /**
     * Goes on a link, for commands under Group OSCORE.
     *
     * @param address own address there
     * @param group multicast address and port that members listen on
     * @throws java.io.UncheckedIOException when an address can't be used
     */
    public void useRadio(InetSocketAddress address, InetSocketAddress group) {
        radio = Optional.of(new RadioSender(enclave, board, calls, timer, this::renew, address, group));
    }

    /** The board of the commands. */
    Board board() {
        return board;
    }

    public Enclave enclave() {
        return enclave;
    }

    public DeviceConfig config() {
        return config;
    }

    /** True once the AE is in place at the gateway. */
    public boolean registered() {
        return entity.registered().toCompletableFuture().isDone();
    }

    public Optional<java.net.URI> listensAt() {
        return entity.listensAt();
    }

    long enclavePid() {
        return environment.processId().orElse(0);
    }

    @Override
    public void close() {
        radio.ifPresent(RadioSender::close);
        entity.close();
        timer.shutdownNow();
        calls.shutdownNow();
        environment.close();
        bindings.close();
    }

    private long sendOnTheLink(String group, Order order) {
        RadioSender sender = radio.orElseThrow(() -> new Refusal(
                ResponseStatus.OPERATION_NOT_ALLOWED,
                "this agent is on no link: start it with --radio, or send the command without \"radio\""));
        SealedCommand command = sealAtLast(group, order);
        sender.send(command.commandId());
        return command.commandId();
    }

    /** Refused for its delegation, an agent looks once whether the gateway has a newer one, which it was not told of. */
    private SealedCommand sealAtLast(String group, Order order) {
        try {
            return seal(group, order);
        } catch (Refusal refusal) {
            if (refusal.status() != ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE) {
                throw refusal;
            }
            catchUp()
                    .toCompletableFuture()
                    .completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
            return seal(group, order);
        }
    }

    private SealedCommand seal(String group, Order order) {
        long until = System.currentTimeMillis() / 1000 + order.seconds();
        SealedCommand command =
                enclave.sealCommand(new CommandOrder(group, order.target(), order.verb(), order.arguments(), until));
        String prefix = "//" + config.domain() + "/" + config.gatewayId() + "/";
        List<String> here =
                command.expected().stream().filter(m -> m.startsWith(prefix)).toList();
        board.sent(new Board.Row(
                command.commandId(),
                group,
                order.target(),
                order.verb(),
                command.envelope(),
                until,
                here,
                new TreeMap<>()));
        return command;
    }

    private CompletionStage<ResponsePrimitive> fanOut(String group, Order order, SealedCommand command) {
        String at = "/" + config.gatewayId() + "/cse-mn/" + new Identifier(group).lastSegment() + "/fopt";
        ObjectNode instance = instance(command.envelope());
        CompletionStage<ResponsePrimitive> sent = order.carrier() == Carrier.NOTIFICATIONS
                ? entity.request(Operation.NOTIFY, at, b -> b.content(notification(instance, at)))
                : entity.request(
                        Operation.CREATE,
                        at + "/cmd",
                        b -> b.resourceType(ResourceType.CONTENT_INSTANCE.code())
                                .content(new Content(Content.CONTENT_INSTANCE, instance)));
        return sent.thenApply(r -> {
            if (!r.status().successful()) {
                throw new Refusal(r.status(), r.sentence());
            }
            return r;
        });
    }

    private static Content notification(ObjectNode instance, String at) {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        ObjectNode event = o.putObject("nev");
        event.putObject("rep").set(Content.CONTENT_INSTANCE, instance);
        event.put("net", 3);
        o.put("sur", at);
        return new Content(Content.NOTIFICATION, o);
    }

    private CompletionStage<ResponsePrimitive> receive(RequestPrimitive request) {
        Content content =
                request.content().orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "a NOTIFY has no Content"));
        if (content.name().equals(Content.SECURITY_INFO)) {
            String from = request.from()
                    .orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "a NOTIFY does not say who it is from"));
            String requester = new Identifier(from)
                    .absolute(config.domain(), "/" + config.gatewayId())
                    .text();
            return endPoint.receive(
                    request,
                    requester,
                    (inner, peer) -> CompletableFuture.failedFuture(new Refusal(
                            ResponseStatus.OPERATION_NOT_ALLOWED,
                            "an agent takes credentials, and no other inner requests")));
        }
        if (!content.name().equals(Content.NOTIFICATION)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an agent takes m2m:seci and m2m:sgn");
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    notified(content.value());
                    return ResponsePrimitive.of(ResponseStatus.OK, request.requestId());
                },
                calls);
    }

    private void notified(JsonNode notification) {
        String subscription = Optional.ofNullable(notification.get("sur"))
                .map(JsonNode::asString)
                .orElse("");
        Optional<String> con = Optional.ofNullable(notification.get("nev"))
                .map(n -> n.get("rep"))
                .map(r -> r.get(Content.CONTENT_INSTANCE))
                .map(c -> c.get("con"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString);
        try {
            if (con.isPresent() && subscription.endsWith("/dlg/own")) {
                enclave.acceptDelegation(con.get());
            } else if (con.isPresent()) {
                board.answered(enclave.openAcknowledgement(con.get()));
            }
        } catch (Refusal refusal) {
            board.unverified();
        }
    }

    /** Repeats commands to members that have not answered, each in its own container; who acted already answers again. */
    private void remind() {
        for (Board.Row due : board.due(System.currentTimeMillis() / 1000)) {
            renew(due.id());
            Board.Row command = board.find(due.id()).orElse(due);
            for (String member : command.silent()) {
                String to = new Identifier(member).spRelative("/").text().replaceFirst("/C([^/]+)$", "/cse-mn/$1/cmd");
                entity.request(
                                Operation.CREATE,
                                to,
                                b -> b.resourceType(ResourceType.CONTENT_INSTANCE.code())
                                        .content(new Content(Content.CONTENT_INSTANCE, instance(command.envelope()))))
                        .exceptionally(away -> ResponsePrimitive.of(ResponseStatus.TARGET_NOT_REACHABLE, "r"));
            }
        }
    }

    /** Who refused a command because of its delegation or epoch takes it under those of now. */
    private void renew(long commandId) {
        try {
            enclave.renewCommand(commandId).ifPresent(c -> board.renewed(c.commandId(), c.envelope()));
        } catch (Refusal | EnclaveUnavailable asBefore) {
            System.err.println("sealpost agent: command " + commandId + " is repeated as it was given ("
                    + asBefore.getMessage() + ")");
        }
    }

    private static ObjectNode instance(String envelope) {
        return JsonNodeFactory.instance.objectNode().put("cnf", CONTENT_INFO).put("con", envelope);
    }

    /** Subscribes to the acknowledgements of every member of the groups below this gateway; members come and go. */
    private void follow() {
        try {
            if (!caughtUp && registered() && enclave.enrolment().isPresent()) {
                caughtUp = true;
                catchUp();
            }
            for (var credential : enclave.credentials()) {
                String group = "/" + config.gatewayId() + "/cse-mn/" + new Identifier(credential.group()).lastSegment();
                entity.request(Operation.RETRIEVE, group, b -> b)
                        .thenAccept(this::followMembers)
                        .exceptionally(failure -> null);
            }
        } catch (RuntimeException away) {
            // the enclave is being started again: the next round follows
        }
    }

    /** Takes delegations that came before this agent could take them: before its enrolment, or while it was down. The stage completes when all were looked at, or could not be. */
    private CompletionStage<?> catchUp() {
        String container = "/" + config.gatewayId() + "/cse-mn/agent/dlg";
        return entity.request(
                        Operation.RETRIEVE,
                        container,
                        b -> b.filter(Map.of("fu", "1", "ty", String.valueOf(ResourceType.CONTENT_INSTANCE.code()))))
                .thenCompose(found -> CompletableFuture.allOf(found.content().stream()
                        .flatMap(c -> c.value().valueStream())
                        .map(instance -> catchUp(instance.asString()).toCompletableFuture())
                        .toArray(CompletableFuture[]::new)))
                .exceptionally(failure -> {
                    caughtUp = false;
                    return null;
                });
    }

    private CompletionStage<?> catchUp(String instance) {
        return entity.request(Operation.RETRIEVE, instance, b -> b)
                .thenAcceptAsync(r -> r.content()
                        .map(c -> c.value().get("con"))
                        .filter(JsonNode::isString)
                        .ifPresent(con -> enclave.acceptDelegation(con.asString())))
                .exceptionally(failure -> {
                    board.unverified();
                    return null;
                });
    }

    private void followMembers(ResponsePrimitive group) {
        group.content()
                .map(c -> c.value().get("mid"))
                .ifPresent(members -> members.forEach(m -> subscribe(m.asString())));
    }

    /** The stage completes when the subscription stands, or could not be made now. */
    private CompletionStage<Boolean> subscribe(String member) {
        return followed.computeIfAbsent(member, this::newSubscription);
    }

    private CompletableFuture<Boolean> newSubscription(String member) {
        ObjectNode subscription =
                JsonNodeFactory.instance.objectNode().put("rn", "agent").put("nct", 1);
        subscription.putArray("nu").add("/" + config.gatewayId() + "/Cagent");
        subscription.putObject("enc").putArray("net").add(3);
        return entity.request(
                        Operation.CREATE,
                        member + "/ack",
                        b -> b.resourceType(ResourceType.SUBSCRIPTION.code())
                                .content(new Content(ResourceType.SUBSCRIPTION.contentName(), subscription)))
                .handle((r, failure) ->
                        failure == null && (r.status().successful() || r.status() == ResponseStatus.CONFLICT))
                .whenCompleteAsync(
                        (there, none) -> {
                            if (!there) {
                                followed.remove(member);
                            }
                        },
                        calls)
                .toCompletableFuture();
    }

    /** Subscribes to the acknowledgements of those who will answer, so that none is missed; does not wait for ever. */
    private CompletionStage<Void> followExpected(SealedCommand command) {
        String prefix = "//" + config.domain() + "/" + config.gatewayId() + "/C";
        CompletableFuture<?>[] subscriptions = command.expected().stream()
                .filter(m -> m.startsWith(prefix))
                .map(m -> subscribe("/" + config.gatewayId() + "/cse-mn/" + m.substring(prefix.length()))
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(subscriptions)
                .completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(failure -> null);
    }

    private String groupId(String nameOrId) {
        return enclave.credentials().stream()
                .map(c -> c.group())
                .filter(g ->
                        g.equals(nameOrId) || new Identifier(g).lastSegment().equals(nameOrId))
                .findFirst()
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.NOT_FOUND, "this agent holds no credential of a group " + nameOrId));
    }

    private static ApplicationEntity.Config entity(DeviceConfig config) {
        return new ApplicationEntity.Config(
                config.domain(),
                "Cagent",
                "agent",
                "Nsealpost.agent",
                "/" + config.gatewayId(),
                "cse-mn",
                config.gateway(),
                config.listen(),
                config.advertise(),
                List.of(13, 14),
                List.of("dlg"),
                List.of("dlg"),
                List.of(new ApplicationEntity.Grant(config.serverId(), 63)));
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "agent");
        thread.setDaemon(true);
        return thread;
    }
}
