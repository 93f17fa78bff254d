package org.sealpost.vectors;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.sealpost.binding.RadioPort;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.Mode;
import org.sealpost.oscore.OscoreFailure;
import org.sealpost.oscore.PrivateKey;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.ReceivedRequest;
import org.sealpost.oscore.SignatureAlgorithm;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A group of three, of which one is ours, one aiocoap's and one nobody's: requests both ways in both modes, before and after the group goes over to another epoch, and what has to be refused.
 */
final class AiocoapRounds {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PEER_SECONDS = 10;
    private static final byte[] OURS = {1};
    private static final byte[] THEIRS = {2};
    private static final byte[] NOBODYS = {0x2a, 1};
    private static final Map<AeadAlgorithm, String> NAMES = Map.of(
            AeadAlgorithm.AES_CCM_16_64_128, "AES-CCM-16-64-128",
            AeadAlgorithm.AES_CCM_16_128_128, "AES-CCM-16-128-128",
            AeadAlgorithm.A128GCM, "A128GCM",
            AeadAlgorithm.A256GCM, "A256GCM",
            AeadAlgorithm.CHACHA20_POLY1305, "ChaCha20/Poly1305");

    private final AiocoapPeer peer;
    private final InetSocketAddress peersAddress;
    private final RadioPort port;
    private final Consumer<Row> told;
    private final List<Row> rows = new ArrayList<>();
    private volatile Server server = new Server(Optional.empty(), Mode.GROUP, 0);

    /** How our side answers: without a member, not at all. */
    private record Server(Optional<GroupMember> member, Mode mode, long sequence) {}

    /**
     * An exchange.
     *
     * @param right whether it went as it has to
     */
    record Row(String algorithms, String epoch, String exchange, String outcome, boolean right) {
        String line() {
            return String.format(
                    "%-5s %-31s %-16s %-66s %s", right ? "ok" : "WRONG", algorithms, epoch, exchange, outcome);
        }
    }

