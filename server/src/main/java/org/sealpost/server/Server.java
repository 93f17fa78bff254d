package org.sealpost.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.cse.Cse;
import org.sealpost.cse.CseConfig;
import org.sealpost.cse.ResourceStore;
import org.sealpost.cse.Source;
import org.sealpost.cse.StoreException;
import org.sealpost.enclave.AuthorityKeys.EnrolledPeer;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.ClientKeys;
import org.sealpost.enclave.CommanderKeys;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.ManufacturedClient;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.BlockPublisher;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.ledger.DeliveryWorker;
import org.sealpost.server.ledger.OuterNotify;
import org.sealpost.server.provisioning.TrustFunction;
import org.sealpost.server.store.Database;
import org.sealpost.server.store.StorageException;

/** The M2M Server: its IN-CSE, its enclave, its groups and their deliveries, wired together. */
public final class Server implements AutoCloseable {
    private static final int WORKERS = 4;
    private static final int PUBLISHING_SECONDS = 2;
    private static final int LONGEST_EVIDENCE = 4096;

    /** ESPrim with enrolled keys, ESData. */
    private static final List<Integer> FEATURES = List.of(13, 14);

    private final Fleet fleet;
    private final InstantSource clock = InstantSource.system();
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final SecureEnvironment environment;
    private final Enclave enclave;
    private final Database database;
    private final AuditLog audit;
    private final DeliveryLedger ledger;
    private final DeliveryWorker worker;
    private final Renewals renewals;
    private final GroupAuthority authority;
    private final BlockPublisher publisher;
    private final GroupResources resources;
    private final Commands commands;
    private final Readings readings;
    private final Delegations delegations;
    private final AgentRights rights;
    private final GroupEnd ends;
    private final Provisioning provisioning;
    private final List<TrustFunction> functions = new ArrayList<>();
    private volatile Optional<ManagerDoor> manager = Optional.empty();
    private final EndPoint endPoint;
    private final Cse cse;
    private final Listener listener;

    /**
     * Wires and opens everything; {@link #start} begins to work.
     *
     * @param advertise address that gateways reach the server at; absent: the one listened on
     */
    public Server(
            Fleet fleet, Path state, InetSocketAddress http, Optional<URI> advertise, SecureEnvironment environment)
            throws IOException {
        Files.createDirectories(state);
        this.fleet = fleet;
        this.environment = environment;
        this.enclave = environment.compartment("server");
        this.database = Database.open(state.resolve("server.db"));
        enclave.found(fleet.serverIdentity());
        String server = "/" + fleet.server();
        this.audit = new AuditLog(database, enclave, clock);
        this.ledger = new DeliveryLedger(database, clock);
        this.authority = new GroupAuthority(fleet, database, enclave, ledger, audit, clock);
        ledger.onStateFault((member, reason) -> audit.append("member.state", member + ": " + reason));
        this.resources = new GroupResources(fleet, authority, timer, this::send);
        OuterNotify outer = new OuterNotify(server, clock, this::send);
        this.delegations = new Delegations(fleet, enclave, audit, clock, timer, this::send);
        this.publisher = new BlockPublisher(
                server,
                ledger,
                audit,
                clock,
                timer,
                this::send,
                (group, gateway) -> resources.tells(group, gateway) && delegations.goAhead(group, gateway));
        authority.onEpoch(delegations::drawn);
        authority.onMaterial(m -> publisher.publish(m, authority.gateways(m.group())));
        this.ends = new GroupEnd(database, enclave, authority, ledger, audit, clock, group -> {
            authority.forget(group);
            publisher.forget(group);
            resources.changed();
        });
        this.rights = new AgentRights(database, enclave, authority, audit, delegations::wake);
        this.worker = new DeliveryWorker(ledger, enclave, enclave, audit, timer, outer);
        this.renewals = new Renewals(fleet, database, enclave, audit, clock, timer, outer);
        this.commands = new Commands(database, enclave, audit, clock, server, this::send);
        this.readings = new Readings(database, enclave, clock);
        this.provisioning =
                new Provisioning(enclave, database, authority, audit, clock, timer, workers, () -> resources.changed());
        this.endPoint = EndPoint.of(fleet.serverIdentity(), enclave, workers);
        endPoint.onConfirmation(ledger::fetched);
        endPoint.onLaterEpoch(authority::catchUp);
        worker.onLaterEpoch(authority::catchUp);
        // A request that comes while the store is still being opened waits for it.
        CompletableFuture<Cse> opened = new CompletableFuture<>();
        this.listener = bindings.listenHttp(
                http,
                (request, hop) ->
                        opened.thenCompose(cse -> cse.handle(request, Source.hop(hop.authenticatedIdentity()))));
        Inbox inbox = new Inbox(fleet.domain(), endPoint, new Inner(), this::answered, commands, readings, workers);
        this.cse = Cse.open(
                new CseConfig(
                        CseConfig.IN_CSE,
                        fleet.domain(),
                        server,
                        "cse-in",
                        List.of(advertise.orElse(listener.pointOfAccess())),
                        FEATURES,
                        Optional.empty()),
                ResourceStore.file(state.resolve("cse.db")),
                bindings.sender(),
                clock,
                inbox);
        opened.complete(cse);
    }

