package org.sealpost.demo.fleet;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.demo.leak.Place;
import org.sealpost.demo.leak.Secret;
import org.sealpost.demo.run.Managed;
import org.sealpost.demo.run.ProcessRunner;
import org.sealpost.demo.run.Programs;
import org.sealpost.demo.tap.Relay;
import org.sealpost.demo.tap.TapProxy;

/**
 * The building as processes: server, gateways, agents and devices, each with its folder, its witness and a tap on each hop. Nodes are
 * independent of each other; for one node see {@link Node}.
 */
public final class Fleet implements AutoCloseable {
    private static final String ANY = "127.0.0.1:0";

    private final Plan plan;
    private final Path work;
    private final Programs programs;
    private final String remark;
    private final ProcessRunner runner;
    private final TapProxy tap;
    private final int linkPort;
    private final Setting setting;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, Relay> relays = new LinkedHashMap<>();
    private final Map<String, SoftToken> tokens = new LinkedHashMap<>();

    /** Where devices are provisioned from, behind taps of their own. */
    public enum Functions {
        NONE,
        /** The server is an MEF too. */
        AT_THE_SERVER,
        /** An MEF and a MAF are programs of their own, nodes {@code mef} and {@code maf}. */
        PROGRAMS
    }

    /**
     * What may be different in a fleet.
     *
     * @param canaries what each program's heap shall contain
     * @param faults names of nodes to faults of their enclaves
     * @param functions where devices are provisioned from
     * @param tokens whether each program's keys lie in a token of SoftHSM2, made for it
     */
    public record Setting(
            Map<Place, Secret> canaries, Map<String, String> faults, Functions functions, boolean tokens) {
        public Setting {
            canaries = Map.copyOf(canaries);
            faults = Map.copyOf(faults);
        }

        /** Nothing of the kind. */
        public static Setting plain() {
            return new Setting(Map.of(), Map.of(), Functions.NONE, false);
        }

        /** The same with devices provisioned from there. */
        public Setting with(Functions other) {
            return new Setting(canaries, faults, other, tokens);
        }
    }

    /**
     * Prepares everything and starts nothing.
     *
     * @param work an empty folder; everything goes there
     * @param remark stands in each reading of the devices
     */
    public Fleet(Plan plan, Path work, Programs programs, Setting setting, String remark) throws IOException {
        this.plan = plan;
        this.work = work;
        this.programs = programs;
        this.remark = remark;
        this.setting = setting;
        runner = new ProcessRunner(work.resolve("logs"));
        tap = new TapProxy(work.resolve("hops"));
        try (DatagramSocket free = new DatagramSocket()) {
            linkPort = free.getLocalPort();
        }
        FleetFile.write(plan, work.resolve("fleet.yaml"));
        server(setting.functions() == Functions.AT_THE_SERVER);
        if (setting.functions() == Functions.PROGRAMS) {
            function("mef", Node.Kind.MEF);
            function("maf", Node.Kind.MAF);
        }
        for (String gateway : plan.gateways()) {
            gateway(gateway);
        }
        for (String gateway : plan.gateways()) {
            agent(gateway);
        }
        for (Plan.Device device : plan.devices()) {
            device(device);
        }
        for (String gateway : plan.gateways()) {
            host(gateway);
        }
    }

    public Plan plan() {
        return plan;
    }

    public TapProxy tap() {
        return tap;
    }

    /** How many programs have their keys in tokens. */
    public int tokens() {
        return tokens.size();
    }

    /** Why {@link Setting#tokens} can't be had here, and what to do. */
    public static Optional<String> tokensMissing() {
        return SoftToken.missing();
    }

    /** A node: {@code server}, a gateway's or device's name, or {@code agent-GATEWAY}. */
    public Node node(String name) {
        return Optional.ofNullable(nodes.get(name))
                .orElseThrow(() -> new IllegalArgumentException("there is no node " + name));
    }

    /** All nodes of a kind, in the order of the plan. */
    public List<Node> nodes(Node.Kind kind) {
        return nodes.values().stream().filter(n -> n.kind() == kind).toList();
    }

    public List<Node> nodes() {
        return List.copyOf(nodes.values());
    }

