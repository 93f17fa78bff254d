package org.sealpost.acceptance.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** A program of the distribution as a process, with its state, ports and log in one folder; can be killed and started again. */
final class Program implements AutoCloseable {
    private static final String VERSION = "0.1.0";

    private final String room;
    private final String main;
    private final Path folder;
    private final List<String> jvm;
    private final List<String> arguments;
    private Process process;

    Program(String room, String main, Path folder, List<String> arguments) throws IOException {
        this(room, main, folder, List.of(), arguments);
    }

    /** @param jvm further options of the JVM; they win over the usual ones */
    Program(String room, String main, Path folder, List<String> jvm, List<String> arguments) throws IOException {
        this.room = room;
        this.main = main;
        this.folder = Files.createDirectories(folder);
        this.jvm = List.copyOf(jvm);
        this.arguments = List.copyOf(arguments);
        start();
    }

    void start() throws IOException {
        Files.deleteIfExists(folder.resolve("ports"));
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(
                "--state",
                state().toString(),
                "--port-file",
                folder.resolve("ports").toString()));
        process = launch(room, main, folder, jvm, all);
    }

    /** A program that ends by itself; what it says is in {@code log}. */
    static Process once(String room, String main, Path folder, List<String> arguments) throws IOException {
        return launch(room, main, Files.createDirectories(folder), List.of(), arguments);
    }

    private static Process launch(String room, String main, Path folder, List<String> jvm, List<String> arguments)
            throws IOException {
        List<String> command = command(room, main, folder);
        command.addAll(command.size() - 1, jvm);
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }

    /** The command line up to the main class. */
    static List<String> command(String room, String main, Path scratch) throws IOException {
        return new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Djava.io.tmpdir=" + scratch,
                "-Dsealpost.enclave.classpath=" + classPath("enclave"),
                "-cp",
                classPath(room),
                main));
    }

    /** As {@code kill -9}: no goodbye. Its enclave ends with it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    Path state() {
        return folder.resolve("state");
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    long pid() {
        return process.pid();
    }

    /** An address from its port file; waits until it is there. */
    String address(String key) throws Exception {
        return Eventually.present(folder.getFileName() + " listens", () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(folder + " ended: " + Files.readString(folder.resolve("log")));
            }
            Properties ports = new Properties();
            if (Files.exists(folder.resolve("ports"))) {
                try (var in = Files.newBufferedReader(folder.resolve("ports"))) {
                    ports.load(in);
                }
            }
            return java.util.Optional.ofNullable(ports.getProperty(key));
        });
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    static String classPath(String room) throws IOException {
        Path dist = Path.of(System.getProperty("sealpost.dist"));
        String entries = Files.readString(dist.resolve("sealpost-" + room + ".classpath"))
                .trim();
        StringBuilder path = new StringBuilder(
                dist.resolve("lib/sealpost-" + room + "-" + VERSION + ".jar").toString());
        for (String entry : entries.split(":")) {
            path.append(':').append(dist.resolve(entry));
        }
        return path.toString();
    }
}
