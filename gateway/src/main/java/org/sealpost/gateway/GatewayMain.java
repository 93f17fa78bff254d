package org.sealpost.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.cse.CseConfig;
import org.sealpost.cse.StoreException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The gateway program. */
@Command(
        name = "sealpost gateway",
        mixinStandardHelpOptions = true,
        description = "Runs an M2M Gateway: an MN-CSE that stores and forwards what it can't read.",
        footer = {
            "",
            "Examples:",
            "  sealpost gateway --id gw-north --domain sealpost.example --registrar http://127.0.0.1:8080 --state state/gw-north",
            "  sealpost gateway @gw-north.args",
            "",
            "Exit codes: 0 stopped, 1 can't run (the message says why), 2 wrong options."
        })
public final class GatewayMain implements Callable<Integer> {
    @Option(
            names = "--id",
            paramLabel = "ID",
            defaultValue = "gw-north",
            description = "Its name. Default ${DEFAULT-VALUE}.")
    String id = "";

    @Option(
            names = "--domain",
            paramLabel = "FQDN",
            defaultValue = "sealpost.example",
            description = "The service provider's domain. Default ${DEFAULT-VALUE}.")
    String domain = "";

    @Option(
            names = "--registrar-id",
            paramLabel = "CSE-ID",
            defaultValue = "/in-cse",
            description = "CSE-ID of the server. Default ${DEFAULT-VALUE}.")
    String registrarId = "";

    @Option(
            names = "--registrar-name",
            paramLabel = "NAME",
            defaultValue = "cse-in",
            description = "Name of its CSEBase. Default ${DEFAULT-VALUE}.")
    String registrarName = "";

    @Option(names = "--registrar", paramLabel = "URI", description = "Address of the server.")
    @Nullable
    URI registrar;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where to listen for HTTP. Default ${DEFAULT-VALUE}.")
    String http = "";

    @Option(names = "--coap", paramLabel = "HOST:PORT", description = "Where to listen for CoAP. Default: not at all.")
    @Nullable
    String coap;

    @Option(
            names = "--advertise-http",
            paramLabel = "URI",
            description = "HTTP address that others reach it at, when it is another.")
    @Nullable
    URI advertiseHttp;

    @Option(
            names = "--advertise-coap",
            paramLabel = "URI",
            description = "CoAP address that others reach it at, when it is another.")
    @Nullable
    URI advertiseCoap;

    @Option(names = "--state", paramLabel = "DIR", description = "Where its database lies.")
    @Nullable
    Path state;

    @Option(
            names = "--port-file",
            paramLabel = "FILE",
            description = "Written when ready: http= and coap= with the real addresses.")
    @Nullable
    Path portFile;

    @Option(
            names = "--status-file",
            paramLabel = "FILE",
            description = "Kept up to date: what was stored, delivered, forwarded and refused (JSON).")
    @Nullable
    Path statusFile;

    @Option(names = "--check", description = "Wire everything on scratch state, then stop.")
    boolean check;

    public static void main(String[] args) {
        System.exit(new CommandLine(new GatewayMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Path directory = state;
        URI server = registrar;
        if (!check && (directory == null || server == null)) {
            System.err.println("sealpost gateway: give --registrar and --state; --help shows examples");
            return 2;
        }
        try {
            return directory == null || server == null ? checkOnly() : run(server, directory);
        } catch (StoreException | UncheckedIOException e) {
            System.err.println("sealpost gateway: " + e.getMessage());
        } catch (IOException e) {
            System.err.println("sealpost gateway: the state directory can't be used (" + e.getMessage()
                    + "): make it writable, free some space, or name another with --state");
        }
        return 1;
    }

    private int run(URI server, Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        CountDownLatch stopped = new CountDownLatch(1);
        Gateway gateway = new Gateway(config(server, directory));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            gateway.close();
                            stopped.countDown();
                        },
                        "stop"));
        report(gateway);
        System.err.println("sealpost gateway: " + id + " at " + gateway.httpAddress()
                + gateway.coapAddress().map(a -> " and " + a).orElse("") + ", registering at " + server);
        gateway.register().thenRun(() -> System.err.println("sealpost gateway: registered"));
        Path status = statusFile;
        if (status != null) {
            new StatusFile(status, gateway).keep(stopped);
        }
        stopped.await();
        return 0;
    }

    private Gateway.Config config(URI server, Path directory) {
        List<URI> advertise = new ArrayList<>();
        Optional.ofNullable(advertiseHttp).ifPresent(advertise::add);
        Optional.ofNullable(advertiseCoap).ifPresent(advertise::add);
        return new Gateway.Config(
                id,
                domain,
                new CseConfig.Registrar(registrarId, registrarName, server),
                address(http),
                Optional.ofNullable(coap).map(GatewayMain::address),
                advertise,
                directory.resolve("cse.db"));
    }

    private int checkOnly() throws IOException {
        Path scratch = Files.createTempDirectory("gateway-check");
        try (Gateway gateway = new Gateway(config(URI.create("http://127.0.0.1:9"), scratch))) {
            System.err.println("sealpost gateway: checked at " + gateway.httpAddress());
            return 0;
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
    }

    private void report(Gateway gateway) throws IOException {
        Path file = portFile;
        if (file != null) {
            String lines = "http=" + gateway.httpAddress() + "\n"
                    + gateway.coapAddress().map(a -> "coap=" + a + "\n").orElse("");
            StatusFile.replace(file, lines.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }
}
