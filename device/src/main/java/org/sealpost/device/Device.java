package org.sealpost.device;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.enclave.DataKeys;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.EndPointKeys.EnrolmentFacts;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.EndPointKeys.Installation;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A device: connect, say what to do on commands, send readings, ask how it is. Credentials arrive, are installed and confirmed without the application; it never sees a key. Thread-safe.
 */
public final class Device implements AutoCloseable {
    private static final String CONTENT_INFO = "application/json:0:1";
    private static final long RETRY_MILLIS = 500;
    private static final long LAST_RETRY_MILLIS = 64_000;
    private static final long HOLDING_MILLIS = 20;
    private static final long ENROLMENT_MILLIS = 200;
    private static final String EVERY_VERB = "*";

    /** Result Content: what was created is not sent back. */
    private static final int NOTHING = 0;

    /** A device that hears nothing looks whether there is a newer epoch so often. */
    private static final long LOOK_MILLIS = 300_000;

    private final DeviceConfig config;
    private final SecureEnvironment environment;
    private final Enclave enclave;
    private final EnclaveFacts facts;
    private final DeviceRuntime runtime;
    private final boolean ownsRuntime;
    private final CredentialFetch credentials;
    private final EpochCache epochs;
    private final RemoteProvisioning provisioning;
    private final ServerRequests requests;
    private final Map<String, CommandHandler> handlers = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();
    private final LongAdder executed = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder notForUs = new LongAdder();
    private final LongAdder readings = new LongAdder();
    private final LongAdder fetched = new LongAdder();
    private final AtomicBoolean catchingUp = new AtomicBoolean();
    private final CommandFlow commands;
    private final LongAdder opened = new LongAdder();
    private final DeviceEndpoint endpoint;
    private final ApplicationEntity entity;
    private volatile Optional<RadioCommands> radio = Optional.empty();
    private volatile boolean closed;

    private Device(DeviceConfig config, SecureEnvironment environment, DeviceRuntime runtime, boolean ownsRuntime) {
        this.config = config;
        this.environment = environment;
        this.enclave = environment.compartment(config.name());
        this.facts = new EnclaveFacts(environment, config.name());
        this.runtime = runtime;
        this.ownsRuntime = ownsRuntime;
        this.provisioning = new RemoteProvisioning(enclave, config.identity(), runtime);
        EndPoint endPoint = EndPoint.of(config.identity(), enclave, runtime.calls());
        endPoint.onWantedKey(provisioning::fetch);
        this.commands = new CommandFlow(enclave, new Work());
        this.endpoint = new DeviceEndpoint(config, commands, endPoint, runtime.calls(), this);
        this.entity = ApplicationEntity.start(
                config.entity(), runtime.bindings(), runtime.clock(), runtime.timer(), endpoint::receive);
        EndPoint.Route route = new ServerRoute(config, entity);
        this.credentials = new CredentialFetch(config, endPoint, route, runtime.clock());
        this.requests = new ServerRequests(config, endPoint, route);
        this.epochs = new EpochCache(config, enclave, entity, new Epochs(endPoint, route), runtime.clock());
        endPoint.onInstallation(this::lookFurther);
        entity.registered().thenRun(this::finishInterrupted);
        entity.registered().thenRunAsync(this::look, runtime.calls());
        entity.registered().thenRunAsync(() -> beVouchedFor(RETRY_MILLIS), runtime.calls());
    }

    /**
     * Connects a device whose secure environment is a process of its own, with its state in a directory.
     *
     * @throws EnclaveUnavailable when the secure environment can't be started; says why
     */
    public static Device connect(DeviceConfig config, Path state) {
        SecureEnvironment environment = SecureEnvironment.process(SecureEnvironment.ProcessConfig.in(state, List.of()));
        try {
            return connect(config, environment);
        } catch (EnclaveUnavailable e) {
            environment.close();
            throw e;
        }
    }

    /** Connects a device with a secure environment of the caller's. */
    public static Device connect(DeviceConfig config, SecureEnvironment environment) {
        // A compartment that can't be read is said now, not at the first message.
        environment.compartment(config.name()).enrolment();
        return new Device(config, environment, DeviceRuntime.open(), true);
    }

    /** Connects one of many devices of a program, on threads that they share; closing the device closes neither those nor the environment. */
    public static Device connect(DeviceConfig config, SecureEnvironment shared, DeviceRuntime runtime) {
        return new Device(config, shared, runtime, false);
    }

