package org.sealpost.load.commands;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.sealpost.cse.CseConfig;
import org.sealpost.device.CommandHandler;
import org.sealpost.device.Device;
import org.sealpost.device.DeviceConfig;
import org.sealpost.device.DeviceRuntime;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.gateway.Gateway;
import org.sealpost.server.Server;
import org.sealpost.server.fleet.FleetFile;
import org.sealpost.server.ledger.Delivery;

/**
 * A server, a gateway and devices with their enclaves, all in this process, over sockets of the loopback interface. The states of the devices' enclaves lie in memory where the system has a file system
 * there: real devices have a disk each.
 */
final class Site implements AutoCloseable {
    static final String GROUP = "//load.example/in-cse/cse-in/doors";
    static final String VERB = "close";

    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private static final String DOMAIN = "load.example";
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long PATIENCE_SECONDS = 600;
    static final long LOOK_MILLIS = 20;

    private static final long SLOWLY_MILLIS = 500;

    private final Path folder;
    private final Path field;
    private final SecureEnvironment central;
    private final SecureEnvironment enclaves;
    private final DeviceRuntime runtime;
    private final Server server;
    private final Gateway gateway;
    private final List<Device> devices = new ArrayList<>();

    Site(int count, Consumer<String> executed, Consumer<String> progress) throws IOException, InterruptedException {
        this.folder = Files.createTempDirectory("load-commands");
        this.field = Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "load-commands")
                : Files.createDirectory(folder.resolve("devices"));
        this.central = SecureEnvironment.inProcess(folder.resolve("enclave"), InstantSource.system());
        this.enclaves = SecureEnvironment.inProcess(field, InstantSource.system());
        this.runtime = DeviceRuntime.open();
        this.server =
                new Server(FleetFile.parse(fleet(count)), folder.resolve("server"), ANY, Optional.empty(), central);
        server.prepare();
        this.gateway = new Gateway(new Gateway.Config(
                "gw",
                DOMAIN,
                new CseConfig.Registrar("/in-cse", "cse-in", server.pointOfAccess()),
                ANY,
                Optional.empty(),
                List.of(),
                folder.resolve("gateway.db")));
        try {
            gateway.register().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the gateway could not register at the server", e);
        }
        for (int i = 0; i < count; i++) {
            Enclave enclave = enclaves.compartment(name(i));
            enclave.acceptEnrolment(
                    server.enrol(enclave.enrolmentRequest(identity(i))).enrolmentPackage());
        }
        progress.accept(count + " devices are enrolled");
        for (int i = 0; i < count; i++) {
            devices.add(connect(i, executed));
        }
        await(
                "registered",
                LOOK_MILLIS,
                () -> devices.stream().allMatch(d -> d.status().registered()));
        progress.accept(count + " devices are registered at the gateway");
        await(
                "a member",
                SLOWLY_MILLIS,
                () -> server.ledger().all().stream()
                                .map(Delivery::member)
                                .distinct()
                                .count()
                        == count);
        progress.accept(count + " devices are members of the group");
    }

    /** Lets the server send unasked, which it has not so far, and waits until it knows that all devices hold the same epoch and that their gateway tells them of commands. */
    void deliver() throws IOException, InterruptedException {
        server.deliver();
        await("on one epoch", SLOWLY_MILLIS, this::together);
        await("subscribed", SLOWLY_MILLIS, () -> server.unfinished().isEmpty());
    }

    Server server() {
        return server;
    }

    List<Device> devices() {
        return List.copyOf(devices);
    }

    static String identity(int i) {
        return "//" + DOMAIN + "/gw/C" + name(i);
    }

    /** Waits for a condition; looks so often. */
    static void await(String what, long lookMillis, BooleanSupplier condition)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IOException("not everybody was " + what + " within " + PATIENCE_SECONDS + " s");
            }
            Thread.sleep(lookMillis);
        }
    }

    private boolean together() {
        Map<String, Long> confirmed = server.ledger().confirmedEpochs(GROUP);
        return confirmed.size() == devices.size()
                && confirmed.values().stream().distinct().count() == 1;
    }

    private Device connect(int i, Consumer<String> executed) {
        DeviceConfig config = new DeviceConfig(
                name(i),
                DOMAIN,
                "gw",
                gateway.httpAddress(),
                "/in-cse",
                Optional.of(URI.create("http://127.0.0.1:0")),
                Optional.empty());
        return Device.connect(config, enclaves, runtime).onCommand(VERB, order -> {
            executed.accept(config.identity());
            return CommandHandler.Outcome.done("");
        });
    }

    private static String fleet(int count) {
        StringBuilder yaml = new StringBuilder("domain: " + DOMAIN
                + "\ngateways: [{id: gw}]\ngroups: [{id: doors, verbs: [" + VERB + "]}]\ndevices:\n");
        for (int i = 0; i < count; i++) {
            yaml.append("  - {name: ").append(name(i)).append(", gateway: gw, function: fire-door, groups: [doors]}\n");
        }
        return yaml.toString();
    }

    private static String name(int i) {
        return "d" + i;
    }

    @Override
    public void close() throws IOException {
        devices.forEach(Device::close);
        gateway.close();
        server.close();
        runtime.close();
        enclaves.close();
        delete(field);
        delete(folder);
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
    }
}
