package org.sealpost.e2e;

import java.util.Arrays;

/** Overwrites what is no longer needed. */
public final class Wipe {
    private Wipe() {}

    public static void octets(byte[]... secrets) {
        for (byte[] secret : secrets) {
            Arrays.fill(secret, (byte) 0);
        }
    }
}
