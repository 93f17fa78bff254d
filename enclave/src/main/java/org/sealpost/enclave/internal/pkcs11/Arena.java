package org.sealpost.enclave.internal.pkcs11;

import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.List;

/**
 * The native blocks of one call. They stay reachable until {@link #close}, which overwrites and frees them: a block that nothing in Java refers to any more may be freed while the token still reads
 * it. Used in a try-with-resources around every call; by one thread.
 */
final class Arena implements AutoCloseable {
    static final int ULONG = 8;

    private final List<Memory> blocks = new ArrayList<>();

    /** A block of zeros. */
    Memory zeros(long size) {
        Memory block = new Memory(Math.max(1, size));
        block.clear();
        blocks.add(block);
        return block;
    }

    /** A copy of these octets. */
    Memory octets(byte[] octets) {
        Memory block = zeros(octets.length);
        block.write(0, octets, 0, octets.length);
        return block;
    }

    /** A CK_ULONG. */
    Memory ulong(long value) {
        Memory block = zeros(ULONG);
        block.setLong(0, value);
        return block;
    }

    @Override
    public void close() {
        for (Memory block : blocks) {
            block.clear();
            block.close();
        }
        blocks.clear();
    }
}
