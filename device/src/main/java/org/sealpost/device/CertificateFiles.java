package org.sealpost.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A certificate of a foreign authority by two files in the state directory, carried by an operator: {@code certificate-request.pem} (PKCS #10) goes to the authority, {@code certificate.pem} (the chain, own
 * certificate first) comes back. Both are public.
 */
final class CertificateFiles {
    private final Path directory;

    CertificateFiles(Path directory) {
        this.directory = directory;
    }

    /** Writes the request. */
    void ask(String request) throws IOException {
        Enrolment.write(directory.resolve("certificate-request.pem"), request.getBytes(StandardCharsets.US_ASCII));
    }

    /** The certificate, when it is there; {@link #taken} puts it away. */
    Optional<String> arrived() throws IOException {
        Path file = directory.resolve("certificate.pem");
        return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    /** Keeps the certificate under another name, so that it is looked at once. */
    void taken() throws IOException {
        Files.move(
                directory.resolve("certificate.pem"),
                directory.resolve("certificate.pem.taken"),
                StandardCopyOption.REPLACE_EXISTING);
    }
}
