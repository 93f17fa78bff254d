package org.sealpost.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.sealpost.cse.CseConfig;
import org.sealpost.device.Device;
import org.sealpost.device.DeviceConfig;
import org.sealpost.device.DeviceRuntime;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.FunctionKeys.KeyGrant;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.gateway.Gateway;
import org.sealpost.server.Server;
import org.sealpost.server.fleet.FleetFile;
import org.sealpost.server.provisioning.TrustFunction;

/**
 * Devices through one gateway from the manufacturer's credential to their group's credential, so many under way at a time: over real sockets between server, MEF, gateway and
 * devices, all in this JVM, with enclaves inside of it (their states on disk).
 *
 * @param devices how many
 * @param atOnce how many at a time
 */
record ProvisioningLoad(int devices, int atOnce) {
    /** What {@code --only} calls it. */
    static final String GROUP = "provisioning";

    static final ProvisioningLoad FULL = new ProvisioningLoad(1000, 16);
    static final ProvisioningLoad SHORT = new ProvisioningLoad(50, 16);

    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private static final String DOMAIN = "bench.example";
    private static final long PATIENCE_SECONDS = 900;

    /**
     * What came out; times in milliseconds from a device's first start to its enclave holding the group's credential.
     *
     * @param perSecond devices in a second
     */
    record Outcome(int devices, int atOnce, double perSecond, double median, double p99, double longest) {}

    Outcome run(Consumer<String> progress) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("provisioning");
        try (SecureEnvironment central = SecureEnvironment.inProcess(folder.resolve("c"), InstantSource.system());
                SecureEnvironment field = SecureEnvironment.inProcess(folder.resolve("f"), InstantSource.system());
                Server server =
                        new Server(FleetFile.parse(fleet()), folder.resolve("server"), ANY, Optional.empty(), central);
                DeviceRuntime runtime = DeviceRuntime.open()) {
            TrustFunction mef = server.open("MEF", ANY, Optional.empty());
            server.start();
            try (Gateway gateway = gateway(server.pointOfAccess(), folder.resolve("gateway.db"))) {
                gateway.register().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                progress.accept("manufacturing " + devices + " devices");
                for (int i = 0; i < devices; i++) {
                    manufacture(mef, field, server.fleet().serverIdentity(), i);
                }
                return measure(gateway, field, runtime, progress);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("the gateway could not register at the server", e);
            }
        } finally {
            delete(folder);
        }
    }

    private Outcome measure(Gateway gateway, SecureEnvironment field, DeviceRuntime runtime, Consumer<String> progress)
            throws IOException, InterruptedException {
        Semaphore places = new Semaphore(atOnce);
        CountDownLatch all = new CountDownLatch(devices);
        AtomicLongArray nanos = new AtomicLongArray(devices);
        List<Device> running = new ArrayList<>();
        Path files = Files.createTempDirectory("unused");
        long start = System.nanoTime();
        for (int i = 0; i < devices; i++) {
            if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("no device got its credential within " + PATIENCE_SECONDS + " s");
            }
            int number = i;
            long begun = System.nanoTime();
            Device device =
                    Device.connect(DeviceConfig.polling(name(i), DOMAIN, "gw", gateway.httpAddress()), field, runtime);
            running.add(device);
            device.enrolThrough(files)
                    .thenRun(() -> device.onceHolding(() -> {
                        nanos.set(number, System.nanoTime() - begun);
                        places.release();
                        all.countDown();
                    }));
            if (i % 100 == 99) {
                progress.accept((i + 1) + " of " + devices + " devices begun");
            }
        }
        if (!all.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(all.getCount() + " devices did not get their credential");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        running.forEach(Device::close);
        Files.delete(files);
        double[] sorted = new double[devices];
        Arrays.setAll(sorted, i -> nanos.get(i) / 1e6);
        Arrays.sort(sorted);
        return new Outcome(
                devices,
                atOnce,
                devices / seconds,
                sorted[(devices - 1) / 2],
                sorted[(int) Math.ceil(devices * 0.99) - 1],
                sorted[devices - 1]);
    }

    private static void manufacture(TrustFunction mef, SecureEnvironment field, String server, int i) {
        var enclave = field.compartment(name(i));
        var made = mef.manufacture(enclave.manufactureRequest(), name(i));
        enclave.acceptManufacture(made.manufacturePackage());
        mef.assign(
                made.credentialId(),
                new ClientAssignment(
                        "//" + DOMAIN + "/gw/C" + name(i),
                        "DEVICE",
                        List.of(new KeyGrant(23, server, Optional.empty())),
                        false));
    }

    private static Gateway gateway(URI server, Path database) {
        return new Gateway(new Gateway.Config(
                "gw",
                DOMAIN,
                new CseConfig.Registrar("/in-cse", "cse-in", server),
                ANY,
                Optional.empty(),
                List.of(),
                database));
    }

    private String fleet() {
        StringBuilder yaml = new StringBuilder(
                "domain: " + DOMAIN + "\ngateways: [{id: gw}]\n" + "groups: [{id: doors, verbs: [close]}]\ndevices:\n");
        for (int i = 0; i < devices; i++) {
            yaml.append("  - {name: ").append(name(i)).append(", gateway: gw, function: fire-door, groups: [doors]}\n");
        }
        return yaml.toString();
    }

    private static String name(int i) {
        return "d" + i;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        }
    }
}
