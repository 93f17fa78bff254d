package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.Delivery;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/** Membership over time, with a real database and real enclaves in this JVM. */
class GroupAuthorityTest {
    private static final Fleet FLEET = new Fleet(
            "sealpost.example",
            "in-cse",
            List.of(new Fleet.Gateway("gw-north", true)),
            List.of(
                    new Fleet.Device("door-1", "gw-north", "fire-door", "floor-1", List.of("fire-doors")),
                    new Fleet.Device("door-2", "gw-north", "fire-door", "floor-1", List.of("fire-doors"))),
            List.of(new Fleet.Group(
                    "fire-doors",
                    List.of("close"),
                    List.of(),
                    List.of("close"),
                    60,
                    86_400,
                    "A256GCM",
                    0,
                    "point-to-point")));
    private static final String DOORS = FLEET.groupId("fire-doors");
    private static final String AGENT = FLEET.agentIdentity(FLEET.gateways().get(0));
    private static final String DOOR_1 = FLEET.identity(FLEET.devices().get(0));
    private static final String DOOR_2 = FLEET.identity(FLEET.devices().get(1));

    @TempDir
    Path folder;

    private SecureEnvironment environment;
    private Database database;
    private DeliveryLedger ledger;
    private Enclave server;
    private GroupAuthority authority;
    private final Map<String, Enclave> compartments = new HashMap<>();
    private Instant now = InstantSource.system().instant();

