package org.sealpost.cse;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.ResponseType;
import org.sealpost.onem2m.SecurityInfo;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An IN-CSE, an MN-CSE and AEs behind it over real HTTP: what the server, the gateway and the devices do with each other. */
class TwoCsesTest {
    private static final long PATIENCE = 10;

    @TempDir
    Path directory;

    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final BlockingQueue<RequestPrimitive> atServer = new LinkedBlockingQueue<>();
    private final BlockingQueue<RequestPrimitive> atDevice = new LinkedBlockingQueue<>();
    private final AtomicReference<Cse> gatewayNow = new AtomicReference<>();
    private Cse server;
    private URI serverAddress;
    private URI gatewayAddress;

    @BeforeEach
    void start() {
        AtomicReference<Cse> in = new AtomicReference<>();
        serverAddress = bindings.listenHttp(loopback(), (r, hop) -> in.get().handle(r, Source.hop(Optional.empty())))
                .pointOfAccess();
        server = Cse.open(
                new CseConfig(
                        1,
                        "sealpost.example",
                        "/in-cse",
                        "cse-in",
                        List.of(serverAddress),
                        List.of(13),
                        Optional.empty()),
                ResourceStore.memory(),
                bindings.sender(),
                InstantSource.system(),
                request -> {
                    atServer.add(request);
                    return CompletableFuture.completedFuture(
                            ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
                });
        in.set(server);
        gatewayAddress = bindings.listenHttp(
                        loopback(), (r, hop) -> gatewayNow.get().handle(r, Source.hop(Optional.empty())))
                .pointOfAccess();
        gatewayNow.set(openGateway());
        gatewayNow
                .get()
                .register()
                .toCompletableFuture()
                .orTimeout(PATIENCE, TimeUnit.SECONDS)
                .join();
    }

    @AfterEach
    void stop() {
        gatewayNow.get().close();
        server.close();
        timer.shutdownNow();
        bindings.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("G-05")
    void aSealedMessageGoesDownAndItsAnswerComesBack(boolean polls) throws Exception {
        try (ApplicationEntity door = device("door-1", polls)) {
            assertThat(push("/gw-north/Cdoor-1", "p1").status()).isEqualTo(ResponseStatus.ACCEPTED_NON_BLOCKING_ASYNCH);
            assertThat(atDevice.poll(PATIENCE, TimeUnit.SECONDS)).isNotNull();
            RequestPrimitive answer = atServer.poll(PATIENCE, TimeUnit.SECONDS);
            assertThat(answer.content().orElseThrow().name()).isEqualTo(Content.RESPONSE);
            assertThat(answer.content().orElseThrow().value().get("rqi").asString())
                    .isEqualTo("p1");
            assertThat(door.registered()).isCompleted();
        }
    }

    @Test
    void whatTheCourierAcceptedSurvivesTheGateway() throws Exception {
        device("door-1", false).close();
        assertThat(push("/gw-north/Cdoor-1", "p1").status()).isEqualTo(ResponseStatus.ACCEPTED_NON_BLOCKING_ASYNCH);
        gatewayNow.get().close();
        gatewayNow.set(openGateway());
        assertThat(gatewayNow.get().counters()).containsEntry("courier.waiting", 1L);
        try (ApplicationEntity again = device("door-1", false)) {
            assertThat(atDevice.poll(PATIENCE, TimeUnit.SECONDS)).isNotNull();
            assertThat(atServer.poll(PATIENCE, TimeUnit.SECONDS)).isNotNull();
            assertThat(again.registered()).isCompleted();
        }
    }

    @Test
    @Tag("S-13")
    @Tag("G-20")
    void aCommandCreatedAtTheServersGroupReachesEveryMemberThroughTheGatewaysGroup() throws Exception {
        try (ApplicationEntity one = device("door-1", false);
                ApplicationEntity two = device("door-2", true)) {
            ObjectNode below = group("fire-doors");
            below.putArray("mid").add("/gw-north/cse-mn/door-1").add("/gw-north/cse-mn/door-2");
            assertThat(create("/gw-north/-", 9, "m2m:grp", below).status()).isEqualTo(ResponseStatus.CREATED);
            ObjectNode above = group("fire-doors");
            above.putArray("mid").add("/gw-north/cse-mn/fire-doors/fopt");
            assertThat(create("/in-cse/-", 9, "m2m:grp", above).status()).isEqualTo(ResponseStatus.CREATED);
            ObjectNode command = JsonNodeFactory.instance.objectNode().put("con", "close");
            ResponsePrimitive fanned = create("/in-cse/cse-in/fire-doors/fopt/cmd", 4, "m2m:cin", command);
            assertThat(fanned.status()).isEqualTo(ResponseStatus.OK);
            assertThat(fanned.content().orElseThrow().name()).isEqualTo(Content.AGGREGATED_RESPONSE);
            assertThat(fanned.content().orElseThrow().value().toString()).contains("door-1", "door-2", "2001");
            for (int i = 0; i < 2; i++) {
                RequestPrimitive notification = atDevice.poll(PATIENCE, TimeUnit.SECONDS);
                assertThat(notification.content().orElseThrow().name()).isEqualTo(Content.NOTIFICATION);
            }
            assertThat(one.registered()).isCompleted();
            assertThat(two.registered()).isCompleted();
        }
    }

    @Test
    void strangersMayNotNotifyADeviceOrWriteBelowIt() {
        try (ApplicationEntity door = device("door-1", false)) {
            ResponsePrimitive refused = send(RequestPrimitive.of(
                            Operation.CREATE, "/gw-north/cse-mn/door-1/cmd", "/gw-north/Cthief", "t")
                    .resourceType(4)
                    .content(new Content(
                            "m2m:cin", JsonNodeFactory.instance.objectNode().put("con", "open")))
                    .build());
            assertThat(refused.status()).isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
            assertThat(send(RequestPrimitive.of(Operation.NOTIFY, "/gw-north/Cdoor-1", "/gw-north/Cthief", "t")
                                    .content(new SecurityInfo.RandObjectRequest().toContent())
                                    .build())
                            .status())
                    .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
            assertThat(door.registered()).isCompleted();
        }
    }

    @Test
    @Tag("E-02")
    @Tag("E-08")
    void endToEndSecurityIsPublishedAtTheCseBaseAndAtTheRegistreesMirrorAndReadableByItsAes() {
        try (ApplicationEntity door = device("door-1", false)) {
            for (String id : List.of("S-1", "S-2")) {
                String shared = "{\"esri\":\"" + id
                        + "\",\"esrv\":\"r00\",\"esrx\":\"20301231T235959\",\"esks\":[1],\"espa\":[12]}";
                join(server.publish(E2eSecInfo.of(List.of(13, 14)).withSharedObject(shared)));
                for (String place : List.of("/gw-north/cse-mn/in-cse", "/in-cse/-")) {
                    ResponsePrimitive found =
                            join(door.request(Operation.RETRIEVE, place, b -> b.attributes(List.of("esi"))));
                    assertThat(found.status()).as(place).isEqualTo(ResponseStatus.OK);
                    E2eSecInfo info = E2eSecInfo.parse(
                            found.content().orElseThrow().value().get("esi"));
                    assertThat(info.supportsEsprim()).isTrue();
                    assertThat(info.sharedObject()).contains(shared);
                }
            }
            assertThat(send(RequestPrimitive.of(
                                            Operation.UPDATE, "/gw-north/cse-mn/in-cse", "/gw-north/Cdoor-1", "thief")
                                    .content(new Content(
                                            "m2m:csr",
                                            JsonNodeFactory.instance
                                                    .objectNode()
                                                    .put("rr", false)))
                                    .build())
                            .status())
                    .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        }
    }

    @Test
    void malformedSecurityInfoIsRefused() {
        ObjectNode csr = JsonNodeFactory.instance.objectNode().put("cb", "/x/y").put("rr", true);
        csr.putArray("srv").add("3");
        csr.putObject("esi").put("esf", "all");
        assertThat(create("/in-cse/-", 16, "m2m:csr", csr.put("csi", "/x")).status())
                .isEqualTo(ResponseStatus.BAD_REQUEST);
    }

    @Test
    void unknownPlacesAreNotFound() {
        assertThat(send(RequestPrimitive.of(Operation.RETRIEVE, "/gw-north/cse-mn/nobody", "/in-cse", "t")
                                .build())
                        .status())
                .isEqualTo(ResponseStatus.NOT_FOUND);
        assertThat(send(RequestPrimitive.of(Operation.RETRIEVE, "/gw-south/cse-mn", "/in-cse", "t")
                                .build())
                        .status())
                .isEqualTo(ResponseStatus.NOT_FOUND);
    }

    private Cse openGateway() {
        return Cse.open(
                new CseConfig(
                        2,
                        "sealpost.example",
                        "/gw-north",
                        "cse-mn",
                        List.of(gatewayAddress),
                        List.of(),
                        Optional.of(new CseConfig.Registrar("/in-cse", "cse-in", serverAddress))),
                ResourceStore.file(directory.resolve("cse.db")),
                bindings.sender(),
                InstantSource.system(),
                request -> CompletableFuture.completedFuture(
                        ResponsePrimitive.of(ResponseStatus.OPERATION_NOT_ALLOWED, request.requestId())));
    }

    private ApplicationEntity device(String name, boolean polls) {
        ApplicationEntity ae = ApplicationEntity.start(
                new ApplicationEntity.Config(
                        "sealpost.example",
                        "C" + name,
                        name,
                        "Nsealpost",
                        "/gw-north",
                        "cse-mn",
                        gatewayAddress,
                        polls ? Optional.empty() : Optional.of(URI.create("http://127.0.0.1:0")),
                        Optional.empty(),
                        List.of(13, 14),
                        List.of("cmd", "ack", "data"),
                        List.of("cmd"),
                        List.of(new ApplicationEntity.Grant("/in-cse", 63))),
                bindings,
                InstantSource.system(),
                timer,
                request -> {
                    atDevice.add(request);
                    return CompletableFuture.completedFuture(
                            ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
                });
        ae.registered()
                .toCompletableFuture()
                .orTimeout(PATIENCE, TimeUnit.SECONDS)
                .join();
        return ae;
    }

    private ResponsePrimitive push(String to, String requestId) {
        return send(RequestPrimitive.of(Operation.NOTIFY, to, "/in-cse", requestId)
                .responseType(ResponseType.asynchronous("/in-cse"))
                .content(new SecurityInfo.EsprimObject("a..b.c.d").toContent())
                .build());
    }

    private ResponsePrimitive create(String to, int type, String name, ObjectNode body) {
        return send(RequestPrimitive.of(Operation.CREATE, to, "/in-cse", "c" + System.nanoTime())
                .resourceType(type)
                .content(new Content(name, body))
                .build());
    }

    private ResponsePrimitive send(RequestPrimitive request) {
        return server.handle(request, Source.local())
                .toCompletableFuture()
                .orTimeout(PATIENCE, TimeUnit.SECONDS)
                .join();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(PATIENCE, TimeUnit.SECONDS).join();
    }

    private static ObjectNode group(String name) {
        return JsonNodeFactory.instance.objectNode().put("rn", name).put("mnm", 100);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
