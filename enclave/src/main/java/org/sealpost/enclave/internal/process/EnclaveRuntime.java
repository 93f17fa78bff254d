package org.sealpost.enclave.internal.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.enclave.internal.Backing;
import org.sealpost.enclave.internal.InProcessEnvironment;

/** The life of an enclave process. */
public final class EnclaveRuntime {
    private static final int MIN_TOKEN = 32;

    private EnclaveRuntime() {}

    /**
     * Shields the process, opens the state, serves the socket, ends with the program.
     *
     * @return exit code
     */
    public static int run(List<String> arguments, byte[] token, BufferedReader lifeline) {
        return run(arguments, token, lifeline, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /**
     * As above, with something around the compartments and in place of what the environment says of itself; for test equipment.
     *
     * @param arguments state directory, socket, options of {@link Backing}
     */
    public static int run(
            List<String> arguments,
            byte[] token,
            BufferedReader lifeline,
            UnaryOperator<SecureEnvironment> around,
            UnaryOperator<Attestation> attested) {
        if (token.length < MIN_TOKEN) {
            System.out.println("the token on standard input is missing or too short");
            return 2;
        }
        try {
            Path state = Path.of(arguments.get(0));
            Path socket = Path.of(arguments.get(1));
            Backing backing = Backing.parse(arguments.subList(2, arguments.size()));
            Shield.raise();
            try (SecureEnvironment inside =
                            InProcessEnvironment.insideProcess(state, InstantSource.system(), backing, attested);
                    EnclaveServer server = new EnclaveServer(around.apply(inside), token, socket)) {
                Thread watch = new Thread(() -> endWith(lifeline), "lifeline");
                watch.setDaemon(true);
                watch.start();
                System.out.println("READY");
                server.run();
            }
            return 0;
        } catch (LinkageError e) {
            // What raises the shield is unpacked to disk first; without the shield nothing is opened.
            System.out.println("the enclave can't raise its shield (" + e.getMessage() + "): free some space in "
                    + arguments.get(0) + ", or make it writable for this user");
            return 1;
        } catch (EnclaveUnavailable | IllegalStateException | IllegalArgumentException | IOException e) {
            System.out.println(e.getMessage());
            return 1;
        }
    }

    /** Wires everything on scratch state and uses it once, then removes it. */
    public static void check(Path scratch) throws IOException {
        Shield.raise();
        try (SecureEnvironment inside = InProcessEnvironment.insideProcess(
                scratch, InstantSource.system(), Backing.parse(List.of()), UnaryOperator.identity())) {
            inside.compartment("check").enrolmentRequest("//check.example/gw/Cdevice");
            for (var call : EnclaveProtocol.calls()) {
                EnclaveProtocol.MAPPER.constructType(call.getGenericReturnType());
            }
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
        System.out.println("READY");
    }

    private static void endWith(BufferedReader lifeline) {
        try {
            while (lifeline.readLine() != null) {
                // nothing is said there after the token
            }
        } catch (IOException e) {
            // a broken pipe ends it just as well
        }
        Runtime.getRuntime().halt(0);
    }
}
