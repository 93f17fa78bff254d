package org.sealpost.device;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.ClientKeys.FunctionAccess;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.enclave.SecureEnvironment;

/**
 * What an end point's enclave tells of itself, asked again only when it may have changed, and every second for what others do to it: a program that
 * shows its status several times a second would otherwise spend most of its calls on that. Thread-safe.
 */
public final class EnclaveFacts {
    private static final long OLD_NANOS = 1_000_000_000L;
    private static final int ASKED = 5;

    private final SecureEnvironment environment;
    private final String compartment;
    private final Enclave enclave;
    private volatile Optional<Known> known = Optional.empty();

    public EnclaveFacts(SecureEnvironment environment, String compartment) {
        this.environment = environment;
        this.compartment = compartment;
        this.enclave = environment.compartment(compartment);
    }

    /** See the calls of {@link Enclave} of these names. */
    public record Facts(
            boolean enrolled,
            List<HeldCredential> credentials,
            List<PairwiseFacts> keys,
            List<FunctionAccess> functions,
            Map<String, Long> counters) {}

    private record Known(long revision, long at, Facts facts) {}

    public Facts now() {
        long before = environment.revision(compartment);
        long at = System.nanoTime();
        Optional<Facts> same = known.filter(k -> k.revision() == before && at - k.at() < OLD_NANOS)
                .map(Known::facts);
        return same.orElseGet(() -> ask(before, at));
    }

    private Facts ask(long before, long at) {
        Facts facts = new Facts(
                enclave.enrolment().isPresent(),
                enclave.credentials(),
                enclave.pairwiseKeys(),
                enclave.functions(),
                enclave.counters());
        // Any call beside these makes it another number.
        known = Optional.of(new Known(before + ASKED * SecureEnvironment.CALL, at, facts));
        return facts;
    }
}
