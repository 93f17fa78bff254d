package org.sealpost.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A started program and the processes it started in turn (its enclave). Thread-safe. */
public final class Managed {
    private final String name;
    private final Process process;
    private final Path log;

    Managed(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public Path log() {
        return log;
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** What it ended with; only after it ended. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Processes that it started: its enclave. */
    public List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    /** {@code kill -9} of the program alone; returns when it is gone. Its enclave notices and ends by itself. */
    public void kill() throws InterruptedException {
        List<ProcessHandle> children = children();
        process.destroyForcibly();
        process.waitFor();
        forget(process.pid());
        children.forEach(c -> awaitEnd(c, 5));
    }

    /** {@code kill -9} of the program alone, without looking at what comes of it. */
    public void cut() {
        process.destroyForcibly();
    }

    /** Asks it to end, and forces it and what is left of its children after a while. */
    void end() {
        List<ProcessHandle> children = children();
        process.destroy();
        awaitEnd(process.toHandle(), 3);
        children.forEach(c -> awaitEnd(c, 2));
        forget(process.pid());
    }

    /** The last lines of its log, for a failure's message. */
    public String lastWords() {
        try (Stream<String> lines = Files.lines(log)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - 8), all.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    private static void awaitEnd(ProcessHandle handle, int seconds) {
        if (!ends(handle, seconds)) {
            handle.destroyForcibly();
            ends(handle, seconds);
        }
    }

    private static boolean ends(ProcessHandle handle, int seconds) {
        try {
            Until.holds(Duration.ofSeconds(seconds), "process " + handle.pid() + " ends", () -> !Alive.runs(handle));
            return true;
        } catch (Until.TooLate | Decided e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A JVM that was killed can't remove the socket through which its heap was dumped. */
    private static void forget(long pid) {
        try {
            Files.deleteIfExists(Path.of("/tmp/.java_pid" + pid));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
