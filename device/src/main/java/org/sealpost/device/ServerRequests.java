package org.sealpost.device;

import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.sealpost.enclave.EndPoint;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/** Requests to the server's resources as inner primitives of ESPrim. */
final class ServerRequests {
    private final DeviceConfig config;
    private final EndPoint endPoint;
    private final EndPoint.Route route;

    ServerRequests(DeviceConfig config, EndPoint endPoint, EndPoint.Route route) {
        this.config = config;
        this.endPoint = endPoint;
        this.route = route;
    }

    CompletionStage<ResponsePrimitive> send(
            Operation operation, String to, UnaryOperator<RequestPrimitive.Builder> complete) {
        RequestPrimitive inner = complete.apply(RequestPrimitive.of(
                        operation, to, "/" + config.gatewayId() + "/C" + config.name(), "q" + UUID.randomUUID()))
                .build();
        return endPoint.request(config.server(), inner, route, false).thenApply(ServerRequests::response);
    }

    private static ResponsePrimitive response(EndPoint.Answer answer) {
        if (answer instanceof EndPoint.Answer.Inner inner) {
            return inner.response();
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "the server answered with a credential that was not asked for");
    }
}
