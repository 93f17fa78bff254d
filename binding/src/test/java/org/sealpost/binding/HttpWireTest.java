package org.sealpost.binding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** HTTP octet by octet (TS-0009 clause 6), and what peers send that is not it. */
class HttpWireTest {
    private static final String RETRIEVE = "GET /~/in-cse/cse-in/x HTTP/1.1\r\nHost: h\r\n";
    private static final String WHO = "X-M2M-Origin: Cx\r\nX-M2M-RI: r1\r\n";
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> answer =
            request -> CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
    private Listener listener;

    @BeforeEach
    void listen() {
        listener = bindings.listenHttp(BindingBehaviour.loopback(0), (request, hop) -> answer.apply(request));
    }

    @AfterEach
    void close() {
        bindings.close();
    }

    @Test
    @Tag("B-15")
    @Tag("B-16")
    void aRetrieveIsAnsweredWithTheHeadersOfTheStandardAndNoReasonPhrase() throws IOException {
        answer = request -> CompletableFuture.completedFuture(
                ResponsePrimitive.of(ResponseStatus.CREATED, "r1", BindingBehaviour.content(2))
                        .withLocation("/in-cse/cse-in/x/1"));
        assertThat(exchange(RETRIEVE + WHO + "X-M2M-RVI: 3\r\nConnection: close\r\n\r\n"))
                .isEqualToIgnoringCase("HTTP/1.1 201 \r\n"
                        + "X-M2M-RSC: 2001\r\n"
                        + "X-M2M-RI: r1\r\n"
                        + "X-M2M-RVI: 3\r\n"
                        + "content-location: /in-cse/cse-in/x/1\r\n"
                        + "content-type: application/json\r\n"
                        + "content-length: 24\r\n"
                        + "connection: close\r\n\r\n"
                        + "{\"m2m:cin\":{\"con\":\"xx\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /x HTTP/1.1|X-M2M-Origin: Cx|400|4000|X-M2M-RI is missing",
                "GET /x HTTP/1.1|X-M2M-RI: r1|400|4000|X-M2M-Origin is missing",
                "GET /x HTTP/1.1|X-M2M-RI: r1;X-M2M-RI: r2;X-M2M-Origin: Cx|400|4000|X-M2M-RI appears more than once",
                "GET /x HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: C\u00fc|400|4000|X-M2M-Origin",
                "PATCH /x HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|405|4005|GET, POST, PUT, DELETE",
                "GET / HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|names no resource",
                "GET /~ HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|names no resource",
                "GET //in-cse/x HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|empty segment",
                "GET /a%2fb HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|encoded slash",
                "GET /%2f%2fsp.example/x HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|encoded slash",
                "GET /a%zz HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|percent-encoded",
                "GET /a%ff HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|percent-encoded",
                "GET http://h/a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|begin with a slash",
                "GET /a?rcn HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|name=value",
                "GET /a?rcn=1&rcn=2 HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|rcn appears twice",
                "GET /a?rcn=one HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|rcn is not a whole number",
                "GET /a?rt=9 HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|400|4000|response type",
                "GET /a?tids=t HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx|501|5001|tids is not supported",
                "GET /a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx;X-M2M-RTU: /x|400|4000|rt=2",
                "GET /a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx;X-M2M-RET: 5000|400|4000|X-M2M-RET",
                "GET /a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx;X-M2M-EC: high|400|4000|X-M2M-EC",
                "GET /a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx;X-M2M-OET: 20300101T000000|501|5001|X-M2M-OET",
                "GET /a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx;Accept: text/html|406|5207|Accept",
                "POST /a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx;Content-Type: text/plain;Content-Length: 1|415|4015|Content-Type",
                "POST /a HTTP/1.1|X-M2M-RI: r1;X-M2M-Origin: Cx;Content-Length: 1|415|4015|Content-Type"
            })
    @Tag("B-14")
    void whatIsWrongIsNamed(String line, String headers, String status, String rsc, String sentence)
            throws IOException {
        String reply =
                exchange(line + "\r\nHost: h\r\n" + headers.replace(";", "\r\n") + "\r\nConnection: close\r\n\r\n{");
        assertThat(reply)
                .startsWith("HTTP/1.1 " + status + " \r\n")
                .containsIgnoringCase("\r\nX-M2M-RSC: " + rsc + "\r\n");
        assertThat(reply.substring(reply.indexOf("\r\n\r\n")))
                .contains("m2m:dbg")
                .contains(sentence);
    }

