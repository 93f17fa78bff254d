package org.sealpost.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.enclave.EnclaveOptions;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The device program: one simulated device and its enclave. */
@Command(
        name = "sealpost device",
        mixinStandardHelpOptions = true,
        description = "Runs a simulated fire sensor, fire door or extinguisher with a secure environment of its own.",
        footer = {
            "",
            "Examples:",
            "  sealpost device --name door-1 --function fire-door --gateway-id gw-north --gateway http://127.0.0.1:8090 --state state/door-1",
            "  sealpost device --name sensor-1 --function fire-sensor --gateway-id gw-north --gateway http://127.0.0.1:8090 --state s1 --polling",
            "",
            "Not enrolled yet, it writes STATE/enrolment-request.json and waits for STATE/enrolment-package (see: sealpost enrol --help).",
            "Exit codes: 0 stopped, 1 can't run (the message says why), 2 wrong options."
        })
public final class DeviceMain implements Callable<Integer> {
    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "door-1",
            description = "Its name in the fleet file. Default ${DEFAULT-VALUE}.")
    String name = "";

    @Option(
            names = "--function",
            paramLabel = "WHAT",
            defaultValue = "fire-door",
            description = "fire-sensor, fire-door or extinguisher. Default ${DEFAULT-VALUE}.")
    String function = "";

    @Option(
            names = "--gateway-id",
            paramLabel = "ID",
            defaultValue = "gw-north",
            description = "Its gateway. Default ${DEFAULT-VALUE}.")
    String gatewayId = "";

    @Option(
            names = "--gateway-name",
            paramLabel = "NAME",
            defaultValue = "cse-mn",
            description = "Name of the gateway's CSEBase. Default ${DEFAULT-VALUE}.")
    String gatewayName = "";

    @Option(names = "--gateway", paramLabel = "URI", description = "Address of the gateway, http:// or coap://.")
    @Nullable
    URI gateway;

    @Option(
            names = "--domain",
            paramLabel = "FQDN",
            defaultValue = "sealpost.example",
            description = "The service provider's domain. Default ${DEFAULT-VALUE}.")
    String domain = "";

    @Option(
            names = "--server-id",
            paramLabel = "CSE-ID",
            defaultValue = "/in-cse",
            description = "CSE-ID of the server. Default ${DEFAULT-VALUE}.")
    String serverId = "";

    @Option(
            names = "--listen",
            paramLabel = "URI",
            description = "Where to listen, such as http://127.0.0.1:0. Default: a polling channel.")
    @Nullable
    URI listen;

    @Option(names = "--polling", description = "Use a polling channel even when --listen is given.")
    boolean polling;

    @Option(
            names = "--advertise",
            paramLabel = "URI",
            description = "Address to publish instead of the one listened on.")
    @Nullable
    URI advertise;

    @Mixin
    RadioOptions radio = new RadioOptions();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where enclave state, enrolment files and actuator journal lie.")
    @Nullable
    Path state;

    @Option(
            names = "--status-file",
            paramLabel = "FILE",
            description = "Kept up to date: credentials, actuator, what was refused (JSON).")
    @Nullable
    Path statusFile;

    @Option(names = "--port-file", paramLabel = "FILE", description = "Written when ready: the real address.")
    @Nullable
    Path portFile;

    @Option(
            names = "--reading-interval",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "How often readings are sent; 0: never. Default ${DEFAULT-VALUE}.")
    long readingInterval;

    @Option(names = "--remark", paramLabel = "TEXT", description = "Stands in each reading.", defaultValue = "")
    String remark = "";

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the simulated readings. Default ${DEFAULT-VALUE}.")
    long seed;

    @Mixin
    EnclaveOptions secureEnvironment = new EnclaveOptions();

    @Option(
            names = "--certificate-request",
            description =
                    "For an authority of your own: write STATE/certificate-request.pem, take STATE/certificate.pem.")
    boolean certificateRequest;

    @Option(names = "--check", description = "Wire everything on scratch state, then stop.")
    boolean check;

    public static void main(String[] args) {
        System.exit(new CommandLine(new DeviceMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Path directory = state;
        URI at = gateway;
        if (!check && (directory == null || at == null)) {
            System.err.println("sealpost device: give --gateway and --state; --help shows examples");
            return 2;
        }
        try {
            return directory == null || at == null ? checkOnly() : run(at, directory);
        } catch (EnclaveUnavailable | Refusal | UncheckedIOException e) {
            System.err.println("sealpost device: " + e.getMessage());
        } catch (IOException e) {
            System.err.println("sealpost device: the state directory can't be used (" + e.getMessage()
                    + "): make it writable, free some space, or name another with --state");
        }
        return 1;
    }

    private int run(URI at, Path directory) throws IOException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Device device = Device.connect(config(at), secureEnvironment.start(directory));
        SimulatedDevice simulated = new SimulatedDevice(
                device,
                function,
                directory,
                Optional.ofNullable(statusFile),
                readingInterval * 1000,
                seed,
                remark,
                certificateRequest);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            simulated.close();
                            stopped.countDown();
                        },
                        "stop"));
        simulated.start();
        radio.use(device::listenRadio);
        Path ports = portFile;
        if (ports != null) {
            String line =
                    device.listensAt().map(a -> a.getScheme() + "=" + a + "\n").orElse("polling=true\n");
            Enrolment.write(ports, line.getBytes(StandardCharsets.UTF_8));
        }
        System.err.println("sealpost device: " + name + " (" + function + ") behind " + gatewayId + " at " + at);
        stopped.await();
        return 0;
    }

    private DeviceConfig config(URI at) {
        Optional<URI> where = polling ? Optional.empty() : Optional.ofNullable(listen);
        return new DeviceConfig(name, domain, gatewayId, at, serverId, where, Optional.ofNullable(advertise));
    }

    private int checkOnly() throws IOException {
        Path scratch = Files.createTempDirectory("device-check");
        DeviceConfig config = new DeviceConfig(
                name,
                domain,
                gatewayId,
                URI.create("http://127.0.0.1:9"),
                serverId,
                Optional.of(URI.create("http://127.0.0.1:0")),
                Optional.empty());
        try (Device device = Device.connect(config, scratch)) {
            new SimulatedDevice(device, function, scratch, Optional.empty(), 0, seed, remark, certificateRequest)
                    .start();
            System.err.println("sealpost device: checked, " + device.status().identity());
            return 0;
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
    }
}