    /** The tap before a listener, such as {@code gw-north-http} or {@code door-1}. */
    public Relay relay(String name) {
        return Optional.ofNullable(relays.get(name))
                .orElseThrow(() -> new IllegalArgumentException("there is no relay " + name));
    }

    /** The taps that see what a node says and hears. */
    public List<Relay> hopsOf(Node node) {
        List<String> names = new ArrayList<>();
        switch (node.kind()) {
            case SERVER -> {
                names.addAll(List.of("server-http", "mef"));
                plan.gateways().forEach(g -> names.add(g + "-http"));
            }
            case GATEWAY -> names.addAll(List.of(node.name() + "-http", node.name() + "-coap", "server-http"));
            case AGENT -> names.addAll(List.of(node.name(), node.name().substring("agent-".length()) + "-http"));
            case HOST -> names.add(node.name().substring("host-".length()) + "-http");
            case DEVICE -> {
                Plan.Device device = plan.device(node.name());
                boolean coap = device.attachment() == Plan.Attachment.COAP;
                names.addAll(List.of(node.name(), device.gateway() + (coap ? "-coap" : "-http"), "mef"));
            }
            case MEF -> names.add("mef");
            case MAF -> names.addAll(List.of("maf", "mef"));
        }
        return names.stream().filter(relays::containsKey).map(this::relay).toList();
    }

    /** Where a device itself listens, behind its tap: what is sent there is on no recording. */
    public URI behindTap(Plan.Device device) throws Exception {
        return node(device.name()).address(device.attachment() == Plan.Attachment.COAP ? "coap" : "http");
    }

    /** Puts a manufacturer's credential into a device that does not run yet; the server must listen. */
    public Managed manufacture(Plan.Device device) throws IOException {
        Node node = node(device.name());
        List<String> arguments = List.of(
                "--name",
                device.name(),
                "--state",
                node.state().toString(),
                "--mef",
                mefNode().state().toString());
        List<String> jvm = jvm(device.name(), Node.Kind.DEVICE, node.directory(), Place.DEVICE_HEAP);
        return runner.start(
                "manufacture-" + device.name(), node.directory(), programs.command("manufacture", jvm, arguments));
    }

    /** Keeps a copy of a device's state as it left the factory. */
    public void keepFactoryState(Plan.Device device) throws IOException {
        copyState(node(device.name()).state(), factory(device));
    }

