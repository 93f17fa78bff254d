package org.sealpost.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.sealpost.cse.ae.ApplicationEntity;
import org.sealpost.enclave.EndPointKeys.Installation;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.enclave.MemberKeys;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Epochs follow one another faster than a confirmation comes back: the server learns of the newest in the end, whatever it refused on the way. */
class EpochCacheTest {
    private static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";
    private static final String TOLD = EpochContainer.at("gw", GROUP) + "/members";

    private final Around device = new Around();
    private final EpochCache cache = new EpochCache(
            DeviceConfig.polling("door", "sealpost.example", "gw", URI.create("http://127.0.0.1:1")),
            enclave(),
            never(ApplicationEntity.class),
            device,
            InstantSource.system());

    @Test
    void anEpochThatCameWhileTheOneBeforeWasRefusedIsConfirmed() {
        told();
        told();
        assertThat(device.confirmations).as("one at a time").hasSize(1);
        device.refuse(ResponseStatus.CONFLICT);
        assertThat(device.confirmations).as("the newest is confirmed").hasSize(1);
        device.confirmations.remove().complete(null);
        assertThat(device.tasks).isEmpty();
    }

    @Test
    void whatTheServerRefusesIsAskedForAndConfirmedAgainLater() {
        told();
        device.refuse(ResponseStatus.CONFLICT);
        assertThat(device.asked).containsExactly(GROUP);
        assertThat(device.tasks).as("asking may have been in vain").hasSize(1);
        device.tasks.remove().run();
        device.confirmations.remove().complete(null);
        assertThat(device.tasks).isEmpty();
    }

    @Test
    void aServerThatIsNotReachedIsToldLater() {
        told();
        device.refuse(ResponseStatus.TARGET_NOT_REACHABLE);
        assertThat(device.asked).isEmpty();
        device.tasks.remove().run();
        assertThat(device.confirmations).hasSize(1);
    }

    private void told() {
        JsonNode instance = JsonNodeFactory.instance
                .objectNode()
                .put("cnf", EpochContainer.CONTENT_INFO)
                .put("con", Base64.getEncoder().encodeToString(new byte[] {1}));
        assertThat(cache.notified(TOLD, instance).toCompletableFuture().join()).isTrue();
    }

    private static MemberKeys enclave() {
        return (MemberKeys) Proxy.newProxyInstance(
                MemberKeys.class.getClassLoader(),
                new Class<?>[] {MemberKeys.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "credentials" -> List.of(new HeldCredential(GROUP, 1, "", 0, 0, 0, ""));
                    case "installEpoch" -> new EpochVerdict.Installed(new Installation(GROUP, 1, "", true));
                    default -> throw new AssertionError(method.getName());
                });
    }

    private static <T> T never(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    throw new AssertionError(method.getName());
                }));
    }

    private static final class Around implements EpochCache.Surroundings {
        final Deque<CompletableFuture<Void>> confirmations = new ArrayDeque<>();
        final Deque<Runnable> tasks = new ArrayDeque<>();
        final List<String> asked = new ArrayList<>();

        void refuse(ResponseStatus status) {
            confirmations.remove().completeExceptionally(new Refusal(status, "no"));
        }

        @Override
        public <T> CompletionStage<T> call(Supplier<T> work) {
            return CompletableFuture.completedFuture(work.get());
        }

        @Override
        public void later(Runnable task, long millis) {
            tasks.add(task);
        }

        @Override
        public CompletionStage<Void> confirm(String group) {
            CompletableFuture<Void> open = new CompletableFuture<>();
            confirmations.add(open);
            return open;
        }

        @Override
        public void askServer(String group) {
            asked.add(group);
        }

        @Override
        public void report(byte[] latest) {
            throw new AssertionError("nothing is reported");
        }

        @Override
        public void opened() {}

        @Override
        public void refused(int status, String sentence) {
            throw new AssertionError(sentence);
        }
    }
}
