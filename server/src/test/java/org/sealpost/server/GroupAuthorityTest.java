package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.SecureEnvironment;
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
                    "fire-doors", List.of("close"), List.of(), List.of("close"), 60, 86_400, "A256GCM")));
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
        authority = new GroupAuthority(
                FLEET, database, server, ledger, new AuditLog(database, server, () -> now), () -> now);
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
    @DisplayName(
            "A6 a member holds a later epoch than this server: the next one is above it, once a minute at most, and the audit log says who")
    void a6TheServerGoesOnAboveWhatMembersHold() {
        enrol(DOOR_1, Role.DEVICE);
        deliverAll();
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 7));
        assertThat(server.currentEpoch(DOORS))
                .hasValueSatisfying(e -> assertThat(e.epoch()).isEqualTo(8));
        assertThat(ledger.all())
                .extracting(Delivery::epoch, Delivery::state)
                .contains(tuple(8L, Delivery.State.PLANNED));
        assertThat(audit()).anyMatch(line -> line.contains("authority.behind") && line.contains(DOOR_1));
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 9));
        authority.catchUp(new LaterEpoch("//sealpost.example/gw-north/Cstranger", DOORS, 20));
        assertThat(server.currentEpoch(DOORS))
                .hasValueSatisfying(e -> assertThat(e.epoch()).isEqualTo(8));
        now = now.plusSeconds(61);
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, Long.MAX_VALUE));
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 3));
        assertThat(server.currentEpoch(DOORS))
                .hasValueSatisfying(e -> assertThat(e.epoch()).isEqualTo(8));
        authority.catchUp(new LaterEpoch(DOOR_1, DOORS, 9));
        assertThat(server.currentEpoch(DOORS))
                .hasValueSatisfying(e -> assertThat(e.epoch()).isEqualTo(10));
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
        assertThat(server.currentEpoch(DOORS))
                .hasValueSatisfying(e -> assertThat(e.epoch()).isEqualTo(6));
        assertThat(audit()).anyMatch(line -> line.contains("authority.behind"));
        authority.reconcile();
        assertThat(server.currentEpoch(DOORS))
                .hasValueSatisfying(e -> assertThat(e.epoch()).isEqualTo(6));
    }

    private List<String> audit() {
        return database.query("select kind || ' ' || body from audit order by seq", r -> r.getString(1));
    }

    private Enclave enrol(String identity, Role role) {
        return enrol(identity, identity.substring(identity.lastIndexOf('/') + 2), role);
    }

    private Enclave enrol(String identity, String compartment, Role role) {
        Enclave enclave = environment.compartment(compartment);
        var peer = server.enrolPeer(enclave.enrolmentRequest(identity), role);
        enclave.acceptEnrolment(peer.enrolmentPackage());
        compartments.put(identity, enclave);
        authority.enrolled(identity, peer.keyId());
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
