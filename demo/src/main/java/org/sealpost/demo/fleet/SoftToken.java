package org.sealpost.demo.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A token of SoftHSM2 for one program, in a folder of its own: no program sees another's. For a demonstration only: its PIN stands in an argument while it is made, and its keys on this disk. */
final class SoftToken {
    private static final String TOOL = "softhsm2-util";
    private static final String LABEL = "sealpost";

    private final Path folder;

    private SoftToken(Path folder) {
        this.folder = folder;
    }

    /** What to do where SoftHSM2 is not installed; empty where it is. */
    static Optional<String> missing() {
        boolean there = Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(d -> Files.isExecutable(Path.of(d).resolve(TOOL)));
        return there
                ? Optional.empty()
                : Optional.of("tokens come from SoftHSM2, which is not installed: sudo apt-get install softhsm2");
    }

    /**
     * Makes the token.
     *
     * @param folder made; readable by its owner only
     */
    static SoftToken make(Path folder) throws IOException {
        Files.createDirectories(
                folder.resolve("objects"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SoftToken token = new SoftToken(folder);
        Files.writeString(
                token.configuration(),
                "directories.tokendir = " + folder.resolve("objects")
                        + "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
        String pin = "24681357";
        Files.createFile(
                token.pinFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token.pinFile(), pin + "\n");
        ProcessBuilder tool =
                new ProcessBuilder(TOOL, "--init-token", "--free", "--label", LABEL, "--pin", pin, "--so-pin", pin);
        tool.environment().putAll(token.environment());
        Process process = tool.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(TOOL + " could not make a token in " + folder + ": " + said.strip());
        }
        return token;
    }

    /** With which the program's enclave finds it. */
    Map<String, String> environment() {
        return Map.of("SOFTHSM2_CONF", configuration().toString());
    }

    /** With which the program tells its enclave to use it. */
    List<String> options() {
        return List.of(
                "--secure-environment", "pkcs11", "--enclave", "token=" + LABEL, "--enclave", "pin-file=" + pinFile());
    }

    private Path configuration() {
        return folder.resolve("softhsm2.conf");
    }

    private Path pinFile() {
        return folder.resolve("pin");
    }
}
