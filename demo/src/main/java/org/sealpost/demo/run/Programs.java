package org.sealpost.demo.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the programs are started: from the argument files that the launcher writes for this JDK ({@code NAME.args}: JVM flags, archive of class
 * data and class path; {@code NAME.main}: main class).
 *
 * @param dist the built distribution
 * @param run the directory of the argument files
 */
public record Programs(Path dist, Path run) {
    private static final String WITNESS = "lib/sealpost-witness-0.1.0.jar";

    /** From the system properties {@code sealpost.dist} and {@code sealpost.run}, which the launcher sets. */
    public static Programs fromSystemProperties() {
        String dist = System.getProperty("sealpost.dist", "");
        String run = System.getProperty("sealpost.run", "");
        if (dist.isEmpty() || run.isEmpty()) {
            throw new IllegalStateException("start this with the launcher: ./sealpost demo");
        }
        return new Programs(Path.of(dist), Path.of(run));
    }

    /**
     * The command line of a program.
     *
     * @param jvm further JVM options; they win over those of the launcher
     */
    public List<String> command(String program, List<String> jvm, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + run.resolve(program + ".args"));
        command.addAll(jvm);
        command.add(read(program + ".main"));
        command.addAll(arguments);
        return List.copyOf(command);
    }

    /** The enclave's class path with the witness behind it. */
    public String witnessedEnclave() {
        return read("enclave.path") + ":" + dist.resolve(WITNESS);
    }

    private String read(String name) {
        try {
            return Files.readString(run.resolve(name)).trim();
        } catch (IOException e) {
            throw new UncheckedIOException("the launcher did not prepare " + run.resolve(name), e);
        }
    }
}
