package org.sealpost.server.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.sealpost.enclave.AuthorityKeys;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads a fleet file; reports every mistake at once, each with its line and what to do. */
public final class FleetFile {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,31}");
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?");
    private static final Set<String> FUNCTIONS = Set.of("fire-sensor", "fire-door", "extinguisher");
    private static final long MONTH = 30L * 86_400;

    private final List<String> mistakes = new ArrayList<>();

    private FleetFile() {}

    /**
     * Reads and checks a file.
     *
     * @throws FleetException with all mistakes
     */
    public static Fleet read(Path file) {
        try {
            Fleet fleet = parse(Files.readString(file));
            return fleet.withSecurity(
                    fleet.security().relativeTo(file.toAbsolutePath().resolveSibling("")));
        } catch (IOException e) {
            throw new FleetException(
                    List.of("the fleet file " + file + " can't be read: check its path and permissions"));
        }
    }

    /** As {@link #read}, from text. */
    public static Fleet parse(String yaml) {
        FleetFile reader = new FleetFile();
        Optional<Fleet> fleet = compose(yaml).flatMap(reader::fleet);
        if (!reader.mistakes.isEmpty() || fleet.isEmpty()) {
            throw new FleetException(
                    reader.mistakes.isEmpty()
                            ? List.of("line 1: the file is empty: describe a fleet")
                            : reader.mistakes);
        }
        return fleet.get();
    }

    private static Optional<Node> compose(String yaml) {
        LoadSettings settings =
                LoadSettings.builder().setAllowDuplicateKeys(false).build();
        try {
            byte[] octets = yaml.getBytes(StandardCharsets.UTF_8);
            return new Composer(
                            settings,
                            new ParserImpl(
                                    settings, new StreamReader(settings, new String(octets, StandardCharsets.UTF_8))))
                    .getSingleNode();
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(m -> m.getLine() + 1).orElse(1);
            throw new FleetException(List.of("line " + line + ": this is not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            throw new FleetException(
                    List.of(
                            "line 1: this is not YAML: it has a character that YAML does not allow, or is nested too deep or too long"));
        }
    }

    private Optional<Fleet> fleet(Node root) {
        Section top = Section.of(
                root,
                "the fleet",
                mistakes,
                "domain",
                "server",
                "secureEnvironment",
                "gateways",
                "devices",
                "groups",
                "security");
        String domain = top.text("domain", DOMAIN, "a domain name in lower case", "sealpost.example");
        String server = top.section("server", "id")
                .map(s -> s.text("id", NAME, "a name", "in-cse"))
                .orElse("in-cse");
        SecurityReader security = new SecurityReader(mistakes);
        Map<String, Security.Strength> groupStrengths = new HashMap<>();
        Map<String, Security.Strength> deviceStrengths = new HashMap<>();
        List<Fleet.Gateway> gateways = new ArrayList<>();
        for (Section s : top.list("gateways", "id", "agent")) {
            gateways.add(new Fleet.Gateway(s.text("id", NAME, "a name", ""), s.flag("agent")));
        }
        List<Fleet.Group> groups = new ArrayList<>();
        for (Section s : top.list(
                "groups",
                "id",
                "verbs",
                "nonDelegable",
                "agentVerbs",
                "overlap",
                "lifetime",
                "algorithmFloor",
                "secureEnvironment",
                "scheme",
                "forwardSecret")) {
            Fleet.Group group = group(s, level(s, level(top, 0)));
            groups.add(group);
            groupStrengths.put(group.id(), security.strength(s));
        }
        List<Fleet.Device> devices = new ArrayList<>();
        for (Section s : top.list(
                "devices",
                "name",
                "gateway",
                "function",
                "zone",
                "groups",
                "algorithmFloor",
                "forwardSecret",
                "renewal")) {
            Fleet.Device device = device(s, gateways, groups);
            devices.add(device);
            deviceStrengths.put(device.name(), security.strength(s));
        }
        unique(top, "gateways", gateways.stream().map(Fleet.Gateway::id).toList());
        unique(top, "groups", groups.stream().map(Fleet.Group::id).toList());
        unique(top, "devices", devices.stream().map(Fleet.Device::name).toList());
        for (Fleet.Group group : groups) {
            if (devices.stream().noneMatch(d -> d.groups().contains(group.id()))) {
                mistakes.add(top.at("groups") + "group " + group.id() + " has no device: put one in it, or remove it");
            }
        }
        Security demands = security.read(top, groupStrengths, deviceStrengths);
        return Optional.of(new Fleet(domain, server, gateways, devices, groups, demands));
    }

    /** A group's own level, else the fleet's, else any. */
    private int level(Section s, int absent) {
        Optional<String> given = s.optional("secureEnvironment");
        if (given.filter(g -> !g.matches("[0-3]")).isPresent()) {
            mistakes.add(s.at("secureEnvironment") + "secureEnvironment is a protection level: 0 any, 1 software,"
                    + " 2 isolated from software attacks, 3 from physical ones too");
            return absent;
        }
        return given.map(Integer::parseInt).orElse(absent);
    }

    private Fleet.Group group(Section s, int level) {
        String floor = s.optional("algorithmFloor").orElse("A256GCM");
        List<String> verbs = s.texts("verbs");
        for (String key : List.of("nonDelegable", "agentVerbs")) {
            s.texts(key).stream()
                    .filter(v -> !verbs.contains(v))
                    .forEach(v -> mistakes.add(s.at(key) + "\"" + v
                            + "\" is not among the group's verbs: add it there, or remove it here"));
        }
        s.texts("agentVerbs").stream()
                .filter(s.texts("nonDelegable")::contains)
                .forEach(v -> mistakes.add(
                        s.at("agentVerbs") + "\"" + v + "\" can't be delegated: it stands under nonDelegable"));
        String scheme = s.optional("scheme").orElse(AuthorityKeys.SCHEMES.get(0));
        if (!AuthorityKeys.SCHEMES.contains(scheme)) {
            mistakes.add(s.at("scheme") + "scheme is one of " + String.join(", ", AuthorityKeys.SCHEMES));
        }
        return new Fleet.Group(
                s.text("id", NAME, "a name", ""),
                verbs,
                s.texts("nonDelegable"),
                s.texts("agentVerbs"),
                s.duration("overlap", 0),
                s.duration("lifetime", MONTH),
                floor,
                level,
                scheme);
    }

    private Fleet.Device device(Section s, List<Fleet.Gateway> gateways, List<Fleet.Group> groups) {
        String gateway = s.text("gateway", NAME, "the id of a gateway", "");
        if (gateways.stream().noneMatch(g -> g.id().equals(gateway))) {
            mistakes.add(s.at("gateway") + "there is no gateway \"" + gateway + "\": add it under gateways");
        }
        String function = s.text("function", NAME, "a function", "");
        if (!FUNCTIONS.contains(function)) {
            mistakes.add(s.at("function") + "function is one of fire-sensor, fire-door, extinguisher");
        }
        List<String> in = s.texts("groups");
        in.stream()
                .filter(g -> groups.stream().noneMatch(x -> x.id().equals(g)))
                .forEach(g -> mistakes.add(s.at("groups") + "there is no group \"" + g + "\": add it under groups"));
        String zone = s.optional("zone").orElse("");
        return new Fleet.Device(s.text("name", NAME, "a name", ""), gateway, function, zone, in);
    }

    private void unique(Section top, String key, List<String> names) {
        Set<String> seen = new HashSet<>();
        names.stream()
                .filter(n -> !n.isEmpty() && !seen.add(n))
                .forEach(n ->
                        mistakes.add(top.at(key) + "\"" + n + "\" stands twice under " + key + ": names are unique"));
    }
}
