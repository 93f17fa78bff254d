package org.sealpost.acceptance.shield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.demo.leak.Finding;
import org.sealpost.demo.leak.Scanner;
import org.sealpost.demo.leak.Secret;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.internal.process.EnclaveProtocol;
import org.sealpost.onem2m.Refusal;

/** Makes every call that the enclave's socket knows on a real enclave with a witness, and searches each reply frame for every secret that the witness saw. */
class ProtocolLeakTest {
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String AGENT = "//sealpost.example/gw/Cagent";
    private static final String DOOR = "//sealpost.example/gw/Cdoor";
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";
    private static final byte[] READING =
            "{\"open\":true,\"remark\":\"as the application wrote it\"}".getBytes(StandardCharsets.UTF_8);

    private Path folder;
    private Process process;

    @BeforeEach
    void folder() throws IOException {
        folder = Files.createTempDirectory(Path.of("/tmp"), "sealpost-calls");
    }

    @AfterEach
    void stop() throws Exception {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        }
    }

    @Test
    @Tag("SE-09")
    void noReplyOfAnyCallCarriesAPieceOfASecret() throws Exception {
        try (RawEnclave client = start("")) {
            everyCall(client);
            TreeSet<String> known = EnclaveProtocol.calls().stream()
                    .map(java.lang.reflect.Method::getName)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(client.calls()).as("calls that were made").isEqualTo(known);
            List<Secret> secrets = secrets();
            assertThat(secrets.stream().map(Secret::kind).distinct())
                    .contains(
                            "root-key",
                            "agreement-key",
                            "signature-key",
                            "pairwise-key",
                            "wrapping-key",
                            "epoch-secret",
                            "epoch-seed",
                            "tree-secret",
                            "tree-labels",
                            "transport-key",
                            "block-key",
                            "group-command-key",
                            "group-reading-key",
                            "group-oscore-key",
                            "oscore-master-secret",
                            "oscore-sender-key",
                            "oscore-signature-encryption-key",
                            "state-key-file");
            assertThat(findings(client, secrets)).isEmpty();
        }
    }

    @Test
    void anAnswerThatCarriesAKeyIsFound() throws Exception {
        try (RawEnclave client = start("leaky-answer")) {
            everyCall(client);
            assertThat(findings(client, secrets())).anyMatch(f -> f.startsWith("credentials: epoch-secret"));
        }
    }

    @Test
    void aSecretIsFoundInEachFormThatAReplyCouldGiveIt() throws Exception {
        try (RawEnclave client = start("")) {
            everyCall(client);
            Secret secret = secrets().get(0);
            byte[] piece = java.util.Arrays.copyOf(secret.octets(), Secret.MIN_OCTETS);
            List<byte[]> forms = List.of(
                    piece,
                    HexFormat.of().formatHex(secret.octets()).getBytes(StandardCharsets.US_ASCII),
                    java.util.Base64.getEncoder().encode(secret.octets()),
                    java.util.Base64.getUrlEncoder().encode(secret.octets()));
            for (byte[] form : forms) {
                byte[] frame = client.replies().get(0).frame();
                byte[] planted = java.util.Arrays.copyOf(frame, frame.length + form.length);
                System.arraycopy(form, 0, planted, frame.length, form.length);
                assertThat(scan(new Scanner(List.of(secret)), "planted", planted))
                        .isNotEmpty();
            }
        }
    }

    /** A server, an agent and a door in one process: enrolment, push and pull, readings, commands both ways, eviction, and refusals too. */
    private static void everyCall(RawEnclave client) {
        Enclave server = client.compartment("server");
        Enclave agent = client.compartment("agent");
        Enclave door = client.compartment("door");
        server.attest();
        server.found(SERVER);
        door.acceptEnrolment(
                server.enrolPeer(door.enrolmentRequest(DOOR), Role.DEVICE).enrolmentPackage());
        agent.acceptEnrolment(
                server.enrolPeer(agent.enrolmentRequest(AGENT), Role.AGENT).enrolmentPackage());
        door.enrolment();
        server.createGroup(GROUP, new GroupPolicy("point-to-point", true, List.of("release"), 60, 3600, "A256GCM"));
        server.newEpoch(GROUP, 1, List.of(new Member(DOOR, "", 1)));
        server.admit(GROUP, List.of(new Member(AGENT, "", 2)));
        server.currentEpoch(GROUP);
        push(server, door, DOOR);
        push(server, agent, AGENT);
        server.hasSession(DOOR);
        pull(server, door);
        door.credentials();
        server.openReading(door.sealReading(GROUP, READING));
        long until = System.currentTimeMillis() / 1000 + 60;
        agent.acceptDelegation(server.delegate(AGENT, List.of(GROUP), List.of("close"), List.of(), until)
                .delegation());
        var order = new CommandOrder(GROUP, "all", "close", Map.of(), until);
        var sealed = agent.sealCommand(order);
        var execute = (CommandVerdict.Execute) door.openCommand(sealed.envelope());
        assertThat(door.unfinishedCommands()).hasSize(1);
        agent.openAcknowledgement(door.acknowledge(execute.command(), "done", "closed"));
        FurtherCalls.groupOscore(agent, sealed.commandId(), door);
        FurtherCalls.groupManager(server, GROUP, DOOR);
        byte[] head = new byte[32];
        assertThat(server.verifyCheckpoint(server.signCheckpoint(1, head), 1, head))
                .isTrue();
        FurtherCalls.blocks(server, SERVER, door, DOOR);
        FurtherCalls.renewal(server, SERVER, door, DOOR);
        FurtherCalls.data(door, agent, AGENT);
        FurtherCalls.provisioning(
                client.compartment("mef"), server, SERVER, client.compartment("lamp"), "//sealpost.example/gw/Clamp");
        FurtherCalls.ending(server, SERVER, agent, AGENT, sealed.commandId(), door, DOOR, GROUP);
        server.revokePeer(DOOR);
        assertThatThrownBy(() -> server.sealCredential(DOOR, Optional.empty(), GROUP))
                .isInstanceOf(Refusal.class);
        assertThat(door.openRequest("garbage")).isInstanceOf(OpenedRequest.Refused.class);
        assertThat(server.counters()).isNotEmpty();
    }

    private static void push(Enclave server, Enclave member, String identity) {
        SealedRequest sealed = server.sealCredential(identity, Optional.of(member.receiverRandObject(SERVER)), GROUP);
        var answered = (OpenedRequest.Answered) member.openRequest(sealed.esprimObject());
        assertThat(server.openResponse(sealed.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Confirmed.class);
    }

    /** An ordinary inner request with its answer, then a credential that is asked for, and its confirmation. */
    private static void pull(Enclave server, Enclave door) {
        SealedRequest plain =
                door.sealRequest(SERVER, Optional.of(server.receiverRandObject(DOOR)), retrieve("p0", "/x"));
        var inner = (OpenedRequest.Inner) server.openRequest(plain.esprimObject());
        byte[] answer = "{\"rsc\":2000,\"rqi\":\"p0\",\"rvi\":\"3\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(door.openResponse(plain.exchange(), server.sealResponse(inner.exchange(), answer)))
                .isInstanceOf(OpenedResponse.Inner.class);
        SealedRequest pull = door.sealRequest(SERVER, Optional.empty(), retrieve("p1", "/gcs/gw.door/doors/la"));
        var asked = (OpenedRequest.Inner) server.openRequest(pull.esprimObject());
        assertThat(door.openResponse(pull.exchange(), server.sealCredentialResponse(asked.exchange(), "p1", GROUP)))
                .isInstanceOf(OpenedResponse.Installed.class);
        SealedRequest confirmation = door.sealConfirmation(GROUP, Optional.empty());
        assertThat(server.openRequest(confirmation.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
    }

    private static byte[] retrieve(String id, String path) {
        return ("{\"op\":2,\"to\":\"/in-cse/cse-in" + path + "\",\"fr\":\"/gw/Cdoor\",\"rqi\":\"" + id
                        + "\",\"rvi\":\"3\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private List<Secret> secrets() throws IOException {
        List<Secret> seen = Secret.read(List.of(folder.resolve("witness")));
        assertThat(seen).hasSizeGreaterThan(10);
        // Readings are the application's own words: it gets them back, and nothing else of this list.
        return seen.stream().filter(s -> !s.kind().equals("reading")).toList();
    }

    private static List<String> findings(RawEnclave client, List<Secret> secrets) throws IOException {
        Scanner scanner = new Scanner(secrets);
        List<String> found = new ArrayList<>();
        for (RawEnclave.Reply reply : client.replies()) {
            scan(scanner, reply.call(), reply.frame())
                    .forEach(f -> found.add(reply.call() + ": " + f.secret().name()));
        }
        return found;
    }

    private static List<Finding> scan(Scanner scanner, String call, byte[] frame) throws IOException {
        return scanner.scan(call, Channels.newChannel(new ByteArrayInputStream(frame)));
    }

    private RawEnclave start(String fault) throws IOException {
        List<String> command = List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + folder,
                "-Djna.tmpdir=" + folder,
                "-Dsealpost.witness.file=" + folder.resolve("witness"),
                "-Dsealpost.witness.fault=" + fault,
                "-cp",
                System.getProperty("java.class.path"),
                fault.isEmpty() ? "org.sealpost.enclave.EnclaveMain" : "org.sealpost.witness.FaultyEnclaveMain",
                folder.resolve("state").toString(),
                folder.resolve("enclave.sock").toString());
        process = new ProcessBuilder(command)
                .redirectError(folder.resolve("log").toFile())
                .start();
        byte[] token = new byte[32];
        new java.security.SecureRandom().nextBytes(token);
        process.getOutputStream().write((HexFormat.of().formatHex(token) + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        String first =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        assertThat(first).as(Files.readString(folder.resolve("log"))).isEqualTo("READY");
        return RawEnclave.open(folder.resolve("enclave.sock"), token, "main");
    }
}
