package org.sealpost.enclave.internal.contract;

import com.sun.jna.Function;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.sealpost.enclave.SecureEnvironment;

/** SoftHSM2 with three tokens of this test run, {@code sealpost}, {@code other} and {@code removed}, in a folder of its own; this JVM's module is pointed at it too. */
public final class SoftHsm {
    public static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");
    static final String PIN = "24681357";

    private static final Object LOCK = new Object();
    private static Optional<SoftHsm> made = Optional.empty();

    private final Path folder;

    private SoftHsm(Path folder) {
        this.folder = folder;
    }

    /** The fixture; the test is skipped with a message where SoftHSM2 is not installed. */
    public static SoftHsm orSkip() {
        Assumptions.assumeTrue(
                Files.isReadable(MODULE),
                "SoftHSM2 is not installed: tests with a token are skipped (apt-get install softhsm2)");
        synchronized (LOCK) {
            SoftHsm hsm = made.orElseGet(SoftHsm::make);
            made = Optional.of(hsm);
            return hsm;
        }
    }

    private static SoftHsm make() {
        try {
            Path folder = Files.createTempDirectory(Path.of("/tmp"), "sealpost-hsm");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            SoftHsm hsm = new SoftHsm(folder);
            Files.createDirectory(folder.resolve("tokens"));
            Files.writeString(
                    hsm.configuration(),
                    "directories.tokendir = " + folder.resolve("tokens")
                            + "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
            hsm.write("pin", PIN + "\n");
            for (String label : List.of("sealpost", "other", "removed")) {
                hsm.initialise(label);
            }
            Function.getFunction("c", "setenv")
                    .invokeInt(
                            new Object[] {"SOFTHSM2_CONF", hsm.configuration().toString(), 1});
            return hsm;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void initialise(String label) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "87654321");
        builder.environment().put("SOFTHSM2_CONF", configuration().toString());
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("softhsm2-util: " + said);
        }
    }

    /** A file that only its owner may read. */
    Path write(String name, String content) {
        try {
            Path file = folder.resolve(name);
            Files.writeString(file, content);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path pinFile() {
        return folder.resolve("pin");
    }

    Path tokens() {
        return folder.resolve("tokens");
    }

    Path configuration() {
        return folder.resolve("softhsm2.conf");
    }

    /** The enclave's options for a token of this fixture. */
    List<String> options(String kind, String label) {
        return List.of(
                "--secure-environment",
                kind,
                "--pkcs11",
                MODULE.toString(),
                "--token",
                label,
                "--pin-file",
                pinFile().toString());
    }

    /** A process that finds the fixture's tokens. */
    SecureEnvironment process(Path state, Path sockets, List<String> options) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "SOFTHSM2_CONF=" + configuration()));
        command.addAll(SecureEnvironment.defaultCommand());
        return SecureEnvironment.process(new SecureEnvironment.ProcessConfig(state, sockets, command, options));
    }

    private static void remove(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
