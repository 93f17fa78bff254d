package org.sealpost.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.SecureEnvironment;

/** Calls to a real enclave process over its socket, {@value #CALLERS} callers at once. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(EnclaveBenchmark.CALLERS)
public class EnclaveBenchmark {
    static final int CALLERS = 16;
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String DEVICE = "//sealpost.example/gw/Cdoor";

    /** An enclave process with two enrolled compartments that have a session. */
    @State(Scope.Benchmark)
    public static class Process {
        private final Path directory;
        private final SecureEnvironment environment;
        private final Enclave server;
        private final byte[] request;

        public Process() {
            directory = scratch();
            environment = SecureEnvironment.process(new SecureEnvironment.ProcessConfig(
                    directory.resolve("state"), directory, SecureEnvironment.defaultCommand()));
            server = environment.compartment("server");
            request = ("{\"op\":5,\"to\":\"" + DEVICE + "\",\"fr\":\"" + SERVER
                            + "\",\"rqi\":\"1\",\"rvi\":\"3\",\"pc\":{\"m2m:cin\":{\"con\":\"" + "x".repeat(900)
                            + "\"}}}")
                    .getBytes(StandardCharsets.UTF_8);
        }

        /** A short path: the enclave's socket lies in it. */
        private static Path scratch() {
            try {
                return Files.createTempDirectory(Path.of("/tmp"), "sealpost-bench");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Enrols both and carries one request and its answer, so that the session is confirmed. */
        @Setup
        public void connect() {
            Enclave device = environment.compartment("door");
            server.found(SERVER);
            device.acceptEnrolment(server.enrolPeer(device.enrolmentRequest(DEVICE), Role.DEVICE)
                    .enrolmentPackage());
            SealedRequest sealed = server.sealRequest(DEVICE, Optional.of(device.receiverRandObject(SERVER)), request);
            OpenedRequest opened = device.openRequest(sealed.esprimObject());
            if (!(opened instanceof OpenedRequest.Inner inner)) {
                throw new IllegalStateException("the first request was not opened: " + opened);
            }
            byte[] response = "{\"rsc\":2000,\"rqi\":\"1\",\"rvi\":\"3\"}".getBytes(StandardCharsets.UTF_8);
            OpenedResponse answer =
                    server.openResponse(sealed.exchange(), device.sealResponse(inner.exchange(), response));
            if (!(answer instanceof OpenedResponse.Inner)) {
                throw new IllegalStateException("the first answer was not opened: " + answer);
            }
        }

        /** Ends the process and removes its state. */
        @TearDown
        public void close() throws IOException {
            environment.close();
            List<Path> files;
            try (Stream<Path> walk = Files.walk(directory)) {
                files = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** The smallest call there is: what the socket, the frames and the threads cost. */
    @Benchmark
    public boolean call(Process process) {
        if (!process.server.hasSession(DEVICE)) {
            throw new IllegalStateException("the session is gone: the figures would be of something else");
        }
        return true;
    }

    /** A call that works: seals a request of about 1 kB. */
    @Benchmark
    public SealedRequest seal(Process process) {
        return process.server.sealRequest(DEVICE, Optional.empty(), process.request);
    }
}