    @Test
    @Tag("B-14")
    void aTypeInContentTypeMakesAPostACreate() throws IOException {
        for (String type : List.of("application/json;ty=4", "application/vnd.onem2m-res+json; ty=4")) {
            CompletableFuture<RequestPrimitive> seen = new CompletableFuture<>();
            answer = request -> {
                seen.complete(request);
                return CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.CREATED, "r1"));
            };
            exchange("POST /x HTTP/1.1\r\n" + WHO + "Content-Type: " + type
                    + "\r\nContent-Length: 24\r\nConnection: close\r\n\r\n{\"m2m:cin\":{\"con\":\"xx\"}}");
            assertThat(seen.join().resourceType()).hasValue(4);
        }
    }

    @Test
    void acceptDecidesTheSerialisationOfTheAnswer() throws IOException {
        answer = request -> CompletableFuture.completedFuture(
                ResponsePrimitive.of(ResponseStatus.OK, "r1", BindingBehaviour.content(2)));
        String reply =
                exchange(RETRIEVE + WHO + "Accept: text/xml, application/cbor;q=0.9\r\nConnection: close\r\n\r\n");
        assertThat(reply)
                .containsIgnoringCase("content-type: application/cbor")
                .endsWith("\u00a1gm2m:cin\u00a1ccon" + "bxx");
    }

    @Test
    void aBodyBeyondTheLimitIsAnsweredBeforeItArrives() throws IOException {
        String head = "POST /x HTTP/1.1\r\n" + WHO + "Content-Type: application/json\r\n";
        assertThat(exchange(head + "Content-Length: 2000000\r\n\r\n{"))
                .startsWith("HTTP/1.1 413 ")
                .containsIgnoringCase("X-M2M-RSC: 4000")
                .containsIgnoringCase("X-M2M-RI: r1")
                .contains("send less");
    }

    @Test
    void aChunkedBodyBeyondTheLimitIsAnsweredToo() throws IOException {
        StringBuilder request = new StringBuilder(
                "POST /x HTTP/1.1\r\n" + WHO + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        String chunk = "10000\r\n" + "a".repeat(0x10000) + "\r\n";
        for (int i = 0; i < 18; i++) {
            request.append(chunk);
        }
        assertThat(exchange(request + "0\r\n\r\n")).startsWith("HTTP/1.1 413 ").containsIgnoringCase("X-M2M-RSC: 4000");
    }

    @Test
    void requestsSentAheadAreAnsweredInTheirOrder() throws Exception {
        CompletableFuture<ResponsePrimitive> first = new CompletableFuture<>();
        CountDownLatch others = new CountDownLatch(1);
        answer = request -> {
            if (request.requestId().equals("a")) {
                others.countDown();
                return first;
            }
            return CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
        };
        try (Socket socket = connect()) {
            StringBuilder ahead = new StringBuilder();
            for (String id : List.of("a", "b", "c")) {
                ahead.append(RETRIEVE)
                        .append("X-M2M-Origin: Cx\r\nX-M2M-RI: ")
                        .append(id)
                        .append("\r\n");
                ahead.append(id.equals("c") ? "Connection: close\r\n\r\n" : "\r\n");
            }
            socket.getOutputStream().write(ahead.toString().getBytes(ISO_8859_1));
            assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
            first.complete(ResponsePrimitive.of(ResponseStatus.OK, "a"));
            String replies = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertThat(replies.lines().filter(l -> l.regionMatches(true, 0, "X-M2M-RI: ", 0, 10)))
                    .extracting(l -> l.substring(10))
                    .containsExactly("a", "b", "c");
        }
    }

    @Test
    void headersBeyondTheLimitAreRefused() throws IOException {
        assertThat(exchange(RETRIEVE + "X-Filler: " + "a".repeat(20_000) + "\r\n" + WHO + "\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .containsIgnoringCase("X-M2M-RSC: 4000");
    }

    @Test
    void garbageIsAnsweredAndHarmsNobody() throws IOException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261124L);
        for (int i = 0; i < 50; i++) {
            ByteArrayOutputStream garbage = new ByteArrayOutputStream();
            byte[] noise = new byte[random.nextInt(1, 3000)];
            random.nextBytes(noise);
            garbage.writeBytes(noise);
            garbage.writeBytes("\r\n\r\n".getBytes(ISO_8859_1));
            try (Socket socket = connect()) {
                socket.getOutputStream().write(garbage.toByteArray());
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            }
        }
        assertThat(exchange("\0\1\2 not http\r\n\r\n")).containsIgnoringCase("X-M2M-RSC: 4000");
        assertThat(exchange(RETRIEVE + WHO + "Connection: close\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    private String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", listener.pointOfAccess().getPort());
        socket.setSoTimeout((int) BindingBehaviour.PATIENCE.toMillis());
        return socket;
    }
}
