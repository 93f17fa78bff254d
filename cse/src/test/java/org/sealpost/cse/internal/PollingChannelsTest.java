package org.sealpost.cse.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;

class PollingChannelsTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final String OWNER = "Cdoor-1";

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final PollingChannels channels = new PollingChannels(timer);

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void aPollLeftBehindByADeviceThatDiedDoesNotSwallowTheNextRequest() {
        CompletableFuture<ResponsePrimitive> leftBehind = channels.poll(OWNER, pollOf("before"), NOW);
        CompletableFuture<ResponsePrimitive> current = channels.poll(OWNER, pollOf("after"), NOW);
        channels.send(OWNER, request("q1"), 60);
        assertThat(leftBehind.join().status()).isEqualTo(ResponseStatus.REQUEST_TIMEOUT);
        assertThat(current.join().content().map(Content::name)).hasValue(Content.REQUEST);
    }

    @Test
    @Tag("G-09")
    @Tag("G-10")
    void requestsWaitForAPollInOrderAndTheAnswerFindsBack() {
        CompletableFuture<ResponsePrimitive> first = channels.send(OWNER, request("q1"), 60);
        channels.send(OWNER, request("q2"), 60);
        ResponsePrimitive polled = channels.poll(OWNER, pollOf("p1"), NOW).join();
        assertThat(PrimitiveCodec.of(Serialization.JSON)
                        .requestFromTree(polled.content().orElseThrow().value())
                        .requestId())
                .isEqualTo("q1");
        ResponsePrimitive answer = ResponsePrimitive.of(ResponseStatus.OK, "q1");
        channels.answer(
                OWNER,
                RequestPrimitive.of(Operation.NOTIFY, "/gw/cse-mn/door-1/pch/pcu", OWNER, "n1")
                        .content(new Content(
                                Content.RESPONSE,
                                PrimitiveCodec.of(Serialization.JSON).toTree(answer)))
                        .build());
        assertThat(first.join().status()).isEqualTo(ResponseStatus.OK);
    }

    @Test
    void aDeviceThatTakesARequestAndDiesIsNotWaitedForUntilTheRequestExpires() {
        CompletableFuture<ResponsePrimitive> sent = channels.send(OWNER, request("q1"), 60);
        channels.poll(OWNER, pollOf("p1"), NOW).join();
        assertThat(sent)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withMessageContaining("took the request and did not answer");
    }

    @Test
    @Tag("G-10")
    void anAnswerOfAnotherDeviceDoesNotComplete() {
        CompletableFuture<ResponsePrimitive> sent = channels.send(OWNER, request("q1"), 60);
        channels.poll(OWNER, pollOf("p1"), NOW).join();
        ResponsePrimitive answer = ResponsePrimitive.of(ResponseStatus.OK, "q1");
        channels.answer(
                "Cdoor-2",
                RequestPrimitive.of(Operation.NOTIFY, "/gw/cse-mn/door-2/pch/pcu", "Cdoor-2", "n1")
                        .content(new Content(
                                Content.RESPONSE,
                                PrimitiveCodec.of(Serialization.JSON).toTree(answer)))
                        .build());
        assertThat(sent).isNotDone();
    }

    private static RequestPrimitive request(String id) {
        return RequestPrimitive.of(Operation.NOTIFY, OWNER, "/in-cse", id)
                .content(new Content(
                        Content.NOTIFICATION,
                        JsonNodeFactory.instance.objectNode().put("sur", "s")))
                .build();
    }

    private static RequestPrimitive pollOf(String id) {
        return RequestPrimitive.of(Operation.RETRIEVE, "/gw/cse-mn/door-1/pch/pcu", OWNER, id)
                .requestExpiration(NOW.plusSeconds(45))
                .build();
    }
}
