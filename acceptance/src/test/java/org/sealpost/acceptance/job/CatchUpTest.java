package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** Somebody on the way withholds what is sealed for a device, and lets commands through. */
class CatchUpTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north}
            groups:
              - {id: fire-doors, verbs: [close, open]}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors]}
            """;

    @TempDir
    Path folder;

    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final AtomicReference<URI> device = new AtomicReference<>();
    private final AtomicInteger withheld = new AtomicInteger();
    private volatile boolean withholding;
    private Site site;
    private Program door;

    @BeforeEach
    void start() throws Exception {
        Listener relay = bindings.listenHttp(new InetSocketAddress("127.0.0.1", 0), (request, hop) -> relay(request));
        site = new Site(folder, FLEET);
        door = site.device(
                "door-1",
                "fire-door",
                "--listen",
                "http://127.0.0.1:0",
                "--advertise",
                relay.pointOfAccess().toString());
        device.set(URI.create(door.address("http")));
        site.enrol(door);
        Eventually.holds("the door confirmed epoch 1", site::allCurrent);
    }

    @AfterEach
    void stop() {
        site.close();
        bindings.close();
    }

    @Test
    void aCommandOfAnEpochThatNeverArrivedMakesTheDeviceFetchItAndAct() throws Exception {
        withholding = true;
        site.post("/groups/fire-doors/rotate", "{\"reason\":\"rehearsal\"}");
        Eventually.holds("a delivery was withheld", () -> withheld.get() > 0);
        site.post("/commands", "{\"group\":\"fire-doors\",\"verb\":\"close\"}");
        Eventually.holds(
                "the door is closed",
                () -> site.status(door).get("actuator").get("state").asString().equals("closed"));
        assertThat(site.status(door).get("credentials").get(0).get("epoch").asLong())
                .isEqualTo(2);
        assertThat(site.status(door).get("fetched").asLong()).isEqualTo(1);
        Eventually.holds("and the server knows that it holds epoch 2", site::allCurrent);
        assertThat(site.status(door).get("commands").get("executed").asLong()).isEqualTo(1);
    }

    private CompletionStage<ResponsePrimitive> relay(RequestPrimitive request) {
        boolean sealed = request.content()
                .filter(c -> c.name().equals(Content.SECURITY_INFO))
                .isPresent();
        if (withholding && sealed) {
            withheld.incrementAndGet();
            return CompletableFuture.failedFuture(
                    new Refusal(ResponseStatus.TARGET_NOT_REACHABLE, "the device is not to be reached"));
        }
        return bindings.sender().send(device.get(), request, Duration.ofSeconds(20));
    }
}
