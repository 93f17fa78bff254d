package org.sealpost.demo.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class TapProxyTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path directory;

    /** Both sides block; the common pool may have one thread only. */
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private TapProxy tap;

    @BeforeEach
    void open() throws IOException {
        tap = new TapProxy(directory);
    }

    @AfterEach
    void close() {
        tap.close();
        threads.shutdownNow();
    }

    @Test
    void aTcpConnectionPassesUnchangedAndBothSidesAreRecorded() throws Exception {
        byte[] request = random(3_000_000);
        byte[] answer = random(2_000_000);
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            var received = CompletableFuture.supplyAsync(() -> serve(server, request.length, answer), threads);
            Relay relay = tap.tcp("server-http");
            relay.target(URI.create("http://127.0.0.1:" + server.getLocalPort()));
            try (Socket client = connect(relay)) {
                var sent = CompletableFuture.runAsync(() -> write(client, request), threads);
                assertThat(client.getInputStream().readNBytes(answer.length)).isEqualTo(answer);
                sent.get(10, TimeUnit.SECONDS);
            }
            assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(request);
        }
        tap.close();
        assertThat(directory.resolve("server-http.1.to")).hasBinaryContent(request);
        assertThat(directory.resolve("server-http.1.from")).hasBinaryContent(answer);
    }

    @Test
    void datagramsFindBackToTheirClients() throws Exception {
        try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
                DatagramSocket one = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
                DatagramSocket two = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            Relay relay = tap.udp("gw-coap");
            relay.target(URI.create("coap://127.0.0.1:" + server.getLocalPort()));
            send(one, relay, "from one");
            echo(server);
            send(two, relay, "from two");
            echo(server);
            assertThat(receive(one)).isEqualTo("from one!");
            assertThat(receive(two)).isEqualTo("from two!");
        }
        tap.close();
        assertThat(Files.readString(directory.resolve("gw-coap.1.to"))).isEqualTo("from one");
        assertThat(Files.readString(directory.resolve("gw-coap.2.from"))).isEqualTo("from two!");
    }

    @Test
    void aHopWithoutTargetOrBlockedIsDown() throws Exception {
        Relay relay = tap.tcp("device");
        try (Socket client = connect(relay)) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            relay.target(URI.create("http://127.0.0.1:" + server.getLocalPort()));
            relay.block(true);
            try (Socket client = connect(relay)) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            relay.block(false);
            var received = CompletableFuture.supplyAsync(() -> serve(server, 2, new byte[] {7}));
            try (Socket client = connect(relay)) {
                write(client, new byte[] {1, 2});
                assertThat(client.getInputStream().read()).isEqualTo(7);
            }
            assertThat(received.get(10, TimeUnit.SECONDS)).containsExactly(1, 2);
        }
    }

    @Test
    void aWatchActsOnceAtItsMessageBeforeOrAfterItIsPassedOn() throws Exception {
        try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
                DatagramSocket client = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            Relay relay = tap.udp("gw-coap");
            relay.target(URI.create("coap://127.0.0.1:" + server.getLocalPort()));
            AtomicInteger acted = new AtomicInteger();
            relay.watch(Optional.of(new Watch("sealed", 2, true, acted::incrementAndGet)));
            for (String text : List.of("sealed 1", "other", "sealed 2", "sealed 3")) {
                assertThat(acted.get()).isEqualTo(text.equals("sealed 3") ? 1 : 0);
                send(client, relay, text);
                // Having arrived, it was seen before.
                server.receive(new DatagramPacket(new byte[100], 100));
            }
            assertThat(acted.get()).isEqualTo(1);
            CompletableFuture<Boolean> after = new CompletableFuture<>();
            relay.watch(Optional.of(new Watch("answer!", 1, false, () -> after.complete(true))));
            send(client, relay, "answer");
            echo(server);
            assertThat(after.get(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThatThrownBy(() -> new Watch("x", 0, true, () -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    private static Socket connect(Relay relay) throws IOException {
        return new Socket(relay.uri().getHost(), relay.uri().getPort());
    }

    private static byte[] serve(ServerSocket server, int length, byte[] answer) {
        try (Socket socket = server.accept()) {
            var written = CompletableFuture.runAsync(() -> write(socket, answer));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(socket.getInputStream().readNBytes(length));
            written.join();
            return all.toByteArray();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void write(Socket socket, byte[] octets) {
        try {
            socket.getOutputStream().write(octets);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void send(DatagramSocket socket, Relay relay, String text) throws IOException {
        socket.send(new DatagramPacket(
                text.getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                text.length(),
                new InetSocketAddress(LOOPBACK, relay.uri().getPort())));
    }

    private static void echo(DatagramSocket server) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        server.receive(packet);
        packet.getData()[packet.getLength()] = '!';
        server.send(new DatagramPacket(packet.getData(), packet.getLength() + 1, packet.getSocketAddress()));
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static byte[] random(int length) {
        byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }
}
