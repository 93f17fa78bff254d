package org.sealpost.enclave.internal;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.enclave.internal.core.Compartment;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.enclave.internal.custody.SoftwareCustody;
import org.sealpost.enclave.internal.pkcs11.TokenCustody;

/** Compartments in the calling program; also what the enclave process runs inside. */
public final class InProcessEnvironment implements SecureEnvironment {
    private static final String VERSION = "0.1.0";

    private final FileSealedState store;
    private final InstantSource clock;
    private final Attestation attestation;
    private final Optional<Backing.Keys> token;
    private final SecureRandom random = new SecureRandom();
    private final SecretObserver observer = SecretObserver.discovered();
    private final AtomicLong revisions = new AtomicLong();
    private final Map<String, Enclave> compartments = new ConcurrentHashMap<>();

    public InProcessEnvironment(Path stateDirectory, InstantSource clock) {
        this(
                stateDirectory,
                clock,
                new Backing.KeyFile(Optional.empty()),
                own -> new Attestation("in-process", 0, own.version()));
    }

    private InProcessEnvironment(
            Path stateDirectory, InstantSource clock, Backing backing, UnaryOperator<Attestation> attested) {
        this.store = new FileSealedState(stateDirectory, random, observer, backing);
        this.clock = clock;
        this.token = store.token();
        this.attestation = attested.apply(attestation(token));
    }

    /**
     * The inside of an enclave process.
     *
     * @param attested normally identity; test equipment says something else of itself
     */
    public static InProcessEnvironment insideProcess(
            Path stateDirectory, InstantSource clock, Backing backing, UnaryOperator<Attestation> attested) {
        return new InProcessEnvironment(stateDirectory, clock, backing, attested);
    }

    /** Software in a memory space of its own is level 1, and so is a token made of software. A token that is a device keeps long-term keys from software attacks on this system: level 2. */
    private static Attestation attestation(Optional<Backing.Keys> token) {
        return token.map(t -> new Attestation("pkcs11", t.token().hardware() ? 2 : 1, VERSION))
                .orElseGet(() -> new Attestation("process", 1, VERSION));
    }

    @Override
    public Enclave compartment(String name) {
        return compartments.computeIfAbsent(
                name, n -> new Compartment(n, attestation, store, clock, random, observer, custody(n)));
    }

    private KeyCustody custody(String name) {
        return token.<KeyCustody>map(t -> new TokenCustody(t.token(), t.root(), name, random, observer))
                .orElseGet(() -> new SoftwareCustody(random, observer));
    }

    /** Calls are not counted here, so it is always another one. */
    @Override
    public long revision(String compartment) {
        return revisions.incrementAndGet();
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
