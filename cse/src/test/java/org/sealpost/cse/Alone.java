package org.sealpost.cse;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.sealpost.binding.Sender;
import org.sealpost.binding.Unreachable;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** One CSE without a network, for tests of its rules: what it sends is recorded and answered here, its clock is set by hand. */
final class Alone implements AutoCloseable {
    /** A request that the CSE sent, and to which address. */
    record Sent(URI to, RequestPrimitive request) {}

    final List<Sent> sent = new ArrayList<>();
    final List<RequestPrimitive> atBase = new ArrayList<>();
    final Cse cse;
    Instant now = Instant.parse("2030-01-01T00:00:00Z");
    BiFunction<URI, RequestPrimitive, ResponsePrimitive> others =
            (to, request) -> ResponsePrimitive.of(ResponseStatus.OK, request.requestId());
    private int requests;

    Alone(int type, String cseId, String name, Optional<CseConfig.Registrar> registrar) {
        CseConfig config = new CseConfig(
                type,
                "sealpost.example",
                cseId,
                name,
                List.of(URI.create("http://here.example")),
                List.of(13),
                registrar);
        this.cse = Cse.open(config, ResourceStore.memory(), new Recorder(), () -> now, request -> {
            atBase.add(request);
            return CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
        });
    }

    static Alone server() {
        return new Alone(CseConfig.IN_CSE, "/in-cse", "cse-in", Optional.empty());
    }

    static Alone gateway() {
        return new Alone(
                CseConfig.MN_CSE,
                "/gw-north",
                "cse-mn",
                Optional.of(new CseConfig.Registrar("/in-cse", "cse-in", URI.create("http://in.example"))));
    }

    ResponsePrimitive ask(
            Operation operation, String to, String from, UnaryOperator<RequestPrimitive.Builder> complete) {
        return ask(operation, to, from, Source.hop(Optional.empty()), complete);
    }

    ResponsePrimitive ask(
            Operation operation,
            String to,
            String from,
            Source source,
            UnaryOperator<RequestPrimitive.Builder> complete) {
        return start(
                        complete.apply(RequestPrimitive.of(operation, to, from, "r" + ++requests))
                                .build(),
                        source)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    CompletableFuture<ResponsePrimitive> start(RequestPrimitive request, Source source) {
        return cse.handle(request, source).toCompletableFuture();
    }

    ResponsePrimitive create(String parent, String from, int type, String name, String json) {
        return ask(Operation.CREATE, parent, from, b -> b.resourceType(type).content(content(name, json)));
    }

    ResponsePrimitive update(String to, String from, String name, String json) {
        return ask(Operation.UPDATE, to, from, b -> b.content(content(name, json)));
    }

    ResponsePrimitive retrieve(String to, String from) {
        return ask(Operation.RETRIEVE, to, from, b -> b);
    }

    ResponsePrimitive delete(String to, String from) {
        return ask(Operation.DELETE, to, from, b -> b);
    }

    /** Registers an AE below the CSEBase. */
    void ae(String name, String... addresses) {
        String poa = addresses.length == 0 ? "" : ",\"poa\":[\"" + String.join("\",\"", addresses) + "\"]";
        require(create(
                "-",
                "C" + name,
                2,
                "m2m:ae",
                "{\"rn\":\"" + name + "\",\"api\":\"Nx\",\"rr\":true,\"srv\":[\"3\"]" + poa + "}"));
    }

    void require(ResponsePrimitive response) {
        if (!response.status().successful()) {
            throw new AssertionError(response.status() + " " + response.sentence());
        }
    }

    static Content content(String name, String json) {
        return new Content(name, json(json));
    }

    static JsonNode json(String text) {
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    static JsonNode body(ResponsePrimitive response) {
        return response.content().orElseThrow().value();
    }

    /** Counters, for what leaves no other trace. */
    Map<String, Long> counters() {
        return cse.counters();
    }

    @Override
    public void close() {
        cse.close();
    }

    private final class Recorder implements Sender {
        @Override
        public CompletionStage<ResponsePrimitive> send(URI address, RequestPrimitive request, Duration timeout) {
            synchronized (sent) {
                sent.add(new Sent(address, request));
            }
            return address.getHost().startsWith("away")
                    ? CompletableFuture.failedFuture(new Unreachable("away"))
                    : CompletableFuture.completedFuture(others.apply(address, request));
        }

        @Override
        public void close() {}
    }
}
