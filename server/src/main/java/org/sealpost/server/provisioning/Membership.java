package org.sealpost.server.provisioning;

import java.net.URI;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sealpost.enclave.ClientKeys;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.ClientKeys.ExchangeResult;
import org.sealpost.enclave.ClientKeys.FunctionAccess;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.ProvisioningLine;
import org.sealpost.onem2m.Refusal;

/**
 * Follows MEFs and MAFs that an enclave is a client of: one line to each, kept open, asked again and again; a function that is away is tried less and less often, and its trouble shown. Thread-safe.
 */
public final class Membership implements AutoCloseable {
    private static final long FOLLOW_MILLIS = 250;
    private static final long FIRST_BACKOFF_MILLIS = 250;
    private static final long MAX_BACKOFF_MILLIS = 15_000;

    private final ClientKeys enclave;
    private final ScheduledExecutorService timer;
    private final Executor calls;
    private final Runnable changed;
    private final Map<String, ProvisioningLine> lines = new ConcurrentHashMap<>();
    private final Set<String> followed = new HashSet<>();
    private final Map<String, String> trouble = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Follows nothing yet.
     *
     * @param changed runs where the enclave's calls run, after keys came or ended; may throw {@link EnclaveUnavailable} or {@link Refusal}: then it is run again
     */
    public Membership(ClientKeys enclave, ScheduledExecutorService timer, Executor calls, Runnable changed) {
        this.enclave = enclave;
        this.timer = timer;
        this.calls = calls;
        this.changed = changed;
    }

    /** Follows all functions that the enclave has a credential for; again for those that came since. */
    public void start() {
        later(this::all, 0);
    }

    /** What is wrong with functions now, by FQDN. */
    public Map<String, String> trouble() {
        return Map.copyOf(trouble);
    }

    @Override
    public void close() {
        closed = true;
        lines.values().forEach(ProvisioningLine::close);
    }

    private void all() {
        try {
            for (FunctionAccess f : enclave.functions()) {
                boolean fresh;
                synchronized (followed) {
                    fresh = followed.add(f.fqdn());
                }
                if (fresh) {
                    follow(f.fqdn(), FIRST_BACKOFF_MILLIS);
                }
            }
        } catch (EnclaveUnavailable e) {
            later(this::all, FIRST_BACKOFF_MILLIS);
        }
    }

    private void follow(String fqdn, long backoff) {
        if (closed) {
            return;
        }
        try {
            Optional<FunctionAccess> access = enclave.functions().stream()
                    .filter(f -> f.fqdn().equals(fqdn))
                    .findFirst();
            if (access.isPresent()) {
                open(access.get(), backoff);
            }
        } catch (EnclaveUnavailable | Refusal e) {
            troubled(fqdn, String.valueOf(e.getMessage()));
            later(() -> follow(fqdn, longer(backoff)), backoff);
        }
    }

    private void open(FunctionAccess f, long backoff) {
        boolean first = f.kind().equals("MEF") && (!f.registered() || f.unfinished());
        ProvisioningLine line = ProvisioningLine.open(
                enclave,
                f.fqdn(),
                first ? ExchangeGoal.enrol() : ExchangeGoal.follow(),
                Optional.empty(),
                URI.create(f.uri()),
                calls);
        Optional.ofNullable(lines.put(f.fqdn(), line)).ifPresent(ProvisioningLine::close);
        line.result()
                .whenCompleteAsync((result, failure) -> after(f.fqdn(), line, first, backoff, result, failure), calls);
    }

    private void after(
            String fqdn,
            ProvisioningLine line,
            boolean first,
            long backoff,
            @Nullable ExchangeResult result,
            @Nullable Throwable failure) {
        if (closed) {
            return;
        }
        if (result == null || !result.good()) {
            troubled(fqdn, result != null ? result.status() + " " + result.sentence() : String.valueOf(failure));
            line.close();
            later(() -> follow(fqdn, longer(backoff)), backoff);
            return;
        }
        trouble.remove(fqdn);
        if (!result.changed().isEmpty()) {
            tellChanged();
        }
        if (first) {
            line.close();
            follow(fqdn, FIRST_BACKOFF_MILLIS);
        } else {
            later(
                    () -> line.again()
                            .whenCompleteAsync((r, f) -> after(fqdn, line, false, FIRST_BACKOFF_MILLIS, r, f), calls),
                    FOLLOW_MILLIS);
        }
    }

    private void tellChanged() {
        if (closed) {
            return;
        }
        try {
            changed.run();
            all();
        } catch (EnclaveUnavailable | Refusal e) {
            later(this::tellChanged, FIRST_BACKOFF_MILLIS);
        }
    }

    private void troubled(String fqdn, String why) {
        if (!why.equals(trouble.put(fqdn, why))) {
            System.err.println("sealpost: " + fqdn + ": " + why);
        }
    }

    private static long longer(long backoff) {
        return Math.min(backoff * 2, MAX_BACKOFF_MILLIS);
    }

    private void later(Runnable task, long millis) {
        if (!closed && !timer.isShutdown()) {
            timer.schedule(() -> calls.execute(task), millis, TimeUnit.MILLISECONDS);
        }
    }
}