    /** Brings everything to what the fleet file says and begins to deliver. */
    public void start() {
        prepare();
        deliver();
    }

    /** Brings everything to what the fleet file says, and answers who asks; sends nothing unasked before {@link #deliver}. */
    public void prepare() {
        renewals.apply();
        ends.tend();
        authority.reconcile();
        provisioning.start();
        timer.scheduleWithFixedDelay(this::remind, 1, 1, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(this::publish, 0, PUBLISHING_SECONDS, TimeUnit.SECONDS);
    }

    /** Begins to deliver, once, after {@link #prepare}. */
    public void deliver() {
        worker.start();
        publisher.start();
        renewals.start();
        resources.start();
        delegations.start();
    }

    /**
     * Gives a command to all members of a group, as an operator would.
     *
     * @param group absolute resource identifier
     * @param seconds how long it holds
     * @return completes when the gateways took it
     */
    public CompletionStage<ResponsePrimitive> command(String group, String verb, long seconds) {
        return commands.send(new Commands.Order(group, "all", verb, Map.of(), seconds, false), id -> {});
    }

    /** Gives a command to one member alone, which gets it in a message of its own. */
    public CompletionStage<ResponsePrimitive> command(String group, String member, String verb, long seconds) {
        return commands.sendAlone(
                new Commands.Order(group, "member:" + member, verb, Map.of(), seconds, false), member);
    }

    /** Told of each acknowledgement whose signature and membership were verified; a repeated one comes again. */
    public void onAcknowledgement(Consumer<CommanderKeys.Acknowledgement> listener) {
        commands.onAcknowledgement(listener);
    }

    /** This server's request for a credential at an MEF. */
    public ClientKeys.ManufactureRequest manufactureRequest() {
        return enclave.manufactureRequest();
    }

    /** Takes a credential at an MEF, and follows that from now on. */
    public ClientKeys.FunctionAccess join(String manufacturePackage) {
        ClientKeys.FunctionAccess access = enclave.acceptManufacture(manufacturePackage);
        audit.append("function.joined", access.fqdn() + " as " + access.credentialId());
        provisioning.joined();
        return access;
    }

    /** Revokes an end point everywhere. */
    public void revoke(String identity, String reason) {
        provisioning.revoke(identity, reason);
    }

    /**
     * Makes this program an MEF or MAF too, in a compartment of its own; a server that is not that MEF's client yet becomes one.
     *
     * @param kind MEF or MAF
     */
    public TrustFunction open(String kind, InetSocketAddress listen, Optional<URI> advertiseFunction)
            throws IOException {
        String name = kind.toLowerCase(Locale.ROOT);
        TrustFunction function = new TrustFunction(
                environment.compartment(name),
                database,
                audit,
                clock,
                kind,
                name + "." + fleet.domain(),
                listen,
                advertiseFunction,
                workers);
        functions.add(function);
        if (kind.equals("MEF") && enclave.functions().isEmpty()) {
            ManufacturedClient made = function.manufacture(enclave.manufactureRequest(), fleet.server());
            function.assign(
                    made.credentialId(), new ClientAssignment(fleet.serverIdentity(), "SERVER", List.of(), true));
            enclave.acceptManufacture(made.manufacturePackage());
        }
        return function;
    }

    /** Opens the door for standard clients of group management. */
    public ManagerDoor openManager(InetSocketAddress listen) {
        ManagerDoor door =
                new ManagerDoor(listen, enclave, authority, audit, workers, timer, () -> resources.changed());
        manager = Optional.of(door);
        return door;
    }

    List<TrustFunction> functions() {
        return List.copyOf(functions);
    }

    Provisioning provisioning() {
        return provisioning;
    }

    /** Enrols an end point that the fleet file names. */
    public EnrolledPeer enrol(EnrolmentRequest request) {
        boolean agent = fleet.gateways().stream()
                .anyMatch(g -> g.agent() && fleet.agentIdentity(g).equals(request.identity()));
        boolean device =
                fleet.devices().stream().anyMatch(d -> fleet.identity(d).equals(request.identity()));
        if (!agent && !device) {
            throw new Refusal(
                    ResponseStatus.SERVICE_SUBSCRIPTION_NOT_ESTABLISHED,
                    request.identity() + " is not in the fleet file: add it there first");
        }
        EnrolledPeer peer = enclave.enrolPeer(request, agent ? Role.AGENT : Role.DEVICE);
        authority.enrolled(peer);
        resources.changed();
        return peer;
    }

    /** What of the groups' oneM2M side is not in place yet and why; empty when everything is. */
    public Optional<String> unfinished() {
        return resources.unfinished();
    }

    public URI pointOfAccess() {
        return listener.pointOfAccess();
    }

    public Fleet fleet() {
        return fleet;
    }

    GroupAuthority authority() {
        return authority;
    }

    Renewals renewals() {
        return renewals;
    }

    GroupResources resources() {
        return resources;
    }

    GroupEnd ends() {
        return ends;
    }

    AgentRights rights() {
        return rights;
    }

    Commands commands() {
        return commands;
    }

    Readings readings() {
        return readings;
    }

    public DeliveryLedger ledger() {
        return ledger;
    }

    public AuditLog audit() {
        return audit;
    }

    Database database() {
        return database;
    }

    Cse cse() {
        return cse;
    }

    Enclave enclave() {
        return enclave;
    }

    @Override
    public void close() {
        manager.ifPresent(ManagerDoor::close);
        provisioning.close();
        functions.forEach(TrustFunction::close);
        timer.shutdownNow();
        listener.close();
        cse.close();
        audit.checkpoint();
        workers.shutdown();
        database.close();
        environment.close();
        bindings.close();
    }

    private void answered(ResponsePrimitive response) {
        worker.answered(response);
        renewals.answered(response);
    }

    private void remind() {
        try {
            ends.tend();
            authority.resume();
            authority.tend();
            rights.tend();
            commands.remind();
        } catch (StorageException | EnclaveUnavailable | Refusal failure) {
            // the database or the enclave is away for the moment, or a group was deleted meanwhile: the next round does
            // it
        }
    }

    private CompletionStage<ResponsePrimitive> send(RequestPrimitive request) {
        return cse.handle(request, Source.local());
    }

    /** What came sealed ends here: forwarding it would send it on in clear, and ESPrim inside ESPrim is nobody's. */
    private void requireHere(RequestPrimitive inner) {
        String to = new Identifier(inner.to())
                .absolute(fleet.domain(), "/" + fleet.server())
                .text();
        boolean here = to.equals(fleet.serverIdentity()) || to.startsWith(fleet.serverIdentity() + "/");
        boolean nested = inner.content()
                .filter(c -> c.name().equals(Content.SECURITY_INFO))
                .isPresent();
        if (!here || nested) {
            throw new Refusal(
                    ResponseStatus.OPERATION_NOT_ALLOWED,
                    "an end-to-end request is for a resource of this server itself, and holds no other sealed one");
        }
    }

    /** A member shows a block that the server signed although the member holds another one of that number: there are two servers, or one was restored. */
    private boolean conflict(RequestPrimitive inner, String peer) {
        Optional<String> block = inner.content()
                .filter(c -> c.name().equals(Content.CONTENT_INSTANCE))
                .map(Content::value)
                .filter(c -> c.path("cnf").asString("").equals(EpochContainer.CONFLICT))
                .map(c -> c.path("con").asString(""));
        block.ifPresent(octets -> audit.append(
                "epoch.conflict",
                peer + " holds another block of an epoch than this one: "
                        + octets.substring(0, Math.min(octets.length(), LONGEST_EVIDENCE))));
        return block.isPresent();
    }

    /** Keeps the shared RandObject where originators look for it. */
    private void publish() {
        try {
            cse.publish(E2eSecInfo.of(FEATURES).withSharedObject(enclave.sharedRandObject()));
        } catch (StoreException | EnclaveUnavailable failure) {
            // away for the moment: the next round publishes, and until then originators ask for objects of their own
        }
    }

    /** Inner requests: credentials that members fetch are sealed by the enclave, everything else goes to the CSE as authenticated. */
    private final class Inner implements EndPoint.InnerHandler {
        @Override
        public Optional<String> sealedAnswer(RequestPrimitive inner, String peer, String exchange) {
            return Inbox.groupAskedFor(inner, "/" + fleet.server())
                    .map(group ->
                            enclave.sealCredentialResponse(exchange, inner.requestId(), authority.groupId(group)));
        }

        @Override
        public CompletionStage<ResponsePrimitive> handle(RequestPrimitive inner, String peer) {
            requireHere(inner);
            if (conflict(inner, peer)) {
                return CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, inner.requestId()));
            }
            return cse.handle(inner.with(b -> b.from(peer)), Source.esprim(peer));
        }
    }
}
