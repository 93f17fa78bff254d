package org.sealpost.binding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** CoAP octet by octet (RFC 7252, TS-0008 clause 6), and what peers send that is not it. */
class CoapWireTest {
    private static final int POST = 0x02;
    private static final int FR = 279;
    private static final int RQI = 283;
    private static final HexFormat HEX = HexFormat.of();
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> answer =
            request -> CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
    private Listener listener;
    private DatagramSocket socket;

    @BeforeEach
    void listen() throws IOException {
        listener = bindings.listenCoap(BindingBehaviour.loopback(0), (request, hop) -> answer.apply(request));
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout((int) BindingBehaviour.PATIENCE.toMillis());
    }

    @AfterEach
    void close() {
        socket.close();
        bindings.close();
    }

    @Test
    @Tag("B-06")
    @Tag("B-10")
    @Tag("B-12")
    void aNotifyIsAnsweredWith204AndAPayload() throws IOException {
        answer = request -> CompletableFuture.completedFuture(
                ResponsePrimitive.of(ResponseStatus.OK, "r1", BindingBehaviour.content(2)));
        send(POST, notification());
        // 2.04 in the ACK; Content-Format 50, Max-Age 0, oneM2M-RVI, oneM2M-RQI, oneM2M-RSC, payload
        assertThat(HEX.formatHex(receive()))
                .isEqualTo("61440007" + "aa" + "c132" + "20" + options204() + "ff"
                        + HEX.formatHex("{\"m2m:cin\":{\"con\":\"xx\"}}".getBytes(UTF_8)));
    }

    private static String options204() {
        // delta 257 to 271 (RVI "3"), 12 to 283 (RQI "r1"), 24 to 307 (RSC 2000)
        return "d1f4" + HEX.toHexDigits((byte) '3') + "c2" + "7231" + "d20b" + "07d0";
    }

    @Test
    void anAnswerThatTakesTimeIsAcknowledgedFirst() throws IOException {
        CompletableFuture<ResponsePrimitive> late = new CompletableFuture<>();
        answer = request -> late;
        send(POST, notification());
        assertThat(HEX.formatHex(receive())).isEqualTo("60000007");
        late.complete(ResponsePrimitive.of(ResponseStatus.OK, "r1"));
        byte[] separate = receive();
        assertThat(HEX.formatHex(separate, 0, 2)).isEqualTo("4144");
        assertThat(separate[4]).isEqualTo((byte) 0xaa);
        socket.send(packet(new byte[] {0x60, 0, separate[2], separate[3]}));
    }

    @Test
    @Tag("B-08")
    void anUnknownCriticalOptionIsABadOption() throws IOException {
        TreeMap<Integer, byte[]> options = notification();
        options.put(65001, new byte[] {1});
        send(POST, options);
        assertThat(code(receive())).isEqualTo("4.02");
    }

    @Test
    void anUnknownElectiveOptionIsPassedOver() throws IOException {
        TreeMap<Integer, byte[]> options = notification();
        options.put(65000, new byte[] {1});
        send(POST, options);
        assertThat(code(receive())).isEqualTo("2.04");
    }

    @Test
    void anOptionOfTheStandardThatIsNotSupportedIsNamed() throws IOException {
        TreeMap<Integer, byte[]> options = notification();
        options.put(299, "20300101T000000".getBytes(UTF_8));
        send(POST, options);
        byte[] reply = receive();
        assertThat(code(reply)).isEqualTo("5.01");
        assertThat(new String(reply, UTF_8)).contains("oneM2M-OET");
    }

    @Test
    @Tag("B-08")
    void aMissingOptionIsNamed() throws IOException {
        for (int missing : new int[] {FR, RQI}) {
            TreeMap<Integer, byte[]> options = notification();
            options.remove(missing);
            send(POST, options);
            byte[] reply = receive();
            assertThat(code(reply)).isEqualTo("4.00");
            assertThat(new String(reply, UTF_8)).contains(missing == FR ? "oneM2M-FR" : "oneM2M-RQI");
        }
    }

    @Test
    @Tag("B-09")
    void anAcceptOfSomethingElseIsNotAcceptable() throws IOException {
        TreeMap<Integer, byte[]> options = notification();
        options.put(17, new byte[] {41});
        send(POST, options);
        assertThat(code(receive())).isEqualTo("4.06");
    }

    @Test
    void aMethodOutsideTheStandardIsNotAllowed() throws IOException {
        send(0x05, notification());
        assertThat(code(receive())).isEqualTo("4.05");
    }

    @Test
    void garbageHarmsNobody() throws IOException {
        long seed = 20261124L;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            if (noise.length > 0 && i % 2 == 0) {
                noise[0] = (byte) (0x40 | noise[0] & 0x3f);
            }
            socket.send(packet(noise));
        }
        // A client that repeats itself, because the burst may have cost a datagram.
        assertThat(bindings.sender()
                        .send(listener.pointOfAccess(), BindingBehaviour.ping("r1"), BindingBehaviour.PATIENCE)
                        .toCompletableFuture()
                        .join()
                        .status())
                .as("seed " + seed)
                .isEqualTo(ResponseStatus.OK);
    }

    private static TreeMap<Integer, byte[]> notification() {
        TreeMap<Integer, byte[]> options = new TreeMap<>();
        options.put(11, "x".getBytes(UTF_8));
        options.put(FR, "Cx".getBytes(UTF_8));
        options.put(RQI, "r1".getBytes(UTF_8));
        return options;
    }

    private int mid = 6;

    /** A CON request with token aa; message ids count from 7. */
    private void send(int code, TreeMap<Integer, byte[]> options) throws IOException {
        mid++;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x41, (byte) code, 0, (byte) mid, (byte) 0xaa});
        int last = 0;
        for (var option : options.entrySet()) {
            option(out, option.getKey() - last, option.getValue());
            last = option.getKey();
        }
        socket.send(packet(out.toByteArray()));
    }

    private static void option(ByteArrayOutputStream out, int delta, byte[] value) {
        int length = Math.min(value.length, 13);
        if (delta < 13) {
            out.write(delta << 4 | length);
        } else if (delta < 269) {
            out.write(13 << 4 | length);
            out.write(delta - 13);
        } else {
            out.write(14 << 4 | length);
            out.write((delta - 269) >> 8);
            out.write(delta - 269);
        }
        if (length == 13) {
            out.write(value.length - 13);
        }
        out.writeBytes(value);
    }

    private DatagramPacket packet(byte[] octets) {
        return new DatagramPacket(
                octets,
                octets.length,
                InetAddress.getLoopbackAddress(),
                listener.pointOfAccess().getPort());
    }

    private byte[] receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static String code(byte[] message) {
        return (message[1] >> 5 & 7) + "." + "%02d".formatted(message[1] & 31);
    }
}
