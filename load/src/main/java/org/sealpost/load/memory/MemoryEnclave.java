package org.sealpost.load.memory;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.internal.SecretObserver;
import org.sealpost.enclave.internal.core.Compartment;

/** An end point's enclave on a {@link Disk}: what is in memory is gone at {@link #restart}. Not thread-safe. */
public final class MemoryEnclave {
    private final String identity;
    private final InstantSource clock;
    private final Parts parts;
    private final SecretObserver observer;
    private long starts;
    private Enclave enclave;

    /**
     * What it stands on.
     *
     * @param random what it draws from, for each start anew, counted from 1
     * @param around what stands before its calls
     */
    public record Parts(Disk disk, LongFunction<SecureRandom> random, UnaryOperator<Enclave> around) {
        /** An empty disk, and nothing before the calls. */
        public Parts(SecureRandom random) {
            this(new Disk(), start -> random, UnaryOperator.identity());
        }
    }

    /**
     * An enclave on its disk.
     *
     * @param identity absolute
     * @param observer told of every secret
     */
    public MemoryEnclave(String identity, InstantSource clock, Parts parts, SecretObserver observer) {
        this.identity = identity;
        this.clock = clock;
        this.parts = parts;
        this.observer = observer;
        this.enclave = open();
    }

    public String identity() {
        return identity;
    }

    public Disk disk() {
        return parts.disk();
    }

    /** The enclave as it is since the last start. */
    public Enclave calls() {
        return enclave;
    }

    /** As after a power cut: what was saved is there, everything else is gone. */
    public void restart() {
        enclave = open();
    }

    private Enclave open() {
        return parts.around()
                .apply(new Compartment(
                        "main",
                        new Attestation("in-process", 0, "load"),
                        parts.disk(),
                        clock,
                        parts.random().apply(++starts),
                        observer));
    }
}
