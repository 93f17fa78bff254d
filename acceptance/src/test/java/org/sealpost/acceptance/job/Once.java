package org.sealpost.acceptance.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that is expected to end by itself, and how it ended.
 *
 * @param said standard output and standard error together
 */
record Once(int exitCode, String said) {
    private static final int LONGEST_SECONDS = 90;

    static Once run(String room, String main, Path scratch, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = Program.command(room, main, scratch);
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile(scratch, "once", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(List.of(arguments) + " did not end by itself:\n" + Files.readString(log));
        }
        return new Once(process.exitValue(), Files.readString(log));
    }
}
