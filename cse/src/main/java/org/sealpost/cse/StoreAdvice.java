package org.sealpost.cse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What to do about an SQLite database that can't be used: the one place that reads its messages. */
public final class StoreAdvice {
    /** With less than this (octets) a database can neither be opened nor written. */
    private static final long TOO_LITTLE = 1 << 17;

    private StoreAdvice() {}

    /**
     * A sentence for the operator.
     *
     * @param file of the database
     * @param damaged what to do when it is damaged
     */
    public static String of(Path file, Exception failure, String damaged) {
        String message = String.valueOf(failure.getMessage());
        String advice;
        if (message.contains("FULL") || (!message.contains("NOTADB") && isFull(file))) {
            advice = "the disk is full: free some space";
        } else if (message.contains("READONLY")) {
            advice = "it can't be written: make it writable for this user";
        } else if (message.contains("NOTADB") || message.contains("CORRUPT")) {
            advice = "it is damaged: " + damaged;
        } else {
            advice = "check that the directory exists and this user may write there";
        }
        return "the database " + file + " can't be used; " + advice;
    }

    /** SQLite says "disk I/O error" for several steps that need room, such as its shared memory file. */
    private static boolean isFull(Path file) {
        try {
            Path directory =
                    Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
            return Files.isWritable(directory) && Files.getFileStore(directory).getUsableSpace() < TOO_LITTLE;
        } catch (IOException e) {
            return false;
        }
    }
}
