package org.sealpost.enclave.internal.process;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/** Shields this process from others of the same user: not dumpable (so its memory can't be read, nor be traced), no core files. */
final class Shield {
    private static final int PR_SET_DUMPABLE = 4;
    private static final int RLIMIT_CORE = 4;
    private static final long RLIMIT_SIZE = 16;

    private Shield() {}

    /**
     * Raises the shield; before any secret is loaded.
     *
     * @return false on systems other than Linux, where it does nothing
     * @throws IllegalStateException when the system refuses
     */
    static boolean raise() {
        if (!Platform.isLinux()) {
            return false;
        }
        NativeLibrary c = NativeLibrary.getInstance("c");
        Function prctl = c.getFunction("prctl");
        Memory noCore = new Memory(RLIMIT_SIZE);
        noCore.clear();
        int limited = c.getFunction("setrlimit").invokeInt(new Object[] {RLIMIT_CORE, noCore});
        java.lang.ref.Reference.reachabilityFence(noCore);
        int shielded = prctl.invokeInt(new Object[] {PR_SET_DUMPABLE, 0L, 0L, 0L, 0L});
        if (limited != 0 || shielded != 0) {
            throw new IllegalStateException("the system does not let the enclave shield its memory");
        }
        return true;
    }
}
