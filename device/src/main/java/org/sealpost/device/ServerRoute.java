package org.sealpost.device;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.enclave.EndPoint;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.ResponsePrimitive;

/** A device's way to the server: outer NOTIFYs through its gateway, and the server's e2eSecInfo as its gateway keeps it, else as the server itself gives it (AMB-01). */
final class ServerRoute implements EndPoint.Route {
    private final DeviceConfig config;
    private final ApplicationEntity entity;

    ServerRoute(DeviceConfig config, ApplicationEntity entity) {
        this.config = config;
        this.entity = entity;
    }

    @Override
    public CompletionStage<ResponsePrimitive> send(Content content) {
        return entity.request(Operation.NOTIFY, config.serverId(), b -> b.content(content));
    }

    @Override
    public CompletionStage<Optional<E2eSecInfo>> securityInfo() {
        String mirror = "/" + config.gatewayId() + "/" + entity.config().registrarName() + config.serverId();
        return read(mirror)
                .thenCompose(found ->
                        found.isPresent() ? CompletableFuture.completedFuture(found) : read(config.serverId() + "/-"));
    }

    private CompletionStage<Optional<E2eSecInfo>> read(String resource) {
        return entity.request(Operation.RETRIEVE, resource, b -> b.attributes(List.of(E2eSecInfo.ATTRIBUTE)))
                .thenApply(response -> response.content()
                        .filter(c -> response.status().successful())
                        .map(c -> c.value().get(E2eSecInfo.ATTRIBUTE))
                        .map(E2eSecInfo::parse));
    }
}
