package org.sealpost.enclave.internal.core;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.SealedState;

/** Sealed state in memory that can fail on demand, as a full disk would. */
final class MemoryState implements SealedState {
    private final Map<String, byte[]> saved = new HashMap<>();
    private boolean full;
    int saves;

    /** The number of the save that fails, once; 0: none. */
    int failAt;

    void full(boolean value) {
        full = value;
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
        saves++;
        if (saves == failAt) {
            throw new EnclaveUnavailable("the disk is full: free some space");
        }
        saved.put(name, state.clone());
    }
}
