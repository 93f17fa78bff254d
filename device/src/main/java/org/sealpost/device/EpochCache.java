package org.sealpost.device;

import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.enclave.MemberKeys;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Epochs that come by blocks from where the gateway keeps them: told by a notification, or fetched with one request, also while the server is away. The gateway is not trusted; the enclave believes
 * what the server signed. What can't be opened here is asked of the server. At most one confirmation per group is under way. Thread-safe.
 */
final class EpochCache {
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LAST_PAUSE_MILLIS = 64_000;

    /** What the server can mend with a credential, or should know. */
    private static final Set<String> ASK = Set.of("generation", "excluded", "chain", "second", "split", "over");

    private final DeviceConfig config;
    private final MemberKeys enclave;
    private final ApplicationEntity entity;
    private final Surroundings device;
    private final Patience patience;
    private final Set<String> confirming = ConcurrentHashMap.newKeySet();
    private final Set<String> again = ConcurrentHashMap.newKeySet();

    /** What the device does for this. */
    interface Surroundings {
        /** Runs where the enclave's calls run. */
        <T> CompletionStage<T> call(Supplier<T> work);

        void later(Runnable task, long millis);

        /** Confirms the group's epoch to the server. */
        CompletionStage<Void> confirm(String group);

        /** Asks the server for a credential, unless that was in vain lately. */
        void askServer(String group);

        /** Shows the server a block that it signed although another one of that number is held here. */
        void report(byte[] latest);

        void opened();

        void refused(int status, String sentence);
    }

    EpochCache(
            DeviceConfig config,
            MemberKeys enclave,
            ApplicationEntity entity,
            Surroundings device,
            InstantSource clock) {
        this.config = config;
        this.enclave = enclave;
        this.entity = entity;
        this.device = device;
        this.patience = new Patience(clock);
    }

    /**
     * Takes what a notification brought.
     *
     * @param subscription its path
     * @param instance the contentInstance
     */
    CompletionStage<Boolean> notified(String subscription, JsonNode instance) {
        List<String> path = List.of(subscription.split("/", -1));
        return device.call(() -> enclave.credentials().stream()
                        .map(MemberKeys.HeldCredential::group)
                        .filter(g -> path.contains(EpochContainer.name(g)))
                        .findFirst())
                .thenCompose(group ->
                        group.isPresent() ? take(group.get(), instance) : CompletableFuture.completedFuture(false));
    }

    /**
     * Fetches the newest of each group, unless that brought nothing lately.
     *
     * @return how many groups moved on
     */
    CompletionStage<Integer> catchUp(List<String> groups) {
        if (!patience.ready()) {
            return CompletableFuture.completedFuture(0);
        }
        return fetch(groups).thenApply(moved -> {
            patience.asked(moved > 0);
            return moved;
        });
    }

    /** Fetches the newest of each group now. */
    CompletionStage<Integer> fetch(List<String> groups) {
        List<CompletableFuture<Boolean>> all = groups.stream()
                .map(g -> fetch(g).exceptionally(failure -> false).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenApply(done ->
                (int) all.stream().filter(CompletableFuture::join).count());
    }

    private CompletionStage<Boolean> fetch(String group) {
        return entity.request(Operation.RETRIEVE, EpochContainer.at(config.gatewayId(), group) + "/la", b -> b)
                .thenCompose(response -> {
                    Optional<JsonNode> instance = response.content()
                            .filter(c ->
                                    response.status().successful() && c.name().equals(Content.CONTENT_INSTANCE))
                            .map(Content::value);
                    return instance.isPresent()
                            ? take(group, instance.get())
                            : CompletableFuture.completedFuture(false);
                });
    }

    /** True when the group moved on. */
    private CompletionStage<Boolean> take(String group, JsonNode instance) {
        byte[] latest;
        try {
            latest = EpochContainer.CONTENT_INFO.equals(instance.path("cnf").asString(""))
                    ? Base64.getDecoder().decode(instance.path("con").asString(""))
                    : new byte[0];
        } catch (IllegalArgumentException notBase64) {
            latest = new byte[0];
        }
        if (latest.length == 0) {
            device.refused(ResponseStatus.BAD_REQUEST.code(), "what the gateway keeps for " + group + " is no epoch");
            return CompletableFuture.completedFuture(false);
        }
        byte[] octets = latest;
        return device.call(() -> enclave.installEpoch(group, octets))
                .thenApply(verdict -> after(group, octets, verdict));
    }

    private boolean after(String group, byte[] latest, EpochVerdict verdict) {
        if (verdict instanceof EpochVerdict.Refused refused) {
            device.refused(refused.status(), refused.sentence());
            if (refused.fault().equals("second")) {
                device.report(latest);
            }
            if (ASK.contains(refused.fault())) {
                device.askServer(group);
            }
            return false;
        }
        boolean fresh = ((EpochVerdict.Installed) verdict).installation().fresh();
        if (fresh) {
            device.opened();
            confirm(group, FIRST_PAUSE_MILLIS);
        }
        return fresh;
    }

    private void confirm(String group, long pause) {
        if (!confirming.add(group)) {
            again.add(group);
            // The one under way may have ended before it could see that.
            if (!confirming.contains(group) && again.remove(group)) {
                confirm(group, FIRST_PAUSE_MILLIS);
            }
            return;
        }
        device.confirm(group).whenComplete((done, failure) -> {
            confirming.remove(group);
            if (again.remove(group)) {
                confirm(group, FIRST_PAUSE_MILLIS);
            } else if (failure != null) {
                if (conflict(failure)) {
                    // The server is at another epoch, or doubts this state: what it gives says which.
                    device.askServer(group);
                }
                device.later(() -> confirm(group, Math.min(LAST_PAUSE_MILLIS, pause * 2)), pause);
            }
        });
    }

    private static boolean conflict(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof Refusal refusal && refusal.status() == ResponseStatus.CONFLICT;
    }

    /** What a report looks like. */
    static Content conflict(byte[] latest) {
        return new Content(
                Content.CONTENT_INSTANCE,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("cnf", EpochContainer.CONFLICT)
                        .put("con", Base64.getEncoder().encodeToString(latest)));
    }
}
