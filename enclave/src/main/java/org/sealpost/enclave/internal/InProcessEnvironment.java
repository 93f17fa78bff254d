package org.sealpost.enclave.internal;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.enclave.internal.core.Compartment;

/** Compartments in the calling program; also what the enclave process runs inside. */
public final class InProcessEnvironment implements SecureEnvironment {
    private static final String VERSION = "0.1.0";

    private final FileSealedState store;
    private final InstantSource clock;
    private final Attestation attestation;
    private final SecureRandom random = new SecureRandom();
    private final SecretObserver observer = SecretObserver.discovered();
    private final Map<String, Enclave> compartments = new ConcurrentHashMap<>();

    public InProcessEnvironment(Path stateDirectory, InstantSource clock) {
        this(stateDirectory, clock, new Attestation("in-process", 0, VERSION));
    }

    private InProcessEnvironment(Path stateDirectory, InstantSource clock, Attestation attestation) {
        this.store = new FileSealedState(stateDirectory, random, observer);
        this.clock = clock;
        this.attestation = attestation;
    }

    /** The inside of an enclave process: software in a memory space of its own, level 1. */
    public static InProcessEnvironment insideProcess(Path stateDirectory, InstantSource clock) {
        return new InProcessEnvironment(stateDirectory, clock, new Attestation("process", 1, VERSION));
    }

    @Override
    public Enclave compartment(String name) {
        return compartments.computeIfAbsent(name, n -> new Compartment(n, attestation, store, clock, random, observer));
    }

    @Override
    public OptionalLong processId() {
        return OptionalLong.empty();
    }

    @Override
    public void close() {
        store.close();
    }
}
