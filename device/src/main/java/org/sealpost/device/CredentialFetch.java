package org.sealpost.device;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.sealpost.enclave.EndPoint;
import org.sealpost.enclave.EndPointKeys.Installation;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Fetches credentials from the server, end to end (the pull of {@code docs/protocol.md}): what a device does that missed a delivery. The program sees the facts of the installation only. At most one
 * fetch per group is under way; those who ask meanwhile share its outcome. Thread-safe.
 */
final class CredentialFetch {
    private final DeviceConfig config;
    private final EndPoint endPoint;
    private final EndPoint.Route route;
    private final Patience patience;
    private final Map<String, CompletableFuture<Installation>> underWay = new ConcurrentHashMap<>();

    CredentialFetch(DeviceConfig config, EndPoint endPoint, EndPoint.Route route, InstantSource clock) {
        this.config = config;
        this.endPoint = endPoint;
        this.route = route;
        this.patience = new Patience(clock);
    }

    /**
     * Brings the group's newest credential into the enclave, confirmed to the server.
     *
     * @param group absolute resource identifier
     * @return the installation; fails with a {@link Refusal} when the server or the way to it does not give it
     */
    CompletionStage<Installation> fetch(String group) {
        CompletableFuture<Installation> mine = new CompletableFuture<>();
        CompletableFuture<Installation> running = underWay.putIfAbsent(group, mine);
        if (running != null) {
            return running;
        }
        request(group).whenComplete((installation, failure) -> {
            underWay.remove(group, mine);
            if (failure != null) {
                System.err.println("sealpost device: the credential of " + group + " could not be fetched: "
                        + (failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause().getMessage()
                                : failure.getMessage()));
                mine.completeExceptionally(failure);
            } else {
                mine.complete(installation);
            }
        });
        return mine;
    }

    /**
     * Fetches for each group, unless that brought nothing lately: the pause doubles, so that nobody who sends commands of unknown epochs can make a device ask all the time.
     *
     * @return how many credentials were newer than what was here
     */
    CompletionStage<Integer> catchUp(List<String> groups) {
        if (!patience.ready()) {
            return CompletableFuture.completedFuture(0);
        }
        List<CompletableFuture<Boolean>> all = groups.stream()
                .map(g -> fetch(g).handle((i, failure) -> failure == null && i.fresh())
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenApply(done -> {
            int fresh = (int) all.stream().filter(CompletableFuture::join).count();
            patience.asked(fresh > 0);
            return fresh;
        });
    }

    private CompletionStage<Installation> request(String group) {
        String to = config.serverId() + "/cse-in/gcs/" + config.gatewayId() + "." + config.name() + "/"
                + new Identifier(group).lastSegment() + "/la";
        RequestPrimitive inner = RequestPrimitive.of(
                        Operation.RETRIEVE,
                        to,
                        "/" + config.gatewayId() + "/C" + config.name(),
                        "f" + UUID.randomUUID())
                .build();
        return endPoint.request(config.server(), inner, route, true).thenApply(CredentialFetch::installation);
    }

    private static Installation installation(EndPoint.Answer answer) {
        if (answer instanceof EndPoint.Answer.Installed installed) {
            return installed.installation();
        }
        ResponsePrimitive response = ((EndPoint.Answer.Inner) answer).response();
        throw response.status().successful()
                ? new Refusal(ResponseStatus.BAD_REQUEST, "the server answered a fetch with something else")
                : new Refusal(response.status(), response.sentence());
    }
}