    /** Puts a device that does not run back to how it left the factory; all that it learned since is lost. */
    public void restoreFactoryState(Plan.Device device) throws IOException {
        Node node = node(device.name());
        try (Stream<Path> files = Files.walk(node.state())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Files.deleteIfExists(node.statusFile());
        copyState(factory(device), node.state());
    }

    private static void copyState(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(
                        target.getParent(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Starts a device on the state that it left the factory with; it reaches its MEF and nobody else. */
    public Managed startFactoryState(Plan.Device device) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("--name", device.name(), "--function", device.function().option()));
        arguments.addAll(behind(device.gateway(), URI.create("http://127.0.0.1:9")));
        arguments.addAll(List.of("--polling", "--state", factory(device).toString()));
        Node node = node(device.name());
        List<String> jvm = jvm(device.name(), Node.Kind.DEVICE, node.directory(), Place.DEVICE_HEAP);
        return runner.start("factory-" + device.name(), node.directory(), programs.command("device", jvm, arguments));
    }

    private Path factory(Plan.Device device) {
        return work.resolve("factory").resolve(device.name());
    }

    /** The server's admin API; the server must listen. */
    public AdminClient admin() throws Exception {
        return door(node("server"));
    }

    /** The operator's door of the MEF, which may be the server's; it must listen. */
    public AdminClient mef() throws Exception {
        return door(mefNode());
    }

    /** The operator's door of a program; it must listen. */
    public AdminClient door(Node program) throws Exception {
        return new AdminClient(program.address("admin"), program.state().resolve("admin.token"));
    }

    private Node mefNode() {
        return Optional.ofNullable(nodes.get("mef")).orElseGet(() -> node("server"));
    }

    /** The control API of a gateway's agent; the agent must listen. */
    public AdminClient agentControl(String gateway) throws Exception {
        Node agent = node("agent-" + gateway);
        return new AdminClient(agent.address("control"), agent.state().resolve("agent.token"));
    }

    /** Everything that the witnesses saw so far. */
    public List<Secret> secrets() throws IOException {
        List<Path> files = nodes.values().stream().map(Node::witness).toList();
        return Secret.read(files);
    }

    /** What one node's enclave held so far. */
    public List<Secret> secrets(String node) throws IOException {
        return Secret.read(List.of(node(node).witness()));
    }

    /** Processes that run now. */
    public ProcessRunner runner() {
        return runner;
    }

    /** Brings an enrolment package to an end point's state directory, as an operator would carry it. */
    public void carryPackage(Path state, String enrolmentPackage) throws IOException {
        Path target = state.resolve("enrolment-package");
        Path draft = state.resolve("enrolment-package.new");
        Files.writeString(draft, enrolmentPackage);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Ends all processes and taps. */
    @Override
    public void close() {
        runner.close();
        tap.close();
    }

    private void server(boolean mef) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--fleet", work.resolve("fleet.yaml").toString()));
        arguments.addAll(List.of(
                "--http",
                ANY,
                "--admin",
                ANY,
                "--advertise-http",
                tcp("server-http").uri().toString()));
        Map<String, String> listeners = new LinkedHashMap<>(Map.of("http", "server-http"));
        if (mef) {
            String tapped = "tls://" + tcp("mef").uri().getAuthority();
            arguments.addAll(List.of("--mef", ANY, "--advertise-mef", tapped));
            listeners.put("mef", "mef");
        }
        add("server", Node.Kind.SERVER, "server", Place.SERVER_HEAP, arguments, listeners);
    }

    private void function(String name, Node.Kind kind) throws IOException {
        String tapped = "tls://" + tcp(name).uri().getAuthority();
        List<String> arguments =
                List.of(name, "--domain", plan.domain(), "--listen", ANY, "--admin", ANY, "--advertise", tapped);
        add(name, kind, "function", Place.SERVER_HEAP, arguments, Map.of("tls", name));
    }

    private void gateway(String name) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--id", name, "--domain", plan.domain()));
        arguments.addAll(List.of("--registrar-id", "/in-cse", "--registrar-name", "cse-in"));
        arguments.addAll(List.of("--registrar", relay("server-http").uri().toString()));
        arguments.addAll(List.of(
                "--http", ANY, "--advertise-http", tcp(name + "-http").uri().toString()));
        arguments.addAll(List.of(
                "--coap", ANY, "--advertise-coap", udp(name + "-coap").uri().toString()));
        add(
                name,
                Node.Kind.GATEWAY,
                "gateway",
                Place.GATEWAY_HEAP,
                arguments,
                Map.of("http", name + "-http", "coap", name + "-coap"));
    }

    private void agent(String gateway) throws IOException {
        String name = "agent-" + gateway;
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(behind(gateway, relay(gateway + "-http").uri()));
        arguments.addAll(List.of(
                "--listen", "http://" + ANY, "--advertise", tcp(name).uri().toString()));
        arguments.addAll(List.of("--control", ANY));
        arguments.addAll(onTheLink(gateway));
        add(name, Node.Kind.AGENT, "agent", Place.AGENT_HEAP, arguments, Map.of("http", name));
    }

    private void device(Plan.Device device) throws IOException {
        String name = device.name();
        boolean coap = device.attachment() == Plan.Attachment.COAP;
        URI registrar = relay(device.gateway() + (coap ? "-coap" : "-http")).uri();
        List<String> arguments = new ArrayList<>(
                List.of("--name", name, "--function", device.function().option()));
        arguments.addAll(behind(device.gateway(), registrar));
        arguments.addAll(List.of("--remark", remark));
        arguments.addAll(onTheLink(device.gateway()));
        Map<String, String> listener = Map.of();
        if (device.attachment() == Plan.Attachment.POLLING) {
            arguments.add("--polling");
        } else {
            URI advertised = (coap ? udp(name) : tcp(name)).uri();
            String scheme = coap ? "coap://" : "http://";
            arguments.addAll(List.of("--listen", scheme + ANY, "--advertise", advertised.toString()));
            listener = Map.of(coap ? "coap" : "http", name);
        }
        add(name, Node.Kind.DEVICE, "device", Place.DEVICE_HEAP, arguments, listener);
    }

    /** One process for all hosted devices behind a gateway. */
    private void host(String gateway) throws IOException {
        List<String> arguments = new ArrayList<>();
        plan.hosted().stream()
                .filter(d -> d.gateway().equals(gateway))
                .forEach(d -> arguments.addAll(
                        List.of("--device", d.name() + "=" + d.function().option())));
        if (!arguments.isEmpty()) {
            arguments.addAll(List.of("--gateway-id", gateway, "--domain", plan.domain(), "--server-id", "/in-cse"));
            arguments.addAll(List.of("--gateway", relay(gateway + "-http").uri().toString()));
            // Through polling channels: so everything that reaches them passes the tap before the gateway.
            arguments.addAll(List.of("--polling", "--remark", remark));
            add("host-" + gateway, Node.Kind.HOST, "device-host", Place.DEVICE_HEAP, arguments, Map.of());
        }
    }

    /** The multicast address of the link that a gateway's agent and the devices with a process of their own are on. */
    public InetSocketAddress link(String gateway) {
        return new InetSocketAddress("239.255.77." + (plan.gateways().indexOf(gateway) + 1), linkPort);
    }

    private List<String> onTheLink(String gateway) {
        InetSocketAddress link = link(gateway);
        return List.of("--radio", link.getHostString() + ":" + link.getPort());
    }

    private List<String> behind(String gateway, URI address) {
        return List.of(
                "--gateway-id",
                gateway,
                "--gateway-name",
                "cse-mn",
                "--gateway",
                address.toString(),
                "--domain",
                plan.domain(),
                "--server-id",
                "/in-cse");
    }

    /** @param listeners keys of the port file to names of relays */
    private void add(
            String name,
            Node.Kind kind,
            String program,
            Place heap,
            List<String> arguments,
            Map<String, String> listeners)
            throws IOException {
        Path directory = work.resolve(name);
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--state", directory.resolve("state").toString()));
        all.addAll(List.of("--port-file", directory.resolve("ports").toString()));
        if (kind == Node.Kind.DEVICE || kind == Node.Kind.AGENT) {
            all.addAll(List.of("--status-file", directory.resolve("status.json").toString()));
        }
        Map<String, String> environment = Map.of();
        if (setting.tokens() && kind != Node.Kind.GATEWAY) {
            SoftToken token = SoftToken.make(directory.resolve("token"));
            tokens.put(name, token);
            all.addAll(token.options());
            environment = token.environment();
        }
        List<String> jvm = jvm(name, kind, directory, heap);
        if (setting.faults().containsKey(name)) {
            jvm.add("-Dsealpost.enclave.main=org.sealpost.witness.FaultyEnclaveMain");
        }
        List<Node.Listener> taps = listeners.entrySet().stream()
                .map(e -> new Node.Listener(e.getKey(), relay(e.getValue())))
                .toList();
        List<String> command = programs.command(program, jvm, all);
        Map<String, String> given = environment;
        nodes.put(name, new Node(name, kind, directory, taps, () -> runner.start(name, directory, command, given)));
    }

    private List<String> jvm(String name, Node.Kind kind, Path directory, Place heap) {
        List<String> jvm = new ArrayList<>();
        jvm.add("-XX:TieredStopAtLevel=1");
        jvm.add("-Djava.io.tmpdir=" + directory);
        Secret canary = setting.canaries().get(heap);
        if (canary != null) {
            jvm.add("-Dsealpost.canary." + name + "=" + HexFormat.of().formatHex(canary.octets()));
        }
        if (kind != Node.Kind.GATEWAY) {
            jvm.add("-Dsealpost.enclave.classpath=" + programs.witnessedEnclave());
            // The enclave is a child process: what it needs to know goes on its own command line.
            jvm.add("-Dsealpost.enclave.jvm=-Dsealpost.witness.file=" + directory.resolve("witness") + fault(name));
        }
        return jvm;
    }

    private String fault(String name) {
        String fault = setting.faults().get(name);
        return fault == null ? "" : " -Dsealpost.witness.fault=" + fault;
    }

    private Relay tcp(String name) throws IOException {
        Relay relay = tap.tcp(name);
        relays.put(name, relay);
        return relay;
    }

    private Relay udp(String name) throws IOException {
        Relay relay = tap.udp(name);
        relays.put(name, relay);
        return relay;
    }
}
