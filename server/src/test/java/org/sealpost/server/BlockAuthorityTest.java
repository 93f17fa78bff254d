package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.AuthorityKeys;
import org.sealpost.enclave.AuthorityKeys.EpochMaterial;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.Delivery;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;

/** A group whose epochs come by blocks over its life, with a real database and real enclaves in this JVM. */
class BlockAuthorityTest {
    private static final long LIFETIME = 86_400;
    private static final Fleet FLEET = new Fleet(
            "sealpost.example",
            "in-cse",
            List.of(new Fleet.Gateway("gw-north", true)),
            List.of("lamp-1", "lamp-2", "lamp-3").stream()
                    .map(n -> new Fleet.Device(n, "gw-north", "fire-sensor", "street", List.of("lamps")))
                    .toList(),
            List.of(new Fleet.Group(
                    "lamps",
                    List.of("on"),
                    List.of(),
                    List.of("on"),
                    60,
                    LIFETIME,
                    "A256GCM",
                    0,
                    AuthorityKeys.SCHEMES.get(0))));
    private static final String LAMPS = FLEET.groupId("lamps");
    private static final String AGENT = FLEET.agentIdentity(FLEET.gateways().get(0));
    private static final List<String> LAMP =
            FLEET.devices().stream().map(FLEET::identity).toList();

    @TempDir
    Path folder;

    private SecureEnvironment environment;
    private Database database;
    private DeliveryLedger ledger;
    private Enclave server;
    private GroupAuthority authority;
    private final Map<String, Enclave> compartments = new HashMap<>();
    private final List<EpochMaterial> published = new ArrayList<>();
    private Instant now = InstantSource.system().instant();

