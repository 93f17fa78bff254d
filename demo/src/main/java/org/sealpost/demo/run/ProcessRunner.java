package org.sealpost.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts processes that log into one folder, and sees to it that none outlives it. Thread-safe. */
public final class ProcessRunner implements AutoCloseable {
    private final Path logs;
    private final List<Managed> started = new ArrayList<>();
    private boolean closed;

    public ProcessRunner(Path logs) throws IOException {
        this.logs = Files.createDirectories(logs);
    }

    /** Starts a process in {@code directory}; what it prints is appended to {@code NAME.log}. */
    public synchronized Managed start(String name, Path directory, List<String> command) throws IOException {
        if (closed) {
            throw new IOException("the runner is closed: " + name + " is not started");
        }
        Path log = logs.resolve(name + ".log");
        Files.createDirectories(directory);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
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
