package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.store.Database;

/** Commands on a network that loses them. */
class CommandsTest {
    private static final String DOORS = "//sealpost.example/in-cse/cse-in/fire-doors";
    private static final String DOOR = "//sealpost.example/gw-north/Cdoor-1";

    @TempDir
    Path folder;

    private Instant now = Instant.now();
    private final InstantSource clock = () -> now;
    private final List<RequestPrimitive> sent = new ArrayList<>();
    private SecureEnvironment environment;
    private Database database;
    private Enclave server;
    private Enclave door;
    private Commands commands;

    @BeforeEach
    void open() {
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), clock);
        server = environment.compartment("server");
        door = environment.compartment("door-1");
        server.found("//sealpost.example/in-cse");
        var peer = server.enrolPeer(door.enrolmentRequest(DOOR), Role.DEVICE);
        door.acceptEnrolment(peer.enrolmentPackage());
        server.createGroup(DOORS, new GroupPolicy("point-to-point", true, List.of(), 60, 86_400, "A256GCM"));
        server.newEpoch(DOORS, 1, List.of(new Member(DOOR, "floor-1", 1)));
        var rand = door.receiverRandObject("//sealpost.example/in-cse");
        var sealed = server.sealCredential(DOOR, java.util.Optional.of(rand), DOORS);
        assertThat(door.openRequest(sealed.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
        database = Database.open(folder.resolve("server.db"));
        commands = started();
    }

    @AfterEach
    void close() {
        database.close();
        environment.close();
    }

    @Test
    void aCommandThatTheFanOutLostIsRepeatedToTheMemberUntilItAnswers() {
        order(60);
        pass(1);
        assertThat(sent).isEmpty();
        pass(2);
        assertThat(sent).singleElement().satisfies(r -> assertThat(r.to()).isEqualTo("/gw-north/cse-mn/door-1/cmd"));
        assertThat(door.openCommand(envelope())).isInstanceOf(CommandVerdict.Execute.class);
        pass(4);
        assertThat(sent).hasSize(2);
        assertThat(door.openCommand(envelope())).isInstanceOf(CommandVerdict.Duplicate.class);
        commands.acknowledged(door.acknowledge(door.unfinishedCommands().get(0).command(), "done", "closed"));
        pass(30);
        assertThat(sent).hasSize(2);
    }

    @Test
    void aServerThatIsStartedAgainRepeatsWhatItsEarlierRunSent() {
        order(60);
        commands = started();
        pass(1);
        pass(2);
        assertThat(sent).hasSize(1);
    }

    @Test
    void anExpiredCommandIsNotRepeated() {
        order(10);
        pass(1);
        pass(11);
        assertThat(sent).isEmpty();
    }

    @Test
    void nobodyIsRemindedWhileAnswersComeInButNotForEver() {
        Enclave second = member("door-2");
        Enclave third = member("door-3");
        server.newEpoch(
                DOORS,
                2,
                List.of(
                        new Member(DOOR, "floor-1", 1),
                        new Member(identity("door-2"), "floor-1", 2),
                        new Member(identity("door-3"), "floor-1", 3)));
        List.of(door, second, third).forEach(this::give);
        String envelope = order(60);
        pass(1);
        answer(door, envelope);
        pass(2);
        assertThat(sent).isEmpty();
        pass(2);
        assertThat(sent)
                .extracting(RequestPrimitive::to)
                .containsExactly("/gw-north/cse-mn/door-2/cmd", "/gw-north/cse-mn/door-3/cmd");
        answer(second, envelope);
        pass(16);
        assertThat(sent).hasSize(3);
    }

    private Enclave member(String name) {
        Enclave made = environment.compartment(name);
        made.acceptEnrolment(server.enrolPeer(made.enrolmentRequest(identity(name)), Role.DEVICE)
                .enrolmentPackage());
        return made;
    }

    private static String identity(String name) {
        return "//sealpost.example/gw-north/C" + name;
    }

    private void give(Enclave member) {
        var rand = member.receiverRandObject("//sealpost.example/in-cse");
        String identity = member.enrolment().orElseThrow().identity();
        var sealed = server.sealCredential(identity, java.util.Optional.of(rand), DOORS);
        assertThat(member.openRequest(sealed.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
    }

    private void answer(Enclave member, String envelope) {
        assertThat(member.openCommand(envelope)).isInstanceOf(CommandVerdict.Execute.class);
        commands.acknowledged(
                member.acknowledge(member.unfinishedCommands().get(0).command(), "done", "closed"));
    }

    private String order(long seconds) {
        commands.send(new Commands.Order(DOORS, "all", "close", Map.of(), seconds, false), id -> {});
        String envelope = envelope();
        sent.clear();
        return envelope;
    }

    private void pass(long seconds) {
        now = now.plusSeconds(seconds);
        commands.remind();
    }

    private String envelope() {
        return sent.get(sent.size() - 1)
                .content()
                .orElseThrow()
                .value()
                .get("con")
                .asString();
    }

    private Commands started() {
        return new Commands(database, server, new AuditLog(database, server, clock), clock, "/in-cse", this::lost);
    }

    private CompletionStage<ResponsePrimitive> lost(RequestPrimitive request) {
        sent.add(request);
        return CompletableFuture.failedFuture(new Refusal(ResponseStatus.TARGET_NOT_REACHABLE, "the gateway is away"));
    }
}
