package org.sealpost.cse.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.sealpost.binding.Sender;
import org.sealpost.cse.Cse;
import org.sealpost.cse.CseConfig;
import org.sealpost.cse.Source;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Registers a CSE at its registrar and mirrors the registrar here (TS-0004 7.4.4.2.1); tried until it succeeds. */
final class Registration {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long FIRST_RETRY_MILLIS = 200;
    private static final long LAST_RETRY_MILLIS = 3_000;

    private final CseConfig config;
    private final Cse cse;
    private final Sender sender;
    private final ScheduledExecutorService timer;

    Registration(CseConfig config, Cse cse, Sender sender, ScheduledExecutorService timer) {
        this.config = config;
        this.cse = cse;
        this.sender = sender;
        this.timer = timer;
    }

    CompletionStage<Void> start() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        config.registrar().ifPresentOrElse(r -> attempt(r, done, FIRST_RETRY_MILLIS), () -> done.complete(null));
        return done;
    }

    private void attempt(CseConfig.Registrar registrar, CompletableFuture<Void> done, long retryMillis) {
        send(registrar, create(registrar))
                .thenCompose(r -> r.status() == ResponseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED
                        ? send(registrar, update(registrar))
                        : CompletableFuture.completedFuture(r))
                .thenCompose(r -> r.status().successful()
                        ? cse.handle(mirror(registrar), Source.local())
                        : CompletableFuture.completedFuture(r))
                .whenComplete((r, failure) -> {
                    boolean registered = failure == null
                            && (r.status().successful()
                                    || r.status() == ResponseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED);
                    if (registered) {
                        done.complete(null);
                    } else {
                        long next = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
                        timer.schedule(() -> attempt(registrar, done, next), retryMillis, TimeUnit.MILLISECONDS);
                    }
                });
    }

    private CompletionStage<ResponsePrimitive> send(CseConfig.Registrar registrar, RequestPrimitive request) {
        return sender.send(registrar.pointOfAccess(), request, PATIENCE);
    }

    private RequestPrimitive create(CseConfig.Registrar registrar) {
        return RequestPrimitive.of(Operation.CREATE, registrar.cseId() + "/-", config.cseId(), "register")
                .resourceType(ResourceType.REMOTE_CSE.code())
                .content(content(csr(config.cseId(), config.resourceName())
                        .put("rn", config.cseId().substring(1))))
                .build();
    }

    private RequestPrimitive update(CseConfig.Registrar registrar) {
        String to = registrar.cseId() + "/" + registrar.resourceName() + config.cseId();
        ObjectNode changes = JsonNodeFactory.instance.objectNode();
        putAddresses(changes);
        return RequestPrimitive.of(Operation.UPDATE, to, config.cseId(), "register-again")
                .content(content(changes))
                .build();
    }

    private RequestPrimitive mirror(CseConfig.Registrar registrar) {
        ObjectNode csr = csr(registrar.cseId(), registrar.resourceName());
        csr.put("rn", registrar.cseId().substring(1)).put("csi", registrar.cseId());
        csr.putArray("poa").add(registrar.pointOfAccess().toString());
        return RequestPrimitive.of(Operation.CREATE, config.cseId() + "/-", config.cseId(), "mirror")
                .resourceType(ResourceType.REMOTE_CSE.code())
                .content(content(csr))
                .build();
    }

    private ObjectNode csr(String cseId, String resourceName) {
        ObjectNode csr = JsonNodeFactory.instance.objectNode();
        csr.put("cb", cseId + "/" + resourceName).put("rr", true);
        csr.putArray("srv").add(RequestPrimitive.RELEASE);
        putAddresses(csr);
        return csr;
    }

    private void putAddresses(ObjectNode csr) {
        var poa = csr.putArray("poa");
        config.pointsOfAccess().forEach(p -> poa.add(p.toString()));
    }

    private static Content content(ObjectNode csr) {
        return new Content(ResourceType.REMOTE_CSE.contentName(), csr);
    }
}
