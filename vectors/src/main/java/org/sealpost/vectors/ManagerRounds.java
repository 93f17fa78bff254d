package org.sealpost.vectors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.sealpost.binding.RadioPort;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.GroupManagerKeys.ManagerAnswer;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * aiocoap as a client of our group manager (RFC 9594) and as a member of a group of enclaves: it joins, does what an agent commands, answers so that the agent's enclave believes it, goes over to a new epoch, and is evicted.
 */
final class ManagerRounds implements AutoCloseable {
    private static final String ALGORITHMS = "RFC 9594 over OSCORE";
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String AGENT = "//sealpost.example/gw-north/Cagent";
    private static final String CLIENT = "//sealpost.example/gw-north/Cdoor-1";
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/fire-doors";
    private static final String NAME = "fire-doors";
    private static final int RESPONDER = 4;
    private static final int REQUESTER = 2;
    private static final int SECONDS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(SECONDS);

    private final AiocoapPeer peer;
    private final InetSocketAddress peersAddress;
    private final Path folder;
    private final Consumer<AiocoapRounds.Row> told;
    private final List<AiocoapRounds.Row> rows = new ArrayList<>();
    private final SecureEnvironment environment;
    private final Enclave server;
    private final Enclave agent;
    private final RadioPort port;

    private ManagerRounds(AiocoapPeer peer, int peersPort, Path folder, Consumer<AiocoapRounds.Row> told) {
        this.peer = peer;
        this.peersAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), peersPort);
        this.folder = folder;
        this.told = told;
        this.environment = SecureEnvironment.inProcess(folder.resolve("enclave"), InstantSource.system());
        this.server = environment.compartment("server");
        this.agent = environment.compartment("agent");
        this.port = RadioPort.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty(), this::receive);
    }

    /** @param peersPort where aiocoap listens */
    static List<AiocoapRounds.Row> run(AiocoapPeer peer, int peersPort, Path work, Consumer<AiocoapRounds.Row> told)
            throws IOException {
        Path folder = Files.createTempDirectory(work, "manager");
        try (ManagerRounds rounds = new ManagerRounds(peer, peersPort, folder, told)) {
            rounds.all();
            return rounds.rows;
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(ManagerRounds::delete);
            }
        }
    }

    private void all() throws IOException {
        server.found(SERVER);
        var enrolled = server.enrolPeer(agent.enrolmentRequest(AGENT), Role.AGENT);
        agent.acceptEnrolment(enrolled.enrolmentPackage());
        enrolAiocoap();
        server.createGroup(GROUP, new GroupPolicy("point-to-point", true, List.of(), 0, 86_400, "A256GCM"));
        epoch(1, true);
        long until = InstantSource.system().instant().getEpochSecond() + 600;
        agent.acceptDelegation(server.delegate(AGENT, List.of(GROUP), List.of("close"), List.of(), until)
                .delegation());

        resource("before", "asks for a group's material without joining", "GET", "/" + NAME, "", "4.03", 0);
        joins("before", "joins with a proof over another nonce", RESPONDER, true, "4.00", 3);
        joins("before", "joins as requester, which devices are not let to", REQUESTER, false, "4.03", -1);
        joins("before", "joins, and verifies the manager's proof", RESPONDER, false, "2.01", -1);
        commanded("before");
        resource("before", "asks for the epoch's number", "GET", "/" + NAME + "/num", "", "2.05", -1);
        resource("before", "asks for everybody's credentials", "GET", "/" + NAME + "/creds", "", "2.05", -1);
        resource("before", "asks for the manager's credential", "GET", "/" + NAME + "/kdc-cred", "", "2.05", -1);
        resource("before", "asks for its own material", "GET", "NODE", "", "2.05", -1);
        resource("before", "asks for what verifiers get", "GET", "/" + NAME + "/verif-data", "", "4.03", 8);
        joins("before", "lost its numbers and joins again", RESPONDER, false, "5.03", 4);
        epoch(2, true);
        resource("after a rekeying", "asks who left since epoch 1", "FETCH", "/" + NAME + "/stale-sids", "01", "2.05", -1);
        joins("after a rekeying", "joins again", RESPONDER, false, "2.01", -1);
        commanded("after a rekeying");
        resource("after a rekeying", "leaves", "DELETE", "NODE", "", "2.02", -1);
        epoch(3, false);
        resource("evicted", "asks for the new material", "GET", "/" + NAME, "", "4.03", 0);
        joins("evicted", "joins again", RESPONDER, false, "4.03", -1);
    }

    private void enrolAiocoap() throws IOException {
        JsonNode request = order("enrolment", JsonNodeFactory.instance.objectNode().put("identity", CLIENT));
        var enrolled = server.enrolPeer(
                new EnrolmentRequest(
                        CLIENT,
                        request.path("agreementKey").asString(),
                        request.path("signatureKey").asString(),
                        Optional.empty(),
                        request.path("attestation").asString(),
                        ""),
                Role.DEVICE);
        JsonNode accepted = order(
                "accept",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("package", enrolled.enrolmentPackage())
                        .put("manager", "coap://127.0.0.1:" + port.address().getPort())
                        .put("folder", folder.resolve("context").toString()));
        row("before", "opens its enrolment package", accepted, accepted.path("ok").asBoolean());
    }

    /** A new epoch, and the agent has it. */
    private void epoch(long number, boolean withClient) {
        List<Member> members = new ArrayList<>(List.of(new Member(AGENT, "", 2)));
        if (withClient) {
            members.add(new Member(CLIENT, "", 1));
        }
        server.newEpoch(GROUP, number, members);
        var sealed = server.sealCredential(AGENT, Optional.of(agent.receiverRandObject(SERVER)), GROUP);
        var answered = (OpenedRequest.Answered) agent.openRequest(sealed.esprimObject());
        server.openResponse(sealed.exchange(), answered.sealedResponse());
    }

    private void joins(String when, String what, int roles, boolean spoil, String code, int error)
            throws IOException {
        JsonNode answer = order(
                "enter",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("group", NAME)
                        .put("roles", roles)
                        .put("spoil", spoil)
                        .put("seconds", SECONDS));
        row(when, "aiocoap " + what, answer, answered(answer, code, error));
    }

    private void resource(
            String when, String what, String method, String path, String payload, String code, int error)
            throws IOException {
        JsonNode answer = order(
                "manager",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("method", method)
                        .put("path", path)
                        .put("payload", payload)
                        .put("seconds", SECONDS));
        row(when, "aiocoap " + what, answer, answered(answer, code, error));
    }

    private static boolean answered(JsonNode answer, String code, int error) {
        return answer.path("ok").asBoolean()
                && answer.path("code").asString("").equals(code)
                && answer.path("error").asInt(-1) == error;
    }

    /** The agent's enclave commands, aiocoap does it, and the agent's enclave verifies the answer. */
    private void commanded(String when) throws IOException {
        long until = InstantSource.system().instant().getEpochSecond() + 60;
        var sealed = agent.sealCommand(new CommandOrder(GROUP, "all", "close", Map.of(), until));
        ProtectedCommand command = agent.protectCommand(sealed.commandId());
        String outcome;
        boolean right = false;
        try {
            RadioPort.Answer answer = port.ask(
                            peersAddress,
                            RadioPort.Message.secured(command.option(), command.payload()),
                            PATIENCE)
                    .toCompletableFuture()
                    .get(2L * SECONDS, TimeUnit.SECONDS);
            Acknowledgement a = agent.openProtectedAcknowledgement(
                    command.exchange(), answer.option().orElse(new byte[0]), answer.payload());
            outcome = a.member() + ": " + a.outcome() + " " + a.detail();
            right = a.member().equals(CLIENT) && a.outcome().equals("done") && a.commandId() == sealed.commandId();
        } catch (Refusal refusal) {
            outcome = refusal.status().code() + " " + refusal.sentence();
        } catch (ExecutionException | TimeoutException late) {
            outcome = "no answer";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while aiocoap was commanded", e);
        }
        AiocoapRounds.Row row =
                new AiocoapRounds.Row(ALGORITHMS, when, "an agent commands, aiocoap does it", outcome, right);
        rows.add(row);
        told.accept(row);
    }

    private JsonNode order(String what, ObjectNode order) throws IOException {
        return peer.order(what, order);
    }

    private void row(String when, String what, JsonNode answer, boolean right) {
        String outcome = answer.path("ok").asBoolean()
                ? (answer.path("code").asString("") + " " + answer.path("location").asString("")).strip()
                : answer.path("error").asString("");
        AiocoapRounds.Row row = new AiocoapRounds.Row(ALGORITHMS, when, what, outcome, right);
        rows.add(row);
        told.accept(row);
    }

    private CompletionStage<Optional<RadioPort.Answer>> receive(RadioPort.Message message, boolean multicast) {
        ManagerAnswer answer = server.answerClient(message.option().orElse(new byte[0]), message.payload());
        return CompletableFuture.completedFuture(
                Optional.of(new RadioPort.Answer(answer.code(), answer.option(), answer.payload())));
    }

    @Override
    public void close() {
        port.close();
        environment.close();
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove " + file, e);
        }
    }
}
