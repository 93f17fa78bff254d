package org.sealpost.enclave.internal.custody;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.sealpost.e2e.Wipe;

/** The first line of a file that holds a secret: never a string, so that it can be wiped. */
public final class FirstLine {
    private FirstLine() {}

    /** Without its end; the caller's to wipe. */
    public static byte[] of(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int end = 0;
        while (end < all.length && all[end] != '\n' && all[end] != '\r') {
            end++;
        }
        byte[] line = Arrays.copyOf(all, end);
        Wipe.octets(all);
        return line;
    }
}
