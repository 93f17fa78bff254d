package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.Delivery;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/** Groups end at a time or by an operator's word, with a real database and real enclaves in this JVM. */
class GroupEndTest {
    private static final Fleet FLEET = new Fleet(
            "sealpost.example",
            "in-cse",
            List.of(new Fleet.Gateway("gw-north", false)),
            List.of(
                    new Fleet.Device("crane-1", "gw-north", "fire-door", "site", List.of("cranes")),
                    new Fleet.Device("crane-2", "gw-north", "fire-door", "site", List.of("cranes"))),
            List.of(new Fleet.Group(
                    "cranes",
                    List.of("stop"),
                    List.of(),
                    List.of(),
                    60,
                    86_400,
                    "A256GCM",
                    0,
                    AuthorityKeys.SCHEMES.get(0))));
    private static final String CRANES = FLEET.groupId("cranes");
    private static final String CRANE_1 = FLEET.identity(FLEET.devices().get(0));
    private static final String CRANE_2 = FLEET.identity(FLEET.devices().get(1));

    @TempDir
    Path folder;

    private final List<String> over = new ArrayList<>();
    private Instant now = InstantSource.system().instant();
    private SecureEnvironment environment;
    private Database database;
    private DeliveryLedger ledger;
    private Enclave server;
    private AuditLog audit;
    private GroupAuthority authority;

    @BeforeEach
    void open() {
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), () -> now);
        server = environment.compartment("server");
        server.found(FLEET.serverIdentity());
        database = Database.open(folder.resolve("server.db"));
        ledger = new DeliveryLedger(database, () -> now);
        audit = new AuditLog(database, server, () -> now);
        authority = over(server);
        authority.reconcile();
        List.of(CRANE_1, CRANE_2)
                .forEach(c -> authority.enrolled(server.enrolPeer(compartment(c).enrolmentRequest(c), Role.DEVICE)));
        now = now.plusSeconds(2);
        authority.tend();
    }

    @AfterEach
    void close() {
        database.close();
        environment.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "before", "after"})
    void whoeverDiesDuringADeletionItIsDoneInTheEndAndEachMemberIsTold(String crash) {
        long last = server.currentEpoch(CRANES).orElseThrow().epoch();
        GroupEnd ends = ends(crash.isEmpty() ? server : dying(crash.equals("after")));
        if (crash.isEmpty()) {
            ends.delete(CRANES, "site closed");
        } else {
            assertThatThrownBy(() -> ends.delete(CRANES, "site closed")).isInstanceOf(EnclaveUnavailable.class);
            // As after a start.
            ends.tend();
            authority = over(server);
            authority.reconcile();
            authority.tend();
        }
        assertThat(over).containsExactly(CRANES);
        assertThat(server.currentEpoch(CRANES)).isEmpty();
        assertThat(authority.members(CRANES)).isEmpty();
        assertThat(kinds()).contains("group.deleted", "group.ended");
        assertThat(kinds().indexOf("group.deleted")).isLessThan(kinds().indexOf("group.ended"));
        assertThat(ledger.all())
                .allSatisfy(d -> assertThat(d.state())
                        .isEqualTo(
                                d.way().equals(Delivery.ENDING) ? Delivery.State.PLANNED : Delivery.State.SUPERSEDED));
        assertThat(ledger.untold(CRANES)).containsExactly(CRANE_1, CRANE_2);
        List<Delivery> due = ledger.lease("test", 10, 15);
        assertThat(due).extracting(Delivery::member).containsExactlyInAnyOrder(CRANE_1, CRANE_2);
        assertThat(due).allSatisfy(d -> assertThat(d.epoch()).isEqualTo(last + 1));
        ledger.ended(due.get(0).id());
        assertThat(ledger.untold(CRANES)).hasSize(1);
        assertThatThrownBy(() -> ends.requireLives(CRANES))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("was deleted at");
        assertThatThrownBy(() -> ends.delete(CRANES, "again")).isInstanceOf(Refusal.class);
    }

    @Test
    void aMemberSaysUnderItsPairwiseKeyThatItForgot() {
        Enclave crane = compartment(CRANE_1);
        crane.acceptEnrolment(
                server.enrolPeer(crane.enrolmentRequest(CRANE_1), Role.DEVICE).enrolmentPackage());
        String rand = crane.receiverRandObject(FLEET.serverIdentity());
        var credential = server.sealCredential(CRANE_1, Optional.of(rand), CRANES);
        assertThat(crane.openRequest(credential.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
        assertThat(crane.credentials()).hasSize(1);
        ends(server).delete(CRANES, "site closed");
        rand = crane.receiverRandObject(FLEET.serverIdentity());
        var word = server.sealEnding(CRANE_1, Optional.of(rand), CRANES);
        var answered = (OpenedRequest.Answered) crane.openRequest(word.esprimObject());
        assertThat(server.openResponse(word.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Inner.class);
        assertThat(crane.credentials()).isEmpty();
    }

    @Test
    void aGroupEndsByItselfAtItsTimeAndItsLastEpochsDoToo() {
        GroupEnd ends = ends(server);
        long end = now.getEpochSecond() + 3600;
        ends.expire(CRANES, end, "lease ends");
        assertThat(server.currentEpoch(CRANES).orElseThrow().notAfter()).isEqualTo(end);
        assertThat(authority.ends(CRANES)).isEqualTo(new GroupAuthority.Ends(false, end));
        long epoch = server.currentEpoch(CRANES).orElseThrow().epoch();
        now = now.plusSeconds(3500);
        authority.tend();
        ends.tend();
        assertThat(server.currentEpoch(CRANES).orElseThrow().epoch()).isEqualTo(epoch);
        now = now.plusSeconds(101);
        ends.tend();
        authority.tend();
        assertThat(authority.ends(CRANES).ended()).isTrue();
        assertThat(ledger.untold(CRANES)).hasSize(2);
    }

    @Test
    void anExpiryIsTakenBackAndOneThatIsOverIsRefused() {
        GroupEnd ends = ends(server);
        ends.expire(CRANES, now.getEpochSecond() + 3600, "lease ends");
        ends.expire(CRANES, 0, "lease goes on");
        assertThat(server.currentEpoch(CRANES).orElseThrow().notAfter()).isGreaterThan(now.getEpochSecond() + 80_000);
        assertThatThrownBy(() -> ends.expire(CRANES, now.getEpochSecond(), "x"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("that time is over");
        now = now.plusSeconds(3601);
        ends.tend();
        assertThat(authority.ends(CRANES).ended()).isFalse();
    }

    private GroupAuthority over(Enclave enclave) {
        return new GroupAuthority(FLEET, database, enclave, ledger, audit, () -> now);
    }

    private GroupEnd ends(Enclave enclave) {
        return new GroupEnd(database, enclave, authority, ledger, audit, () -> now, over::add);
    }

    private Enclave compartment(String identity) {
        return environment.compartment(identity.substring(identity.lastIndexOf('/') + 2));
    }

    private List<String> kinds() {
        return audit.entries().stream().map(AuditLog.Entry::kind).toList();
    }

    /** The server's enclave, dying once as it ends a group: before it does, or after. */
    private Enclave dying(boolean after) {
        AtomicBoolean alive = new AtomicBoolean(true);
        return (Enclave) Proxy.newProxyInstance(
                Enclave.class.getClassLoader(), new Class<?>[] {Enclave.class}, (proxy, method, arguments) -> {
                    boolean dies = method.getName().equals("endGroup") && alive.getAndSet(false);
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
