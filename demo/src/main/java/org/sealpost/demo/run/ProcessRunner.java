package org.sealpost.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts processes that log into one folder, and sees to it that none outlives it. Thread-safe. */
public final class ProcessRunner implements AutoCloseable {
    private final Path logs;
    private final List<Managed> started = new ArrayList<>();
    private boolean closed;

    public ProcessRunner(Path logs) throws IOException {
        this.logs = Files.createDirectories(logs);
    }

    /** As below, in this program's environment. */
    public Managed start(String name, Path directory, List<String> command) throws IOException {
        return start(name, directory, command, Map.of());
    }

    /**
     * Starts a process in {@code directory}; what it prints is appended to {@code NAME.log}.
     *
     * @param environment variables that it has beside this program's
     */
    public synchronized Managed start(
            String name, Path directory, List<String> command, Map<String, String> environment) throws IOException {
        if (closed) {
            throw new IOException("the runner is closed: " + name + " is not started");
        }
        Path log = logs.resolve(name + ".log");
        Files.createDirectories(directory);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process.getOutputStream().close();
        Managed managed = new Managed(name, process, log);
        started.add(managed);
        return managed;
    }

    /** Programs that run now. */
    public synchronized List<Managed> running() {
        return started.stream().filter(Managed::alive).toList();
    }

    /** Ends everything that was started, all at once; repeated calls do nothing. */
    @Override
    public void close() {
        List<Managed> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(started);
            started.clear();
        }
        all.parallelStream().forEach(Managed::end);
    }
}
