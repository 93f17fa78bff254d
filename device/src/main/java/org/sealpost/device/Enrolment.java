package org.sealpost.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Enrolment by two files in the state directory, carried by an operator: {@code enrolment-request.json} goes to the server, {@code enrolment-package} comes back. Both are public or sealed.
 */
public final class Enrolment {
    private final Path directory;

    public Enrolment(Path directory) {
        this.directory = directory;
    }

    /** Writes the request. */
    public void ask(EnrolmentRequest request) throws IOException {
        var o = JsonNodeFactory.instance.objectNode().put("identity", request.identity());
        o.put("agreementKey", request.agreementKey()).put("signatureKey", request.signatureKey());
        request.certificateKey().ifPresent(k -> o.put("certificateKey", k));
        o.put("attestation", request.attestation());
        o.put("fingerprint", request.fingerprint());
        write(
                directory.resolve("enrolment-request.json"),
                PrimitiveCodec.of(Serialization.JSON).encodeTree(o));
    }

    /** Takes the package when it is there; it is kept under another name afterwards. */
    public boolean take(Consumer<String> accept) throws IOException {
        Path file = directory.resolve("enrolment-package");
        if (!Files.exists(file)) {
            return false;
        }
        accept.accept(Files.readString(file).trim());
        Files.move(file, directory.resolve("enrolment-package.accepted"), StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    /** Writes a file so that readers see all of it or nothing. */
    public static void write(Path file, byte[] octets) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, octets);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