    @BeforeEach
    void open() {
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), () -> now);
        server = environment.compartment("server");
        server.found(FLEET.serverIdentity());
        database = Database.open(folder.resolve("server.db"));
        ledger = new DeliveryLedger(database, () -> now);
        authority = over();
        authority.reconcile();
    }

    @AfterEach
    void close() {
        database.close();
        environment.close();
    }

    @Test
    void anEvictionIsOneBlockForDevicesAndACredentialForTheAgent() {
        all();
        published.clear();
        authority.evict(LAMPS, LAMP.get(1), "captured", true);
        assertThat(published).hasSize(1);
        long epoch = published.get(0).epoch();
        assertThat(published.get(0).blockEpoch()).isEqualTo(epoch);
        assertThat(ledger.all())
                .filteredOn(d -> d.epoch() == epoch)
                .extracting(Delivery::member, Delivery::way)
                .containsExactlyInAnyOrder(
                        tuple(AGENT, Delivery.INDIVIDUAL),
                        tuple(LAMP.get(0), Delivery.BLOCK),
                        tuple(LAMP.get(2), Delivery.BLOCK));
        assertThat(ledger.lease("test", 100, 15)).extracting(Delivery::member).containsExactly(AGENT);
        ledger.published(LAMPS, epoch, "gw-north", Delivery.State.AT_GATEWAY, "not confirmed yet");
        assertThat(ledger.of(LAMPS, epoch).get(LAMP.get(0)).state()).isEqualTo(Delivery.State.AT_GATEWAY);
        take(LAMP.get(0));
        confirm(LAMP.get(0));
        assertThat(ledger.of(LAMPS, epoch).get(LAMP.get(0)).state()).isEqualTo(Delivery.State.CONFIRMED);
        assertThat(compartments
                        .get(LAMP.get(1))
                        .installEpoch(LAMPS, published.get(0).latest()))
                .isInstanceOf(EpochVerdict.Refused.class);
    }

    @Test
    void severalMembersLeaveWithOneEpoch() {
        all();
        long before = epoch();
        authority.evict(LAMPS, List.of(LAMP.get(0), LAMP.get(2)), "sold");
        assertThat(epoch()).isEqualTo(before + 1);
        assertThat(authority.members(LAMPS)).extracting(m -> m.identity()).containsExactly(LAMP.get(1), AGENT);
        assertThatThrownBy(() -> authority.evict(LAMPS, List.of(LAMP.get(1), LAMP.get(0)), "sold"))
                .isInstanceOf(Refusal.class);
        assertThat(authority.members(LAMPS)).as("all or none").hasSize(2);
    }

    @Test
    void whoJoinsWithinASecondOfOthersWaitsAndJoinsWithThem() {
        enrol(LAMP.get(0), Role.DEVICE);
        long first = epoch();
        enrol(LAMP.get(1), Role.DEVICE);
        assertThat(epoch()).isEqualTo(first + 1);
        enrol(LAMP.get(2), Role.DEVICE);
        enrol(AGENT, Role.AGENT);
        authority.tend();
        assertThat(epoch()).isEqualTo(first + 1);
        now = now.plusSeconds(1);
        authority.tend();
        assertThat(epoch()).isEqualTo(first + 2);
        assertThat(server.members(LAMPS)).hasSize(4);
        assertThat(authority.members(LAMPS))
                .as("leaves as the enclave gave them")
                .containsExactlyInAnyOrderElementsOf(server.members(LAMPS));
    }

    @Test
    void whoWaitedWhenTheServerDiedIsLetInAtTheNextStart() {
        enrol(LAMP.get(0), Role.DEVICE);
        enrol(LAMP.get(1), Role.DEVICE);
        enrol(LAMP.get(2), Role.DEVICE);
        assertThat(server.members(LAMPS)).hasSize(2);
        over().reconcile();
        assertThat(server.members(LAMPS)).hasSize(3);
    }

    @Test
    void aSuspendedMemberComesBackOnAnotherLeaf() {
        all();
        long leaf = leaf(LAMP.get(1));
        authority.suspend(LAMPS, LAMP.get(1), "repair");
        assertThat(authority.suspended(LAMPS)).containsExactly(LAMP.get(1));
        assertThat(take(LAMP.get(1))).isInstanceOf(EpochVerdict.Refused.class);
        assertThatThrownBy(() -> authority.suspend(LAMPS, LAMP.get(1), "again")).isInstanceOf(Refusal.class);
        now = now.plusSeconds(2);
        authority.resumeMember(LAMPS, LAMP.get(1), "repaired");
        assertThat(authority.suspended(LAMPS)).isEmpty();
        assertThat(leaf(LAMP.get(1))).isNotEqualTo(leaf);
        deliverAll();
        assertThat(compartments.get(LAMP.get(1)).credentials().get(0).epoch()).isEqualTo(epoch());
        assertThatThrownBy(() -> authority.resumeMember(LAMPS, LAMP.get(1), "again"))
                .isInstanceOf(Refusal.class);
    }

    @Test
    void theSchemeIsChangedInOperationAndStaysSo() {
        all();
        authority.changeScheme(LAMPS, "point-to-point");
        assertThat(authority.material(LAMPS)).isEmpty();
        assertThat(ledger.lease("test", 100, 0)).hasSize(4);
        over().reconcile();
        authority.rotate(LAMPS, "test");
        assertThat(authority.material(LAMPS)).isEmpty();
        authority.changeScheme(LAMPS, "");
        assertThat(authority.scheme(LAMPS)).isEqualTo(AuthorityKeys.SCHEMES.get(0));
        assertThat(authority.material(LAMPS)).isPresent();
        assertThatThrownBy(() -> authority.changeScheme(LAMPS, "none")).isInstanceOf(Refusal.class);
        assertThat(authority.scheme(LAMPS)).isEqualTo(AuthorityKeys.SCHEMES.get(0));
    }

    @Test
    void labelsOfThePreparedGenerationGoToWhoIsAwakeAndThenItIsUsed() {
        all();
        authority.prepareGeneration(LAMPS);
        long prepared = authority.material(LAMPS).orElseThrow().prepared();
        authority.tend();
        deliverAll();
        authority.tend();
        authority.rotate(LAMPS, "test");
        assertThat(authority.material(LAMPS).orElseThrow().generation()).isEqualTo(prepared);
        assertThat(take(LAMP.get(0))).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(audit().entries())
                .extracting(AuditLog.Entry::kind)
                .containsOnlyOnce("generation.prepared", "generation.ready");
    }

    @Test
    void anEpochIsDrawnBeforeTheOldOneIsOver() {
        all();
        long before = epoch();
        now = now.plusSeconds(LIFETIME - LIFETIME / 10 - 1);
        authority.tend();
        assertThat(epoch()).isEqualTo(before);
        now = now.plusSeconds(2);
        authority.tend();
        authority.tend();
        assertThat(epoch()).isEqualTo(before + 1);
    }

    @Test
    @DisplayName("A15 a device enrols again and again, and claims later epochs: the others are left in peace")
    void a15ADeviceKeepsComingBack() {
        all();
        deliverAll();
        long before = epoch();
        published.clear();
        Enclave lamp = compartments.get(LAMP.get(0));
        for (int i = 0; i < 20; i++) {
            authority.enrolled(server.enrolPeer(lamp.enrolmentRequest(LAMP.get(0)), Role.DEVICE));
            now = now.plusMillis(50);
            authority.tend();
        }
        assertThat(epoch()).as("epochs in a second").isBetween(before, before + 2);
        assertThat(published.stream().map(EpochMaterial::blockEpoch).distinct())
                .as("no block of its own for it")
                .hasSizeLessThanOrEqualTo(1);
        assertThat(ledger.lease("test", 100, 0))
                .extracting(Delivery::member)
                .as("credentials for it, and rosters for the agent")
                .isSubsetOf(LAMP.get(0), AGENT);
        long claimed = epoch();
        for (int i = 0; i < 20; i++) {
            authority.catchUp(new LaterEpoch(LAMP.get(0), LAMPS, epoch() + 1));
            now = now.plusSeconds(1);
        }
        assertThat(epoch()).as("epochs in twenty seconds").isBetween(claimed, claimed + 2);
        authority.catchUp(new LaterEpoch("//sealpost.example/gw-north/Cstranger", LAMPS, epoch() + 1));
        assertThat(epoch()).isBetween(claimed, claimed + 2);
    }

    @Test
    void everyBlockIsKeptForWhoeverWantsToVerifyTheChain() {
        all();
        int before = authority.blocks(LAMPS).size();
        authority.rotate(LAMPS, "test");
        authority.evict(LAMPS, LAMP.get(0), "test", false);
        assertThat(authority.blocks(LAMPS)).hasSize(before + 2);
        assertThat(authority.openers(LAMPS)).containsExactly(LAMP.get(1), LAMP.get(2));
    }

    /** All enrolled, joined, delivered and confirmed. */
    private void all() {
        LAMP.forEach(l -> enrol(l, Role.DEVICE));
        enrol(AGENT, Role.AGENT);
        now = now.plusSeconds(2);
        authority.tend();
        deliverAll();
        LAMP.forEach(this::take);
    }

    private GroupAuthority over() {
        GroupAuthority made = new GroupAuthority(FLEET, database, server, ledger, audit(), () -> now);
        made.onMaterial(published::add);
        return made;
    }

    private AuditLog audit() {
        return new AuditLog(database, server, () -> now);
    }

    private long epoch() {
        return server.currentEpoch(LAMPS).orElseThrow().epoch();
    }

    private long leaf(String member) {
        return server.members(LAMPS).stream()
                .filter(m -> m.identity().equals(member))
                .findFirst()
                .orElseThrow()
                .leaf();
    }

    private EpochVerdict take(String member) {
        return compartments
                .get(member)
                .installEpoch(LAMPS, authority.material(LAMPS).orElseThrow().latest());
    }

    private void confirm(String member) {
        SealedRequest sealed =
                compartments.get(member).sealConfirmation(LAMPS, Optional.of(server.receiverRandObject(member)));
        var answered = (OpenedRequest.Answered) server.openRequest(sealed.esprimObject());
        ledger.fetched(answered.confirmation().orElseThrow())
                .toCompletableFuture()
                .join();
    }

    private void enrol(String identity, Role role) {
        Enclave enclave = environment.compartment(identity.substring(identity.lastIndexOf('/') + 2));
        var peer = server.enrolPeer(enclave.enrolmentRequest(identity), role);
        enclave.acceptEnrolment(peer.enrolmentPackage());
        compartments.put(identity, enclave);
        authority.enrolled(peer);
    }

    private void deliverAll() {
        for (Delivery delivery : ledger.lease("test", 100, 0)) {
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
