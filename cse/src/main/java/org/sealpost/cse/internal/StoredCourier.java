package org.sealpost.cse.internal;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.sealpost.cse.Courier;
import org.sealpost.cse.StoreException;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * The courier on the CSE's store. What comes from one source for one target is delivered in its order, one message after the other; messages of different sources are under way at the same time ({@link
 * Lanes}). What was delivered is taken off the store for many messages at once.
 */
final class StoredCourier implements Courier {
    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LAST_RETRY_MILLIS = 3_000;

    /** Messages that are under way for one target at most: a target that is away is not asked by all of them. */
    private static final int AT_ONCE = 32;

    private final PrimitiveCodec json = PrimitiveCodec.of(Serialization.JSON);
    private final SqliteResourceStore store;
    private final Guard cseLock;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final String cseId;
    private final Counters counters;
    private final Function<RequestPrimitive, CompletionStage<ResponsePrimitive>> deliver;
    private final Map<String, Lanes<Message>> targets = new HashMap<>();
    private final Queue<Done> done = new ConcurrentLinkedQueue<>();

    /** A message and the lane of its target that it goes in. */
    private record Message(SqliteResourceStore.Item item, String lane) {}

    /** A message that needs no further attempt, and what came of it. */
    private record Done(Message message, ResponsePrimitive response) {}

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
            store.items().forEach(item -> enqueue(item, request(item)));
        }
    }

    @Override
    public void accept(String target, RequestPrimitive request, Instant expires, List<String> replyTo) {
        String octets = new String(json.encode(request.with(b -> b.noResponseType())), StandardCharsets.UTF_8);
        SqliteResourceStore.Item item =
                store.add(target, octets, expires.getEpochSecond(), String.join("&", replyTo), request.requestId());
        store.afterCommit(() -> {
            counters.count("courier.stored");
            enqueue(item, request);
        });
    }

    @Override
    public long waiting() {
        try (Guard.Held held = cseLock.hold()) {
            return targets.values().stream().mapToLong(Lanes::size).sum();
        }
    }

    private void enqueue(SqliteResourceStore.Item item, RequestPrimitive request) {
        Message message = new Message(item, lane(item, request));
        targets.computeIfAbsent(item.target(), t -> new Lanes<>(AT_ONCE))
                .add(message.lane(), message)
                .ifPresent(this::begin);
    }

    private void begin(Message message) {
        timer.execute(() -> attempt(message, FIRST_RETRY_MILLIS));
    }

    /** Where a message comes from: the subscription of a notification; an answer stands alone, since whoever waits for it knows it by its identifier. */
    private static String lane(SqliteResourceStore.Item item, RequestPrimitive request) {
        return request.content()
                .map(content -> switch (content.name()) {
                    case Content.NOTIFICATION -> content.value().path("sur").asString("");
                    case Content.RESPONSE -> "answer " + item.sequence();
                    default -> "";
                })
                .orElse("");
    }

    private RequestPrimitive request(SqliteResourceStore.Item item) {
        return json.decodeRequest(item.request().getBytes(StandardCharsets.UTF_8));
    }

    private void attempt(Message message, long retryMillis) {
        SqliteResourceStore.Item item = message.item();
        long now = clock.instant().getEpochSecond();
        if (now >= item.expires()) {
            counters.count("courier.expired");
            finish(
                    message,
                    ResponsePrimitive.refused(
                            new Refusal(ResponseStatus.REQUEST_TIMEOUT, "the message could not be delivered in time"),
                            item.replyFor()));
            return;
        }
        RequestPrimitive request = request(item).with(b -> b.requestId("q" + item.sequence()));
        deliver.apply(request).whenComplete((response, failure) -> {
            boolean again = failure != null ? temporary(failure) : temporary(response.status());
            if (again) {
                counters.count("courier.retried");
                long next = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
                timer.schedule(() -> attempt(message, next), retryMillis, TimeUnit.MILLISECONDS);
            } else {
                counters.count("courier.delivered");
                finish(message, failure != null ? refused(failure, item) : response);
            }
        });
    }

    /** What needs no further attempt; those that come while others are taken off the store go together. */
    private void finish(Message message, ResponsePrimitive response) {
        done.add(new Done(message, response));
        timer.execute(this::clear);
    }

    private void clear() {
        try (Guard.Held held = cseLock.hold()) {
            List<Done> all = new ArrayList<>();
            for (Done next = done.poll(); next != null; next = done.poll()) {
                all.add(next);
            }
            if (!all.isEmpty()) {
                settle(all);
            }
        }
    }

    /** Takes messages off the store and, in the same transaction, puts their answers there where one is wanted; then the next of their lanes begin. */
    private void settle(List<Done> all) {
        try {
            store.transaction(() -> {
                all.forEach(this::takeOff);
                return all;
            });
        } catch (StoreException full) {
            // They stay where they are, and so does what waits behind them.
            done.addAll(all);
            timer.schedule(this::clear, LAST_RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        for (Done each : all) {
            Message message = each.message();
            String target = message.item().target();
            Lanes<Message> lanes = targets.getOrDefault(target, new Lanes<>(AT_ONCE));
            lanes.end(message.lane()).ifPresent(this::begin);
            if (lanes.size() == 0) {
                targets.remove(target);
            }
        }
    }

    private void takeOff(Done each) {
        SqliteResourceStore.Item item = each.message().item();
        store.removeItem(item.sequence());
        if (!item.replyTo().isEmpty()) {
            ResponsePrimitive response = each.response().withRequestId(item.replyFor());
            for (String target : item.replyTo().split("&")) {
                accept(target, reply(target, response), replyExpiry(), List.of());
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
