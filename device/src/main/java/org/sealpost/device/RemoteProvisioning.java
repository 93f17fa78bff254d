package org.sealpost.device;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.ClientKeys.FunctionAccess;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys;
import org.sealpost.enclave.ProvisioningLine;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Enrols a device that has a manufacturer's credential: at its MEF, again and again until that succeeded, less and less often. All keys stay in the enclave; this
 * carries octets.
 */
final class RemoteProvisioning {
    private static final long FIRST_BACKOFF_MILLIS = 500;
    private static final long MAX_BACKOFF_MILLIS = 60_000;

    /** Asking again is for what may be new; nothing waits for it. */
    private static final long RETURN_BACKOFF_SECONDS = 600;

    private final Enclave enclave;
    private final String identity;
    private final DeviceRuntime runtime;
    private volatile String state = "no manufacturer's credential";
    private volatile boolean closed;
    private final AtomicBoolean comingBack = new AtomicBoolean();

    RemoteProvisioning(Enclave enclave, String identity, DeviceRuntime runtime) {
        this.enclave = enclave;
        this.identity = identity;
        this.runtime = runtime;
    }

    /** How far it is, in words. */
    String state() {
        return state;
    }

    void close() {
        closed = true;
    }

    /** The MEF that this device has a credential for. */
    Optional<FunctionAccess> mef() {
        return enclave.functions().stream().filter(f -> f.kind().equals("MEF")).findFirst();
    }

    /** Completes when the device is enrolled; what its MEF commands beyond that is done afterwards, until all of it is. */
    CompletionStage<Void> enrol() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        runtime.calls().execute(() -> attempt(done, FIRST_BACKOFF_MILLIS));
        return done;
    }

    /** Registers a key with a MAF; fails with the refusal. */
    CompletionStage<Void> register(String function, int usage, List<String> targets) {
        return CompletableFuture.supplyAsync(
                        () -> enclave.functions().stream()
                                .filter(f -> f.fqdn().equals(function))
                                .findFirst()
                                .orElseThrow(() -> new Refusal(
                                        ResponseStatus.NOT_FOUND, "this device has no credential for " + function)),
                        runtime.calls())
                .thenCompose(f -> run(f, ExchangeGoal.register(usage, targets)))
                .thenApply(result -> {
                    if (!result.good()) {
                        throw new Refusal(ResponseStatus.of(result.status()), result.sentence());
                    }
                    return null;
                });
    }

    /** Gets a key that another end point registered for this one at a MAF; completes with false when there is none for us. */
    CompletionStage<Boolean> fetch(EndPointKeys.WantedKey wanted) {
        return CompletableFuture.supplyAsync(
                        () -> enclave.functions().stream()
                                .filter(f -> f.fqdn().equals(wanted.function()))
                                .findFirst(),
                        runtime.calls())
                .thenCompose(maf -> maf.isPresent()
                        ? run(maf.get(), ExchangeGoal.retrieve(wanted.keyId())).thenApply(ExchangeResult::good)
                        : CompletableFuture.completedFuture(false));
    }

    private void attempt(CompletableFuture<Void> done, long backoff) {
        if (closed) {
            return;
        }
        try {
            if (finished(done)) {
                return;
            }
            FunctionAccess mef = mef().orElseThrow(() ->
                    new Refusal(ResponseStatus.NOT_FOUND, "this device has no manufacturer's credential"));
            run(mef, ExchangeGoal.enrol())
                    .whenCompleteAsync(
                            (result, failure) -> {
                                String why = result == null
                                        ? String.valueOf(failure.getMessage())
                                        : result.status() + " " + result.sentence();
                                after(done, mef, why, backoff);
                            },
                            runtime.calls());
        } catch (EnclaveUnavailable | Refusal e) {
            again(done, String.valueOf(e.getMessage()), backoff);
        }
    }

    private void after(CompletableFuture<Void> done, FunctionAccess mef, String why, long backoff) {
        try {
            if (!finished(done)) {
                again(done, "not done with " + mef.fqdn() + " yet: " + why, backoff);
            }
        } catch (EnclaveUnavailable e) {
            again(done, String.valueOf(e.getMessage()), backoff);
        }
    }

    /** A connection may end between the command that gives the key with the server and those after it. */
    private boolean finished(CompletableFuture<Void> done) {
        if (enclave.enrolment().isEmpty()) {
            return false;
        }
        state = "enrolled";
        done.complete(null);
        boolean all = mef().filter(FunctionAccess::unfinished).isEmpty();
        if (all) {
            comeBack();
        }
        return all;
    }

    /** Asks again when the MEF wants it (retryDuration, TS-0003 12.3.2.3): the operator may have assigned more. */
    private void comeBack() {
        mef().map(FunctionAccess::returnsIn).filter(in -> in >= 0).ifPresent(in -> comeBackIn(Math.max(1, in)));
    }

    private void comeBackIn(long seconds) {
        if (!closed && !runtime.timer().isShutdown() && comingBack.compareAndSet(false, true)) {
            runtime.timer().schedule(() -> runtime.calls().execute(this::askAgain), seconds, TimeUnit.SECONDS);
        }
    }

    private void askAgain() {
        comingBack.set(false);
        if (closed) {
            return;
        }
        try {
            FunctionAccess mef = mef().orElseThrow(() ->
                    new Refusal(ResponseStatus.NOT_FOUND, "this device has no manufacturer's credential"));
            run(mef, ExchangeGoal.comeBack())
                    .whenCompleteAsync(
                            (result, failure) -> askedAgain(result != null && result.good()), runtime.calls());
        } catch (EnclaveUnavailable | Refusal e) {
            comeBackIn(RETURN_BACKOFF_SECONDS);
        }
    }

    private void askedAgain(boolean good) {
        try {
            if (good) {
                comeBack();
                return;
            }
        } catch (EnclaveUnavailable e) {
            // it is back by then
        }
        comeBackIn(RETURN_BACKOFF_SECONDS);
    }

    private void again(CompletableFuture<Void> done, String why, long backoff) {
        if (!why.equals(state)) {
            System.err.println("sealpost device: " + why + "; trying again in " + backoff + " ms, then less often");
        }
        state = why;
        if (!closed && !runtime.timer().isShutdown()) {
            runtime.timer()
                    .schedule(
                            () -> runtime.calls()
                                    .execute(() -> attempt(done, Math.min(2 * backoff, MAX_BACKOFF_MILLIS))),
                            backoff,
                            TimeUnit.MILLISECONDS);
        }
    }

    private CompletionStage<ExchangeResult> run(FunctionAccess function, ExchangeGoal goal) {
        ProvisioningLine line = ProvisioningLine.open(
                enclave, function.fqdn(), goal, Optional.of(identity), URI.create(function.uri()), runtime.calls());
        return line.result().whenComplete((result, failure) -> line.close());
    }
}
