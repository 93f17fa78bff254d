package org.sealpost.server;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.sealpost.binding.RadioPort;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.GroupManagerKeys.DueRekey;
import org.sealpost.enclave.GroupManagerKeys.ManagerAnswer;
import org.sealpost.enclave.GroupManagerKeys.RekeyMessage;
import org.sealpost.enclave.GroupManagerKeys.Wish;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.audit.AuditLog;

/**
 * The door for standard clients (RFC 9594 over OSCORE and CoAP): carries protected messages between clients and the enclave, and reads none of them. Sends new material of a group to clients that said where, until they confirm it.
 * Thread-safe.
 */
public final class ManagerDoor implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration REKEY_PAUSE = Duration.ofMinutes(1);
    private static final long ROUND_MILLIS = 500;
    private static final int BAD_OPTION = 0x82;
    private static final int UNAVAILABLE = 0xa3;

    private final Enclave enclave;
    private final GroupAuthority authority;
    private final AuditLog audit;
    private final Executor calls;
    private final Runnable changed;
    private final Map<String, Long> rekeyed = new ConcurrentHashMap<>();
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final ScheduledFuture<?> rounds;
    private final RadioPort port;

    /** @throws java.io.UncheckedIOException when it can't listen there */
    ManagerDoor(
            InetSocketAddress address,
            Enclave enclave,
            GroupAuthority authority,
            AuditLog audit,
            Executor calls,
            ScheduledExecutorService timer,
            Runnable changed) {
        this.enclave = enclave;
        this.authority = authority;
        this.audit = audit;
        this.calls = calls;
        this.changed = changed;
        this.port = RadioPort.open(address, Optional.empty(), (message, multicast) -> receive(message));
        this.rounds = timer.scheduleWithFixedDelay(this::round, ROUND_MILLIS, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return port.address();
    }

    @Override
    public void close() {
        rounds.cancel(false);
        port.close();
    }

    private CompletionStage<Optional<RadioPort.Answer>> receive(RadioPort.Message message) {
        if (message.option().isEmpty()) {
            return CompletableFuture.completedFuture(Optional.of(RadioPort.Answer.open(BAD_OPTION)));
        }
        try {
            return CompletableFuture.supplyAsync(
                    () -> Optional.of(answer(message.option().get(), message.payload())), calls);
        } catch (RejectedExecutionException stopping) {
            return CompletableFuture.completedFuture(Optional.of(RadioPort.Answer.open(UNAVAILABLE)));
        }
    }

    private RadioPort.Answer answer(byte[] option, byte[] payload) {
        try {
            ManagerAnswer answer = enclave.answerClient(option, payload);
            answer.wish().ifPresent(wish -> calls.execute(() -> fulfil(wish)));
            return new RadioPort.Answer(answer.code(), answer.option(), answer.payload());
        } catch (EnclaveUnavailable away) {
            return RadioPort.Answer.open(UNAVAILABLE);
        }
    }

    private void fulfil(Wish wish) {
        try {
            if (wish.kind().equals("leave")) {
                authority.evict(wish.group(), wish.member(), "left by itself", false);
            } else if (mayRekey(wish.group())) {
                authority.rotate(wish.group(), wish.member() + " lost its numbers");
            }
            changed.run();
        } catch (Refusal | EnclaveUnavailable | IllegalStateException failure) {
            audit.append("manager.wish", wish.kind() + " of " + wish.member() + ": " + failure.getMessage());
        }
    }

    /** What clients say makes a group change its epoch once a minute at most. */
    private boolean mayRekey(String group) {
        long now = System.nanoTime();
        Long last = rekeyed.get(group);
        if (last != null && now - last < REKEY_PAUSE.toNanos()) {
            return false;
        }
        rekeyed.put(group, now);
        return true;
    }

    private void round() {
        try {
            calls.execute(() -> {
                try {
                    enclave.dueRekeys().forEach(this::send);
                } catch (EnclaveUnavailable away) {
                    // the next round asks again
                }
            });
        } catch (RejectedExecutionException stopping) {
            rounds.cancel(false);
        }
    }

    private void send(DueRekey due) {
        String name = due.group() + " " + due.member();
        if (!underWay.add(name)) {
            return;
        }
        try {
            RekeyMessage message = enclave.protectRekey(due.group(), due.member());
            URI uri = URI.create(due.uri());
            port.ask(
                            new InetSocketAddress(uri.getHost(), uri.getPort()),
                            RadioPort.Message.secured(message.option(), message.payload()),
                            PATIENCE)
                    .whenComplete((answer, failure) -> {
                        underWay.remove(name);
                        if (answer != null && answer.option().isPresent()) {
                            calls.execute(() -> confirm(message, answer));
                        }
                    });
        } catch (Refusal | EnclaveUnavailable | IllegalArgumentException notNow) {
            // it got the material otherwise meanwhile, or the enclave is away: the next round sees
            underWay.remove(name);
        }
    }

    private void confirm(RekeyMessage message, RadioPort.Answer answer) {
        try {
            enclave.confirmRekey(message.exchange(), answer.option().orElseThrow(), answer.payload());
        } catch (Refusal | EnclaveUnavailable failure) {
            audit.append("manager.rekey", String.valueOf(failure.getMessage()));
        }
    }
}
