package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** Somebody on the way withholds what is sealed for the devices, and lets commands through: they ask for what they miss, end to end. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatchUpTest {
    private static final Duration LONGER_THAN_A_LONG_POLL = Duration.ofSeconds(45);
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north}
            groups:
              - {id: fire-doors, verbs: [close, open], scheme: point-to-point}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
              - {name: door-2, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
            """;

    @TempDir
    static Path folder;

    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final AtomicReference<URI> listening = new AtomicReference<>();
    private final AtomicInteger withheld = new AtomicInteger();
    private final AtomicInteger withheldFromSleeper = new AtomicInteger();
    private volatile boolean withholding;
    private Site site;
    private Program door;
    private Program sleeper;

    @BeforeAll
    void start() throws Exception {
        Listener relay = listen(this::toDevice);
        site = new Site(folder, FLEET);
        URI gateway = URI.create(site.gateway().address("http"));
        Listener polls = listen(request -> toGateway(gateway, request));
        door = site.device(
                "door-1",
                "fire-door",
                "--listen",
                "http://127.0.0.1:0",
                "--advertise",
                relay.pointOfAccess().toString());
        sleeper = site.program(
                "device",
                "org.sealpost.device.DeviceMain",
                "door-2",
                "--name",
                "door-2",
                "--function",
                "fire-door",
                "--gateway",
                polls.pointOfAccess().toString(),
                "--status-file",
                folder.resolve("door-2/status").toString(),
                "--polling");
        listening.set(URI.create(door.address("http")));
        site.enrol(door);
        site.enrol(sleeper);
        Eventually.holds("the doors confirmed epoch 1", site::allCurrent);
    }

    @AfterAll
    void stop() {
        site.close();
        bindings.close();
    }

    @BeforeEach
    void letThrough() {
        withholding = false;
        withheld.set(0);
        withheldFromSleeper.set(0);
    }

    @Test
    void aCommandOfAnEpochThatNeverArrivedMakesEachDeviceFetchItAndAct() throws Exception {
        withholding = true;
        long epoch = rotate();
        Eventually.holds(
                "deliveries were withheld from both", () -> withheld.get() > 0 && withheldFromSleeper.get() > 0);
        act("close", "closed");
        for (Program device : List.of(door, sleeper)) {
            assertThat(epoch(device)).isEqualTo(epoch);
            assertThat(site.status(device).get("fetched").asLong()).isEqualTo(1);
            assertThat(site.status(device).get("commands").get("executed").asLong())
                    .isEqualTo(1);
        }
        Eventually.holds("and the server knows that they hold it", site::allCurrent);
    }

    @Test
    void aDeviceThatStartsAfterTheEpochWasDrawnAsksForItAndConfirms() throws Exception {
        withholding = true;
        door.kill();
        sleeper.kill();
        long epoch = rotate();
        door.start();
        sleeper.start();
        listening.set(URI.create(door.address("http")));
        act("open", "open");
        assertThat(withholding).as("nothing came but by asking").isTrue();
        assertThat(epoch(door)).isEqualTo(epoch);
        assertThat(epoch(sleeper)).isEqualTo(epoch);
        Eventually.holds("and the server knows that they hold it", site::allCurrent);
    }

    private long rotate() throws Exception {
        return site.post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}")
                .get("epoch")
                .asLong();
    }

    private void act(String verb, String state) throws Exception {
        site.post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"" + verb + "\"}");
        for (Program device : List.of(door, sleeper)) {
            Eventually.holds(
                    device.state() + " is " + state,
                    () -> site.status(device)
                            .get("actuator")
                            .get("state")
                            .asString()
                            .equals(state));
        }
    }

    private long epoch(Program device) throws Exception {
        return site.status(device).get("credentials").get(0).get("epoch").asLong();
    }

    private Listener listen(Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> relay) throws Exception {
        return bindings.listenHttp(new InetSocketAddress("127.0.0.1", 0), (request, hop) -> relay.apply(request));
    }

    private CompletionStage<ResponsePrimitive> toDevice(RequestPrimitive request) {
        boolean sealed = request.content()
                .filter(c -> c.name().equals(Content.SECURITY_INFO))
                .isPresent();
        if (withholding && sealed) {
            withheld.incrementAndGet();
            return CompletableFuture.failedFuture(
                    new Refusal(ResponseStatus.TARGET_NOT_REACHABLE, "the device is not to be reached"));
        }
        return bindings.sender().send(listening.get(), request, Duration.ofSeconds(20));
    }

    /** What the sleeping device sends and polls for: a poll that would bring something sealed brings nothing. */
    private CompletionStage<ResponsePrimitive> toGateway(URI gateway, RequestPrimitive request) {
        return bindings.sender().send(gateway, request, LONGER_THAN_A_LONG_POLL).thenApply(response -> {
            boolean sealed = response.content()
                    .filter(c -> c.name().equals(Content.REQUEST))
                    .filter(c -> c.value().toString().contains(Content.SECURITY_INFO))
                    .isPresent();
            if (withholding && sealed) {
                withheldFromSleeper.incrementAndGet();
                return ResponsePrimitive.refused(
                        new Refusal(ResponseStatus.REQUEST_TIMEOUT, "nothing came: poll again"), request.requestId());
            }
            return response;
        });
    }
}
