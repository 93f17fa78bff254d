package org.sealpost.enclave;

/**
 * One compartment of a secure environment (TS-0003 6.3): everything one end point keeps secret, behind calls that speak of handles,
 * identities and facts. No call returns a long-term, pairwise, session, epoch or signing key. Implementations are thread-safe, and a
 * call returns only when what it changed is on disk.
 *
 * <p>Every call may throw {@link org.sealpost.onem2m.Refusal} (the message or request is at fault; nothing changed) or
 * {@link EnclaveUnavailable} (the secure environment can't answer now; nothing is known of the call's effect, and repeating it is safe).
 */
public interface Enclave
        extends EndPointKeys,
                RenewalKeys,
                MemberKeys,
                CommanderKeys,
                GroupOscoreKeys,
                GroupManagerKeys,
                AuthorityKeys,
                ClientKeys,
                FunctionKeys,
                DataKeys,
                AutoCloseable {
    /** What kind of secure environment this is. */
    Attestation attest();

    /**
     * What was refused since this secure environment started, for the operator: {@code refused.} and the status code, and
     * {@code connections.refused} where it is a process (clients without its token, shared by all compartments).
     */
    java.util.Map<String, Long> counters();

    @Override
    void close();
}
