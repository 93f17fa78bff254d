package org.sealpost.enclave.internal.pkcs11;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sealpost.enclave.EnclaveUnavailable;

/**
 * A PKCS#11 module: its functions, called by their exported names. 64-bit systems whose structures are aligned naturally, which all but Windows' are. Thread-safe as far as the module is (it is asked
 * to lock).
 */
final class Cryptoki {
    private static final int INIT_ARGUMENTS = 6 * Arena.ULONG;
    private static final int INIT_FLAGS = 4 * Arena.ULONG;
    private static final int INFO = 256;
    private static final int INFO_FLAGS = 96;
    private static final int LABEL = 32;
    private static final int SERIAL_AT = 80;
    private static final int SERIAL = 16;
    private static final int MECHANISM = 3 * Arena.ULONG;

    private final NativeLibrary library;

    private Cryptoki(NativeLibrary library) {
        this.library = library;
    }

    /**
     * A token in a slot.
     *
     * @param flags CKF of the token
     * @param hardware the module says that the slot is a device, not software
     */
    record Slot(long id, String label, String serial, long flags, boolean hardware) {}

    /**
     * Loads and initialises a module; does nothing more when this process did so before.
     *
     * @throws EnclaveUnavailable when it is not there or is not such a module
     */
    static Cryptoki load(Path file) {
        if (Native.LONG_SIZE != Arena.ULONG || NativeLong.SIZE != Arena.ULONG) {
            throw new EnclaveUnavailable("tokens are supported on 64-bit systems only");
        }
        if (!Files.isReadable(file)) {
            throw new EnclaveUnavailable("there is no PKCS#11 module " + file
                    + ": install it (SoftHSM: apt-get install softhsm2), or name another with --pkcs11");
        }
        try {
            Cryptoki module = new Cryptoki(NativeLibrary.getInstance(file.toString()));
            module.initialise();
            return module;
        } catch (UnsatisfiedLinkError e) {
            throw new EnclaveUnavailable(file + " is not a PKCS#11 module for this system: name another with --pkcs11");
        } catch (TokenFailure e) {
            throw new EnclaveUnavailable("the PKCS#11 module " + file + " can't be initialised (" + e.getMessage()
                    + "): see its configuration (SoftHSM: the file that SOFTHSM2_CONF names)");
        }
    }

    private void initialise() {
        try (Arena arena = new Arena()) {
            Memory arguments = arena.zeros(INIT_ARGUMENTS);
            arguments.setLong(INIT_FLAGS, Ck.CKF_OS_LOCKING_OK);
            call("C_Initialize", arguments);
        } catch (TokenFailure e) {
            if (e.code() != Ck.CKR_CRYPTOKI_ALREADY_INITIALIZED) {
                throw e;
            }
        }
    }

    /** Calls a function; what its arguments point to stays reachable until it returned. */
    void call(String name, @Nullable Object... arguments) {
        Function function = library.getFunction(name);
        try {
            long code = function.invokeLong(arguments);
            if (code != Ck.CKR_OK) {
                throw new TokenFailure(name, code);
            }
        } finally {
            Reference.reachabilityFence(arguments);
        }
    }

    /** Slots that hold a token. */
    List<Slot> slots() {
        try (Arena arena = new Arena()) {
            Memory count = arena.ulong(0);
            call("C_GetSlotList", (byte) 1, Pointer.NULL, count);
            int size = Math.toIntExact(count.getLong(0));
            Memory ids = arena.zeros((long) size * Arena.ULONG);
            call("C_GetSlotList", (byte) 1, ids, count);
            List<Slot> slots = new ArrayList<>();
            for (int i = 0; i < Math.min(size, count.getLong(0)); i++) {
                slots.add(slot(ids.getLong((long) i * Arena.ULONG)));
            }
            return slots;
        }
    }

    private Slot slot(long id) {
        try (Arena arena = new Arena()) {
            Memory slot = arena.zeros(INFO);
            Memory token = arena.zeros(INFO);
            call("C_GetSlotInfo", id, slot);
            call("C_GetTokenInfo", id, token);
            return new Slot(
                    id,
                    text(token, 0, LABEL),
                    text(token, SERIAL_AT, SERIAL),
                    token.getLong(INFO_FLAGS),
                    (slot.getLong(INFO_FLAGS) & Ck.CKF_HW_SLOT) != 0);
        }
    }

    /** Whether a token has a mechanism. */
    boolean offers(long slot, long mechanism) {
        try (Arena arena = new Arena()) {
            call("C_GetMechanismInfo", slot, mechanism, arena.zeros(MECHANISM));
            return true;
        } catch (TokenFailure e) {
            return false;
        }
    }

    /** A CK_MECHANISM. */
    static Memory mechanism(Arena arena, long type, @Nullable Memory parameter) {
        Memory mechanism = arena.zeros(MECHANISM);
        mechanism.setLong(0, type);
        if (parameter != null) {
            mechanism.setPointer(Arena.ULONG, parameter);
            mechanism.setLong(2 * Arena.ULONG, parameter.size());
        }
        return mechanism;
    }

    private static String text(Memory block, long at, int length) {
        return new String(block.getByteArray(at, length), StandardCharsets.UTF_8).trim();
    }
}
