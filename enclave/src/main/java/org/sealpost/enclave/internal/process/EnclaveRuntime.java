package org.sealpost.enclave.internal.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
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
    private static final int LONGEST_TOKEN = 1024;

    private EnclaveRuntime() {}

    /**
     * Takes the token from the program, shields the process, opens the state, serves the socket, ends with the program.
     *
     * @param arguments state directory, socket, options of {@link Backing}
     * @param program where the token comes, as one line of hex; stays open for as long as the program lives
     * @return exit code
     */
    public static int run(List<String> arguments, InputStream program) {
        return run(arguments, program, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /** As above, with something around the compartments and in place of what the environment says of itself; for test equipment. */
    public static int run(
            List<String> arguments,
            InputStream program,
            UnaryOperator<SecureEnvironment> around,
            UnaryOperator<Attestation> attested) {
        Lifeline.watchParent();
        byte[] token;
        try {
            token = token(program);
        } catch (IOException | IllegalArgumentException e) {
            token = new byte[0];
        }
        if (token.length < MIN_TOKEN) {
            System.out.println("the token on standard input is missing or too short");
            return 2;
        }
        Lifeline.watchInput(program);
        try {
            Path state = Path.of(arguments.get(0));
            Path socket = Path.of(arguments.get(1));
            Backing backing = Backing.parse(arguments.subList(2, arguments.size()));
            Shield.raise();
            try (SecureEnvironment inside =
                            InProcessEnvironment.insideProcess(state, InstantSource.system(), backing, attested);
                    EnclaveServer server = new EnclaveServer(around.apply(inside), token, socket)) {
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

    /** One line of hex; empty when the program is gone before it sent one. */
    private static byte[] token(InputStream program) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = program.read();
        while (c >= 0 && c != '\n' && line.length() < LONGEST_TOKEN) {
            line.append((char) c);
            c = program.read();
        }
        return HexFormat.of().parseHex(line.toString().trim());
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
}
