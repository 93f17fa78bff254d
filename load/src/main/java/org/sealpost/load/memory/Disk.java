package org.sealpost.load.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.enclave.internal.SealedState;

/** Sealed state in memory. Power may be lost before or after any save. Not thread-safe. */
public class Disk implements SealedState {
    private final Map<String, byte[]> saved = new HashMap<>();
    private Fuse fuse = (save, done) -> false;
    private long saves;

    /** Decides whether power is lost around a save. */
    @FunctionalInterface
    public interface Fuse {
        /**
         * @param save counted from 1
         * @param done whether the octets are on the disk already
         */
        boolean blows(long save, boolean done);
    }

    /** Power was lost: the program is gone, the disk is not. */
    public static final class PowerLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PowerLost(long save, boolean done) {
            super("power was lost " + (done ? "after" : "before") + " save " + save, null, false, false);
        }
    }

    /** Sets when power is lost from now on. */
    public void fuse(Fuse next) {
        fuse = next;
    }

    public long saves() {
        return saves;
    }

    @Override
    public Optional<byte[]> load(String name) {
        return Optional.ofNullable(saved.get(name)).map(byte[]::clone);
    }

    @Override
    public void save(String name, byte[] state) {
        saves++;
        if (fuse.blows(saves, false)) {
            throw new PowerLost(saves, false);
        }
        saved.put(name, state.clone());
        if (fuse.blows(saves, true)) {
            throw new PowerLost(saves, true);
        }
    }
}
