package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/** Who may command, as the server sees to it: revoked, allowed, and delegated to anew with each epoch that needs it. */
class AgentRightsTest {
    private static final Fleet FLEET = new Fleet(
            "sealpost.example",
            "in-cse",
            List.of(new Fleet.Gateway("gw-north", true), new Fleet.Gateway("gw-south", true)),
            List.of(
                    new Fleet.Device("door-1", "gw-north", "fire-door", "floor-1", List.of("fire-doors")),
                    new Fleet.Device("door-2", "gw-south", "fire-door", "floor-1", List.of("fire-doors"))),
            List.of(new Fleet.Group(
                    "fire-doors",
                    List.of("close"),
                    List.of(),
                    List.of("close"),
                    60,
                    86_400,
                    "A256GCM",
                    0,
                    AuthorityKeys.SCHEMES.get(0))));
    private static final String DOORS = FLEET.groupId("fire-doors");
    private static final String NORTH = FLEET.agentIdentity(FLEET.gateways().get(0));
    private static final String SOUTH = FLEET.agentIdentity(FLEET.gateways().get(1));

    @TempDir
    Path folder;

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final LinkedBlockingQueue<RequestPrimitive> delivered = new LinkedBlockingQueue<>();
    private final List<String> woken = new ArrayList<>();
    private volatile boolean southIsAway;
    private SecureEnvironment environment;
    private Database database;
    private Enclave server;
    private AuditLog audit;
    private GroupAuthority authority;
    private Delegations delegations;

