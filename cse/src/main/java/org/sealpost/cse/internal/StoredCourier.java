package org.sealpost.cse.internal;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.sealpost.cse.Courier;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** The courier on the CSE's store. One message at a time is under way for each target; the others wait behind it. */
final class StoredCourier implements Courier {
    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LAST_RETRY_MILLIS = 3_000;

    private final PrimitiveCodec json = PrimitiveCodec.of(Serialization.JSON);
    private final SqliteResourceStore store;
    private final Guard cseLock;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final String cseId;
    private final Counters counters;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> deliver;
    private final Map<String, ArrayDeque<SqliteResourceStore.Item>> queues = new HashMap<>();

    StoredCourier(
            SqliteResourceStore store,
            Guard cseLock,
            InstantSource clock,
            ScheduledExecutorService timer,
            String cseId,
            Counters counters,
            Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> deliver) {
        this.store = store;
        this.cseLock = cseLock;
        this.clock = clock;
        this.timer = timer;
        this.cseId = cseId;
        this.counters = counters;
        this.deliver = deliver;
    }

    /** Takes up what an earlier run left. */
    void resume() {
        try (Guard.Held held = cseLock.hold()) {
            store.items().forEach(this::enqueue);
        }
    }

    @Override
    public void accept(String target, RequestPrimitive request, Instant expires, List<String> replyTo) {
        String octets = new String(json.encode(request.with(b -> b.noResponseType())), StandardCharsets.UTF_8);
        SqliteResourceStore.Item item =
                store.add(target, octets, expires.getEpochSecond(), String.join("&", replyTo), request.requestId());
        store.afterCommit(() -> {
            counters.count("courier.stored");
            enqueue(item);
        });
    }

    @Override
    public long waiting() {
        try (Guard.Held held = cseLock.hold()) {
            return queues.values().stream().mapToLong(ArrayDeque::size).sum();
        }
    }

    private void enqueue(SqliteResourceStore.Item item) {
        ArrayDeque<SqliteResourceStore.Item> queue = queues.computeIfAbsent(item.target(), t -> new ArrayDeque<>());
        queue.addLast(item);
        if (queue.size() == 1) {
            timer.execute(() -> attempt(item, FIRST_RETRY_MILLIS));
        }
    }

    private void attempt(SqliteResourceStore.Item item, long retryMillis) {
        long now = clock.instant().getEpochSecond();
        if (now >= item.expires()) {
            counters.count("courier.expired");
            finish(
                    item,
                    ResponsePrimitive.refused(
                            new Refusal(ResponseStatus.REQUEST_TIMEOUT, "the message could not be delivered in time"),
                            item.replyFor()));
            return;
        }
        RequestPrimitive request = json.decodeRequest(item.request().getBytes(StandardCharsets.UTF_8))
                .with(b -> b.requestId("q" + item.sequence()));
        deliver.apply(request).whenComplete((response, failure) -> {
            boolean again = failure != null ? temporary(failure) : temporary(response.status());
            if (again) {
                counters.count("courier.retried");
                long next = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
                timer.schedule(() -> attempt(item, next), retryMillis, TimeUnit.MILLISECONDS);
            } else {
                counters.count("courier.delivered");
                finish(item, failure != null ? refused(failure, item) : response);
            }
        });
    }

    /** Takes the message off the store and, in the same transaction, puts its answer there when one is wanted. */
    private void finish(SqliteResourceStore.Item item, ResponsePrimitive response) {
        try (Guard.Held held = cseLock.hold()) {
            store.transaction(() -> {
                store.removeItem(item.sequence());
                if (!item.replyTo().isEmpty()) {
                    for (String target : item.replyTo().split("&")) {
                        accept(
                                target,
                                reply(target, response.withRequestId(item.replyFor())),
                                replyExpiry(),
                                List.of());
                    }
                }
                return item;
            });
            ArrayDeque<SqliteResourceStore.Item> queue = queues.getOrDefault(item.target(), new ArrayDeque<>());
            queue.removeFirst();
            if (queue.isEmpty()) {
                queues.remove(item.target());
            } else {
                SqliteResourceStore.Item next = queue.getFirst();
                timer.execute(() -> attempt(next, FIRST_RETRY_MILLIS));
            }
        }
    }

    private RequestPrimitive reply(String target, ResponsePrimitive response) {
        return RequestPrimitive.of(Operation.NOTIFY, target, cseId, "reply")
                .content(new Content(Content.RESPONSE, json.toTree(response)))
                .build();
    }

    private Instant replyExpiry() {
        return clock.instant().plus(Duration.ofDays(1));
    }

    private static boolean temporary(Throwable failure) {
        Throwable cause = cause(failure);
        return !(cause instanceof Refusal refusal) || temporary(refusal.status());
    }

    private static boolean temporary(ResponseStatus status) {
        return switch (status) {
            case TARGET_NOT_REACHABLE, REMOTE_ENTITY_NOT_REACHABLE, REQUEST_TIMEOUT, INTERNAL_SERVER_ERROR -> true;
            default -> false;
        };
    }

    private static ResponsePrimitive refused(Throwable failure, SqliteResourceStore.Item item) {
        Refusal refusal = cause(failure) instanceof Refusal r
                ? r
                : new Refusal(ResponseStatus.TARGET_NOT_REACHABLE, "the message could not be delivered");
        return ResponsePrimitive.refused(refusal, item.replyFor());
    }

    private static Throwable cause(Throwable failure) {
        return Optional.ofNullable(failure instanceof CompletionException ? failure.getCause() : null)
                .orElse(failure);
    }
}
