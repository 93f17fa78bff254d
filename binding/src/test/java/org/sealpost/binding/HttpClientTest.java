package org.sealpost.binding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** The HTTP client against peers that are scripted here. */
class HttpClientTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: r1\r\nContent-Length: 0\r\n\r\n";
    private final Bindings bindings = Bindings.open(HopSecurity.plain());

    @AfterEach
    void close() {
        bindings.close();
    }

    @Test
    @Tag("B-15")
    void aNotifyIsWrittenAsTheStandardSays() throws Exception {
        try (Peer peer = new Peer(OK)) {
            RequestPrimitive request = RequestPrimitive.of(Operation.NOTIFY, "//sp.example/gw/Cdoor-1", "/in-cse", "r1")
                    .content(BindingBehaviour.content(2))
                    .resultContent(1)
                    .build();
            assertThat(send(peer, request).status()).isEqualTo(ResponseStatus.OK);
            assertThat(peer.received.join())
                    .startsWith("POST /_/sp.example/gw/Cdoor-1?rcn=1 HTTP/1.1")
                    .anySatisfy(l -> assertThat(l).isEqualToIgnoringCase("host: 127.0.0.1:" + peer.port()))
                    .contains("X-M2M-Origin: /in-cse", "X-M2M-RI: r1", "X-M2M-RVI: 3")
                    .contains("content-type: application/json", "content-length: 24");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nX-M2M-RI: r1\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: r2\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-M2M-RSC: 9999\r\nX-M2M-RI: r1\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: r1\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\n<",
                "HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: r1\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1\r\n\r\n{",
                "HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: r1\r\nContent-Length: 9000000\r\n\r\n",
                "SSH-2.0-something\r\n\r\n"
            })
    void whatIsNoResponsePrimitiveIsRefused(String reply) throws IOException {
        try (Peer peer = new Peer(reply)) {
            assertThatThrownBy(() -> send(peer, BindingBehaviour.ping("r1"))).hasCauseInstanceOf(Refusal.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nX-M2M-RSC: 2000\r\nX-M2M-RI: r1\r\nContent-Length: 10\r\n\r\n{"})
    void aConnectionThatBreaksBeforeTheAnswerIsUnreachable(String reply) throws IOException {
        try (Peer peer = new Peer(reply)) {
            assertThatThrownBy(() -> send(peer, BindingBehaviour.ping("r1"))).hasCauseInstanceOf(Unreachable.class);
        }
    }

    @Test
    void nobodyListeningIsUnreachable() throws IOException {
        int free;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = probe.getLocalPort();
        }
        assertThatThrownBy(() -> bindings.sender()
                        .send(
                                URI.create("http://127.0.0.1:" + free),
                                BindingBehaviour.ping("r1"),
                                BindingBehaviour.PATIENCE)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(Unreachable.class)
                .hasMessageContaining("127.0.0.1:" + free);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C\r\nX-M2M-RI: other", "", " Cx", "C\u00fc"})
    void anOriginatorThatIsNoHeaderValueIsNotSent(String from) {
        assertThatThrownBy(() -> bindings.sender()
                        .send(
                                URI.create("http://127.0.0.1:1"),
                                BindingBehaviour.ping("r1").with(b -> b.from(from)),
                                BindingBehaviour.PATIENCE)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(Refusal.class);
    }

    private ResponsePrimitive send(Peer peer, RequestPrimitive request) {
        return bindings.sender()
                .send(URI.create("http://127.0.0.1:" + peer.port()), request, BindingBehaviour.PATIENCE)
                .toCompletableFuture()
                .join();
    }

    /** Takes one connection, reads the head of a request, sends what it was told, closes. */
    private static final class Peer implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final CompletableFuture<List<String>> received = new CompletableFuture<>();

        Peer(String reply) throws IOException {
            Thread thread = new Thread(() -> serve(reply), "scripted-peer");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return server.getLocalPort();
        }

        private void serve(String reply) {
            try (Socket socket = server.accept()) {
                BufferedReader reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
                List<String> lines = new ArrayList<>();
                for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                    lines.add(line);
                }
                socket.getOutputStream().write(reply.getBytes(ISO_8859_1));
                socket.getOutputStream().flush();
                received.complete(lines);
            } catch (IOException e) {
                received.completeExceptionally(e);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
