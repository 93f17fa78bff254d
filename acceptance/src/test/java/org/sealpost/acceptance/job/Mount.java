package org.sealpost.acceptance.job;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A small file system of its own, which can be full or read-only for everybody, root included. */
final class Mount implements AutoCloseable {
    private final Path at;

    private Mount(Path at) {
        this.at = at;
    }

    /** Skips the test where one can't be mounted: that takes root. */
    static Mount of(Path at, String options) throws IOException, InterruptedException {
        Files.createDirectories(at);
        assumeTrue(
                run(List.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", at.toString())),
                "a file system can't be mounted here: that takes root");
        return new Mount(at);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (!run(List.of("umount", at.toString()))) {
            run(List.of("umount", "-l", at.toString()));
        }
    }

    private static boolean run(List<String> command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException thereIsNoSuchTool) {
            return false;
        }
    }
}
