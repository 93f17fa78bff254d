package org.sealpost.enclave;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * What a program is told about its secure environment: a mixin of picocli, the same in each program that has one. (The enclave program itself does without picocli: it parses what comes from here, and checks it.)
 */
public final class EnclaveOptions {
    @Option(
            names = "--secure-environment",
            paramLabel = "KIND",
            defaultValue = "process",
            description = "Where keys lie: process (memory of a process of their own) or pkcs11 (a token). Default"
                    + " ${DEFAULT-VALUE}.")
    String kind = "process";

    @Option(
            names = "--enclave",
            paramLabel = "OPTION=VALUE",
            description =
                    "For the enclave program, repeatable: key-file, passphrase-file, pkcs11, token, slot, pin-file"
                            + " (sealpost enclave --help).")
    Map<String, String> more = new LinkedHashMap<>();

    /** Options of the enclave program. */
    List<String> arguments() {
        List<String> all = new ArrayList<>(List.of("--secure-environment", kind));
        more.forEach((name, value) -> all.addAll(List.of("--" + name, value)));
        return List.copyOf(all);
    }

    /**
     * Starts the secure environment of a program, below its state directory, which is made when it is absent.
     *
     * @throws EnclaveUnavailable when it does not come up; says what to do
     * @throws IOException when the state directory can't be made
     */
    public SecureEnvironment start(Path state) throws IOException {
        Files.createDirectories(state);
        return SecureEnvironment.process(SecureEnvironment.ProcessConfig.in(state, arguments()));
    }
}
