package org.sealpost.cse.internal;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/**
 * The queues behind {@code pcu} (TS-0004 7.4.22): requests for AEs that can't be reached are handed out to their long polls, and answers come back by NOTIFY.
 * Thread-safe.
 */
final class PollingChannels {
    private static final long LONG_POLL_SECONDS = 30;
    private static final long ANSWER_SECONDS = 5;

    private final PrimitiveCodec json = PrimitiveCodec.of(Serialization.JSON);
    private final ScheduledExecutorService timer;
    private final Guard guard = new Guard();
    private final Map<String, Channel> channels = new HashMap<>();
    private final Map<String, Waiting> unanswered = new ConcurrentHashMap<>();

    private static final class Channel {
        final ArrayDeque<RequestPrimitive> queue = new ArrayDeque<>();
        final ArrayDeque<Poll> polls = new ArrayDeque<>();
    }

    private record Poll(String requestId, CompletableFuture<ResponsePrimitive> reply) {}

    private record Waiting(String owner, CompletableFuture<ResponsePrimitive> answer) {}

    PollingChannels(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** Queues a request for the owner of a channel; the stage brings the owner's answer, or fails with 4008 when it stays away too long. */
    CompletableFuture<ResponsePrimitive> send(String owner, RequestPrimitive request, long seconds) {
        CompletableFuture<ResponsePrimitive> answer = new CompletableFuture<>();
        String key = owner + " " + request.requestId();
        unanswered.put(key, new Waiting(owner, answer));
        try (Guard.Held held = guard.hold()) {
            Channel channel = channel(owner);
            channel.queue.addLast(request);
            serve(owner, channel);
        }
        timer.schedule(
                () -> answer.completeExceptionally(
                        new Refusal(ResponseStatus.REQUEST_TIMEOUT, "the device did not poll in time")),
                seconds,
                TimeUnit.SECONDS);
        return answer.whenComplete((r, failure) -> {
            unanswered.remove(key);
            try (Guard.Held held = guard.hold()) {
                channel(owner).queue.remove(request);
            }
        });
    }

    /** A long poll of the owner: completes with a queued request as {@code m2m:rqp}, or with 4008 after a while. */
    CompletableFuture<ResponsePrimitive> poll(String owner, RequestPrimitive request, Instant now) {
        CompletableFuture<ResponsePrimitive> reply = new CompletableFuture<>();
        Poll poll = new Poll(request.requestId(), reply);
        try (Guard.Held held = guard.hold()) {
            Channel channel = channel(owner);
            // The owner polls once at a time: an earlier poll was left behind by one that is gone, and would swallow a
            // request.
            channel.polls.forEach(PollingChannels::nothingCame);
            channel.polls.clear();
            channel.polls.addLast(poll);
            serve(owner, channel);
        }
        long seconds = request.requestExpiration()
                .map(t -> Math.max(1, t.getEpochSecond() - now.getEpochSecond()))
                .map(s -> Math.min(s, LONG_POLL_SECONDS))
                .orElse(LONG_POLL_SECONDS);
        timer.schedule(() -> expire(owner, poll), seconds, TimeUnit.SECONDS);
        return reply;
    }

    /** Takes the owner's answer to a request that was handed out. */
    ResponsePrimitive answer(String owner, RequestPrimitive notify) {
        ResponsePrimitive response = json.responseFromTree(notify.content()
                .filter(c -> c.name().equals(Content.RESPONSE))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "an answer at a polling channel is a NOTIFY with m2m:rsp"))
                .value());
        Optional.ofNullable(unanswered.get(owner + " " + response.requestId()))
                .ifPresent(w -> w.answer().complete(response));
        return ResponsePrimitive.of(ResponseStatus.OK, notify.requestId());
    }

    private void serve(String owner, Channel channel) {
        while (!channel.queue.isEmpty() && !channel.polls.isEmpty()) {
            Poll poll = channel.polls.removeFirst();
            RequestPrimitive request = channel.queue.removeFirst();
            boolean taken = poll.reply()
                    .complete(ResponsePrimitive.of(
                            ResponseStatus.OK, poll.requestId(), new Content(Content.REQUEST, json.toTree(request))));
            if (taken) {
                awaitAnswer(owner, request);
            } else {
                channel.queue.addFirst(request);
            }
        }
    }

    /** Whoever took a request and did not answer soon may have died with it: the sender learns, and may send again. */
    private void awaitAnswer(String owner, RequestPrimitive request) {
        Waiting waiting = unanswered.get(owner + " " + request.requestId());
        if (waiting != null) {
            timer.schedule(
                    () -> waiting.answer()
                            .completeExceptionally(new Refusal(
                                    ResponseStatus.REQUEST_TIMEOUT, "the device took the request and did not answer")),
                    ANSWER_SECONDS,
                    TimeUnit.SECONDS);
        }
    }

    private void expire(String owner, Poll poll) {
        try (Guard.Held held = guard.hold()) {
            channel(owner).polls.remove(poll);
        }
        nothingCame(poll);
    }

    private static void nothingCame(Poll poll) {
        poll.reply()
                .complete(ResponsePrimitive.refused(
                        new Refusal(ResponseStatus.REQUEST_TIMEOUT, "nothing came: poll again"), poll.requestId()));
    }

    private Channel channel(String owner) {
        return channels.computeIfAbsent(owner, o -> new Channel());
    }
}
