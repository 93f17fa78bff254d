package org.sealpost.cse.internal;

import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.Listener;
import org.sealpost.binding.Sender;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** An AE: registers, listens or polls, checks now and then that the CSE still knows it. */
public final class DefaultApplicationEntity implements ApplicationEntity {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofSeconds(45);
    private static final long CHECK_SECONDS = 5;
    private static final long RETRY_MILLIS = 300;

    private final Config config;
    private final Sender sender;
    private final InstantSource clock;
    private final Notifications notifications;
    private final ScheduledExecutorService timer;
    private final CompletableFuture<Void> registered = new CompletableFuture<>();
    private final AtomicLong requests = new AtomicLong(new SecureRandom().nextInt(1 << 20) * 1_000_000L);
    private final Optional<Listener> listener;
    private final Optional<URI> pointOfAccess;
    private volatile boolean closed;
    private volatile boolean polling;

    public DefaultApplicationEntity(
            Config config,
            Bindings bindings,
            InstantSource clock,
            ScheduledExecutorService timer,
            Notifications notifications) {
        this.config = config;
        this.sender = bindings.sender();
        this.clock = clock;
        this.timer = timer;
        this.notifications = notifications;
        this.listener = config.listen().map(address -> listen(bindings, address));
        this.pointOfAccess = config.advertise().or(() -> listener.map(Listener::pointOfAccess));
        timer.execute(this::register);
    }

    @Override
    public CompletionStage<Void> registered() {
        return registered;
    }

    @Override
    public CompletionStage<ResponsePrimitive> request(
            Operation operation, String to, UnaryOperator<RequestPrimitive.Builder> complete) {
        return send(operation, to, complete, PATIENCE);
    }

    @Override
    public Optional<URI> pointOfAccess() {
        return pointOfAccess;
    }

    @Override
    public Optional<URI> listensAt() {
        return listener.map(Listener::pointOfAccess);
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public void close() {
        closed = true;
        listener.ifPresent(Listener::close);
    }

    private Listener listen(Bindings bindings, URI address) {
        InetSocketAddress socket = new InetSocketAddress(address.getHost(), address.getPort());
        return address.getScheme().equals("coap")
                ? bindings.listenCoap(socket, (request, hop) -> receive(request))
                : bindings.listenHttp(socket, (request, hop) -> receive(request));
    }

    private CompletionStage<ResponsePrimitive> receive(RequestPrimitive request) {
        if (request.operation() != Operation.NOTIFY) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "an AE receives nothing but NOTIFY");
        }
        return notifications.onNotify(request);
    }

    /** One round of putting everything in place; repeated until it succeeds, and whenever the CSE lost it. */
    private void register() {
        CompletionStage<ResponsePrimitive> step =
                CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, "start"));
        for (AeResources.Step wanted : new AeResources(config, pointOfAccess).steps()) {
            step = step.thenCompose(before -> put(wanted));
        }
        step.whenComplete((done, failure) -> {
            if (closed) {
                return;
            }
            if (failure != null) {
                later(this::register, RETRY_MILLIS);
                return;
            }
            registered.complete(null);
            if (config.listen().isEmpty() && !polling) {
                polling = true;
                poll();
            }
            later(this::check, CHECK_SECONDS * 1000);
        });
    }

    /** Creates a resource, or updates it when it is there from before. */
    private CompletionStage<ResponsePrimitive> put(AeResources.Step wanted) {
        return send(wanted.operation(), wanted.to(), wanted.complete(), PATIENCE)
                .thenCompose(r -> there(r) && wanted.update().isPresent()
                        ? put(wanted.update().get())
                        : CompletableFuture.completedFuture(r))
                .thenApply(r -> {
                    if (!r.status().successful() && !there(r)) {
                        throw new Refusal(r.status(), r.sentence());
                    }
                    return r;
                });
    }

    private static boolean there(ResponsePrimitive response) {
        return response.status() == ResponseStatus.CONFLICT
                || response.status() == ResponseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED;
    }

    private void check() {
        send(Operation.RETRIEVE, AeResources.address(config), b -> b, PATIENCE).whenComplete((r, failure) -> {
            if (closed) {
                return;
            }
            boolean forgotten = failure == null && !r.status().successful();
            if (forgotten) {
                register();
            } else {
                later(this::check, CHECK_SECONDS * 1000);
            }
        });
    }

    private void poll() {
        send(
                        Operation.RETRIEVE,
                        AeResources.address(config) + "/pch/pcu",
                        b -> b.requestExpiration(clock.instant().plus(POLL)),
                        POLL.plusSeconds(5))
                .whenComplete((r, failure) -> {
                    if (closed) {
                        return;
                    }
                    boolean answered = failure == null
                            && (r.status().successful() || r.status() == ResponseStatus.REQUEST_TIMEOUT);
                    if (answered) {
                        polled(r);
                        poll();
                    } else {
                        later(this::poll, RETRY_MILLIS);
                    }
                });
    }

    /** Processes what a poll brought and takes the answer back to the channel. */
    private void polled(ResponsePrimitive response) {
        response.content().filter(c -> c.name().equals(Content.REQUEST)).ifPresent(content -> {
            RequestPrimitive request = JSON.requestFromTree(content.value());
            CompletionStage<ResponsePrimitive> answer;
            try {
                answer = receive(request);
            } catch (Refusal refusal) {
                answer = CompletableFuture.completedFuture(ResponsePrimitive.refused(refusal, request.requestId()));
            }
            answer.exceptionally(failure -> ResponsePrimitive.refused(refusal(failure), request.requestId()))
                    .thenCompose(r -> send(
                            Operation.NOTIFY,
                            AeResources.address(config) + "/pch/pcu",
                            b -> b.content(
                                    new Content(Content.RESPONSE, JSON.toTree(r.withRequestId(request.requestId())))),
                            PATIENCE));
        });
    }

    private CompletionStage<ResponsePrimitive> send(
            Operation operation, String to, UnaryOperator<RequestPrimitive.Builder> complete, Duration patience) {
        RequestPrimitive request = complete.apply(
                        RequestPrimitive.of(operation, to, config.stem(), "a" + requests.incrementAndGet()))
                .build();
        return sender.send(config.registrar(), request, patience);
    }

    private void later(Runnable task, long millis) {
        if (!timer.isShutdown()) {
            timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }

    private static Refusal refusal(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof Refusal r
                ? r
                : new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "the AE could not process the request");
    }

    /** For messages to people. */
    @Override
    public String toString() {
        return "AE " + config.spRelativeId() + List.of(new ArrayList<>(config.containers()));
    }
}
