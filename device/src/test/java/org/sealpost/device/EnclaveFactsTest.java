package org.sealpost.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.SecureEnvironment;

class EnclaveFactsTest {
    private final Counted environment = new Counted();
    private final EnclaveFacts facts = new EnclaveFacts(environment, "door");

    @Test
    void anEnclaveThatNobodyCalledIsNotAskedAgain() {
        facts.now();
        long asked = environment.calls.get();
        assertThat(facts.now()).isSameAs(facts.now());
        assertThat(environment.calls).hasValue(asked);
    }

    @Test
    void anEnclaveThatSomebodyCalledIsAskedAgain() {
        facts.now();
        environment.compartment("door").credentials();
        long asked = environment.calls.get();
        facts.now();
        assertThat(environment.calls).hasValueGreaterThan(asked);
    }

    @Test
    void aCallThatBeganBeforeAndEndsAfterIsNotMissed() {
        environment.calls.incrementAndGet(); // it begins
        facts.now();
        environment.calls.incrementAndGet(); // it ends
        long asked = environment.calls.get();
        facts.now();
        assertThat(environment.calls).hasValueGreaterThan(asked);
    }

    /** Counts as a real one does, and knows nothing. */
    private static final class Counted implements SecureEnvironment {
        final AtomicLong calls = new AtomicLong();

        @Override
        public Enclave compartment(String name) {
            return (Enclave) Proxy.newProxyInstance(
                    Enclave.class.getClassLoader(), new Class<?>[] {Enclave.class}, (proxy, method, arguments) -> {
                        calls.addAndGet(CALL);
                        return method.getReturnType() == Optional.class
                                ? Optional.empty()
                                : method.getReturnType() == Map.class ? Map.of() : List.of();
                    });
        }

        @Override
        public long revision(String compartment) {
            return calls.get();
        }

        @Override
        public OptionalLong processId() {
            return OptionalLong.empty();
        }

        @Override
        public void close() {
            calls.set(0);
        }
    }
}
