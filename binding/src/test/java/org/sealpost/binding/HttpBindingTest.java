package org.sealpost.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.ResponseType;
import tools.jackson.databind.node.JsonNodeFactory;

/** Primitives over real HTTP on loopback. */
class HttpBindingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final AtomicReference<RequestPrimitive> seen = new AtomicReference<>();
    private final AtomicReference<CompletableFuture<ResponsePrimitive>> answer = new AtomicReference<>();
    private URI peer;

    @BeforeEach
    void listen() {
        peer = bindings.listenHttp(loopback(0), (request, hop) -> {
                    seen.set(request);
                    CompletableFuture<ResponsePrimitive> prepared = answer.get();
                    return prepared != null
                            ? prepared
                            : CompletableFuture.completedFuture(
                                    ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
                })
                .pointOfAccess();
    }

    @AfterEach
    void close() {
        bindings.close();
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void everyOperationArrivesAsItWasSent(Operation operation) {
        RequestPrimitive.Builder b = RequestPrimitive.of(operation, "/gw-north/cse-mn/door-1/cmd", "/in-cse", "r1")
                .requestExpiration(Instant.parse("2030-01-01T00:00:00Z"))
                .groupRequestId("g1");
        if (operation == Operation.CREATE) {
            b.resourceType(4);
        }
        if (operation != Operation.RETRIEVE && operation != Operation.DELETE) {
            b.content(content(20));
        } else {
            b.filter(Map.of("fu", "1", "ty", "2"))
                    .attributes(List.of("esi", "lbl"))
                    .resultContent(6);
        }
        RequestPrimitive request =
                b.responseType(ResponseType.asynchronous("/in-cse")).build();
        assertThat(send(request).status()).isEqualTo(ResponseStatus.OK);
        assertThat(seen.get()).isEqualTo(request);
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {"cse-in/x", "Cdoor-1", "-", "/in-cse/-", "//sp.example.org/in-cse/cse-in/x"})
    void everyScopeOfIdentifierArrives(String to) {
        send(RequestPrimitive.of(Operation.RETRIEVE, to, "Cx", "r1").build());
        assertThat(seen.get().to()).isEqualTo(to);
    }

    @Test
    void aLargeContentGoesThroughBothWays() {
        Content large = content(300_000);
        answer.set(CompletableFuture.completedFuture(
                ResponsePrimitive.of(ResponseStatus.CREATED, "r1", large).withLocation("/in-cse/x/1")));
        ResponsePrimitive response = send(RequestPrimitive.of(Operation.CREATE, "x", "Cx", "r1")
                .resourceType(4)
                .content(large)
                .build());
        assertThat(response.content()).hasValue(large);
        assertThat(response.location()).hasValue("/in-cse/x/1");
        assertThat(seen.get().content()).hasValue(large);
    }

    @Test
    void aRefusalArrivesWithItsStatusAndSentence() {
        answer.set(CompletableFuture.failedFuture(
                new Refusal(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "enrol the end point again")));
        ResponsePrimitive response = send(ping());
        assertThat(response.status()).isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID);
        assertThat(response.sentence()).isEqualTo("enrol the end point again");
    }

    @Test
    void aFailureSaysNothingOfItsCause() {
        answer.set(CompletableFuture.failedFuture(new IllegalStateException("an internal detail")));
        ResponsePrimitive response = send(ping());
        assertThat(response.status()).isEqualTo(ResponseStatus.INTERNAL_SERVER_ERROR);
        assertThat(response.sentence()).doesNotContain("detail");
    }

    @Test
    void aSilentPeerIsUnreachableAfterTheTimeout() {
        answer.set(new CompletableFuture<>());
        assertThatThrownBy(() -> bindings.sender()
                        .send(peer, ping(), Duration.ofMillis(200))
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(Unreachable.class);
    }

    @Test
    void nobodyListeningIsUnreachable() throws Exception {
        int free;
        try (var probe = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = probe.getLocalPort();
        }
        assertThatThrownBy(() -> bindings.sender()
                        .send(URI.create("http://127.0.0.1:" + free), ping(), PATIENCE)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(Unreachable.class);
    }

    @Test
    void anOccupiedPortIsNamed() {
        assertThatThrownBy(() -> bindings.listenHttp(loopback(peer.getPort()), (r, h) -> new CompletableFuture<>()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(String.valueOf(peer.getPort()))
                .hasMessageContaining("choose another");
    }

    @Test
    void garbageIsAnsweredAndHarmsNobody() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), peer.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write("\0\1\2 not http\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(reply).containsIgnoringCase("x-m2m-rsc: 4000");
        }
        assertThat(send(ping()).status()).isEqualTo(ResponseStatus.OK);
    }

    private static RequestPrimitive ping() {
        return RequestPrimitive.of(Operation.NOTIFY, "-", "Cx", "r1")
                .content(content(3))
                .build();
    }

    private ResponsePrimitive send(RequestPrimitive request) {
        return bindings.sender()
                .send(peer, request, PATIENCE)
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static Content content(int length) {
        return new Content("m2m:cin", JsonNodeFactory.instance.objectNode().put("con", "x".repeat(length)));
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
