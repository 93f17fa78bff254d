package org.sealpost.device;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;

/** What a device does with each NOTIFY that reaches it: ESPrim to the enclave; commands through the enclave to the application, in order. */
final class DeviceEndpoint {
    private final DeviceConfig config;
    private final CommandFlow commands;
    private final EndPoint endPoint;
    private final Device device;
    private final InOrder inOrder;

    DeviceEndpoint(DeviceConfig config, CommandFlow commands, EndPoint endPoint, Executor calls, Device device) {
        this.config = config;
        this.commands = commands;
        this.endPoint = endPoint;
        this.inOrder = new InOrder(calls);
        this.device = device;
    }

    /** One order for all commands, whichever way they come. */
    InOrder inOrder() {
        return inOrder;
    }

    CompletionStage<ResponsePrimitive> receive(RequestPrimitive request) {
        Content content =
                request.content().orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "a NOTIFY has no Content"));
        return switch (content.name()) {
            case Content.SECURITY_INFO ->
                endPoint.receive(request, requester(request), DeviceEndpoint::noInnerRequests)
                        .thenApply(this::counted);
            case Content.NOTIFICATION -> notified(request, content.value());
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "a device takes m2m:seci and m2m:sgn");
        };
    }

    private CompletionStage<ResponsePrimitive> notified(RequestPrimitive request, JsonNode notification) {
        String subscription = notification.path("sur").asString("");
        if (EpochContainer.holds(subscription)) {
            return device.epochs()
                    .notified(subscription, notification.path("nev").path("rep").path(Content.CONTENT_INSTANCE))
                    .thenApply(done -> ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
        }
        Optional<String> envelope = Optional.ofNullable(notification.get("nev"))
                .map(n -> n.get("rep"))
                .map(r -> r.get(Content.CONTENT_INSTANCE))
                .map(c -> c.get("con"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString);
        return envelope.map(this::commanded)
                .orElseGet(() -> CompletableFuture.completedFuture(true))
                .thenApply(done -> ResponsePrimitive.of(ResponseStatus.OK, request.requestId()));
    }

    /** A command may overtake the credential of its epoch: then the device fetches what it missed, and looks once more. */
    private CompletionStage<Boolean> commanded(String envelope) {
        return inOrder.submit(() -> commands.take(envelope, false))
                .thenCompose(settled -> settled
                        ? CompletableFuture.completedFuture(true)
                        : device.catchUp().thenCompose(fetched -> inOrder.submit(() -> commands.take(envelope, true))));
    }

    /** Finishes commands that an earlier run, or a call that its enclave did not survive, left half done; fails while the enclave is away. */
    CompletionStage<Boolean> settle() {
        return inOrder.submit(() -> {
            commands.settle();
            return true;
        });
    }

    private ResponsePrimitive counted(ResponsePrimitive response) {
        if (!response.status().successful()) {
            device.countRefused(response.status().code(), response.sentence());
        }
        return response;
    }

    private static CompletionStage<ResponsePrimitive> noInnerRequests(RequestPrimitive inner, String peer) {
        return CompletableFuture.failedFuture(new Refusal(
                ResponseStatus.OPERATION_NOT_ALLOWED, "a device takes credentials, and no other inner requests"));
    }

    private String requester(RequestPrimitive request) {
        return new Identifier(request.from()
                        .orElseThrow(
                                () -> new Refusal(ResponseStatus.BAD_REQUEST, "a NOTIFY does not say who it is from")))
                .absolute(config.domain(), "/" + config.gatewayId())
                .text();
    }
}
