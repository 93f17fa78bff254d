package org.sealpost.cse.internal;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.sealpost.binding.Sender;
import org.sealpost.cse.Cse;
import org.sealpost.cse.CseBaseNotifications;
import org.sealpost.cse.CseConfig;
import org.sealpost.cse.ResourceStore;
import org.sealpost.cse.Source;
import org.sealpost.cse.internal.AccessControl.Requester;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.ResponseType;

/** Receives requests, decides whether they are for this CSE, and lets the right part process them (TS-0004 7.2.2.2). */
public final class DefaultCse implements Cse {
    private static final Duration KEPT = Duration.ofDays(1);
    private static final String FAN_OUT = "fopt";

    private final Guard lock = new Guard();
    private final CseConfig config;
    private final SqliteResourceStore store;
    private final InstantSource clock;
    private final CseBaseNotifications notifications;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "cse");
        thread.setDaemon(true);
        return thread;
    });
    private final Counters counters = new Counters();
    private final Tree tree;
    private final AccessControl access;
    private final Router router;
    private final StoredCourier courier;
    private final PollingChannels polling;
    private final Groups groups;
    private final LocalOperations local;
    private final Registration registration;
    private final Publication publication;

    public DefaultCse(
            CseConfig config,
            ResourceStore store,
            Sender sender,
            InstantSource clock,
            CseBaseNotifications notifications) {
        this.config = config;
        this.store = (SqliteResourceStore) store;
        this.clock = clock;
        this.notifications = notifications;
        this.tree = new Tree(config, this.store, clock);
        this.access = new AccessControl(config, tree);
        this.router = new Router(config, tree, sender, clock);
        this.polling = new PollingChannels(timer);
        this.groups = new Groups(this::handle, work -> {
            try (Guard.Held held = lock.hold()) {
                return this.store.transaction(work);
            }
        });
        this.courier = new StoredCourier(
                this.store, lock, clock, timer, config.cseId(), counters, r -> handle(r, Source.local()));
        this.local = new LocalOperations(config, tree, access, new Subscriptions(config, tree, clock, courier));
        this.registration = new Registration(config, this, sender, timer);
        this.publication = new Publication(config, lock, this.store, tree, r -> handle(r, Source.local()));
        courier.resume();
    }

    @Override
    public CompletionStage<ResponsePrimitive> handle(RequestPrimitive request, Source source) {
        CompletionStage<ResponsePrimitive> answer;
        try {
            check(request);
            answer = router.remote(request.to()).isPresent() ? forward(request) : process(request, source);
        } catch (RuntimeException failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        return answer.exceptionally(failure -> refused(request, failure)).whenComplete((r, f) -> counters.count(r));
    }

    @Override
    public CompletionStage<Void> register() {
        return registration.start();
    }

    @Override
    public CompletionStage<Void> publish(E2eSecInfo info) {
        return publication.publish(info);
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> all = counters.snapshot();
        all.put("courier.waiting", courier.waiting());
        return all;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try (Guard.Held held = lock.hold()) {
            store.close();
        }
    }

    private void check(RequestPrimitive request) {
        if (request.requestExpiration()
                .filter(t -> !clock.instant().isBefore(t))
                .isPresent()) {
            throw new Refusal(ResponseStatus.REQUEST_TIMEOUT, "the request expired before it came here");
        }
        if (request.operation() == Operation.NOTIFY && request.content().isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a NOTIFY has no Content");
        }
        if (request.from().isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the request does not say who it is from");
        }
        if (request.releaseVersion()
                .filter(v -> !List.of("2", "2a", "3").contains(v))
                .isPresent()) {
            throw new Refusal(
                    ResponseStatus.RELEASE_VERSION_NOT_SUPPORTED, "the releases supported here are 2, 2a and 3");
        }
    }

    /** Sends on what is for another CSE; the originator's stem becomes SP-relative (TS-0004 7.3.2.6). */
    private CompletionStage<ResponsePrimitive> forward(RequestPrimitive request) {
        List<URI> hop;
        try (Guard.Held held = lock.hold()) {
            hop = router.nextHop(router.remote(request.to()).orElseThrow());
        }
        counters.count("forwarded");
        String from = originatorTowards(request.to(), request.from().orElseThrow());
        boolean stem = !request.from().orElseThrow().startsWith("/");
        String id = stem ? request.from().orElseThrow() + "/" + request.requestId() : request.requestId();
        return router.send(
                        hop, request.with(b -> b.from(from).requestId(id)), ResponseStatus.REMOTE_ENTITY_NOT_REACHABLE)
                .thenApply(r -> r.withRequestId(request.requestId()));
    }

    private CompletionStage<ResponsePrimitive> process(RequestPrimitive request, Source source) {
        Requester who = Requester.of(tree.absolute(request.from().orElseThrow()), source);
        List<String> path = router.segments(request.to());
        int fanOut = path.indexOf(FAN_OUT);
        if (fanOut > 0) {
            return fanOut(request, source, who, path.subList(0, fanOut), path.subList(fanOut + 1, path.size()));
        }
        if (path.get(path.size() - 1).equals("pcu")) {
            return poll(request, who, path.subList(0, path.size() - 1));
        }
        if (request.operation() == Operation.NOTIFY) {
            return notify(request, who, path);
        }
        return done(() -> change(request, who, path));
    }

    private ResponsePrimitive change(RequestPrimitive request, Requester who, List<String> path) {
        try (Guard.Held held = lock.hold()) {
            return store.transaction(() -> {
                Resource target = target(path);
                return switch (request.operation()) {
                    case CREATE -> local.create(request, who, target);
                    case RETRIEVE -> local.retrieve(request, who, target);
                    case UPDATE -> local.update(request, who, target);
                    case DELETE -> local.delete(request, who, target);
                    case NOTIFY -> throw new IllegalStateException("NOTIFY changes nothing");
                };
            });
        }
    }

    /** A resource, or the newest or oldest instance of a container. */
    private Resource target(List<String> path) {
        String last = path.get(path.size() - 1);
        Optional<Resource> found = tree.find(path);
        if (found.isEmpty() && (last.equals("la") || last.equals("ol"))) {
            found = tree.find(path.subList(0, path.size() - 1)).flatMap(container -> {
                List<Resource> instances = tree.children(container, ResourceType.CONTENT_INSTANCE);
                return instances.isEmpty()
                        ? Optional.empty()
                        : Optional.of(instances.get(last.equals("la") ? instances.size() - 1 : 0));
            });
        }
        return found.orElseThrow(() -> new Refusal(ResponseStatus.NOT_FOUND, "there is no such resource here"));
    }

    private CompletionStage<ResponsePrimitive> fanOut(
            RequestPrimitive request, Source source, Requester who, List<String> groupPath, List<String> rest) {
        Resource group;
        String gid;
        try (Guard.Held held = lock.hold()) {
            group = target(groupPath);
            if (group.type() != ResourceType.GROUP) {
                throw new Refusal(ResponseStatus.NOT_FOUND, "only a group has a fan-out point");
            }
            access.requireFanOut(who, group, request.operation());
            gid = groups.groupRequest(request, clock.instant());
        }
        String suffix = rest.isEmpty() ? "" : "/" + String.join("/", rest);
        return groups.fanOut(
                group, suffix, request, gid, spRelative(request.from().orElseThrow()), source);
    }

    private CompletionStage<ResponsePrimitive> poll(RequestPrimitive request, Requester who, List<String> path) {
        Resource owner;
        try (Guard.Held held = lock.hold()) {
            Resource channel = target(path);
            if (channel.type() != ResourceType.POLLING_CHANNEL) {
                throw new Refusal(ResponseStatus.NOT_FOUND, "only a polling channel has a pcu");
            }
            access.require(who, channel, request.operation());
            owner = tree.parent(channel).orElseThrow();
        }
        return switch (request.operation()) {
            case RETRIEVE -> polling.poll(owner.id(), request, clock.instant());
            case NOTIFY -> done(() -> polling.answer(owner.id(), request));
            default ->
                throw new Refusal(
                        ResponseStatus.OPERATION_NOT_ALLOWED, "a pcu is retrieved and notified, nothing else");
        };
    }

    private CompletionStage<ResponsePrimitive> notify(RequestPrimitive request, Requester who, List<String> path) {
        Resource target;
        try (Guard.Held held = lock.hold()) {
            target = target(path);
            access.require(who, target, Operation.NOTIFY);
            if (target.type() == ResourceType.AE && asynchronous(request)) {
                return store(request, target);
            }
        }
        if (target.type() == ResourceType.CSE_BASE) {
            return notifications.onNotify(request);
        }
        if (target.type() != ResourceType.AE) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "NOTIFY goes to a CSE, an AE or a polling channel");
        }
        return retarget(request, target);
    }

    private static boolean asynchronous(RequestPrimitive request) {
        return request.responseType()
                .filter(t -> t.mode() == ResponseType.NON_BLOCKING_ASYNCH)
                .isPresent();
    }

    /** Accepts a message for the courier: stored before it is answered. */
    private CompletionStage<ResponsePrimitive> store(RequestPrimitive request, Resource ae) {
        ResponseType type = request.responseType().orElseThrow();
        List<String> replyTo =
                type.notificationUris().isEmpty() ? List.of(request.from().orElseThrow()) : type.notificationUris();
        Instant expires = request.requestExpiration().orElse(clock.instant().plus(KEPT));
        store.transaction(() -> {
            courier.accept(ae.id(), request.with(b -> b.to(ae.id())), expires, replyTo);
            return ae;
        });
        return CompletableFuture.completedFuture(
                ResponsePrimitive.of(ResponseStatus.ACCEPTED_NON_BLOCKING_ASYNCH, request.requestId()));
    }

    /** Hands a request to an AE: through its polling channel if it has one, else to its addresses in order (AMB-28). */
    private CompletionStage<ResponsePrimitive> retarget(RequestPrimitive request, Resource ae) {
        boolean polls;
        try (Guard.Held held = lock.hold()) {
            polls = !tree.children(ae, ResourceType.POLLING_CHANNEL).isEmpty();
        }
        if (polls) {
            return polling.send(ae.id(), request, router.timeout(request).toSeconds());
        }
        List<URI> addresses = ae.texts("poa").stream().map(URI::create).toList();
        return router.sendToAe(addresses, request);
    }

    /** Absolute towards another service provider (TS-0004 7.3.2.6). */
    private String originatorTowards(String target, String originator) {
        boolean abroad = target.startsWith("//") && !target.startsWith("//" + config.spDomain() + "/");
        return abroad ? tree.absolute(originator) : spRelative(originator);
    }

    private String spRelative(String identity) {
        return tree.absolute(identity).substring(2 + config.spDomain().length());
    }

    private static ResponsePrimitive refused(RequestPrimitive request, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        Refusal refusal = cause instanceof Refusal r
                ? r
                : new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "the request could not be processed");
        return ResponsePrimitive.refused(refusal, request.requestId());
    }

    private static CompletionStage<ResponsePrimitive> done(Supplier<ResponsePrimitive> work) {
        return CompletableFuture.completedFuture(work.get());
    }
}
