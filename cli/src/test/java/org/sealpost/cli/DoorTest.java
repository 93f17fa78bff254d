package org.sealpost.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A verb that comes while the server is still starting, or when there is none. */
class DoorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path state;

    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(state.resolve("admin.token"), "t0ken");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            byte[] answer = "{\"id\":7}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            try (var out = exchange.getResponseBody()) {
                out.write(answer);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aServerThatHasNotOpenedItsDoorYetIsWaitedForAndAskedOnce() throws Exception {
        var answer = later(Door.find(Optional.empty(), state, PATIENCE));
        publish(server.getAddress().getPort());
        assertThat(answer.get(30, TimeUnit.SECONDS).get("id").asInt()).isEqualTo(7);
        assertThat(asked).hasValue(1);
    }

    @Test
    void theAddressOfAServerThatIsGoneIsReadAgain() throws Exception {
        publish(unused());
        var answer = later(Door.find(Optional.empty(), state, PATIENCE));
        publish(server.getAddress().getPort());
        assertThat(answer.get(30, TimeUnit.SECONDS).get("id").asInt()).isEqualTo(7);
        assertThat(asked).hasValue(1);
    }

    @Test
    void withoutAServerTheWaitingEndsAndIsExplained() throws Exception {
        publish(unused());
        assertThatThrownBy(() -> Door.find(Optional.empty(), state, Duration.ofMillis(300))
                        .get("/status"))
                .isInstanceOfSatisfying(
                        Complaint.class, c -> assertThat(c.hint()).contains("is it running?"))
                .hasMessageContaining("does not answer");
        assertThat(asked).hasValue(0);
    }

    @Test
    void anAddressThatWasGivenIsNotWaitedFor() throws Exception {
        URI nowhere = URI.create("http://127.0.0.1:" + unused());
        Door door = Door.find(Optional.of(nowhere), state, Duration.ofDays(1));
        assertThatThrownBy(() -> door.get("/status")).hasMessageContaining("does not answer");
    }

    private static CompletableFuture<JsonNode> later(Door door) {
        return CompletableFuture.supplyAsync(() -> door.post("/commands", JsonNodeFactory.instance.objectNode()));
    }

    private void publish(int port) throws Exception {
        Files.writeString(state.resolve("admin.address"), "http://127.0.0.1:" + port + "\n");
    }

    private static int unused() throws Exception {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