    /** Says what to do on a verb; {@code *} stands for every other. Register handlers before commands can come. */
    public Device onCommand(String verb, CommandHandler handler) {
        handlers.put(verb, handler);
        return this;
    }

    /**
     * Listens for commands on the link, under Group OSCORE: to all by multicast, or to this device alone. Register handlers before.
     *
     * @param address to listen on; its interface is the link
     * @param group multicast address and port
     * @return where it listens for this device alone
     * @throws java.io.UncheckedIOException when an address can't be used
     */
    public InetSocketAddress listenRadio(InetSocketAddress address, InetSocketAddress group) {
        RadioCommands opened =
                new RadioCommands(enclave, commands, endpoint.inOrder(), this::catchUpQuietly, address, group);
        radio = Optional.of(opened);
        return opened.address();
    }

    /** Seals a reading under a group's credential and sends it up; the stage completes when the gateway stored it. */
    public CompletionStage<Void> sendReading(String group, String reading) {
        return CompletableFuture.supplyAsync(
                        () -> enclave.sealReading(group, reading.getBytes(StandardCharsets.UTF_8)), runtime.calls())
                .thenCompose(envelope -> create("data", envelope))
                .thenAccept(stored -> readings.increment());
    }

    /**
     * Asks the server for a group's newest credential now, end to end. Normally not needed: credentials are delivered, and a command of an epoch that is missing here makes the device ask by itself.
     *
     * @param group absolute resource identifier
     * @return facts of what is installed now; fails with a {@link Refusal} when the server refuses or is not reached
     */
    public CompletionStage<Installation> fetchCredential(String group) {
        return credentials.fetch(group).whenComplete((installation, failure) -> {
            if (failure == null) {
                fetched.increment();
                lookFurther(installation);
            }
        });
    }

    /**
     * Sends a request to a resource of the server, end to end: the gateway carries it and can neither read nor change it, and the server's access control knows that it is this device and not
     * somebody who writes its name. A request whose answer is lost is sent once more and executed once.
     *
     * @param to SP-relative, such as {@code /in-cse/cse-in/gw-north.door-1}, which is this device's own container there
     * @param complete adds resource type, Content, result content and so on
     * @return the server's answer, successful or not; fails with a {@link Refusal} when none came that is authentic
     */
    public CompletionStage<ResponsePrimitive> request(
            Operation operation, String to, UnaryOperator<RequestPrimitive.Builder> complete) {
        return requests.send(operation, to, complete);
    }

    /** Protection of data from end to end (ESData), with this device's keys; its calls block for as long as the secure environment takes. */
    public DataKeys data() {
        return enclave;
    }

    /** A certificate signing request (PKCS #10, PEM) for a key inside the secure environment, for an authority of your own. */
    public String certificateRequest() {
        return enclave.certificateRequest();
    }

