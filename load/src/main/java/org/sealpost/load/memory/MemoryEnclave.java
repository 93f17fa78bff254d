package org.sealpost.load.memory;

import java.security.SecureRandom;
import java.time.InstantSource;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.internal.SecretObserver;
import org.sealpost.enclave.internal.core.Compartment;

/** An end point's enclave on a {@link Disk}: what is in memory is gone at {@link #restart}. Not thread-safe. */
public final class MemoryEnclave {
    private final String identity;
    private final Disk disk = new Disk();
    private final InstantSource clock;
    private final SecureRandom random;
    private final SecretObserver observer;
    private Enclave enclave;

    /**
     * An enclave with an empty disk.
     *
     * @param identity absolute
     * @param random all that it draws
     * @param observer told of every secret
     */
    public MemoryEnclave(String identity, InstantSource clock, SecureRandom random, SecretObserver observer) {
        this.identity = identity;
        this.clock = clock;
        this.random = random;
        this.observer = observer;
        this.enclave = open();
    }

    public String identity() {
        return identity;
    }

    public Disk disk() {
        return disk;
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
        return new Compartment("main", new Attestation("in-process", 0, "load"), disk, clock, random, observer);
    }
}
