package org.sealpost.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.door.OperatorDoor;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveOptions;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.server.audit.AuditLog;
import org.sealpost.server.provisioning.Membership;
import org.sealpost.server.provisioning.TrustFunction;
import org.sealpost.server.store.Database;
import org.sealpost.server.store.StorageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An MEF or MAF as a program of its own. */
@Command(
        name = "sealpost",
        mixinStandardHelpOptions = true,
        description =
                "Runs an MEF (M2M Enrolment Function) or MAF (M2M Authentication Function): it provisions keys from"
                        + " pre-provisioned credentials, over TLS-PSK that ends inside its enclave.",
        footer = {
            "",
            "Examples:",
            "  sealpost mef --domain sealpost.example --state var/mef --listen 127.0.0.1:7000",
            "  sealpost maf --domain sealpost.example --state var/maf --listen 127.0.0.1:7001",
            "then: sealpost join --state var/server --mef var/mef; sealpost manufacture --help",
            "",
            "Exit codes: 0 stopped, 1 can't run (the message says why), 2 wrong options."
        })
public final class FunctionMain implements Callable<Integer> {
    private static final int CALLS = 4;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Parameters(paramLabel = "mef|maf", arity = "0..1", description = "Which function.", defaultValue = "mef")
    String kind = "";

    @Option(
            names = "--domain",
            paramLabel = "FQDN",
            defaultValue = "sealpost.example",
            description =
                    "The service provider's domain; the function is mef.DOMAIN or maf.DOMAIN. Default ${DEFAULT-VALUE}.")
    String domain = "";

    @Option(names = "--state", paramLabel = "DIR", description = "Where audit log, token and enclave state lie.")
    @Nullable
    Path state;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where clients connect. Default ${DEFAULT-VALUE}.")
    String listen = "";

    @Option(
            names = "--advertise",
            paramLabel = "URI",
            description = "Address that clients reach it at, tls://HOST:PORT, when it is another.")
    @Nullable
    URI advertise;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where the operator's door is. Default ${DEFAULT-VALUE}.")
    String admin = "";

    @Option(names = "--port-file", paramLabel = "FILE", description = "Written when ready: tls= and admin=.")
    @Nullable
    Path portFile;

    @Option(
            names = "--retry",
            paramLabel = "SECONDS",
            defaultValue = "86400",
            description =
                    "After how long a client asks an MEF again whether it was assigned more keys. Default ${DEFAULT-VALUE}.")
    long retry;

    @Mixin
    EnclaveOptions secureEnvironment = new EnclaveOptions();

    @Option(names = "--check", description = "Wire everything on scratch state, then stop.")
    boolean check;

    public static void main(String[] args) {
        System.exit(new CommandLine(new FunctionMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!Set.of("mef", "maf").contains(kind)) {
            System.err.println("sealpost: a function is mef or maf, not " + kind);
            return 2;
        }
        Path directory = state;
        if (directory == null && !check) {
            System.err.println("sealpost " + kind + ": give --state; --help shows examples");
            return 2;
        }
        Optional<String> clock = SystemClock.complaint(Instant.now());
        if (clock.isPresent()) {
            System.err.println("sealpost " + kind + ": " + clock.get());
            return 1;
        }
        try {
            return directory == null ? checkOnly() : run(directory);
        } catch (EnclaveUnavailable | StorageException | Refusal | UncheckedIOException e) {
            System.err.println("sealpost " + kind + ": " + e.getMessage());
        } catch (IOException e) {
            System.err.println("sealpost " + kind + ": " + e.getMessage());
        }
        return 1;
    }

    private int run(Path directory) throws IOException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Running running = new Running(directory);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            running.close();
                            stopped.countDown();
                        },
                        "stop"));
        ServerMain.replace(directory.resolve("admin.address"), running.door.address() + "\n");
        report("tls=" + running.function.listensAt() + "\nadmin=" + running.door.address() + "\n");
        System.err.println("sealpost " + kind + ": " + fqdn() + " at " + running.function.uri()
                + ", operator's door at " + running.door.address());
        stopped.await();
        return 0;
    }

    private String fqdn() {
        return kind + "." + domain;
    }

    /** Everything that runs. */
    private final class Running implements AutoCloseable {
        final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        final ExecutorService calls = Executors.newFixedThreadPool(CALLS);
        final SecureEnvironment environment;
        final Database database;
        final TrustFunction function;
        final Membership membership;
        final OperatorDoor door;

        Running(Path directory) throws IOException {
            environment = secureEnvironment.start(directory);
            Enclave enclave = environment.compartment(kind);
            // the key that signs checkpoints of the audit log
            environment.compartment("audit").found("//" + domain + "/" + kind);
            database = Database.open(directory.resolve(kind + ".db"));
            AuditLog audit = new AuditLog(database, environment.compartment("audit"), InstantSource.system());
            function = new TrustFunction(
                    enclave,
                    database,
                    audit,
                    InstantSource.system(),
                    kind.toUpperCase(Locale.ROOT),
                    fqdn(),
                    ServerMain.address(listen),
                    Optional.ofNullable(advertise),
                    calls);
            function.askAgainAfter(retry);
            membership = new Membership(enclave, timer, calls, () -> {});
            door = new OperatorDoor(ServerMain.address(admin), directory.resolve("admin.token"))
                    .route(
                            "/manufacture-request",
                            (method, rest, body) -> MAPPER.valueToTree(enclave.manufactureRequest()))
                    .route("/join", (method, rest, body) -> {
                        var access =
                                enclave.acceptManufacture(Members.of(body, "the request", Set.of("manufacturePackage"))
                                        .text("manufacturePackage"));
                        audit.append("function.joined", access.fqdn() + " as " + access.credentialId());
                        membership.start();
                        return MAPPER.valueToTree(access);
                    })
                    .route(
                            "/audit",
                            (method, rest, body) ->
                                    MAPPER.valueToTree(rest.equals("/verify") ? audit.verify() : audit.entries()))
                    .route("/status", (method, rest, body) -> {
                        ObjectNode all = JsonNodeFactory.instance.objectNode();
                        all.put("function", fqdn())
                                .put("address", function.uri().toString());
                        all.set("clients", MAPPER.valueToTree(enclave.clients()));
                        ObjectNode trouble = all.putObject("trouble");
                        membership.trouble().forEach(trouble::put);
                        return all.put("handshakes.failed", function.failures());
                    });
            function.routes(door);
            door.start();
            membership.start();
        }

        @Override
        public void close() {
            door.close();
            membership.close();
            function.close();
            timer.shutdownNow();
            calls.shutdown();
            database.close();
            environment.close();
        }
    }

    private int checkOnly() throws IOException {
        Path scratch = Files.createTempDirectory("function-check");
        try (Running running = new Running(scratch)) {
            System.err.println("sealpost " + kind + ": checked at " + running.function.uri());
            return 0;
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
    }

    private void report(String text) throws IOException {
        Path file = portFile;
        if (file != null) {
            ServerMain.replace(file, text);
        }
    }
}
