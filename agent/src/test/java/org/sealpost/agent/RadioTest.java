package org.sealpost.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.binding.RadioPort;
import org.sealpost.device.CommandHandler;
import org.sealpost.device.Device;
import org.sealpost.device.DeviceConfig;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;

/** An agent and two doors on one link, over real multicast and unicast on loopback; no gateway is there at all. */
class RadioTest {
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";
    private static final URI NOWHERE = URI.create("http://127.0.0.1:9");
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Device> doors = new ArrayList<>();
    private final List<Enclave> doorEnclaves = new ArrayList<>();
    private final List<InetSocketAddress> doorAddresses = new ArrayList<>();
    private final BlockingQueue<String> acted = new LinkedBlockingQueue<>();
    private Enclave server;
    private Agent agent;

    @BeforeEach
    void aBuildingWithoutGateway() throws IOException {
        InetSocketAddress group;
        try (DatagramSocket free = new DatagramSocket()) {
            group = new InetSocketAddress(InetAddress.getByName("239.255.77.8"), free.getLocalPort());
        }
        server = environment("server").compartment("server");
        server.found(SERVER);
        agent = keep(new Agent(
                DeviceConfig.polling("agent", "sealpost.example", "gw", NOWHERE),
                environment("agent"),
                folder.resolve("board")));
        enrol(agent.enclave(), agent.config().identity(), Role.AGENT);
        List<Member> members = new ArrayList<>(List.of(new Member(agent.config().identity(), "", 3)));
        for (int i = 1; i <= 2; i++) {
            DeviceConfig config = DeviceConfig.polling("door-" + i, "sealpost.example", "gw", NOWHERE);
            SecureEnvironment environment = environment("door-" + i);
            Device door = keep(Device.connect(config, environment));
            enrol(environment.compartment(config.name()), config.identity(), Role.DEVICE);
            members.add(new Member(config.identity(), "", i));
            doorEnclaves.add(environment.compartment(config.name()));
            doors.add(door);
            String name = config.name();
            door.onCommand("*", order -> {
                acted.add(name + " " + order.verb());
                return CommandHandler.Outcome.done("did it");
            });
            doorAddresses.add(door.listenRadio(ANY_PORT, group));
        }
        server.createGroup(GROUP, new GroupPolicy("point-to-point", true, List.of("release"), 0, 3600, "A256GCM"));
        server.newEpoch(GROUP, 1, members);
        push(agent.enclave(), agent.config().identity());
        for (int i = 0; i < 2; i++) {
            push(doorEnclaves.get(i), "//sealpost.example/gw/Cdoor-" + (i + 1));
        }
        agent.enclave()
                .acceptDelegation(server.delegate(
                                agent.config().identity(), List.of(GROUP), List.of("close", "open"), List.of(), soon())
                        .delegation());
        agent.useRadio(ANY_PORT, group);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void anEmergencyCommandReachesAllAndTheirAnswersComeBack() throws Exception {
        long id = command("close");
        until(() -> answers(id) == 2);
        assertThat(List.of(acted.take(), acted.take())).containsExactlyInAnyOrder("door-1 close", "door-2 close");
        assertThat(agent.board().find(id).orElseThrow().answers().values())
                .allSatisfy(a -> assertThat(a.outcome()).isEqualTo("done"));
        long next = command("open");
        until(() -> answers(next) == 2);
        assertThat(agent.board().unverifiedCount()).isZero();
    }

    @Test
    void whatComesAgainIsAnsweredNotDone() throws Exception {
        long id = command("close");
        until(() -> answers(id) == 2);
        ProtectedCommand again = agent.enclave().protectCommand(id);
        RadioPort.Answer answer = ask(0, RadioPort.Message.secured(again.option(), again.payload()));
        assertThat(agent.enclave()
                        .openProtectedAcknowledgement(
                                again.exchange(), answer.option().orElseThrow(), answer.payload())
                        .outcome())
                .isEqualTo("done");
        assertThat(acted).hasSize(2);
    }

    @Test
    void oneIsAskedAndTellsWhyItRefuses() throws Exception {
        CommandOrder order = new CommandOrder(GROUP, "all", "close", Map.of(), soon());
        ProtectedCommand command = agent.enclave()
                .protectCommand(agent.enclave().sealCommand(order).commandId());
        RadioPort.Message message = RadioPort.Message.secured(command.option(), command.payload());
        // Nobody told this door yet who commands.
        assertThat(ask(0, message).code()).isEqualTo(0x81);
        byte[] proof = command.proof().getBytes(StandardCharsets.US_ASCII);
        assertThat(ask(0, RadioPort.Message.open("commanders", "garbage".getBytes(StandardCharsets.US_ASCII)))
                        .code())
                .isEqualTo(0x80);
        assertThat(ask(0, RadioPort.Message.open("commanders", proof)).code()).isEqualTo(0x44);
        assertThat(ask(0, message).option()).isPresent();
        assertThat(ask(0, message).code()).as("played back").isEqualTo(0x81);
        assertThat(ask(0, RadioPort.Message.open("elsewhere", proof)).code()).isEqualTo(0x84);
        byte[] changed = command.payload().clone();
        changed[0] ^= 1;
        assertThat(ask(1, RadioPort.Message.open("commanders", proof)).code()).isEqualTo(0x44);
        assertThat(ask(1, RadioPort.Message.secured(command.option(), changed)).code())
                .isEqualTo(0x80);
        assertThat(acted).hasSize(1);
    }

    @Test
    void aVerbThatIsNotDelegatedIsNotSent() {
        assertThatThrownBy(() -> command("release"))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(Refusal.class);
        assertThat(acted).isEmpty();
    }

    private long command(String verb) throws Exception {
        return agent.command(new Agent.Order("doors", "all", verb, Map.of(), 60, Agent.Carrier.RADIO))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private int answers(long id) {
        return agent.board().find(id).orElseThrow().answers().size();
    }

    private RadioPort.Answer ask(int door, RadioPort.Message message) throws Exception {
        try (RadioPort port = RadioPort.open(
                ANY_PORT,
                Optional.empty(),
                (m, multicast) -> java.util.concurrent.CompletableFuture.completedFuture(Optional.empty()))) {
            return port.ask(doorAddresses.get(door), message, Duration.ofSeconds(20))
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private SecureEnvironment environment(String name) {
        SecureEnvironment environment = SecureEnvironment.inProcess(folder.resolve(name), InstantSource.system());
        return keep(environment);
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(0, one);
        return one;
    }

    private void enrol(Enclave enclave, String identity, Role role) {
        enclave.acceptEnrolment(
                server.enrolPeer(enclave.enrolmentRequest(identity), role).enrolmentPackage());
    }

    private void push(Enclave member, String identity) {
        var sealed = server.sealCredential(identity, Optional.of(member.receiverRandObject(SERVER)), GROUP);
        var answered = (OpenedRequest.Answered) member.openRequest(sealed.esprimObject());
        server.openResponse(sealed.exchange(), answered.sealedResponse());
    }

    private static long soon() {
        return System.currentTimeMillis() / 1000 + 60;
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
