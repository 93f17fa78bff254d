package org.sealpost.enclave.internal.core;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.SealedState;

/** Sealed state in memory that can fail on demand, as a full disk would; that can be copied and put back; and that can lose power at any save. */
public final class MemoryState implements SealedState {
    private final Map<String, byte[]> saved = new HashMap<>();
    private IntPredicate lostBefore = save -> false;
    private IntPredicate lostAfter = save -> false;
    private boolean full;
    int saves;

    /** The program was killed around a save. */
    public static final class PowerLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PowerLost(String when) {
            super(when);
        }
    }

    /** The number of the save that fails, once; 0: none. */
    int failAt;

    void full(boolean value) {
        full = value;
    }

    /** How often something was saved. */
    public int saves() {
        return saves;
    }

    /** Power is lost just before the save of that number (counted from the first one), so that it does not happen. */
    public void losePowerBefore(IntPredicate save) {
        lostBefore = save;
    }

    /** Power is lost just after the save of that number. */
    public void losePowerAfter(IntPredicate save) {
        lostAfter = save;
    }

    /** A copy of the state as it is on disk now. */
    public Map<String, byte[]> copy() {
        Map<String, byte[]> copy = new HashMap<>();
        saved.forEach((name, octets) -> copy.put(name, octets.clone()));
        return copy;
    }

    /** Puts a copy back: an old backup, or another machine's. */
    public void restore(Map<String, byte[]> copy) {
        saved.clear();
        copy.forEach((name, octets) -> saved.put(name, octets.clone()));
    }

    /** Makes this a copy of another disk. */
    void copy(MemoryState other) {
        saved.putAll(other.saved);
    }

    @Override
    public Optional<byte[]> load(String name) {
        return Optional.ofNullable(saved.get(name)).map(byte[]::clone);
    }

    @Override
    public void save(String name, byte[] state) {
        if (full) {
            throw new EnclaveUnavailable("the disk is full: free some space");
        }
        if (lostBefore.test(saves + 1)) {
            throw new PowerLost("before save " + (saves + 1));
        }
        saves++;
        if (saves == failAt) {
            throw new EnclaveUnavailable("the disk is full: free some space");
        }
        saved.put(name, state.clone());
        if (lostAfter.test(saves)) {
            throw new PowerLost("after save " + saves);
        }
    }
}
