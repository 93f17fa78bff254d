package org.sealpost.witness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.sealpost.enclave.internal.SecretObserver;

/**
 * Writes down every secret of the enclave that has it on its class path, one line "kind owner hex" each, into the file named by the system property {@code sealpost.witness.file}; without it, nothing.
 * So that tests know what to search for outside.
 */
public final class WitnessObserver implements SecretObserver {
    private static final Map<String, byte[]> EPOCHS = new ConcurrentHashMap<>();

    private final Optional<Path> file =
            Optional.ofNullable(System.getProperty("sealpost.witness.file")).map(Path::of);

    @Override
    public void observe(String kind, String owner, byte[] secret) {
        if (kind.equals("epoch-secret")) {
            EPOCHS.put(owner, secret.clone());
        }
        file.ifPresent(f -> append(f, kind + " " + owner + " " + HexFormat.of().formatHex(secret) + "\n"));
    }

    /** Epoch secrets that were seen, by "group epoch N": what a planted fault needs. */
    static Map<String, byte[]> epochs() {
        return Map.copyOf(EPOCHS);
    }

    private static synchronized void append(Path file, String line) {
        try {
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.write(file, List.of(line.strip()), StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
