package org.sealpost.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** How much memory processes hold. */
public final class Resident {
    private static final Path PROCESSES = Path.of("/proc");
    private static final String LABEL = "VmRSS:";
    private static final long KIB_IN_MIB = 1024;

    private Resident() {}

    /** MiB of a process that are in memory now, rounded up; empty where the system does not say, or the process is gone. */
    public static OptionalLong mebibytes(long pid) {
        try (Stream<String> lines = Files.lines(PROCESSES.resolve(pid + "/status"))) {
            return lines.filter(l -> l.startsWith(LABEL))
                    .mapToLong(l -> Long.parseLong(
                            l.substring(LABEL.length()).replace("kB", "").strip()))
                    .map(kib -> (kib + KIB_IN_MIB - 1) / KIB_IN_MIB)
                    .findFirst();
        } catch (IOException absent) {
            return OptionalLong.empty();
        }
    }
}
