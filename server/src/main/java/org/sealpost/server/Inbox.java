package org.sealpost.server;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.sealpost.cse.CseBaseNotifications;
import org.sealpost.enclave.EndPoint;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** What comes to the server's CSEBase: ESPrim, answers that gateways bring, notifications of acknowledgements and readings. */
final class Inbox implements CseBaseNotifications {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

    private final String domain;
    private final EndPoint endPoint;
    private final EndPoint.InnerHandler inner;
    private final Consumer<ResponsePrimitive> answers;
    private final Commands commands;
    private final Readings readings;
    private final Executor executor;

    Inbox(
            String domain,
            EndPoint endPoint,
            EndPoint.InnerHandler inner,
            Consumer<ResponsePrimitive> answers,
            Commands commands,
            Readings readings,
            Executor executor) {
        this.domain = domain;
        this.endPoint = endPoint;
        this.inner = inner;
        this.answers = answers;
        this.commands = commands;
        this.readings = readings;
        this.executor = executor;
    }

    @Override
    public CompletionStage<ResponsePrimitive> onNotify(RequestPrimitive request) {
        Content content = request.content().orElseThrow();
        return switch (content.name()) {
            case Content.SECURITY_INFO -> endPoint.receive(request, requester(request), inner);
            case Content.RESPONSE ->
                later(request, () -> {
                    answers.accept(JSON.responseFromTree(content.value()));
                    return DONE;
                });
            case Content.NOTIFICATION -> later(request, () -> notified(content.value()));
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "the server takes m2m:seci, m2m:rsp and m2m:sgn");
        };
    }

    private CompletionStage<Void> notified(JsonNode notification) {
        String subscription = Optional.ofNullable(notification.get("sur"))
                .map(JsonNode::asString)
                .orElse("");
        Optional<String> envelope = Optional.ofNullable(notification.get("nev"))
                .map(n -> n.get("rep"))
                .map(r -> r.get(Content.CONTENT_INSTANCE))
                .map(c -> c.get("con"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString);
        if (envelope.isPresent() && subscription.endsWith("/ack/server")) {
            return commands.acknowledged(envelope.get());
        }
        if (envelope.isPresent() && subscription.endsWith("/data/server")) {
            readings.arrived(envelope.get());
        }
        return DONE;
    }

    private CompletionStage<ResponsePrimitive> later(RequestPrimitive request, Supplier<CompletionStage<Void>> work) {
        return CompletableFuture.supplyAsync(work, executor)
                .thenCompose(done -> done)
                .thenApply(done -> ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
    }

    private String requester(RequestPrimitive request) {
        return new Identifier(request.from().orElseThrow())
                .absolute(domain, "/in-cse")
                .text();
    }

    /** Whether an inner request asks for a credential (pull): the path of the {@code gcs} resource's newest instance. */
    static Optional<String> groupAskedFor(RequestPrimitive inner, String serverPath) {
        String prefix = serverPath + "/cse-in/gcs/";
        String to = inner.to();
        if (inner.operation() != Operation.RETRIEVE || !to.startsWith(prefix) || !to.endsWith("/la")) {
            return Optional.empty();
        }
        String[] rest = to.substring(prefix.length()).split("/");
        return rest.length == 3 ? Optional.of(rest[1]) : Optional.empty();
    }
}
