package org.sealpost.cse.ae;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.binding.Listener;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.SecurityInfo;
import org.sealpost.onem2m.Serialization;

/** What an AE that polls sends to its CSE, which is this test. */
class AeRulesTest {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<RequestPrimitive> seen = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<RequestPrimitive> polls = new LinkedBlockingQueue<>();
    private final BlockingQueue<RequestPrimitive> answers = new LinkedBlockingQueue<>();
    private final Listener cse =
            bindings.listenHttp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (r, hop) -> receive(r));
    private final ApplicationEntity ae = ApplicationEntity.start(
            new ApplicationEntity.Config(
                    "sealpost.example",
                    "Cdoor-1",
                    "door-1",
                    "Nsealpost",
                    "/gw-north",
                    "cse-mn",
                    cse.pointOfAccess(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(13, 14),
                    List.of("cmd"),
                    List.of("cmd"),
                    List.of()),
            bindings,
            InstantSource.system(),
            timer,
            request -> CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, request.requestId())));

    @AfterEach
    void stop() {
        ae.close();
        timer.shutdownNow();
        bindings.close();
    }

    @Test
    @Tag("D-05")
    @Tag("D-06")
    @Tag("D-07")
    @Tag("E-02")
    void registersAsItsStemWithAnIdentifierForEachRequestAndSaysThatItSpeaksEsprim() throws Exception {
        assertThat(polls.poll(20, TimeUnit.SECONDS)).isNotNull();
        assertThat(seen).allSatisfy(r -> assertThat(r.from()).hasValue("Cdoor-1"));
        assertThat(seen).extracting(RequestPrimitive::requestId).doesNotHaveDuplicates();
        RequestPrimitive registration = seen.peek();
        assertThat(registration.operation()).isEqualTo(Operation.CREATE);
        assertThat(registration.resourceType()).hasValue(2);
        var attributes = registration.content().orElseThrow().value();
        assertThat(attributes.get("api").asString()).startsWith("N");
        assertThat(attributes.get("rr").asBoolean()).isFalse();
        assertThat(attributes.get("srv").get(0).asString()).isEqualTo("3");
        assertThat(attributes.get("esi").get("esf").toString()).isEqualTo("[13,14]");
    }

    @Test
    @Tag("D-09")
    @Tag("D-10")
    @Tag("D-11")
    void pollsAgainAndAgainAndAnswersEachRequestAtTheChannelUnderItsIdentifier() throws Exception {
        for (String id : List.of("one", "two")) {
            RequestPrimitive answer = answers.poll(20, TimeUnit.SECONDS);
            assertThat(answer.to()).isEqualTo("/gw-north/cse-mn/door-1/pch/pcu");
            Content content = answer.content().orElseThrow();
            assertThat(content.name()).isEqualTo(Content.RESPONSE);
            ResponsePrimitive response = JSON.responseFromTree(content.value());
            assertThat(response.requestId()).isEqualTo(id);
            assertThat(response.status()).isEqualTo(ResponseStatus.OK);
        }
        assertThat(polls)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(p -> assertThat(p.responseType()).as("blocking").isEmpty());
    }

    /** The CSE: two requests wait at the channel, then nothing comes. */
    private CompletionStage<ResponsePrimitive> receive(RequestPrimitive request) {
        seen.add(request);
        boolean channel = request.to().endsWith("/pcu");
        if (channel && request.operation() == Operation.NOTIFY) {
            answers.add(request);
        } else if (channel) {
            polls.add(request);
            String id = polls.size() == 1 ? "one" : "two";
            RequestPrimitive waiting = RequestPrimitive.of(Operation.NOTIFY, "Cdoor-1", "/in-cse", id)
                    .content(new SecurityInfo.RandObjectRequest().toContent())
                    .build();
            return polls.size() > 2
                    ? new CompletableFuture<>()
                    : CompletableFuture.completedFuture(ResponsePrimitive.of(
                            ResponseStatus.OK,
                            request.requestId(),
                            new Content(Content.REQUEST, JSON.toTree(waiting))));
        }
        return CompletableFuture.completedFuture(ResponsePrimitive.of(
                request.operation() == Operation.CREATE ? ResponseStatus.CREATED : ResponseStatus.UPDATED,
                request.requestId()));
    }
}
