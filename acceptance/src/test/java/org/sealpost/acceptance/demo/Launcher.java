package org.sealpost.acceptance.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** {@code ./sealpost VERB ...} as a user starts it, on what is built, with this JDK. */
final class Launcher {
    static final Path HOME =
            Path.of(System.getProperty("sealpost.dist")).resolve("../..").normalize();

    private static final long LONGEST_MINUTES = 12;

    private Launcher() {}

    /**
     * How it ended.
     *
     * @param out standard output
     * @param err standard error
     * @param processId of the program that ran
     */
    record Ended(int exitCode, String out, String err, long processId) {
        /** Standard output as the one JSON object it has to be. */
        JsonNode json() {
            return PrimitiveCodec.of(Serialization.JSON).decodeTree(out.getBytes(StandardCharsets.UTF_8));
        }
    }

    static Ended run(Path scratch, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("sealpost").toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(scratch, "out", "");
        Path err = Files.createTempFile(scratch, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SEALPOST_NO_BUILD", "1");
        builder.environment().put("SEALPOST_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("SEALPOST_JVM_OPTS");
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(command + " did not end:\n" + Files.readString(err));
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err), process.pid());
    }

    /** Processes that still run with a path of this run's work folder on their command line. */
    static List<String> leftovers(String workFolder) {
        return ProcessHandle.allProcesses()
                .flatMap(p -> p.info().commandLine().stream())
                .filter(line -> line.contains(workFolder))
                .toList();
    }
}
