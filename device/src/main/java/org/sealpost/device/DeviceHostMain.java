package org.sealpost.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.enclave.EnclaveOptions;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Many simulated devices in one process, each with a compartment of its own in one enclave process. */
@Command(
        name = "sealpost device-host",
        mixinStandardHelpOptions = true,
        description = "Runs many simulated devices in one process; each has a compartment of its own in one enclave.",
        footer = {
            "",
            "Examples:",
            "  sealpost device-host --device door-7=fire-door --device sensor-9=fire-sensor --gateway-id gw-north \\",
            "           --gateway http://127.0.0.1:8090 --state state/host-north",
            "",
            "Each device has its files below STATE/NAME, as with sealpost device; status in STATE/NAME/status.json.",
            "Exit codes: 0 stopped, 1 can't run (the message says why), 2 wrong options."
        })
public final class DeviceHostMain implements Callable<Integer> {
    @Option(names = "--device", paramLabel = "NAME=WHAT", description = "A device and its function; repeat it.")
    @Nullable
    Map<String, String> devices;

    @Option(
            names = "--gateway-id",
            paramLabel = "ID",
            defaultValue = "gw-north",
            description = "Their gateway. Default ${DEFAULT-VALUE}.")
    String gatewayId = "";

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

    @Option(names = "--polling", description = "Polling channels instead of listening.")
    boolean polling;

    @Option(names = "--state", paramLabel = "DIR", description = "Where enclave state and the devices' folders lie.")
    @Nullable
    Path state;

    @Option(names = "--port-file", paramLabel = "FILE", description = "Written when ready: how many devices.")
    @Nullable
    Path portFile;

    @Option(
            names = "--reading-interval",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How often readings are sent; 0: never. Default ${DEFAULT-VALUE}.")
    long readingInterval;

    @Option(names = "--remark", paramLabel = "TEXT", description = "Stands in each reading.", defaultValue = "")
    String remark = "";

    @Mixin
    EnclaveOptions secureEnvironment = new EnclaveOptions();

    @Option(names = "--check", description = "Wire everything on scratch state, then stop.")
    boolean check;

    public static void main(String[] args) {
        System.exit(new CommandLine(new DeviceHostMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Path directory = state;
        URI at = gateway;
        Map<String, String> wanted = devices;
        try {
            if (check) {
                return checkOnly();
            }
            if (directory == null || at == null || wanted == null) {
                System.err.println("sealpost device-host: give --device, --gateway and --state; --help shows examples");
                return 2;
            }
            return run(wanted, at, directory);
        } catch (EnclaveUnavailable | Refusal | UncheckedIOException e) {
            System.err.println("sealpost device-host: " + e.getMessage());
        } catch (IOException e) {
            System.err.println("sealpost device-host: the state directory can't be used (" + e.getMessage()
                    + "): make it writable, free some space, or name another with --state");
        }
        return 1;
    }

    private int run(Map<String, String> wanted, URI at, Path directory) throws IOException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        SecureEnvironment environment = secureEnvironment.start(directory);
        DeviceRuntime runtime = DeviceRuntime.open();
        List<SimulatedDevice> running = start(wanted, at, directory, environment, runtime);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            running.forEach(SimulatedDevice::close);
                            runtime.close();
                            environment.close();
                            stopped.countDown();
                        },
                        "stop"));
        Path ports = portFile;
        if (ports != null) {
            Enrolment.write(ports, ("devices=" + running.size() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        System.err.println("sealpost device-host: " + running.size() + " devices behind " + gatewayId + " at " + at);
        stopped.await();
        return 0;
    }

    private List<SimulatedDevice> start(
            Map<String, String> wanted, URI at, Path directory, SecureEnvironment environment, DeviceRuntime runtime)
            throws IOException {
        List<SimulatedDevice> running = new ArrayList<>();
        for (Map.Entry<String, String> d : wanted.entrySet()) {
            Path folder = Files.createDirectories(directory.resolve(d.getKey()));
            Optional<URI> listen = polling ? Optional.empty() : Optional.of(URI.create("http://127.0.0.1:0"));
            DeviceConfig config =
                    new DeviceConfig(d.getKey(), domain, gatewayId, at, serverId, listen, Optional.empty());
            SimulatedDevice device = new SimulatedDevice(
                    Device.connect(config, environment, runtime),
                    d.getValue(),
                    folder,
                    Optional.of(folder.resolve("status.json")),
                    readingInterval * 1000,
                    running.size(),
                    remark,
                    false);
            device.start();
            running.add(device);
        }
        return running;
    }

    private int checkOnly() throws IOException {
        Path scratch = Files.createTempDirectory("host-check");
        try (SecureEnvironment environment = secureEnvironment.start(scratch);
                DeviceRuntime runtime = DeviceRuntime.open()) {
            URI nowhere = URI.create("http://127.0.0.1:9");
            start(Map.of("door-1", "fire-door", "sensor-1", "fire-sensor"), nowhere, scratch, environment, runtime)
                    .forEach(SimulatedDevice::close);
            System.err.println("sealpost device-host: checked");
            return 0;
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
    }
}
