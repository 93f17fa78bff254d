package org.sealpost.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.binding.internal.DefaultBindings;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.ResponseType;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;

/** What every binding does, whatever it is made of: run over each of them in each serialisation. */
abstract class BindingBehaviour {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant LATER = Instant.parse("2030-01-01T00:00:00Z");

    private final Serialization serialization;
    private final DefaultBindings bindings = new DefaultBindings(HopSecurity.plain());
    private final ConcurrentLinkedQueue<RequestPrimitive> seen = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Hop> hops = new ConcurrentLinkedQueue<>();
    private Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> answer =
            request -> done(ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
    private Listener listener;

    BindingBehaviour(Serialization serialization) {
        this.serialization = serialization;
    }

    abstract Listener listen(Bindings with, InetSocketAddress address, PrimitiveHandler handler);

    @BeforeEach
    void open() {
        listener = listen(bindings, loopback(0), (request, hop) -> {
            seen.add(request);
            hops.add(hop);
            return answer.apply(request);
        });
    }

    @AfterEach
    void close() {
        bindings.close();
    }

    URI peer() {
        return listener.pointOfAccess();
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    @Tag("B-06")
    @Tag("B-08")
    @Tag("B-14")
    @Tag("B-15")
    void everyOperationArrivesAsItWasSent(Operation operation) {
        RequestPrimitive.Builder b = RequestPrimitive.of(operation, "/gw-north/cse-mn/door-1/cmd", "/in-cse", "r1")
                .requestExpiration(LATER)
                .resultExpiration(LATER.plusSeconds(60))
                .originatingTimestamp(LATER.minusSeconds(60))
                .groupRequestId("g1")
                .eventCategory(2)
                .groupTargets(List.of("/gw-north/Cdoor-1", "/gw-north/Cdoor-2"))
                .responseType(ResponseType.asynchronous("/in-cse", "/in-cse/other"));
        switch (operation) {
            case CREATE -> b.resourceType(4).content(content(20));
            case RETRIEVE ->
                b.filter(Map.of("fu", "1", "ty", "2+3", "lbl", "a b&c=d%/ü"))
                        .attributes(List.of("esi", "lbl"))
                        .resultContent(6);
            case UPDATE, NOTIFY -> b.content(content(20));
            case DELETE -> b.resultContent(0);
        }
        RequestPrimitive request = b.build();
        assertThat(send(request).status()).isEqualTo(ResponseStatus.OK);
        assertThat(seen).containsExactly(request);
        assertThat(hops.element().remote().getAddress().isLoopbackAddress()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cse-in/x", "Cdoor-1", "-", "/in-cse/-", "//sp.example.org/in-cse/cse-in/x"})
    @Tag("B-07")
    @Tag("B-14")
    void everyScopeOfIdentifierArrives(String to) {
        send(RequestPrimitive.of(Operation.RETRIEVE, to, "Cx", "r1").build());
        assertThat(seen.element().to()).isEqualTo(to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "//", "a//b", "~/x", "_/x", "a/"})
    void aTargetThatWouldChangeItsScopeOnTheWayIsNotSent(String to) {
        assertThatThrownBy(() -> send(
                        RequestPrimitive.of(Operation.RETRIEVE, to, "Cx", "r1").build()))
                .hasCauseInstanceOf(Refusal.class);
        assertThat(seen).isEmpty();
    }

    @Test
    void onlyTheFirstRegistrationMayLackItsOriginator() {
        RequestPrimitive register = new RequestPrimitive.Builder(Operation.CREATE, "-", "r1")
                .resourceType(2)
                .content(content(1))
                .build();
        assertThat(send(register).status()).isEqualTo(ResponseStatus.OK);
        ResponsePrimitive refused = send(register.with(b -> b.resourceType(3)));
        assertThat(refused.status()).isEqualTo(ResponseStatus.BAD_REQUEST);
        assertThat(refused.sentence()).contains("missing");
    }

    @ParameterizedTest
    @EnumSource(ResponseStatus.class)
    @Tag("B-10")
    @Tag("B-11")
    @Tag("B-16")
    void everyStatusArrives(ResponseStatus status) {
        ResponsePrimitive sent = new ResponsePrimitive(
                status,
                "r1",
                java.util.Optional.of(content(3)),
                java.util.Optional.empty(),
                java.util.Optional.of("/in-cse"),
                java.util.Optional.of(LATER),
                java.util.Optional.of(LATER.plusSeconds(1)),
                java.util.Optional.of("3"),
                java.util.Optional.of("/in-cse/cse-in/x"));
        answer = request -> done(sent);
        assertThat(send(ping("r1"))).isEqualTo(sent);
    }

    @Test
    void aResponseWithoutContentHasNone() {
        assertThat(send(ping("r1"))).isEqualTo(ResponsePrimitive.of(ResponseStatus.OK, "r1"));
    }

    @Test
    @Tag("B-11")
    void largeContentGoesThroughBothWays() {
        Content large = content(300_000);
        answer = request -> done(ResponsePrimitive.of(ResponseStatus.CREATED, "r1", large));
        ResponsePrimitive response = send(RequestPrimitive.of(Operation.CREATE, "x", "Cx", "r1")
                .resourceType(4)
                .content(large)
                .build());
        assertThat(response.content()).hasValue(large);
        assertThat(seen.element().content()).hasValue(large);
    }

    @Test
    void contentBeyondTheLimitIsNotDelivered() {
        RequestPrimitive huge = RequestPrimitive.of(Operation.NOTIFY, "x", "Cx", "r1")
                .content(content(1 << 20))
                .build();
        CompletableFuture<ResponsePrimitive> outcome = start(huge);
        assertThat(outcome.handle((response, failure) ->
                                failure != null || response.status() == ResponseStatus.BAD_REQUEST)
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join())
                .isTrue();
        assertThat(seen).isEmpty();
        assertThat(send(ping("r2")).status()).isEqualTo(ResponseStatus.OK);
    }

    @Test
    void aRefusalArrivesWithItsStatusAndSentence() {
        answer = request -> CompletableFuture.failedFuture(
                new Refusal(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "enrol the end point again"));
        ResponsePrimitive response = send(ping("r1"));
        assertThat(response.status()).isEqualTo(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID);
        assertThat(response.sentence()).isEqualTo("enrol the end point again");
    }

    @Test
    void aFailureSaysNothingOfItsCause() {
        answer = request -> {
            throw new IllegalStateException("an internal detail");
        };
        ResponsePrimitive response = send(ping("r1"));
        assertThat(response.status()).isEqualTo(ResponseStatus.INTERNAL_SERVER_ERROR);
        assertThat(response.sentence()).doesNotContain("detail");
    }

    @Test
    void anAnswerMayComeMuchLaterAndOthersPassMeanwhile() throws Exception {
        CompletableFuture<ResponsePrimitive> late = new CompletableFuture<>();
        answer = request ->
                request.to().equals("poll") ? late : done(ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
        CompletableFuture<ResponsePrimitive> pending = start(
                RequestPrimitive.of(Operation.RETRIEVE, "poll", "Cx", "r1").build());
        for (int i = 0; i < 20; i++) {
            assertThat(send(ping("p" + i)).status()).isEqualTo(ResponseStatus.OK);
        }
        assertThat(pending).isNotDone();
        late.complete(ResponsePrimitive.of(ResponseStatus.OK, "r1", content(5_000)));
        assertThat(pending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).content())
                .hasValue(content(5_000));
    }

    @Test
    void fiftyAtOnceEachGetTheirOwnAnswer() {
        answer = request -> CompletableFuture.supplyAsync(() -> ResponsePrimitive.of(
                ResponseStatus.OK, request.requestId(), request.content().orElseThrow()));
        List<CompletableFuture<ResponsePrimitive>> pending = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            pending.add(start(RequestPrimitive.of(Operation.NOTIFY, "same", "Cx", "r" + i)
                    .content(content(3_000 + i))
                    .build()));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(pending.get(i)
                            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .join()
                            .content())
                    .hasValue(content(3_000 + i));
        }
    }

    @Test
    void anAnswerToAnotherRequestIsRefused() {
        answer = request -> done(ResponsePrimitive.of(ResponseStatus.OK, "another"));
        assertThatThrownBy(() -> send(ping("r1"))).hasCauseInstanceOf(Refusal.class);
    }

    @Test
    void aSilentPeerIsUnreachableAfterTheTimeout() {
        answer = request -> new CompletableFuture<>();
        assertThatThrownBy(() -> bindings.sender(serialization)
                        .send(peer(), ping("r1"), Duration.ofMillis(200))
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(Unreachable.class);
        answer = request -> done(ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
        assertThat(send(ping("r2")).status()).isEqualTo(ResponseStatus.OK);
    }

    @Test
    void aListenerThatClosedIsUnreachableAndItsPortIsFree() {
        URI gone = peer();
        send(ping("r1"));
        listener.close();
        assertThatThrownBy(() -> bindings.sender(serialization)
                        .send(gone, ping("r2"), Duration.ofMillis(500))
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(Unreachable.class);
        Listener again = listen(
                bindings,
                loopback(gone.getPort()),
                (request, hop) -> done(ResponsePrimitive.of(ResponseStatus.OK, "r3")));
        assertThat(again.pointOfAccess()).isEqualTo(gone);
        assertThat(send(ping("r3")).status()).isEqualTo(ResponseStatus.OK);
    }

    @Test
    void anOccupiedPortIsNamed() {
        assertThatThrownBy(() -> listen(bindings, loopback(peer().getPort()), (r, h) -> new CompletableFuture<>()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("127.0.0.1:" + peer().getPort())
                .hasMessageContaining("choose another");
    }

    @Test
    void closingFailsWhatIsPendingAndIsQuick() {
        answer = request -> new CompletableFuture<>();
        CompletableFuture<ResponsePrimitive> pending = start(ping("r1"));
        long begun = System.nanoTime();
        bindings.close();
        assertThatThrownBy(() -> pending.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join())
                .hasCauseInstanceOf(Unreachable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThatThrownBy(() -> send(ping("r2"))).hasCauseInstanceOf(Unreachable.class);
    }

    @Test
    void anUnknownSchemeIsRefused() {
        assertThatThrownBy(() -> bindings.sender()
                        .send(URI.create("gopher://127.0.0.1"), ping("r1"), PATIENCE)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(Refusal.class);
    }

    static RequestPrimitive ping(String requestId) {
        return RequestPrimitive.of(Operation.NOTIFY, "-", "Cx", requestId)
                .content(content(3))
                .build();
    }

    ResponsePrimitive send(RequestPrimitive request) {
        return start(request).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private CompletableFuture<ResponsePrimitive> start(RequestPrimitive request) {
        return bindings.sender(serialization).send(peer(), request, PATIENCE).toCompletableFuture();
    }

    private static CompletionStage<ResponsePrimitive> done(ResponsePrimitive response) {
        return CompletableFuture.completedFuture(response);
    }

    static Content content(int length) {
        return new Content("m2m:cin", JsonNodeFactory.instance.objectNode().put("con", "x".repeat(length)));
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
