package org.sealpost.enclave.internal.core;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.SealedState;
import org.sealpost.enclave.internal.SecretObserver;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Lineage;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * A compartment's state with its clock, its randomness and its witness. A change is on disk before {@link #change} returns, or did not happen. One caller at
 * a time: the compartment's lock is held around every use.
 */
final class Vault {
    private static final CBORMapper MAPPER = CBORMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** Counters are reserved in blocks: one write for many messages, and a gap instead of a repeat after a crash. */
    private static final long COUNTER_BLOCK = 1000;

    private static final int INSTANCE = GroupEnvelope.INSTANCE_LENGTH;

    private static final long CLOCKS_DIFFER_SECONDS = 300;

    private final String name;
    private final SealedState store;
    private final InstantSource clock;
    private final SecureRandom random;
    private final SecretObserver observer;
    private final KeyCustody custody;
    private final Map<String, Long> nextCounters = new HashMap<>();
    private final byte[] instance;
    private final long base;
    private final long startedAt;
    private Optional<Long> run = Optional.empty();
    private boolean vouched;
    private long floorSeen = -1;
    private long behind;
    private StateImage state;
    private byte[] image;

    Vault(
            String name,
            SealedState store,
            InstantSource clock,
            SecureRandom random,
            SecretObserver observer,
            KeyCustody custody) {
        this.name = name;
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.observer = observer;
        Optional<byte[]> saved = store.load(name);
        this.image = saved.orElseGet(() -> MAPPER.writeValueAsBytes(new StateImage()));
        this.state = decode(image);
        this.custody = custody;
        custody.keepOnly(state.keyPairs());
        this.instance = randomOctets(INSTANCE);
        this.base = state.revision;
        this.vouched = saved.isEmpty();
        this.startedAt = clockRuns() ? now() : Long.MAX_VALUE;
    }

    /** Random octets that name this run of the compartment; public. */
    byte[] instance() {
        return instance.clone();
    }

    /** Where this state comes from. The run's number is on disk before it is told the first time, so that two runs never tell the same one. */
    Lineage lineage() {
        long number = run.orElseGet(() -> change(s -> ++s.runs));
        run = Optional.of(number);
        return new Lineage(number, Base64Url.encode(instance), base, state.revision);
    }

    /**
     * Whether something that was issued at that time (epoch seconds) may have been acted on by an earlier run that this state does not remember: the state could be a
     * restored copy, until the server vouched for it. Without a clock that runs, everything may.
     */
    boolean mayBeOfAForgottenRun(long issuedAt) {
        return !vouched && issuedAt <= startedAt;
    }

    /** The server knows this state's lineage: it is no restored copy. */
    void vouch() {
        vouched = true;
    }

    /** Whether this state is surely no restored copy: fresh, or the server knows its lineage. */
    boolean vouched() {
        return vouched;
    }

    StateImage state() {
        return state;
    }

    /** Applies a change and seals it to disk; when either fails, the state is what it was. */
    <T> T change(Function<StateImage, T> change) {
        try {
            T result = change.apply(state);
            byte[] next = MAPPER.writeValueAsBytes(state);
            if (!Arrays.equals(next, image)) {
                Wipe.octets(next);
                state.revision++;
                next = MAPPER.writeValueAsBytes(state);
                store.save(name, next);
                Wipe.octets(image);
                image = next;
            }
            return result;
        } catch (RuntimeException e) {
            state = decode(image);
            custody.keepOnly(state.keyPairs());
            throw e;
        }
    }

    /** Now, never before the time that was authenticated last; goes on from there, when the clock stands before it but runs. Epoch seconds. */
    long now() {
        long told = clock.instant().getEpochSecond();
        if (floorSeen != state.timeFloor) {
            floorSeen = state.timeFloor;
            behind = Math.max(0, floorSeen - told);
        }
        return Math.max(told + behind, state.timeFloor);
    }

    Instant instant() {
        return Instant.ofEpochSecond(now());
    }

    /** Who holds the keys that the state refers to. */
    KeyCustody custody() {
        return custody;
    }

    SecureRandom random() {
        return random;
    }

    /** Whether the clock can be right: it is not behind the time that was authenticated last, but for what two good clocks may differ. */
    boolean clockRuns() {
        return clock.instant().getEpochSecond() >= state.timeFloor - CLOCKS_DIFFER_SECONDS;
    }

    byte[] randomOctets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    /** A counter of this name that was never returned before, also not before a crash; starts at 1. */
    long nextCounter(String counter) {
        long reserved = state.counters.getOrDefault(counter, 0L);
        long next = nextCounters.getOrDefault(counter, reserved + 1);
        if (next > reserved) {
            change(s -> s.counters.put(counter, reserved + COUNTER_BLOCK));
            next = reserved + 1;
        }
        nextCounters.put(counter, next + 1);
        return next;
    }

    /** Tells the witness, if there is one. */
    byte[] observed(String kind, String owner, byte[] secret) {
        observer.observe(kind, owner, secret);
        return secret;
    }

    private StateImage decode(byte[] octets) {
        try {
            StateImage read = MAPPER.readValue(octets, StateImage.class);
            if (read.version != StateImage.VERSION) {
                throw new EnclaveUnavailable(
                        "the enclave's state \"" + name + "\" is of another version: use the software that wrote it");
            }
            return read;
        } catch (JacksonException e) {
            throw new EnclaveUnavailable("the enclave's state \"" + name
                    + "\" can't be read: restore it from a backup, or remove it and enrol again");
        }
    }
}
