package org.sealpost.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.cse.StoreException;
import org.sealpost.door.OperatorDoor;
import org.sealpost.enclave.EnclaveOptions;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.fleet.Fleet;
import org.sealpost.server.fleet.FleetException;
import org.sealpost.server.fleet.FleetFile;
import org.sealpost.server.provisioning.TrustFunction;
import org.sealpost.server.store.StorageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The server program. */
@Command(
        name = "sealpost server",
        mixinStandardHelpOptions = true,
        description = "Runs the M2M Server: groups, credentials, deliveries, audit, and the operator's door.",
        footer = {
            "",
            "Examples:",
            "  sealpost server --fleet building.yaml --state /var/lib/sealpost/server",
            "  sealpost server --fleet building.yaml --state state --http 127.0.0.1:8080 --admin 127.0.0.1:8081",
            "  sealpost server --fleet building.yaml --state state --mef 127.0.0.1:7000",
            "  sealpost server @server.args",
            "",
            "Exit codes: 0 stopped, 1 can't run (the message says why), 2 wrong options."
        })
public final class ServerMain implements Callable<Integer> {
    @Option(names = "--fleet", paramLabel = "FILE", description = "The fleet file (YAML).")
    @Nullable
    Path fleet;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Where database, audit log, token and enclave state lie.")
    @Nullable
    Path state;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where to listen for oneM2M over HTTP. Default ${DEFAULT-VALUE}.")
    String http = "";

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where the operator's door is. Default ${DEFAULT-VALUE}.")
    String admin = "";

    @Option(
            names = "--advertise-http",
            paramLabel = "URI",
            description = "Address that gateways reach the server at, when it is another.")
    @Nullable
    URI advertise;

    @Option(
            names = "--mef",
            paramLabel = "HOST:PORT",
            description = "Be an MEF too, listening there (TLS-PSK), so that devices are provisioned from the"
                    + " manufacturer's credential. Otherwise: sealpost mef, and sealpost join.")
    @Nullable
    String mef;

    @Option(names = "--maf", paramLabel = "HOST:PORT", description = "Be a MAF too, listening there (TLS-PSK).")
    @Nullable
    String maf;

    @Option(
            names = "--manager",
            paramLabel = "HOST:PORT",
            description = "Be a group manager for standard clients, too (RFC 9594 over OSCORE), listening there (UDP).")
    @Nullable
    String manager;

    @Option(
            names = "--advertise-mef",
            paramLabel = "URI",
            description = "Address that clients reach the MEF at, tls://HOST:PORT, when it is another.")
    @Nullable
    URI advertiseMef;

    @Option(
            names = "--port-file",
            paramLabel = "FILE",
            description = "Written when ready: http= and admin= with the real addresses.")
    @Nullable
    Path portFile;

    @Mixin
    EnclaveOptions secureEnvironment = new EnclaveOptions();

    @Option(names = "--check", description = "Wire everything on scratch state, then stop.")
    boolean check;

    public static void main(String[] args) {
        System.exit(new CommandLine(new ServerMain()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path fleetFile = fleet;
        Path directory = state;
        if (!check && (fleetFile == null || directory == null)) {
            System.err.println("sealpost server: give --fleet and --state; --help shows examples");
            return 2;
        }
        Optional<String> clock = SystemClock.complaint(Instant.now());
        if (clock.isPresent()) {
            System.err.println("sealpost server: " + clock.get());
            return 1;
        }
        try {
            return fleetFile == null || directory == null ? checkOnly() : run(FleetFile.read(fleetFile), directory);
        } catch (FleetException e) {
            System.err.println("sealpost server: the fleet file has mistakes:\n" + e.getMessage());
        } catch (EnclaveUnavailable | StorageException | StoreException | Refusal e) {
            System.err.println("sealpost server: " + e.getMessage());
        } catch (FileSystemException e) {
            System.err.println("sealpost server: the state directory can't be used (" + e.getMessage()
                    + "): make it writable, free some space, or name another with --state");
        } catch (UncheckedIOException | IOException e) {
            System.err.println("sealpost server: " + e.getMessage());
        }
        return 1;
    }

    private int run(Fleet described, Path directory) throws IOException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Path published = directory.resolve("admin.address");
        // Where an earlier run's door was: an operator's verb waits for this run's.
        Files.deleteIfExists(published);
        Server server = open(described, directory);
        StringBuilder ports = new StringBuilder();
        if (mef != null) {
            TrustFunction function = server.open("MEF", address(mef), Optional.ofNullable(advertiseMef));
            ports.append("mef=").append(function.listensAt()).append('\n');
        }
        if (maf != null) {
            TrustFunction function = server.open("MAF", address(maf), Optional.empty());
            ports.append("maf=").append(function.listensAt()).append('\n');
        }
        if (manager != null) {
            InetSocketAddress listens = server.openManager(address(manager)).address();
            ports.append("manager=")
                    .append(listens.getHostString())
                    .append(':')
                    .append(listens.getPort())
                    .append('\n');
        }
        OperatorDoor door = AdminApi.open(server, address(admin), directory.resolve("admin.token"));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            door.close();
                            server.close();
                            stopped.countDown();
                        },
                        "stop"));
        server.start();
        replace(published, door.address() + "\n");
        report("http=" + server.pointOfAccess() + "\nadmin=" + door.address() + "\n" + ports);
        System.err.println("sealpost server: " + described.serverIdentity() + " at " + server.pointOfAccess()
                + ", operator's door at " + door.address());
        stopped.await();
        return 0;
    }

    private Server open(Fleet described, Path directory) throws IOException {
        return new Server(
                described,
                directory,
                address(http),
                Optional.ofNullable(advertise),
                secureEnvironment.start(directory));
    }

    private int checkOnly() throws IOException {
        Path scratch = Files.createTempDirectory("server-check");
        try {
            Fleet small = FleetFile.parse(String.join(
                    "\n",
                    "domain: check.example",
                    "gateways: [{id: gw}]",
                    "devices: [{name: d, gateway: gw, function: fire-door, groups: [g]}]",
                    "groups: [{id: g, verbs: [close]}]"));
            try (Server server = open(small, scratch);
                    OperatorDoor door = AdminApi.open(server, address("127.0.0.1:0"), scratch.resolve("admin.token"))) {
                server.start();
                System.err.println("sealpost server: checked at " + door.address());
            }
            return 0;
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
    }

    private void report(String text) throws IOException {
        if (portFile != null) {
            replace(portFile, text);
        }
    }

    /** Writes a file so that a reader sees the old or the new one. */
    static void replace(Path file, String text) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(beside, text);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }
}
