package org.sealpost.enclave.internal;

import java.util.Optional;

/**
 * Where a compartment's state rests: encrypted, authenticated and bound to its name. A save returns when the octets are on disk; after a
 * crash, load gives the last saved state or the one before, never a mixture. Thread-safe.
 */
public interface SealedState {
    /**
     * The last saved state.
     *
     * @throws org.sealpost.enclave.EnclaveUnavailable when it is damaged, foreign or can't be read; says what to do
     */
    Optional<byte[]> load(String name);

    /**
     * Replaces the state; the array is the caller's to wipe afterwards.
     *
     * @throws org.sealpost.enclave.EnclaveUnavailable when the disk is full or read-only: nothing changed
     */
    void save(String name, byte[] state);
}
