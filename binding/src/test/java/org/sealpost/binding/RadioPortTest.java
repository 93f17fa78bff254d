package org.sealpost.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real multicast and unicast on loopback; the OSCORE option and the payload arrive octet for octet. */
class RadioPortTest {
    private static final byte[] OPTION = {0x39, 0, 2, 7, 1, 1};
    private static final byte[] PAYLOAD = "ciphertext".getBytes(StandardCharsets.UTF_8);

    private final List<RadioPort> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(RadioPort::close);
    }

    @Test
    void everybodyOnTheLinkHearsAndAnswersForItself() throws Exception {
        InetSocketAddress group = group();
        for (int i = 0; i < 3; i++) {
            byte me = (byte) i;
            port(Optional.of(group), (message, multicast) -> {
                assertThat(multicast).isTrue();
                byte[] answer = {me, message.option().orElseThrow()[5], (byte) message.payload().length};
                return done(Optional.of(RadioPort.Answer.secured(new byte[] {0x28, me}, answer)));
            });
        }
        BlockingQueue<RadioPort.Answer> answers = new LinkedBlockingQueue<>();
        port(Optional.empty(), RadioPortTest::silent)
                .askAll(group, RadioPort.Message.secured(OPTION, PAYLOAD), Duration.ofSeconds(20), answers::add);
        List<Integer> who = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RadioPort.Answer answer = answers.poll(20, TimeUnit.SECONDS);
            assertThat(answer).isNotNull();
            assertThat(answer.option().orElseThrow()).containsExactly(0x28, answer.payload()[0]);
            assertThat(answer.payload()[1]).isEqualTo(OPTION[5]);
            assertThat(answer.payload()[2]).isEqualTo((byte) PAYLOAD.length);
            who.add((int) answer.payload()[0]);
        }
        assertThat(who).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void oneIsAskedAndAnswersLater() throws Exception {
        CompletableFuture<Optional<RadioPort.Answer>> later = new CompletableFuture<>();
        CompletableFuture<RadioPort.Message> heard = new CompletableFuture<>();
        RadioPort server = port(Optional.empty(), (message, multicast) -> {
            assertThat(multicast).isFalse();
            heard.complete(message);
            return later;
        });
        var answer = port(Optional.empty(), RadioPortTest::silent)
                .ask(server.address(), RadioPort.Message.secured(new byte[0], PAYLOAD), Duration.ofSeconds(20));
        assertThat(heard.get(20, TimeUnit.SECONDS).option().orElseThrow()).isEmpty();
        assertThat(heard.get().payload()).isEqualTo(PAYLOAD);
        later.complete(Optional.of(RadioPort.Answer.secured(new byte[0], PAYLOAD)));
        assertThat(answer.toCompletableFuture().get(20, TimeUnit.SECONDS).payload())
                .isEqualTo(PAYLOAD);
    }

    @Test
    void whatIsPublicHasAPathAndNoOption() throws Exception {
        byte[] large = new byte[4000];
        RadioPort server = port(Optional.empty(), (message, multicast) -> {
            assertThat(message.option()).isEmpty();
            assertThat(message.path()).isEqualTo("commanders");
            assertThat(message.payload()).hasSize(4000);
            return done(Optional.of(RadioPort.Answer.open(0x44)));
        });
        assertThat(port(Optional.empty(), RadioPortTest::silent)
                        .ask(server.address(), RadioPort.Message.open("commanders", large), Duration.ofSeconds(20))
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS)
                        .code())
                .isEqualTo(0x44);
    }

    @Test
    void whoeverStaysSilentIsUnreachable() {
        RadioPort server = port(Optional.empty(), RadioPortTest::silent);
        assertThatThrownBy(() -> port(Optional.empty(), RadioPortTest::silent)
                        .ask(server.address(), RadioPort.Message.secured(OPTION, PAYLOAD), Duration.ofMillis(300))
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(Unreachable.class);
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        RadioPort first = port(Optional.empty(), RadioPortTest::silent);
        assertThatThrownBy(() -> RadioPort.open(first.address(), Optional.empty(), RadioPortTest::silent))
                .hasMessageContaining("127.0.0.1:" + first.address().getPort());
    }

    private RadioPort port(Optional<InetSocketAddress> group, RadioPort.Handler handler) {
        RadioPort port = RadioPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), group, handler);
        open.add(port);
        return port;
    }

    private static CompletableFuture<Optional<RadioPort.Answer>> silent(RadioPort.Message message, boolean multicast) {
        return done(Optional.empty());
    }

    private static CompletableFuture<Optional<RadioPort.Answer>> done(Optional<RadioPort.Answer> answer) {
        return CompletableFuture.completedFuture(answer);
    }

    /** A multicast address of this machine alone, with a port that is free. */
    private static InetSocketAddress group() throws UnknownHostException, SocketException {
        try (DatagramSocket free = new DatagramSocket()) {
            return new InetSocketAddress(InetAddress.getByName("239.255.77.7"), free.getLocalPort());
        }
    }
}
