package org.sealpost.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.cse.CseConfig;

/** A gateway is asked while it starts, as after a power cut, when everybody is waiting for it. */
class GatewayStartTest {
    private static final int STARTS = 5;

    @TempDir
    Path folder;

    @Test
    void aRequestThatComesTooEarlyWaitsAndIsAnswered() throws Exception {
        int port;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        Set<String> statuses = new ConcurrentSkipListSet<>();
        for (int start = 0; start < STARTS; start++) {
            CountDownLatch answered = new CountDownLatch(1);
            Thread impatient = new Thread(() -> ask(port, statuses, answered));
            impatient.start();
            try (Gateway gateway = new Gateway(new Gateway.Config(
                    "gw-north",
                    "sealpost.example",
                    new CseConfig.Registrar("/in-cse", "cse-in", URI.create("http://127.0.0.1:9")),
                    new InetSocketAddress("127.0.0.1", port),
                    Optional.empty(),
                    List.of(),
                    folder.resolve("cse-" + start + ".db")))) {
                assertThat(gateway.httpAddress().getPort()).isEqualTo(port);
                answered.await();
            }
            impatient.join();
        }
        assertThat(statuses).isNotEmpty().doesNotContain("5000");
    }

    /** Asks until there is an answer. */
    private static void ask(int port, Set<String> statuses, CountDownLatch answered) {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/cse-mn"))
                .headers("X-M2M-RI", "r", "X-M2M-RVI", "3", "X-M2M-Origin", "Cnobody")
                .timeout(Duration.ofSeconds(20))
                .build();
        while (answered.getCount() > 0) {
            try {
                statuses.add(client.send(request, HttpResponse.BodyHandlers.discarding())
                        .headers()
                        .firstValue("X-M2M-RSC")
                        .orElse("none"));
                answered.countDown();
            } catch (IOException notYet) {
                Thread.onSpinWait();
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