    @BeforeEach
    void open() {
        InstantSource clock = InstantSource.system();
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), clock);
        server = environment.compartment("server");
        server.found(FLEET.serverIdentity());
        database = Database.open(folder.resolve("server.db"));
        audit = new AuditLog(database, server, clock);
        authority = over(server);
        delegations = new Delegations(FLEET, server, audit, clock, timer, this::send);
        authority.onEpoch(delegations::drawn);
        authority.reconcile();
        enrol(NORTH, Role.AGENT);
        enrol(SOUTH, Role.AGENT);
        enrol(FLEET.identity(FLEET.devices().get(0)), Role.DEVICE);
        authority.tend();
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
        database.close();
        environment.close();
    }

    @Test
    void whoStaysGetsAnotherDelegationWithTheEpochAndWhoIsRevokedNone() throws InterruptedException {
        delegations.start();
        assertThat(List.of(next().to(), next().to())).containsExactlyInAnyOrder(at("gw-north"), at("gw-south"));
        long before = server.currentEpoch(DOORS).orElseThrow().epoch();
        assertThat(rights(server).revoke(DOORS, NORTH, "misused").epoch()).isEqualTo(before + 1);
        assertThat(server.currentEpoch(DOORS).orElseThrow().commanders()).isEqualTo(before + 1);
        assertThat(next().to()).isEqualTo(at("gw-south"));
        assertThat(rights(server).revoked(DOORS)).containsExactly(NORTH);
        assertThat(kinds()).contains("delegation.revoked");
        assertThat(delegations.goAhead(DOORS, "gw-north")).isTrue();
        // It is still a member.
        assertThat(server.members(DOORS)).anyMatch(m -> m.identity().equals(NORTH));
        rights(server).delegate(DOORS, NORTH, "trained");
        assertThat(woken).containsExactly(DOORS);
        delegations.wake(DOORS);
        assertThat(List.of(next().to(), next().to())).contains(at("gw-north"));
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(before + 1);
        assertThat(rights(server).revoked(DOORS)).isEmpty();
    }

    @Test
    void aBlockWaitsForTheDelegationThatGoesWithItAndThatIsSentAgainUntilItIsThere() throws InterruptedException {
        delegations.start();
        next();
        next();
        southIsAway = true;
        rights(server).revoke(DOORS, NORTH, "misused");
        assertThat(delegations.goAhead(DOORS, "gw-south")).isFalse();
        assertThat(delegations.goAhead("//sealpost.example/in-cse/cse-in/another", "gw-south"))
                .isTrue();
        southIsAway = false;
        RequestPrimitive sent = next();
        assertThat(sent.to()).isEqualTo(at("gw-south"));
        assertThat(delegations.goAhead(DOORS, "gw-south")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"bar, false", "bar, true", "newEpoch, false", "newEpoch, true"})
    void aCrashOfTheEnclaveDuringARevocationIsMadeUpFor(String call, boolean after) {
        long before = server.currentEpoch(DOORS).orElseThrow().epoch();
        Enclave dying = dying(call, after);
        authority = over(dying);
        AgentRights rights = rights(dying);
        assertThatThrownBy(() -> rights.revoke(DOORS, NORTH, "misused")).isInstanceOf(EnclaveUnavailable.class);
        authority.resume();
        rights.tend();
        assertThat(server.currentEpoch(DOORS).orElseThrow().commanders()).isGreaterThan(before);
        assertThatThrownBy(() -> server.delegate(NORTH, List.of(DOORS), List.of("close"), List.of(), Long.MAX_VALUE))
                .isInstanceOf(Refusal.class);
        assertThat(rights.revoked(DOORS)).containsExactly(NORTH);
        long drawn = server.currentEpoch(DOORS).orElseThrow().epoch();
        rights.tend();
        rights(server).tend();
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(drawn);
    }

    @Test
    void onlyAgentsThatMayCommandAreRevokedAndOnlyRevokedOnesAllowed() {
        AgentRights rights = rights(server);
        String door = FLEET.identity(FLEET.devices().get(0));
        assertThatThrownBy(() -> rights.revoke(DOORS, door, "x"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("is no agent that may command that group");
        assertThatThrownBy(() -> rights.delegate(DOORS, NORTH, "x"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("were not revoked");
        rights.revoke(DOORS, NORTH, "x");
        assertThatThrownBy(() -> rights.revoke(DOORS, NORTH, "x")).isInstanceOf(Refusal.class);
    }

    private GroupAuthority over(Enclave enclave) {
        return new GroupAuthority(
                FLEET,
                database,
                enclave,
                new DeliveryLedger(database, InstantSource.system()),
                audit,
                InstantSource.system());
    }

    private AgentRights rights(Enclave enclave) {
        return new AgentRights(database, enclave, authority, audit, woken::add);
    }

    private void enrol(String identity, Role role) {
        Enclave member = environment.compartment(
                identity.substring(identity.lastIndexOf("/gw") + 1).replace('/', '-'));
        authority.enrolled(server.enrolPeer(member.enrolmentRequest(identity), role));
    }

    private CompletionStage<ResponsePrimitive> send(RequestPrimitive request) {
        if (southIsAway && request.to().equals(at("gw-south"))) {
            return CompletableFuture.failedFuture(new Refusal(ResponseStatus.TARGET_NOT_REACHABLE, "away"));
        }
        // Answered first: who takes it from the queue finds the effect.
        CompletableFuture<ResponsePrimitive> answer = new CompletableFuture<>();
        answer.thenRun(() -> delivered.add(request));
        CompletionStage<ResponsePrimitive> told = answer.copy();
        timer.execute(() -> answer.complete(ResponsePrimitive.of(ResponseStatus.CREATED, request.requestId())));
        return told;
    }

    private RequestPrimitive next() throws InterruptedException {
        return Optional.ofNullable(delivered.poll(20, TimeUnit.SECONDS)).orElseThrow();
    }

    private List<String> kinds() {
        return audit.entries().stream().map(AuditLog.Entry::kind).toList();
    }

    private static String at(String gateway) {
        return "/" + gateway + "/cse-mn/agent/dlg";
    }

    /** The server's enclave, dying once in a call: before it does anything, or after all of it. */
    private Enclave dying(String call, boolean after) {
        AtomicBoolean alive = new AtomicBoolean(true);
        return (Enclave) Proxy.newProxyInstance(
                Enclave.class.getClassLoader(), new Class<?>[] {Enclave.class}, (proxy, method, arguments) -> {
                    boolean dies = method.getName().equals(call)
                            && !(call.equals("bar") && Boolean.FALSE.equals(arguments[2]))
                            && alive.getAndSet(false);
                    if (dies && !after) {
                        throw new EnclaveUnavailable("died");
                    }
                    try {
                        Object result = method.invoke(server, arguments);
                        if (dies) {
                            throw new EnclaveUnavailable("died");
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
