package org.sealpost.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sealpost.device.DeviceConfig;
import org.sealpost.device.EnclaveFacts;
import org.sealpost.device.Enrolment;
import org.sealpost.device.RadioOptions;
import org.sealpost.door.OperatorDoor;
import org.sealpost.enclave.EnclaveOptions;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.Serialization;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The agent program. */
@Command(
        name = "sealpost agent",
        mixinStandardHelpOptions = true,
        subcommands = EmergencyCall.class,
        description = "Runs the group agent beside a gateway: it commands under the server's delegation.",
        footer = {
            "",
            "Examples:",
            "  sealpost agent --gateway-id gw-north --gateway http://127.0.0.1:8090 --state state/agent-north",
            "  curl -H \"Authorization: Bearer $(cat state/agent-north/agent.token)\" \\",
            "       -d '{\"group\":\"fire-doors\",\"verb\":\"close\"}' http://127.0.0.1:8091/commands",
            "  sealpost agent emergency fire-doors close --control 127.0.0.1:8091 --token state/agent-north/agent.token",
            "",
            "Exit codes: 0 stopped, 1 can't run (the message says why), 2 wrong options."
        })
public final class AgentMain implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "run", description = "What to do; run is all there is.")
    @Nullable
    String what;

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

    @Option(names = "--gateway", paramLabel = "URI", description = "Address of the gateway.")
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

    @Option(
            names = "--advertise",
            paramLabel = "URI",
            description = "Address to publish instead of the one listened on.")
    @Nullable
    URI advertise;

    @Option(
            names = "--control",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where the operator's door is. Default ${DEFAULT-VALUE}.")
    String control = "";

    @Mixin
    RadioOptions radio = new RadioOptions();

    @Option(names = "--state", paramLabel = "DIR", description = "Where enclave state, enrolment files and token lie.")
    @Nullable
    Path state;

    @Option(names = "--status-file", paramLabel = "FILE", description = "Kept up to date (JSON).")
    @Nullable
    Path statusFile;

    @Option(
            names = "--port-file",
            paramLabel = "FILE",
            description = "Written when ready: http= and control= with the real addresses.")
    @Nullable
    Path portFile;

    @Mixin
    EnclaveOptions secureEnvironment = new EnclaveOptions();

    @Option(names = "--check", description = "Wire everything on scratch state, then stop.")
    boolean check;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "upkeep");
        thread.setDaemon(true);
        return thread;
    });
    private String lastStatus = "";

    public static void main(String[] args) {
        System.exit(new CommandLine(new AgentMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Path directory = state;
        URI at = gateway;
        if ((what != null && !what.equals("run")) || (!check && (directory == null || at == null))) {
            System.err.println("sealpost agent: give --gateway and --state; --help shows examples");
            return 2;
        }
        try {
            return directory == null || at == null ? checkOnly() : run(at, directory);
        } catch (FileSystemException e) {
            System.err.println("sealpost agent: the state directory can't be used (" + e.getMessage()
                    + "): make it writable, free some space, or name another with --state");
        } catch (EnclaveUnavailable | Refusal | UncheckedIOException | IOException e) {
            System.err.println("sealpost agent: " + e.getMessage());
        }
        return 1;
    }

    private int run(URI at, Path directory) throws IOException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Agent agent = new Agent(config(at, Optional.ofNullable(listen)), secureEnvironment.start(directory), directory);
        radio.use(agent::useRadio);
        OperatorDoor door = ControlApi.open(agent, address(control), directory.resolve("agent.token"));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            door.close();
                            agent.close();
                            stopped.countDown();
                        },
                        "stop"));
        Enrolment enrolment = new Enrolment(directory);
        if (agent.enclave().enrolment().isEmpty()) {
            enrolment.ask(agent.enclave().enrolmentRequest(agent.config().identity()));
        }
        timer.scheduleWithFixedDelay(() -> upkeep(agent, enrolment), 0, 150, TimeUnit.MILLISECONDS);
        Path ports = portFile;
        if (ports != null) {
            String lines = "control=" + door.address() + "\n"
                    + agent.listensAt().map(a -> a.getScheme() + "=" + a + "\n").orElse("");
            Enrolment.write(ports, lines.getBytes(StandardCharsets.UTF_8));
        }
        System.err.println("sealpost agent: beside " + gatewayId + ", operator's door at " + door.address());
        stopped.await();
        return 0;
    }

    private void upkeep(Agent agent, Enrolment enrolment) {
        try {
            enrolment.take(p -> agent.enclave().acceptEnrolment(p));
            Path file = statusFile;
            if (file != null) {
                writeStatus(agent, file);
            }
        } catch (Refusal | EnclaveUnavailable | IOException e) {
            System.err.println("sealpost agent: " + e.getMessage());
        }
    }

    private void writeStatus(Agent agent, Path file) throws IOException {
        ObjectNode o = JsonNodeFactory.instance
                .objectNode()
                .put("identity", agent.config().identity());
        o.put("pid", ProcessHandle.current().pid()).put("enclavePid", agent.enclavePid());
        EnclaveFacts.Facts inside = agent.facts();
        o.put("registered", agent.registered());
        o.put("enrolled", inside.enrolled());
        var credentials = o.putArray("credentials");
        inside.credentials()
                .forEach(c -> credentials
                        .addObject()
                        .put("group", c.group())
                        .put("epoch", c.epoch())
                        .put("kcv", c.keyCheckValue()));
        String text = o.toString();
        if (!text.equals(lastStatus)) {
            Enrolment.write(file, PrimitiveCodec.of(Serialization.JSON).encodeTree(o));
            lastStatus = text;
        }
    }

    private DeviceConfig config(URI at, Optional<URI> where) {
        return new DeviceConfig("agent", domain, gatewayId, at, serverId, where, Optional.ofNullable(advertise));
    }

    private int checkOnly() throws IOException {
        Path scratch = Files.createTempDirectory("agent-check");
        URI nowhere = URI.create("http://127.0.0.1:9");
        try (Agent agent = new Agent(
                        config(nowhere, Optional.of(URI.create("http://127.0.0.1:0"))),
                        secureEnvironment.start(scratch),
                        scratch);
                OperatorDoor door = ControlApi.open(agent, address("127.0.0.1:0"), scratch.resolve("agent.token"))) {
            agent.enclave().enrolmentRequest(agent.config().identity());
            System.err.println("sealpost agent: checked at " + door.address());
            return 0;
        } finally {
            try (Stream<Path> files = Files.walk(scratch)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
    }

    private static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }
}
