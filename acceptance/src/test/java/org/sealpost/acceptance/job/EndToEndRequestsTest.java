package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;

/**
 * A device uses the server's resources through a gateway, as {@code examples/OwnSpace.java}: every operation, allowed and refused by rules with acaf. Between device and gateway stands somebody who
 * watches, and answers with forged errors when the test says so.
 */
class EndToEndRequestsTest {
    private static final Path HOME =
            Path.of(System.getProperty("sealpost.dist")).resolve("../..").normalize();
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north}
            groups:
              - {id: fire-doors, verbs: [close, open]}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
              - {name: door-2, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
            """;

    @TempDir
    Path folder;

    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final Queue<String> carried = new ConcurrentLinkedQueue<>();
    private final AtomicInteger randObjects = new AtomicInteger();
    private final AtomicInteger spoiled = new AtomicInteger();
    private volatile Optional<ResponseStatus> forged = Optional.empty();
    private Site site;
    private Listener relay;

    @BeforeEach
    void start() throws Exception {
        site = new Site(folder, FLEET);
        URI gateway = URI.create(site.gateway().address("http"));
        relay = bindings.listenHttp(new InetSocketAddress("127.0.0.1", 0), (request, hop) -> relay(gateway, request));
    }

    @AfterEach
    void stop() {
        site.close();
        bindings.close();
    }

    @Test
    @Tag("E-24")
    @Tag("E-35")
    @Tag("S-05")
    void everyOperationAllowedAndRefusedByWhoProvedToBeWho() throws Exception {
        Program device = device("door-2");
        Eventually.holds("it is through", () -> log(device).contains("delete "));
        assertThat(log(device)
                        .lines()
                        .map(l -> l.replaceAll(" (\\d+) .*", " $1").trim()))
                .containsSubsequence(
                        "create 2001",
                        "write 2001",
                        "read 2000",
                        "update 2004",
                        "notify 2000",
                        "seal 2001",
                        "pry 4103",
                        "detour 4005",
                        "delete 2002");
        assertThat(log(device)).contains("\"con\":\"serviced by Ada\"").contains("\"mni\":9");
        assertThat(log(device)).contains("note by [//sealpost.example/gw-north/Cdoor-2]: the closer squeaks");
        assertThat(String.join("\n", carried))
                .as("what the gateway carried")
                .contains("epo")
                .doesNotContain("serviced by Ada")
                .doesNotContain("gw-north.door-2");
        assertThat(randObjects.get())
                .as("a shared object was published, and used")
                .isZero();
        for (Operation operation : List.of(Operation.RETRIEVE, Operation.DELETE)) {
            RequestPrimitive claimed = RequestPrimitive.of(
                            operation, "/in-cse/cse-in/gw-north.door-2", "/gw-north/Cdoor-2", "forged")
                    .build();
            for (String way :
                    List.of(site.server().address("http"), site.gateway().address("http"))) {
                assertThat(send(URI.create(way), claimed).status())
                        .as("%s in the device's name at %s", operation, way)
                        .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
            }
        }
    }

    /** Forged 4115s instead of the first answers: each request is executed once all the same, and in a session of the same strength. */
    @Test
    void forgedErrorsCostTimeAndNothingElse() throws Exception {
        forged = Optional.of(ResponseStatus.ESPRIM_BAD_MAC);
        Program device = device("door-2");
        Eventually.holds("it is through", () -> log(device).contains("delete "));
        assertThat(spoiled.get()).isEqualTo(1);
        assertThat(log(device)).contains("create 2001").contains("delete 2002");
        assertThat(randObjects.get()).as("one new session").isEqualTo(1);
    }

    private Program device(String name) throws Exception {
        Path state = folder.resolve(name).resolve("state");
        Program device = site.program(
                "device",
                HOME.resolve("examples/OwnSpace.java").toString(),
                name,
                relay.pointOfAccess().toString(),
                state.toString(),
                name);
        site.enrol(device);
        return device;
    }

    private CompletionStage<ResponsePrimitive> relay(URI gateway, RequestPrimitive request) {
        request.content().ifPresent(c -> carried.add(c.value().toString()));
        Optional<SecurityInfo> info = request.content()
                .filter(c -> c.name().equals(Content.SECURITY_INFO))
                .map(SecurityInfo::of);
        if (info.filter(SecurityInfo.RandObjectRequest.class::isInstance).isPresent()) {
            randObjects.incrementAndGet();
        }
        boolean sealed =
                info.filter(SecurityInfo.EsprimObject.class::isInstance).isPresent();
        return bindings.sender().send(gateway, request, Duration.ofSeconds(60)).thenCompose(answer -> {
            answer.content().ifPresent(c -> carried.add(c.value().toString()));
            if (sealed && forged.isPresent() && spoiled.compareAndSet(0, 1)) {
                return CompletableFuture.failedFuture(new Refusal(forged.get(), "forged"));
            }
            return CompletableFuture.completedFuture(answer);
        });
    }

    private ResponsePrimitive send(URI address, RequestPrimitive request) throws Exception {
        return bindings.sender()
                .send(address, request, Duration.ofSeconds(20))
                .toCompletableFuture()
                .get();
    }

    private static String log(Program program) throws Exception {
        return Files.readString(program.file("log"));
    }
}
