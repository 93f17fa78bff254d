package org.sealpost.demo.fleet;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.sealpost.demo.run.Decided;
import org.sealpost.demo.run.Managed;
import org.sealpost.demo.run.Until;
import org.sealpost.demo.tap.Relay;

/**
 * One program of the building: how it is started, its folder, and the process that runs it now. Started, killed and started again by one thread
 * at a time.
 */
public final class Node {
    /** Kinds of programs. */
    public enum Kind {
        SERVER,
        GATEWAY,
        AGENT,
        DEVICE,
        HOST,
        /** An M2M Enrolment Function of its own. */
        MEF,
        /** An M2M Authentication Function of its own. */
        MAF
    }

    /** Starts the program's process. */
    interface Starter {
        Managed start() throws IOException;
    }

    /** The process ended instead of becoming ready. */
    private static final class Ended extends Decided {
        private static final long serialVersionUID = 1L;

        Ended(String sentence) {
            super(sentence);
        }
    }

    private static final Duration READY = Duration.ofSeconds(40);

    private final String name;
    private final Kind kind;
    private final Path directory;
    private final List<Listener> listeners;
    private final Starter starter;
    private volatile Optional<Managed> process = Optional.empty();

    /** A listener of the program: its key in the port file, and the tap before it. */
    record Listener(String key, Relay relay) {}

    Node(String name, Kind kind, Path directory, List<Listener> listeners, Starter starter) {
        this.name = name;
        this.kind = kind;
        this.directory = directory;
        this.listeners = List.copyOf(listeners);
        this.starter = starter;
    }

    public String name() {
        return name;
    }

    public Kind kind() {
        return kind;
    }

    /** Its folder: {@code state}, port file, status file. */
    public Path directory() {
        return directory;
    }

    public Path state() {
        return directory.resolve("state");
    }

    public Path portFile() {
        return directory.resolve("ports");
    }

    public Path statusFile() {
        return directory.resolve("status.json");
    }

    /** The witness of its enclave. */
    public Path witness() {
        return directory.resolve("witness");
    }

    /** The process that was started last, whether it still runs or not. */
    public Optional<Managed> started() {
        return process;
    }

    /** The running process. */
    public Managed process() {
        return process.orElseThrow(() -> new IllegalStateException(name + " was not started"));
    }

    /** Starts it; does not wait. */
    public void start() throws IOException {
        Files.createDirectories(directory);
        Files.deleteIfExists(portFile());
        process = Optional.of(starter.start());
    }

    /** Waits until it listens, and points the taps at it. */
    public void awaitListening() throws Until.TooLate, Decided, InterruptedException {
        Properties ports = Until.found(READY, name + " listens", this::ports);
        for (Listener listener : listeners) {
            listener.relay.target(address(ports, listener.key));
        }
    }

    /** An address of its own, without a tap. */
    public URI address(String key) throws Until.TooLate, Decided, InterruptedException {
        return address(Until.found(READY, name + " listens", this::ports), key);
    }

    private static URI address(Properties ports, String key) {
        String value = ports.getProperty(key, "");
        return URI.create(value.contains("://") ? value : "http://" + value);
    }

    private Optional<Properties> ports() throws IOException, Ended {
        if (!process().alive()) {
            throw new Ended(name + " ended:\n" + process().lastWords());
        }
        if (!Files.exists(portFile())) {
            return Optional.empty();
        }
        Properties ports = new Properties();
        ports.load(new StringReader(Files.readString(portFile())));
        boolean complete = listeners.stream().allMatch(l -> ports.containsKey(l.key)) && !ports.isEmpty();
        return complete ? Optional.of(ports) : Optional.empty();
    }
}
