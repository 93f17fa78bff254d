package org.sealpost.server.ledger;

import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.sealpost.enclave.AuthorityKeys.EpochMaterial;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.server.audit.AuditLog;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Puts the newest block and notice of each group where its members find them: one contentInstance in a container at every gateway that has some. Tried again until it is there, or a newer one takes
 * its place. Thread-safe.
 */
public final class BlockPublisher {
    private static final long ROUND_MILLIS = 100;
    private static final long FIRST_RETRY_MILLIS = 300;
    private static final long LAST_RETRY_MILLIS = 10_000;

    private final String server;
    private final DeliveryLedger ledger;
    private final AuditLog audit;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send;
    private final BiPredicate<String, String> subscribed;
    private final Map<String, Publication> open = new ConcurrentHashMap<>();
    private final AtomicLong requests;

    /** Something to publish at a gateway; {@code due} in epoch milliseconds, far away while it is on its way. */
    private record Publication(EpochMaterial material, String gateway, long due, int attempts) {
        Publication at(long next, int tried) {
            return new Publication(material, gateway, next, tried);
        }
    }

    /**
     * A publisher.
     *
     * @param server SP-relative identity of the server
     * @param subscribed whether a group's block may go to a gateway: all its members there are told of what is put there (a block that comes before is one that nobody tells them of), and its agent has the delegation that goes with it
     */
    public BlockPublisher(
            String server,
            DeliveryLedger ledger,
            AuditLog audit,
            InstantSource clock,
            ScheduledExecutorService timer,
            Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> send,
            BiPredicate<String, String> subscribed) {
        this.server = server;
        this.ledger = ledger;
        this.audit = audit;
        this.clock = clock;
        this.timer = timer;
        this.send = send;
        this.subscribed = subscribed;
        this.requests = new AtomicLong(clock.millis());
    }

    public void start() {
        timer.scheduleWithFixedDelay(this::work, 0, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Publishes at these gateways, instead of anything older of the group. */
    public void publish(EpochMaterial material, List<String> gateways) {
        gateways.forEach(g -> open.merge(
                material.group() + " " + g,
                new Publication(material, g, 0, 0),
                (old, fresh) -> old.material().epoch() > material.epoch() ? old : fresh));
    }

    /** A group is no more: nothing of it is published. */
    public void forget(String group) {
        open.keySet().removeIf(key -> key.startsWith(group + " "));
    }

    /** Sends what is due. */
    void work() {
        long now = clock.millis();
        open.forEach((key, publication) -> {
            Publication underWay = publication.at(Long.MAX_VALUE, publication.attempts() + 1);
            if (publication.due() <= now && open.replace(key, publication, underWay)) {
                send(key, underWay);
            }
        });
    }

    private void send(String key, Publication publication) {
        EpochMaterial m = publication.material();
        Content content = new Content(
                Content.CONTENT_INSTANCE,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("cnf", EpochContainer.CONTENT_INFO)
                        .put("con", Base64.getEncoder().encodeToString(m.latest())));
        RequestPrimitive request = RequestPrimitive.of(
                        Operation.CREATE,
                        EpochContainer.at(publication.gateway(), m.group()),
                        server,
                        "b" + requests.incrementAndGet())
                .resourceType(ResourceType.CONTENT_INSTANCE.code())
                .content(content)
                .build();
        CompletionStage<ResponsePrimitive> sent = subscribed.test(m.group(), publication.gateway())
                ? send.apply(request)
                : CompletableFuture.failedFuture(new Refusal(
                        ResponseStatus.CONFLICT,
                        "its members are not subscribed to blocks there yet, or its agent waits for its delegation"));
        sent.thenApply(response -> {
                    if (!response.status().successful()) {
                        throw new Refusal(response.status(), response.sentence());
                    }
                    ledger.published(
                            m.group(),
                            m.epoch(),
                            publication.gateway(),
                            Delivery.State.AT_GATEWAY,
                            "the block is at the gateway, not confirmed yet");
                    audit.append(
                            "epoch.published",
                            m.group() + " epoch " + m.epoch() + " at " + publication.gateway() + ", "
                                    + m.latest().length + " octets");
                    return open.remove(key, publication);
                })
                .exceptionally(failure -> {
                    long pause = Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(6, publication.attempts()));
                    open.replace(key, publication, publication.at(clock.millis() + pause, publication.attempts()));
                    ledger.published(
                            m.group(),
                            m.epoch(),
                            publication.gateway(),
                            Delivery.State.PLANNED,
                            "the gateway has no block yet: " + OuterNotify.reason(failure));
                    return false;
                });
    }
}