    /**
     * Takes the certificate that an authority of your own issued (PEM, own first), and tells the server, which then renews the pairwise key by it.
     *
     * @return completes when the server knows; fails with a {@link Refusal} when the certificate is refused here
     */
    public CompletionStage<Void> useCertificate(String chain) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            enclave.installCertificate(chain);
                            return enclave.capabilities();
                        },
                        runtime.calls())
                .thenCompose(this::tell);
    }

    private CompletionStage<Void> tell(String capabilities) {
        Content content = new Content(
                Content.CONTENT_INSTANCE,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("cnf", RenewalKeys.CAPABILITIES)
                        .put("con", capabilities));
        return request(Operation.NOTIFY, config.serverId(), b -> b.content(content))
                .thenAccept(told -> {
                    if (!told.status().successful()) {
                        throw new Refusal(told.status(), told.sentence());
                    }
                });
    }

    /** What to give an operator to enrol this device. */
    public EnrolmentRequest enrolmentRequest() {
        return enclave.enrolmentRequest(config.identity());
    }

    /** Takes the operator's answer. */
    public EnrolmentFacts enrol(String enrolmentPackage) {
        return enclave.acceptEnrolment(enrolmentPackage);
    }

    /**
     * Has this device enrolled: at its MEF, with no hand on it, when it has a manufacturer's credential; otherwise by an operator who carries two files: writes {@code enrolment-request.json} into the folder and takes {@code enrolment-package} from there once it lies beside it.
     * A package that is not for this device is refused on standard error, and the waiting goes on.
     *
     * @return completes when the device is enrolled, at once if it is already; fails only when the folder can't be written
     */
    public CompletionStage<Void> enrolThrough(Path folder) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        runtime.calls().execute(() -> {
            try {
                if (provisioning.mef().isPresent()) {
                    provisioning.enrol().thenRun(() -> done.complete(null));
                } else if (enclave.enrolment().isPresent()) {
                    done.complete(null);
                } else {
                    Enrolment files = new Enrolment(folder);
                    files.ask(enrolmentRequest());
                    awaitPackage(files, done);
                }
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    private void awaitPackage(Enrolment files, CompletableFuture<Void> done) {
        try {
            if (files.take(this::enrol)) {
                done.complete(null);
                return;
            }
        } catch (IOException | Refusal | EnclaveUnavailable e) {
            System.err.println("sealpost device: the enrolment package can't be taken: " + e.getMessage());
        }
        later(() -> runtime.calls().execute(() -> awaitPackage(files, done)), ENROLMENT_MILLIS);
    }

    /** How far remote provisioning is, in words. */
    public String provisioning() {
        return provisioning.state();
    }

    /**
     * Registers a key for a usage and targets with a MAF that this device has a Km for (SUID 33 renews the key with the server, 34 is for data); the key stays in the enclave.
     *
     * @param targets absolute identities
     */
    public CompletionStage<Void> registerKey(String maf, int usage, List<String> targets) {
        return provisioning.register(maf, usage, targets);
    }

    public DeviceStatus status() {
        Map<String, Long> byStatus = new TreeMap<>();
        refused.forEach((status, count) -> byStatus.put(status, count.sum()));
        EnclaveFacts.Facts inside = facts.now();
        return new DeviceStatus(
                config.identity(),
                entity.registered().toCompletableFuture().isDone(),
                inside.enrolled(),
                environment.processId().orElse(0),
                inside.credentials(),
                inside.keys(),
                inside.functions(),
                executed.sum(),
                duplicates.sum(),
                notForUs.sum(),
                readings.sum(),
                fetched.sum(),
                opened.sum(),
                byStatus,
                inside.counters());
    }

    /** Groups that this device holds a credential of, absolute identifiers. */
    public List<String> groups() {
        return enclave.credentials().stream().map(c -> c.group()).toList();
    }

    /** Runs a task once, when this device holds a credential of any group. */
    public void onceHolding(Runnable task) {
        runtime.calls().execute(() -> {
            if (groups().isEmpty()) {
                later(() -> onceHolding(task), HOLDING_MILLIS);
            } else {
                task.run();
            }
        });
    }

    /** The address this device listens at, if it does. */
    public Optional<java.net.URI> listensAt() {
        return entity.listensAt();
    }

    @Override
    public void close() {
        closed = true;
        radio.ifPresent(RadioCommands::close);
        provisioning.close();
        entity.close();
        if (ownsRuntime) {
            runtime.close();
            environment.close();
        }
    }

    void countRefused(int status, String sentence) {
        refused.computeIfAbsent(String.valueOf(status), s -> new LongAdder()).increment();
        System.err.println("sealpost device: refused " + status + ": " + sentence);
    }

    /** Catches up with the groups this device belongs to: by what the gateway keeps, else by asking the server. */
    CompletionStage<Integer> catchUp() {
        List<String> groups = groups();
        return epochs.catchUp(groups)
                .thenCompose(moved -> moved > 0 ? CompletableFuture.completedFuture(moved) : catchUp(groups));
    }

    private CompletionStage<Integer> catchUp(List<String> groups) {
        return credentials.catchUp(groups).whenComplete((installed, failure) -> {
            if (failure == null) {
                fetched.add(installed);
            }
            if (failure == null && installed > 0) {
                epochs.catchUp(groups);
            }
        });
    }

    /** As {@link #catchUp}, once at a time; anybody can provoke it. */
    private void catchUpQuietly() {
        if (catchingUp.compareAndSet(false, true)) {
            catchUp().whenComplete((installed, failure) -> catchingUp.set(false));
        }
    }

    EpochCache epochs() {
        return epochs;
    }

    /** Looks at the gateway whether an epoch was missed, now and every few minutes. */
    private void look() {
        try {
            epochs.fetch(groups());
        } catch (EnclaveUnavailable e) {
            // the next look does it
        }
        later(() -> runtime.calls().execute(this::look), LOOK_MILLIS);
    }

    /** The block of a later epoch may have overtaken the credential that opens it, and was of no use then. */
    private void lookFurther(Installation installation) {
        if (installation.fresh()) {
            epochs.fetch(List.of(installation.group()));
        }
    }

    /** What this device does for its epochs. */
    private final class Epochs implements EpochCache.Surroundings {
        private final EndPoint endPoint;
        private final EndPoint.Route route;

        Epochs(EndPoint endPoint, EndPoint.Route route) {
            this.endPoint = endPoint;
            this.route = route;
        }

        @Override
        public <T> CompletionStage<T> call(Supplier<T> work) {
            return CompletableFuture.supplyAsync(work, runtime.calls());
        }

        @Override
        public void later(Runnable task, long millis) {
            Device.this.later(task, millis);
        }

        @Override
        public CompletionStage<Void> confirm(String group) {
            return endPoint.confirm(config.server(), group, route);
        }

        @Override
        public void askServer(String group) {
            catchUp(List.of(group));
        }

        @Override
        public void report(byte[] latest) {
            request(Operation.NOTIFY, config.serverId(), b -> b.content(EpochCache.conflict(latest)));
        }

        @Override
        public void opened() {
            opened.increment();
        }

        @Override
        public void refused(int status, String sentence) {
            countRefused(status, sentence);
        }
    }

    /** Runs a task again and again until the device is closed, so long apart. */
    void repeat(Runnable task, long millis) {
        runtime.calls().execute(() -> {
            task.run();
            later(() -> repeat(task, millis), millis);
        });
    }

    /** Stores an acknowledgement at the gateway; tried until it is there. */
    private void sendAcknowledgement(String sealed) {
        create("ack", sealed).whenComplete((stored, failure) -> {
            if (failure != null) {
                later(() -> sendAcknowledgement(sealed), RETRY_MILLIS);
            }
        });
    }

    /** Commands that were accepted and not finished: the application decides, then they are acknowledged. Tried until the enclave answers. */
    private void finishInterrupted() {
        endpoint.settle().exceptionally(failure -> {
            later(this::finishInterrupted, RETRY_MILLIS);
            return false;
        });
    }

    /** After a start the server hears what is held here, and vouches that it is no restored copy: before that, commands given earlier are not acted on. */
    private void beVouchedFor(long pause) {
        Runnable again = () -> runtime.calls().execute(() -> beVouchedFor(Math.min(LAST_RETRY_MILLIS, pause * 2)));
        try {
            CompletableFuture.allOf(groups().stream()
                            .map(group -> credentials.fetch(group).toCompletableFuture())
                            .toArray(CompletableFuture[]::new))
                    .whenComplete((held, failure) -> {
                        if (failure != null) {
                            later(again, pause);
                        }
                    });
        } catch (EnclaveUnavailable e) {
            later(again, pause);
        }
    }

    /** What this device does with commands. */
    private final class Work implements CommandFlow.Application {
        @Override
        public CommandHandler.Outcome execute(CommandHandler.Order order) {
            executed.increment();
            CommandHandler handler = handlers.getOrDefault(order.verb(), handlers.get(EVERY_VERB));
            if (handler == null) {
                return CommandHandler.Outcome.refused("this device does not know the verb " + order.verb());
            }
            try {
                return handler.execute(order);
            } catch (RuntimeException failure) {
                return CommandHandler.Outcome.failed("the application failed");
            }
        }

        @Override
        public void acknowledge(String sealed) {
            sendAcknowledgement(sealed);
        }

        @Override
        public void duplicate() {
            duplicates.increment();
        }

        @Override
        public void notForUs() {
            notForUs.increment();
        }

        @Override
        public void refused(int status, String sentence) {
            countRefused(status, sentence);
        }
    }

    private CompletionStage<ResponsePrimitive> create(String container, String sealed) {
        String to = "/" + config.gatewayId() + "/cse-mn/" + config.name() + "/" + container;
        Content instance = new Content(
                Content.CONTENT_INSTANCE,
                JsonNodeFactory.instance.objectNode().put("cnf", CONTENT_INFO).put("con", sealed));
        return entity.request(
                        Operation.CREATE,
                        to,
                        b -> b.resourceType(ResourceType.CONTENT_INSTANCE.code())
                                .resultContent(NOTHING)
                                .content(instance))
                .thenApply(r -> {
                    if (!r.status().successful()) {
                        throw new Refusal(r.status(), r.sentence());
                    }
                    return r;
                });
    }

    private void later(Runnable task, long millis) {
        if (!closed && !runtime.timer().isShutdown()) {
            runtime.timer().schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }
}
