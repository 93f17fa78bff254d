package org.sealpost.enclave.internal.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.SecureEnvironment;

/** An enclave process and the connection to it; both are made again when they are gone and somebody calls. Thread-safe. */
public final class ChildEnvironment implements SecureEnvironment {
    private static final int TOKEN = 32;
    private static final String READY = "READY";
    private static final long STOP_SECONDS = 5;

    /** What {@code sun_path} holds on Linux, less its terminator. */
    private static final int MAX_SOCKET_PATH = 107;

    /** Argon2id takes 64 MiB while it runs. */
    private static final String ARGON2_HEAP = "-Xmx160m";

    /** Pools of the C library: as many as there are threads cost MiB, and few of an enclave's threads allocate there. */
    private static final String ARENAS = "1";

    /** Octets that are free at the end of a pool before they are given back to the system. */
    private static final String TRIM = "131072";

    private static final int SOCKET_NAME = "/enclave.sock".length();

    private final ProcessConfig config;
    private final Map<String, AtomicLong> revisions = new ConcurrentHashMap<>();
    private final ReentrantLock starting = new ReentrantLock();
    private volatile @Nullable Process process;
    private volatile @Nullable EnclaveConnection connection;
    private volatile @Nullable Path shortDirectory;
    private volatile boolean closed;

    private ChildEnvironment(ProcessConfig config) {
        this.config = config;
    }

    /**
     * Starts the process.
     *
     * @throws EnclaveUnavailable when it does not come up; the message is its own last word
     */
    public static SecureEnvironment start(ProcessConfig config) {
        ChildEnvironment environment = new ChildEnvironment(config);
        environment.connection();
        return environment;
    }

    @Override
    public Enclave compartment(String name) {
        AtomicLong revision = revisions.computeIfAbsent(name, n -> new AtomicLong());
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "close" -> null;
            case "toString" -> "Enclave[" + name + "]";
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            default -> {
                revision.incrementAndGet();
                try {
                    yield connection().call(name, method, arguments == null ? new Object[0] : arguments);
                } finally {
                    revision.incrementAndGet();
                }
            }
        };
        return (Enclave)
                Proxy.newProxyInstance(Enclave.class.getClassLoader(), new Class<?>[] {Enclave.class}, handler);
    }

    @Override
    public long revision(String compartment) {
        AtomicLong revision = revisions.computeIfAbsent(compartment, n -> new AtomicLong());
        EnclaveConnection open = connection;
        return open != null && open.isOpen() ? revision.get() : revision.incrementAndGet();
    }

    @Override
    public OptionalLong processId() {
        Process running = process;
        return running != null && running.isAlive() ? OptionalLong.of(running.pid()) : OptionalLong.empty();
    }

    @Override
    public void close() {
        closed = true;
        EnclaveConnection open = connection;
        Process running = process;
        if (open != null) {
            open.close();
        }
        if (running != null) {
            stop(running);
        }
    }

    private EnclaveConnection connection() {
        EnclaveConnection open = connection;
        if (open != null && open.isOpen()) {
            return open;
        }
        starting.lock();
        try {
            EnclaveConnection again = connection;
            if (again != null && again.isOpen()) {
                return again;
            }
            EnclaveConnection fresh = connect();
            connection = fresh;
            return fresh;
        } catch (IOException e) {
            throw new EnclaveUnavailable("the enclave process can't be started: " + e.getMessage());
        } finally {
            starting.unlock();
        }
    }

    private EnclaveConnection connect() throws IOException {
        if (closed) {
            throw new IOException("it was stopped");
        }
        Process old = process;
        if (old != null) {
            stop(old);
        }
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(config.stateDirectory(), ownerOnly);
        Path socket = socketDirectory().resolve("enclave.sock");
        byte[] token = new byte[TOKEN];
        new SecureRandom().nextBytes(token);
        Process child = launch(socket);
        process = child;
        OutputStream in = child.getOutputStream();
        in.write((HexFormat.of().formatHex(token) + "\n").getBytes(StandardCharsets.US_ASCII));
        in.flush();
        BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
        String first = out.readLine();
        if (!READY.equals(first)) {
            child.destroyForcibly();
            throw new IOException(first == null ? "it ended without a word; see its log" : first);
        }
        return EnclaveConnection.open(socket, token);
    }

    /** The directory that was asked for, or a short-lived one of the system's where that path is too long for a socket. */
    private Path socketDirectory() throws IOException {
        Path wanted = config.socketDirectory();
        if (wanted.toAbsolutePath().toString().length() + SOCKET_NAME <= MAX_SOCKET_PATH) {
            return Files.createDirectories(
                    wanted, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path known = shortDirectory;
        if (known == null) {
            known = Files.createTempDirectory(Path.of("/tmp"), "sealpost-");
            known.toFile().deleteOnExit();
            known.resolve("enclave.sock").toFile().deleteOnExit();
            shortDirectory = known;
        }
        return known;
    }

    private Process launch(Path socket) throws IOException {
        List<String> command = new ArrayList<>(config.command());
        command.add(command.size() - 1, "-Djna.tmpdir=" + config.stateDirectory());
        command.add(command.size() - 1, "-Djava.io.tmpdir=" + config.stateDirectory());
        if (config.options().contains("--passphrase-file")) {
            command.add(command.size() - 1, ARGON2_HEAP);
        }
        command.add(config.stateDirectory().toString());
        command.add(socket.toString());
        command.addAll(config.options());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putIfAbsent("MALLOC_ARENA_MAX", ARENAS);
        builder.environment().putIfAbsent("MALLOC_TRIM_THRESHOLD_", TRIM);
        return builder.redirectError(ProcessBuilder.Redirect.appendTo(
                        config.stateDirectory().resolve("enclave.log").toFile()))
                .start();
    }

    private static void stop(Process running) {
        running.destroy();
        try {
            if (!running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