    private AiocoapRounds(AiocoapPeer peer, int peersPort, Consumer<Row> told) {
        this.peer = peer;
        this.peersAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), peersPort);
        this.told = told;
        this.port = RadioPort.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty(), this::receive);
    }

    /** Starts aiocoap's side; the port that it listens on. */
    static int start(AiocoapPeer peer) throws IOException {
        int free;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        must(peer, "start", JsonNodeFactory.instance.objectNode().put("port", free));
        return free;
    }

    static List<Row> run(AiocoapPeer peer, int peersPort, boolean brief, Consumer<Row> told) throws IOException {
        AiocoapRounds rounds = new AiocoapRounds(peer, peersPort, told);
        try {
            for (SignatureAlgorithm signature : SignatureAlgorithm.values()) {
                for (AeadAlgorithm aead :
                        brief ? new AeadAlgorithm[] {AeadAlgorithm.AES_CCM_16_64_128} : AeadAlgorithm.values()) {
                    rounds.group(GroupAlgorithms.both(aead, signature));
                }
            }
        } finally {
            rounds.port.close();
        }
        return rounds.rows;
    }

    private void group(GroupAlgorithms algorithms) throws IOException {
        OscoreCast cast = OscoreCast.draw(new Random(0x5ea1_0010L), algorithms, List.of(OURS, THEIRS, NOBODYS));
        String name = NAMES.get(algorithms.group().orElseThrow()) + " "
                + algorithms.signature().orElseThrow();
        join(cast, 0);
        GroupMember before = cast.member(Json.hex(OURS), 0);
        epoch(name, "before", before, cast, 0);
        // Ours goes over first: what aiocoap still sends under the old epoch is refused.
        GroupMember after = cast.member(Json.hex(OURS), 1);
        server = new Server(Optional.of(after), Mode.GROUP, 0);
        JsonNode late = request("late", Optional.empty());
        row(
                name,
                "in between",
                "aiocoap asks under the old epoch",
                late.path("code").asString(late.path("error").asString()),
                late.path("code").asString().equals("4.01")
                        || late.path("error").asString().contains("NotAProtectedMessage"));
        join(cast, 1);
        epoch(name, "after a rekeying", after, cast, 1);
        ask(
                name,
                "after a rekeying",
                "we ask under the old epoch",
                before.protectRequest(post("old"), 900).message(),
                0x81);
    }

    private void epoch(String name, String when, GroupMember ours, OscoreCast cast, int number) throws IOException {
        answered(
                name,
                when,
                "we ask all (group), aiocoap answers",
                ours,
                ours.protectRequest(post("close"), 0),
                "close");
        answered(
                name,
                when,
                "we ask aiocoap (pairwise), aiocoap answers",
                ours,
                ours.protectRequest(post("open"), THEIRS, 1),
                "open");
        // aiocoap 0.4.17 refuses a number that was used with an error inside: 5.00 in place of 4.01.
        ask(
                name,
                when,
                "we send a number twice",
                ours.protectRequest(post("x"), 1).message(),
                0x81,
                0xa0);
        ProtectedMessage genuine = ours.protectRequest(post("x"), 2).message();
        byte[] changed = genuine.payload().clone();
        changed[changed.length - 1] ^= 1;
        ask(name, when, "a changed countersignature", new ProtectedMessage(genuine.option(), changed), 0x80);
        GroupMember.Identity own = cast.members().get(0);
        PrivateKey stolen = cast.members().get(2).privateKey();
        GroupMember captured = new GroupMember(
                cast.context(number),
                new GroupMember.Identity(own.senderId(), stolen, own.credential()),
                kid -> Optional.empty());
        ask(
                name,
                when,
                "a captured member signs in our name",
                captured.protectRequest(post("x"), 3).message(),
                0x80);
        long sequence = 20;
        for (Mode mode : Mode.values()) {
            for (boolean withNumber : new boolean[] {false, true}) {
                server = new Server(Optional.of(ours), mode, withNumber ? sequence++ : -1);
                String how = GroupOscoreKinds.name(mode) + (withNumber ? ", own number" : "") + ")";
                asked(name, when, "aiocoap asks all (group), we answer (" + how, Optional.empty());
                server = new Server(Optional.of(ours), mode, withNumber ? sequence++ : -1);
                asked(name, when, "aiocoap asks us (pairwise), we answer (" + how, Optional.of(OURS));
            }
        }
    }

    /** We ask; aiocoap has to do it, and its answer has to open. */
    private void answered(
            String name, String when, String what, GroupMember ours, GroupMember.ProtectedRequest request, String said)
            throws IOException {
        String outcome;
        boolean right = false;
        try {
            RadioPort.Answer answer = send(request.message());
            if (answer.option().isEmpty()) {
                outcome = "not protected, code " + code(answer.code());
            } else {
                GroupMember.OpenedResponse opened = ours.openResponse(
                        request.exchange(), new ProtectedMessage(answer.option().get(), answer.payload()));
                outcome = "\"" + Json.utf8(opened.message().payload()) + "\" of " + Json.hex(opened.server())
                        + ((answer.option().get().length > 0 && (answer.option().get()[0] & 0x20) != 0)
                                ? " in group mode"
                                : " in pairwise mode");
                right = Json.utf8(opened.message().payload()).equals("did " + said)
                        && Arrays.equals(opened.server(), THEIRS);
            }
        } catch (OscoreFailure failure) {
            outcome = "does not open: " + failure.getMessage();
        }
        row(name, when, what, outcome, right);
    }

    /** We send what has to be refused. */
    private void ask(String name, String when, String what, ProtectedMessage message, int... expected)
            throws IOException {
        RadioPort.Answer answer = send(message);
        row(
                name,
                when,
                what,
                "refused with " + code(answer.code()),
                Arrays.stream(expected).anyMatch(e -> e == answer.code())
                        && answer.option().isEmpty());
    }

    /** aiocoap asks, and has to understand our answer. */
    private void asked(String name, String when, String what, Optional<byte[]> to) throws IOException {
        JsonNode answer = request("close", to);
        boolean right = answer.path("ok").asBoolean()
                && answer.path("code").asString().equals("2.04")
                && answer.path("protected").asBoolean()
                && answer.path("payload").asString().equals("closed");
        row(
                name,
                when,
                what,
                answer.path("ok").asBoolean()
                        ? "\"" + answer.path("payload").asString() + "\""
                        : answer.path("error").asString(),
                right);
    }

    private JsonNode request(String payload, Optional<byte[]> to) throws IOException {
        ObjectNode order = JsonNodeFactory.instance.objectNode();
        order.put("uri", "coap://127.0.0.1:" + port.address().getPort() + "/door");
        order.put("payload", payload).put("seconds", PEER_SECONDS);
        to.ifPresent(id -> order.put("to", Json.hex(id)));
        return peer.order("request", order);
    }

    private CompletionStage<Optional<RadioPort.Answer>> receive(RadioPort.Message message, boolean multicast) {
        Server now = server;
        RadioPort.Answer answer;
        try {
            GroupMember member = now.member().orElseThrow();
            ReceivedRequest request =
                    member.openRequest(new ProtectedMessage(message.option().orElse(new byte[0]), message.payload()));
            boolean post = request.message().code() == 0x02
                    && Json.utf8(request.message().payload()).equals("close");
            ProtectedMessage response = member.protectResponse(
                    request,
                    now.mode(),
                    new CoapMessage(post ? 0x44 : 0x80, List.of(), Json.utf8("closed")),
                    now.sequence() < 0 ? OptionalLong.empty() : OptionalLong.of(now.sequence()));
            answer = RadioPort.Answer.secured(response.option(), response.payload());
        } catch (OscoreFailure failure) {
            answer = RadioPort.Answer.open(failure.reason().code());
        }
        return CompletableFuture.completedFuture(Optional.of(answer));
    }

    private RadioPort.Answer send(ProtectedMessage message) throws IOException {
        try {
            return port.ask(peersAddress, RadioPort.Message.secured(message.option(), message.payload()), PATIENCE)
                    .toCompletableFuture()
                    .get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("aiocoap does not answer on its port: see aiocoap.log in the folder of --work", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while aiocoap was asked", e);
        }
    }

    private void join(OscoreCast cast, int number) throws IOException {
        ObjectNode order = JsonNodeFactory.instance.objectNode();
        for (OscoreCast.Epoch epoch : cast.epochs()) {
            order.withArray("contexts")
                    .addObject()
                    .put("gid", Json.hex(epoch.gid()))
                    .put("masterSecret", Json.hex(epoch.masterSecret()))
                    .put("masterSalt", Json.hex(epoch.masterSalt()));
        }
        GroupMember.Identity theirs = cast.members().get(1);
        byte[] secret = theirs.privateKey() instanceof PrivateKey.P256 p
                ? p.scalar()
                : ((PrivateKey.Ed25519) theirs.privateKey()).seed();
        order.put("number", number)
                .put("aead", NAMES.get(cast.algorithms().group().orElseThrow()))
                .put(
                        "signature",
                        cast.algorithms().signature().equals(Optional.of(SignatureAlgorithm.ES256)) ? "ES256" : "EdDSA")
                .put("privateKey", Json.hex(secret))
                .put("senderId", Json.hex(theirs.senderId()))
                .put("credential", Json.hex(theirs.credential().octets()))
                .put("manager", Json.hex(cast.manager()));
        for (GroupMember.Identity member :
                List.of(cast.members().get(0), cast.members().get(2))) {
            order.withObject("peers")
                    .put(
                            Json.hex(member.senderId()),
                            Json.hex(member.credential().octets()));
        }
        must(peer, "join", order);
    }

    private static void must(AiocoapPeer peer, String what, ObjectNode order) throws IOException {
        JsonNode answer = peer.order(what, order);
        if (!answer.path("ok").asBoolean()) {
            throw new IOException(
                    "aiocoap can't " + what + ": " + answer.path("error").asString());
        }
    }

    private void row(String name, String when, String what, String outcome, boolean right) {
        Row row = new Row(name, when, what, outcome, right);
        rows.add(row);
        told.accept(row);
    }

    private static CoapMessage post(String payload) {
        return new CoapMessage(0x02, List.of(new CoapMessage.Option(11, Json.utf8("door"))), Json.utf8(payload));
    }

    private static String code(int code) {
        return (code >>> 5) + "." + String.format("%02d", code & 0x1f);
    }
}
