package org.sealpost.enclave;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sealpost.enclave.internal.Backing;
import org.sealpost.enclave.internal.process.EnclaveRuntime;

/**
 * The enclave process. Started by the program it serves: {@code EnclaveMain STATE-DIRECTORY SOCKET [OPTIONS]}, the token as one line of hex on standard input, which stays open: when
 * it closes, or this process gets another parent, the program is gone and the enclave ends. Says READY, or one sentence, on standard output.
 */
public final class EnclaveMain {
    private EnclaveMain() {}

    /** Runs until standard input closes. Exit codes: 0 stopped, 1 can't run, 2 usage. */
    public static void main(String[] args) throws IOException {
        if (args.length == 1 && args[0].equals("--check")) {
            Path scratch = Files.createTempDirectory("enclave-check");
            EnclaveRuntime.check(scratch);
            return;
        }
        boolean help = args.length == 1 && args[0].equals("--help");
        if (args.length < 2) {
            System.out.println("usage: sealpost enclave STATE-DIRECTORY SOCKET [OPTIONS] (started by server, agent and"
                    + " device; the token comes on standard input), or --check\n" + Backing.HELP);
            System.exit(help ? 0 : 2);
        }
        System.exit(EnclaveRuntime.run(List.of(args), System.in));
    }
}
