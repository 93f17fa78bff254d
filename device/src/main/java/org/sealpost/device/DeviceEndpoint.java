package org.sealpost.device;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
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
    private final Enclave enclave;
    private final EndPoint endPoint;
    private final Device device;
    private final InOrder inOrder;

    DeviceEndpoint(DeviceConfig config, Enclave enclave, EndPoint endPoint, Executor calls, Device device) {
        this.config = config;
        this.enclave = enclave;
        this.endPoint = endPoint;
        this.inOrder = new InOrder(calls);
        this.device = device;
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
        return inOrder.submit(() -> open(envelope, false))
                .thenCompose(settled -> settled
                        ? CompletableFuture.completedFuture(true)
                        : device.catchUp().thenCompose(fetched -> inOrder.submit(() -> open(envelope, true))));
    }

    /** False when the command is of an epoch that is not here, and this is not the last look at it. */
    private boolean open(String envelope, boolean last) {
        CommandVerdict verdict = enclave.openCommand(envelope);
        if (verdict instanceof CommandVerdict.Execute c) {
            CommandHandler.Outcome outcome = device.execute(
                    new CommandHandler.Order(c.group(), c.commander(), c.commandId(), c.verb(), c.arguments(), false));
            device.sendAcknowledgement(enclave.acknowledge(c.command(), outcome.result(), outcome.detail()));
        } else if (verdict instanceof CommandVerdict.Duplicate d) {
            device.countDuplicate();
            d.acknowledgement().ifPresent(device::sendAcknowledgement);
        } else if (verdict instanceof CommandVerdict.Refused r) {
            if (!last && r.status() == ResponseStatus.ESPRIM_UNKNOWN_KEY_ID.code()) {
                return false;
            }
            device.countRefused(r.status(), r.sentence());
        } else {
            device.countNotForUs();
        }
        return true;
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
