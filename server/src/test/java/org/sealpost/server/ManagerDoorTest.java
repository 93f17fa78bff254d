package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.binding.RadioPort;
import org.sealpost.e2e.Es256;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Sha256;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.group.manager.JoinRequest;
import org.sealpost.oscore.AeadAlgorithm;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.OscoreContext;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.ReceivedRequest;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.ledger.DeliveryLedger;
import org.sealpost.server.store.Database;
import tools.jackson.databind.JsonNode;

/** The door for standard clients over real sockets, with a client that has keys of its own making and no enclave of ours. */
class ManagerDoorTest {
    private static final Fleet FLEET = new Fleet(
            "sealpost.example",
            "in-cse",
            List.of(new Fleet.Gateway("gw-north", true)),
            List.of(new Fleet.Device("door-1", "gw-north", "fire-door", "floor-1", List.of("fire-doors"))),
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
    private static final String DOORS = "ace-group/fire-doors";
    private static final String IDENTITY = FLEET.identity(FLEET.devices().get(0));
    private static final byte[] NONCE = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final ExecutorService calls = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final KeyPair signature = Jwk.generate(new SecureRandom());
    private final BlockingQueue<CoapMessage> rekeyed = new LinkedBlockingQueue<>();
    private SecureEnvironment environment;
    private Database database;
    private Enclave server;
    private GroupAuthority authority;
    private ManagerDoor door;
    private RadioPort port;
    private OscoreContext context;
    private byte[] pairwise;
    private long number;

    @BeforeEach
    void open() {
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), InstantSource.system());
        server = environment.compartment("server");
        server.found(FLEET.serverIdentity());
        database = Database.open(folder.resolve("server.db"));
        AuditLog audit = new AuditLog(database, server, InstantSource.system());
        authority = new GroupAuthority(
                FLEET,
                database,
                server,
                new DeliveryLedger(database, InstantSource.system()),
                audit,
                InstantSource.system());
        authority.reconcile();
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        door = new ManagerDoor(any, server, authority, audit, calls, timer, () -> {});
        port = RadioPort.open(
                any,
                Optional.empty(),
                (message, multicast) -> CompletableFuture.completedFuture(Optional.of(taken(message))));
        enrol();
    }

    @AfterEach
    void close() {
        port.close();
        door.close();
        timer.shutdownNow();
        calls.shutdown();
        database.close();
        environment.close();
    }

    @Test
    void joinsGetsNewMaterialAndLeaves() throws Exception {
        CoapMessage joined = ask(2, DOORS, join());
        assertThat(joined.code()).isEqualTo(0x41);
        JsonNode first = Cbor.read(joined.payload()).orElseThrow();
        assertThat(first.get("8").get("2").binaryValue()).hasSize(32);
        assertThat(Es256.verifies(
                        Jwk.parse(server.found(FLEET.serverIdentity()).rootKey()),
                        JoinRequest.managerProofInput(NONCE, first.get("18").binaryValue()),
                        first.get("19").binaryValue()))
                .isTrue();

        // The operator rotates: the client hears of it by itself, and confirms.
        authority.rotate(FLEET.groupId("fire-doors"), "test");
        JsonNode second = after(first);
        assertThat(second.get("9").asLong()).isEqualTo(first.get("9").asLong() + 1);
        assertThat(second.get("8").get("6").binaryValue())
                .isNotEqualTo(first.get("8").get("6").binaryValue());

        // It loses its numbers and joins again: the group gets another epoch for it.
        CoapMessage again = ask(2, DOORS, join());
        assertThat(again.code()).isEqualTo(0xa3);
        JsonNode third = after(second);
        assertThat(third.get("9").asLong()).isEqualTo(second.get("9").asLong() + 1);

        assertThat(ask(4, DOORS + "/nodes/" + segment(joined, 3), new byte[0]).code())
                .isEqualTo(0x42);
        until(() -> authority.members(FLEET.groupId("fire-doors")).stream()
                .noneMatch(m -> m.identity().equals(IDENTITY)));
        assertThat(ask(1, DOORS, new byte[0]).code()).isEqualTo(0x83);
    }

    @Test
    void aStrangerGetsAnErrorThatSaysNothing() throws Exception {
        RadioPort.Answer unprotected = answer(RadioPort.Message.open("ace-group", new byte[0]));
        assertThat(unprotected.code()).isEqualTo(0x82);
        RadioPort.Answer unknown = answer(RadioPort.Message.secured(new byte[] {9, 0, 1, 2, 3}, new byte[20]));
        assertThat(unknown.code()).isEqualTo(0x81);
        assertThat(unknown.payload()).isEmpty();
        assertThat(unknown.option()).isEmpty();
    }

    /** Keys, request and package as docs/protocol.md 3a has them; then the context of 4c. */
    private void enrol() {
        KeyPair agreement = Jwk.generate(new SecureRandom());
        String agreementKey = Jwk.print((ECPublicKey) agreement.getPublic());
        String signatureKey = Jwk.print((ECPublicKey) signature.getPublic());
        String said = "{\"v\":1,\"id\":\"" + IDENTITY + "\",\"knd\":\"none\",\"lvl\":0,\"ver\":\"1\",\"agr\":\""
                + Jwk.thumbprint((ECPublicKey) agreement.getPublic()) + "\"}";
        String attestation = Jws.sign(
                Es256Signer.of(signature.getPrivate()),
                "sealpost-attestation+jws",
                Jwk.thumbprint((ECPublicKey) signature.getPublic()),
                Map.of(),
                said.getBytes(StandardCharsets.UTF_8));
        var peer = server.enrolPeer(
                new EnrolmentRequest(IDENTITY, agreementKey, signatureKey, Optional.empty(), attestation, ""),
                Role.DEVICE);
        authority.enrolled(peer);
        byte[] content = Jwe.parse(peer.enrolmentPackage(), Set.of("alg", "enc", "kid", "typ", "epk"))
                .openFrom((ECPrivateKey) agreement.getPrivate());
        pairwise = Arrays.copyOf(content, 32);
        context = new OscoreContext(
                AeadAlgorithm.AES_CCM_16_64_128,
                derived("sealpost/v1/manager/context"),
                new byte[0],
                Optional.empty(),
                Arrays.copyOf(Sha256.of(IDENTITY.getBytes(StandardCharsets.UTF_8)), 7),
                new byte[0]);
    }

    private byte[] join() {
        byte[] scope = Cbor.array(List.of(List.of("fire-doors", 4)));
        JoinRequest covered = new JoinRequest(
                scope, "", 0, NONCE, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        Map<Long, Object> map = new TreeMap<>();
        map.put(3L, scope);
        map.put(4L, Optional.empty());
        map.put(5L, Credential.of(IDENTITY, (ECPublicKey) signature.getPublic()).octets());
        map.put(6L, NONCE);
        map.put(24L, Es256.sign(signature.getPrivate(), covered.proofInput(derived("sealpost/v1/manager/challenge"))));
        map.put(26L, "coap://127.0.0.1:" + port.address().getPort() + "/rekey");
        return Cbor.map(map);
    }

    private byte[] derived(String label) {
        return Hmac.hkdf(pairwise, new byte[0], (label + '\0').getBytes(StandardCharsets.US_ASCII), 32);
    }

    private synchronized CoapMessage ask(int method, String path, byte[] payload) throws Exception {
        List<CoapMessage.Option> options = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            options.add(new CoapMessage.Option(11, segment.getBytes(StandardCharsets.UTF_8)));
        }
        OscoreContext.ProtectedRequest request =
                context.protectRequest(new CoapMessage(method, options, payload), number++, false);
        RadioPort.Answer answer = answer(RadioPort.Message.secured(
                request.message().option(), request.message().payload()));
        return context.openResponse(
                request.exchange(), new ProtectedMessage(answer.option().orElseThrow(), answer.payload()));
    }

    private RadioPort.Answer answer(RadioPort.Message message) throws Exception {
        return port.ask(door.address(), message, PATIENCE)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private RadioPort.Answer taken(RadioPort.Message message) {
        OscoreContext mine = context;
        synchronized (mine) {
            ReceivedRequest request =
                    mine.openRequest(new ProtectedMessage(message.option().orElseThrow(), message.payload()));
            rekeyed.add(request.message());
            ProtectedMessage answer =
                    mine.protectResponse(request, new CoapMessage(0x44, List.of(), new byte[0]), OptionalLong.empty());
            return RadioPort.Answer.secured(answer.option(), answer.payload());
        }
    }

    /** The first message with a later version; one may come twice. When it returns, the server knows that it arrived. */
    private JsonNode after(JsonNode before) throws InterruptedException {
        while (true) {
            JsonNode message = Cbor.read(Optional.ofNullable(rekeyed.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .orElseThrow()
                            .payload())
                    .orElseThrow();
            if (message.get("9").asLong() > before.get("9").asLong()) {
                until(() -> server.dueRekeys().isEmpty());
                return message;
            }
        }
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static String segment(CoapMessage message, int index) {
        return message.options().stream()
                .filter(o -> o.number() == 8)
                .map(o -> new String(o.value(), StandardCharsets.UTF_8))
                .toList()
                .get(index);
    }
}
