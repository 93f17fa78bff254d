package org.sealpost.enclave.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.onem2m.Refusal;

/** The enclave as a real process. */
class EnclaveProcessTest {
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String DOOR = "//sealpost.example/gw/Cdoor";
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";

    @TempDir
    Path directory;

    private SecureEnvironment process;

    @BeforeEach
    void start() {
        process = open(directory.resolve("state"));
    }

    @AfterEach
    void stop() {
        process.close();
    }

    @Test
    void aCredentialIsDeliveredBetweenCompartmentsOfAProcess() {
        Enclave server = process.compartment("server");
        Enclave door = process.compartment("door");
        assertThat(server.attest().kind()).isEqualTo("process");
        enrol(server, door);
        server.createGroup(GROUP, new GroupPolicy("point-to-point", true, List.of(), 0, 3600, "A256GCM"));
        server.newEpoch(GROUP, 1, List.of(new Member(DOOR, "", 1)));
        var sealed = server.sealCredential(DOOR, Optional.of(door.receiverRandObject(SERVER)), GROUP);
        var answered = (OpenedRequest.Answered) door.openRequest(sealed.esprimObject());
        assertThat(server.openResponse(sealed.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Confirmed.class);
        assertThat(door.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(1));
    }

    @Test
    void theRevisionIsTheSameOnlyWhileNobodyCallsAndTheProcessRuns() {
        Enclave door = process.compartment("door");
        door.credentials();
        long before = process.revision("door");
        assertThat(process.revision("door")).isEqualTo(before);
        process.compartment("server").credentials();
        assertThat(process.revision("door")).isEqualTo(before);
        door.credentials();
        assertThat(process.revision("door")).isEqualTo(before + SecureEnvironment.CALL);
        process.close();
        long down = process.revision("door");
        assertThat(process.revision("door")).isNotEqualTo(down);
    }

    @Test
    void countersGoOnlyForwardOverKills() {
        Enclave server = process.compartment("server");
        Enclave door = process.compartment("door");
        enrol(server, door);
        server.createGroup(GROUP, new GroupPolicy("point-to-point", true, List.of(), 0, 3600, "A256GCM"));
        server.newEpoch(GROUP, 1, List.of(new Member(DOOR, "", 1)));
        var sealed = server.sealCredential(DOOR, Optional.of(door.receiverRandObject(SERVER)), GROUP);
        assertThat(door.openRequest(sealed.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
        long reading = 0;
        long command = 0;
        for (int run = 1; run <= 4; run++) {
            // A run that used one counter of its block, and runs that used more.
            for (int call = 0; call < run; call++) {
                long next = counter(GroupEnvelope.Use.READING, eventually(() -> door.sealReading(GROUP, new byte[1])));
                assertThat(next).isGreaterThan(reading);
                reading = next;
                var order = new CommandOrder(GROUP, "all", "close", Map.of(), Long.MAX_VALUE / 2);
                var given = server.sealCommand(order);
                assertThat(given.commandId()).isGreaterThan(command);
                command = given.commandId();
            }
            kill();
        }
    }

    @Test
    void aRefusalCrossesTheSocketAsARefusal() {
        assertThatThrownBy(() -> process.compartment("door").sealReading(GROUP, new byte[1]))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4112));
    }

    @Test
    @Tag("SE-08")
    void aKilledProcessComesBackWithItsState() throws Exception {
        Enclave server = process.compartment("server");
        String root = server.found(SERVER).rootKeyId();
        long first = process.processId().orElseThrow();
        kill();
        String again = eventually(() -> server.found(SERVER).rootKeyId());
        assertThat(again).isEqualTo(root);
        assertThat(process.processId().orElseThrow()).isNotEqualTo(first);
    }

    /** The program's end of the pipe may live on in a process that the program started. */
    @Test
    void anEnclaveEndsWithItsProgramThoughSomebodyElseHoldsItsStandardInput() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\" <\"$0\" & echo $!; wait", pipe.toString()));
        command.addAll(SecureEnvironment.defaultCommand());
        command.addAll(List.of(
                directory.resolve("orphan").toString(),
                directory.resolve("orphan.sock").toString()));
        try (RandomAccessFile held = new RandomAccessFile(pipe.toFile(), "rw")) {
            Process program = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            held.write(("00".repeat(32) + "\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader said = program.inputReader(StandardCharsets.US_ASCII);
            ProcessHandle enclave =
                    ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            assertThat(said.readLine()).isEqualTo("READY");
            program.destroyForcibly();
            enclave.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    @Tag("SE-07")
    void aSecondClientWithoutTheTokenIsRefused() {
        Path socket = directory.resolve("s").resolve("enclave.sock");
        assertThatThrownBy(() -> EnclaveConnection.open(socket, new byte[32])).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> EnclaveConnection.open(socket, new byte[0])).isInstanceOf(IOException.class);
    }

    @Test
    void theProcessIsNotDumpableAndHasNoCore() throws IOException {
        Path proc = Path.of("/proc", String.valueOf(process.processId().orElseThrow()));
        assertThat(Files.readString(proc.resolve("limits"))).containsPattern("Max core file size\\s+0\\s+0");
        assertThat(Files.getOwner(proc.resolve("mem")).getName()).isEqualTo("root");
    }

    @Test
    void onlyTheOwnerReachesSocketAndState() throws IOException {
        Path socket = directory.resolve("s").resolve("enclave.sock");
        assertThat(Files.getPosixFilePermissions(socket)).hasSize(2);
        assertThat(Files.getPosixFilePermissions(directory.resolve("state"))).hasSize(3);
        assertThat(Files.getPosixFilePermissions(directory.resolve("state").resolve("enclave.key")))
                .hasSize(2);
    }

    @Test
    void aSecondProcessOnTheSameStateSaysWhatToDo() {
        assertThatThrownBy(() -> SecureEnvironment.process(new SecureEnvironment.ProcessConfig(
                        directory.resolve("state"), directory.resolve("s2"), SecureEnvironment.defaultCommand())))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("stop it first");
    }

    @Test
    @Tag("SE-08")
    void damagedStateSaysWhatToDo() throws IOException {
        process.compartment("server").found(SERVER);
        process.close();
        Path file = directory.resolve("state").resolve("server.sealed");
        byte[] octets = Files.readAllBytes(file);
        octets[octets.length / 2] ^= 1;
        Files.write(file, octets);
        process = open(directory.resolve("state"));
        assertThatThrownBy(() -> process.compartment("server").found(SERVER))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("damaged");
    }

    @Test
    @Tag("SE-09")
    void noCallReturnsAKey() {
        assertThat(EnclaveProtocol.calls()).hasSizeGreaterThan(20);
        for (Method call : EnclaveProtocol.calls()) {
            assertThat(call.getReturnType())
                    .as("%s returns octets: only facts, sealed objects and application content may leave", call)
                    .isNotEqualTo(byte[].class);
        }
    }

    private void kill() {
        ProcessHandle enclave =
                ProcessHandle.of(process.processId().orElseThrow()).orElseThrow();
        enclave.destroyForcibly();
        enclave.onExit().join();
    }

    private static long counter(GroupEnvelope.Use use, String envelope) {
        return GroupEnvelope.parse(use, envelope).counter();
    }

    private SecureEnvironment open(Path state) {
        return SecureEnvironment.process(
                new SecureEnvironment.ProcessConfig(state, directory.resolve("s"), SecureEnvironment.defaultCommand()));
    }

    private static void enrol(Enclave server, Enclave door) {
        server.found(SERVER);
        door.acceptEnrolment(
                server.enrolPeer(door.enrolmentRequest(DOOR), Role.DEVICE).enrolmentPackage());
    }

    /** The first call after a death may find the socket closing; the next one starts the process. */
    private static String eventually(java.util.function.Supplier<String> call) {
        for (int attempt = 0; ; attempt++) {
            try {
                return call.get();
            } catch (EnclaveUnavailable e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
    }
}