    @BeforeEach
    void open() {
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), InstantSource.system());
        server = environment.compartment("server");
        server.found(FLEET.serverIdentity());
        database = Database.open(folder.resolve("server.db"));
        ledger = new DeliveryLedger(database, InstantSource.system());
        authority = new GroupAuthority(FLEET, database, server, ledger, audit(), () -> now);
        authority.reconcile();
    }

    @AfterEach
    void close() {
        database.close();
        environment.close();
    }

    @Test
    void anAgentEnrolledFirstLearnsOfDevicesThatComeLaterAndVerifiesTheirAcknowledgements() {
        Enclave agent = enrol(AGENT, Role.AGENT);
        deliverAll();
        Enclave door = enrol(DOOR_1, Role.DEVICE);
        assertThat(ledger.all())
                .extracting(Delivery::member, Delivery::state)
                .contains(tuple(AGENT, Delivery.State.PLANNED), tuple(DOOR_1, Delivery.State.PLANNED));
        deliverAll();
        long until = InstantSource.system().instant().getEpochSecond() + 600;
        agent.acceptDelegation(server.delegate(AGENT, List.of(DOORS), List.of("close"), List.of(), until)
                .delegation());
        var command = agent.sealCommand(new CommandOrder(DOORS, "all", "close", Map.of(), until));
        assertThat(command.expected()).containsExactly(DOOR_1);
        var execute = (CommandVerdict.Execute) door.openCommand(command.envelope());
        assertThat(agent.openAcknowledgement(door.acknowledge(execute.command(), "done", ""))
                        .member())
                .isEqualTo(DOOR_1);
    }

    @Test
    void aMemberBelowTheGroupsLevelGetsNoCredentialAndTheReasonNamesBothLevels() {
        Enclave door = enrol(DOOR_1, Role.DEVICE);
        assertThat(authority.environments(DOORS))
                .containsEntry(DOOR_1, new GroupAuthority.Environment("in-process", 0));
        server.createGroup(DOORS, new GroupPolicy("point-to-point", true, List.of(), 60, 86_400, "A256GCM", 2));
        String rand = door.receiverRandObject(FLEET.serverIdentity());
        assertThatThrownBy(() -> server.sealCredential(DOOR_1, Optional.of(rand), DOORS))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("asks for a secure environment of level 2")
                .hasMessageContaining("(in-process) is of level 0");
        assertThat(door.credentials()).isEmpty();
    }

    @Test
    void aDeviceEnrolledAnewGetsTheEpochAgainThatItConfirmedBefore() {
        enrol(DOOR_1, Role.DEVICE);
        enrol(DOOR_2, Role.DEVICE);
        deliverAll();
        Enclave replaced = enrol(DOOR_1, "door-1-replaced", Role.DEVICE);
        assertThat(ledger.all())
                .extracting(Delivery::member, Delivery::state)
                .containsExactlyInAnyOrder(
                        tuple(DOOR_1, Delivery.State.PLANNED), tuple(DOOR_2, Delivery.State.CONFIRMED));
        deliverAll();
        assertThat(replaced.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(1));
    }

    @Test
    void anEpochThatTheEnclaveDrewBeforeItDiedIsDeliveredWithoutAnybodyAsking() {
        enrol(DOOR_1, Role.DEVICE);
        deliverAll();
        GroupAuthority unlucky = over(dying("newEpoch", true));
        assertThatThrownBy(() -> unlucky.rotate(DOORS, "by operator")).isInstanceOf(EnclaveUnavailable.class);
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(2);
        unlucky.resume();
        deliverAll();
        assertThat(ledger.confirmedEpochs(DOORS)).containsEntry(DOOR_1, 2L);
        assertThat(audit().entries()).extracting(AuditLog.Entry::kind).contains("epoch.intended", "epoch.found");
    }

    @Test
    void anIntendedEpochIsInTheAuditLogAlthoughTheServerDiedWhenItWasDrawn() {
        enrol(DOOR_1, Role.DEVICE);
        GroupAuthority unlucky = over(dying("newEpoch", true));
        assertThatThrownBy(() -> unlucky.rotate(DOORS, "by operator")).isInstanceOf(EnclaveUnavailable.class);
        assertThat(audit().entries())
                .filteredOn(e -> e.kind().equals("epoch.intended"))
                .extracting(AuditLog.Entry::body)
                .anyMatch(b -> b.contains("epoch 2"));
        over(server).reconcile();
        assertThat(ledger.all())
                .filteredOn(d -> d.epoch() == 2)
                .extracting(Delivery::member, Delivery::state)
                .containsExactly(tuple(DOOR_1, Delivery.State.PLANNED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"revokePeer", "newEpoch"})
    void anEvictionThatAnybodyDiedInTakesEffectAfterwards(String call) {
        enrol(DOOR_1, Role.DEVICE);
        enrol(DOOR_2, Role.DEVICE);
        deliverAll();
        GroupAuthority unlucky = over(dying(call, false));
        assertThatThrownBy(() -> unlucky.evict(DOORS, DOOR_1, "captured", true)).isInstanceOf(EnclaveUnavailable.class);
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(1);
        over(server).reconcile();
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(2);
        assertThat(ledger.all())
                .filteredOn(d -> d.epoch() == 2)
                .extracting(Delivery::member)
                .containsExactly(DOOR_2);
        assertThatThrownBy(() -> server.sealCredential(DOOR_1, Optional.empty(), DOORS))
                .isInstanceOf(Refusal.class);
        over(server).reconcile();
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "A6 a member holds a later epoch than this server: the next one is above it, once a minute at most, and the audit log says who")
    void a6TheServerGoesOnAboveWhatMembersHold() {
        enrol(DOOR_1, Role.DEVICE);
        deliverAll();
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 7));
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(8);
        assertThat(ledger.all())
                .extracting(Delivery::epoch, Delivery::state)
                .contains(tuple(8L, Delivery.State.PLANNED));
        assertThat(audit().entries())
                .filteredOn(e -> e.kind().equals("authority.behind"))
                .extracting(AuditLog.Entry::body)
                .singleElement()
                .satisfies(body -> assertThat(body).contains(DOOR_1));
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 9));
        authority.catchUp(new LaterEpoch("//sealpost.example/gw-north/Cstranger", DOORS, 20));
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(8);
        now = now.plusSeconds(61);
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, Long.MAX_VALUE));
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 3));
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(8);
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 9));
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(10);
    }

    @Test
    @DisplayName(
            "A6 the enclave was restored and the database was not: the next epoch is above what the database knows")
    void a6TheEnclaveIsOlderThanTheDatabase() {
        enrol(DOOR_1, Role.DEVICE);
        database.update(
                "insert into epoch (grp, number, kcv, not_before, not_after, reason) values (?, 5, 'kcv', 0, 0, 'before the restore')",
                DOORS);
        authority.reconcile();
        authority.reconcile();
        assertThat(server.currentEpoch(DOORS).orElseThrow().epoch()).isEqualTo(6);
        assertThat(audit().entries()).extracting(AuditLog.Entry::kind).containsOnlyOnce("authority.behind");
    }

    private GroupAuthority over(Enclave enclave) {
        return new GroupAuthority(FLEET, database, enclave, ledger, audit(), () -> now);
    }

    private AuditLog audit() {
        return new AuditLog(database, server, InstantSource.system());
    }

    /** The server's enclave, dying once in a call: before it does anything, or after all of it. */
    private Enclave dying(String call, boolean after) {
        AtomicBoolean alive = new AtomicBoolean(true);
        return (Enclave) Proxy.newProxyInstance(
                Enclave.class.getClassLoader(), new Class<?>[] {Enclave.class}, (proxy, method, arguments) -> {
                    boolean dies = method.getName().equals(call) && alive.getAndSet(false);
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

    private Enclave enrol(String identity, Role role) {
        return enrol(identity, identity.substring(identity.lastIndexOf('/') + 2), role);
    }

    private Enclave enrol(String identity, String compartment, Role role) {
        Enclave enclave = environment.compartment(compartment);
        var peer = server.enrolPeer(enclave.enrolmentRequest(identity), role);
        enclave.acceptEnrolment(peer.enrolmentPackage());
        compartments.put(identity, enclave);
        authority.enrolled(peer);
        return enclave;
    }

    /** What the worker and the network do, without them. */
    private void deliverAll() {
        for (Delivery delivery : ledger.lease("test", 100, 15)) {
            Enclave member = compartments.get(delivery.member());
            String rand = member.receiverRandObject(FLEET.serverIdentity());
            SealedRequest sealed = server.sealCredential(delivery.member(), Optional.of(rand), delivery.group());
            var answered = (OpenedRequest.Answered) member.openRequest(sealed.esprimObject());
            var confirmed =
                    (OpenedResponse.Confirmed) server.openResponse(sealed.exchange(), answered.sealedResponse());
            ledger.confirmed(delivery.id(), confirmed.confirmation());
        }
    }
}
