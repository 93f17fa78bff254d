package org.sealpost.enclave;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** A secure environment with one or more compartments, one for each end point it serves. Thread-safe. */
public interface SecureEnvironment extends AutoCloseable {
    /**
     * The default: a child process of another memory space (see {@code docs/enclave.md}). Started now, and started again whenever it
     * dies; ends with this program. The token that admits this program travels through the child's standard input and is never on disk.
     */
    static SecureEnvironment process(ProcessConfig config) {
        return org.sealpost.enclave.internal.EnclaveProcess.start(config);
    }

    /** Inside the calling program: for tests and simulation only; protection level 0. */
    static SecureEnvironment inProcess(Path stateDirectory, InstantSource clock) {
        return new org.sealpost.enclave.internal.InProcessEnvironment(stateDirectory, clock);
    }

    /** Opens the compartment of that name (letters, digits, '-', '.', '_'), created when absent. */
    Enclave compartment(String name);

    /**
     * A number that is another one whenever what a compartment tells of itself may have changed since: who shows it need not ask again and
     * again. Each call of the compartment adds {@link #CALL}; an environment that is down gives another number each time. Refused connections
     * of others alone do not count.
     */
    long revision(String compartment);

    /** What a call adds to the revision of its compartment: one when it begins, one when it ends. */
    int CALL = 2;

    /** Process id of the secure environment, when it is a process. */
    java.util.OptionalLong processId();

    @Override
    void close();

    /**
     * How to run an enclave process.
     *
     * @param stateDirectory sealed state and the key file that opens it; created, readable by its owner only
     * @param socketDirectory where the Unix domain socket goes; a short path (the system allows 107 octets)
     * @param command the program and its arguments up to the main class' own; normally {@link #defaultCommand}
     * @param options of the enclave program: where its keys lie ({@code sealpost enclave --help}); empty: a key file in the state directory
     */
    record ProcessConfig(Path stateDirectory, Path socketDirectory, List<String> command, List<String> options) {
        public ProcessConfig {
            command = List.copyOf(command);
            options = List.copyOf(options);
        }

        public ProcessConfig(Path stateDirectory, Path socketDirectory, List<String> command) {
            this(stateDirectory, socketDirectory, command, List.of());
        }

        /** The way programs lay it out: {@code enclave} and {@code s} in their own state directory, and the shipped enclave. */
        public static ProcessConfig in(Path state, List<String> options) {
            return new ProcessConfig(state.resolve("enclave"), state.resolve("s"), defaultCommand(), options);
        }
    }

    /**
     * The command line of the shipped enclave: same JDK as this program, class path from {@code sealpost.enclave.classpath}, further JVM options
     * from {@code sealpost.enclave.jvm}, main class from {@code sealpost.enclave.main} (system properties that the launcher script sets; tests
     * set them to add a witness).
     */
    static List<String> defaultCommand() {
        return org.sealpost.enclave.internal.EnclaveCommand.fromSystemProperties();
    }
}
