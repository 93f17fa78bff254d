package org.sealpost.enclave;

import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The program's side of a run with an MEF or MAF: a TCP connection, whose octets go between the function and the enclave and mean nothing here. No thread waits for
 * the network. Thread-safe.
 */
public interface ProvisioningLine extends AutoCloseable {
    /**
     * Opens a connection and does what the goal says. The line stays open afterwards when the goal is to follow keys.
     *
     * @param at {@code tls://HOST:PORT}
     * @param identity as in {@link ClientKeys#openExchange}
     * @param enclaveCalls runs the enclave's (blocking) calls
     */
    static ProvisioningLine open(
            ClientKeys enclave,
            String function,
            ClientKeys.ExchangeGoal goal,
            Optional<String> identity,
            URI at,
            Executor enclaveCalls) {
        return org.sealpost.enclave.internal.TcpProvisioningLine.open(
                enclave, function, goal, identity, at, enclaveCalls);
    }

    /**
     * How the run ended. Completes with status 5103 when the function can't be reached or goes away; fails with {@link EnclaveUnavailable} when the
     * enclave does.
     */
    CompletionStage<ClientKeys.ExchangeResult> result();

    /** Does the same once more over the same connection; status 5103 when that is gone. Only after the result before has come. */
    CompletionStage<ClientKeys.ExchangeResult> again();

    @Override
    void close();
}
