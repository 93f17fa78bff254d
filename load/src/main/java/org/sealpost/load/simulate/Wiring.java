package org.sealpost.load.simulate;

import java.security.SecureRandom;
import org.sealpost.enclave.Enclave;
import org.sealpost.load.memory.Disk;

/** What a world is put together from, beside the shipped core: its seams. Tests put defects in here; nothing that is shipped has any. */
public interface Wiring {
    /** The plain world. */
    Wiring SHIPPED = new Wiring() {};

    /** What stands before an enclave's calls. */
    default Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
        return shipped;
    }

    /** What an enclave draws from, anew at each start. */
    default SecureRandom random(String identity, long start, SecureRandom shipped) {
        return shipped;
    }

    /** An enclave's disk. */
    default Disk disk(String identity) {
        return new Disk();
    }
}
