package org.sealpost.demo.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** A device or agent as it shows itself: its status file, and the journal of what its actuator did. */
public final class DeviceView {
    private final Node node;
    private final Path state;
    private final Path statusFile;

    /** A device or agent with a process of its own. */
    public DeviceView(Node node) {
        this(node, node.state(), node.statusFile());
    }

    private DeviceView(Node node, Path state, Path statusFile) {
        this.node = node;
        this.state = state;
        this.statusFile = statusFile;
    }

    /** One of the devices of a host. */
    public static DeviceView hosted(Node host, String name) {
        Path folder = host.state().resolve(name);
        return new DeviceView(host, folder, folder.resolve("status.json"));
    }

    /** Where its enrolment files lie. */
    public Path state() {
        return state;
    }

    /** A credential that its enclave holds. */
    public record Held(String group, long epoch, String keyCheckValue) {}

    /** Its newest status; an error while there is none. */
    public JsonNode status() throws IOException {
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(Files.readAllBytes(statusFile));
    }

    public boolean enrolled() throws IOException {
        return status().path("enrolled").asBoolean(false);
    }

    public boolean registered() throws IOException {
        return status().path("registered").asBoolean(false);
    }

    /** The newest credential of a group (absolute identifier). */
    public Optional<Held> held(String group) throws IOException {
        for (JsonNode c : status().path("credentials")) {
            if (c.path("group").asString("").equals(group)) {
                return Optional.of(
                        new Held(group, c.path("epoch").asLong(0), c.path("kcv").asString("")));
            }
        }
        return Optional.empty();
    }

    /** How many epochs it opened from blocks and notices by itself. */
    public long opened() throws IOException {
        return status().path("opened").asLong(0);
    }

    /**
     * A pairwise key.
     *
     * @param agreed id of the next one, when it is agreed on and not proved; else empty
     */
    public record PairwiseKey(String peer, String id, String agreed) {}

    /** The pairwise keys that its enclave uses. */
    public List<PairwiseKey> keys() throws IOException {
        return status().path("keys")
                .valueStream()
                .map(k -> new PairwiseKey(
                        k.path("peer").asString(""),
                        k.path("id").asString(""),
                        k.path("agreed").asString("")))
                .toList();
    }

    /** The id of its credential for an MEF or MAF. */
    public Optional<String> credentialFor(String fqdn) throws IOException {
        return status().path("functions")
                .valueStream()
                .filter(f -> f.path("fqdn").asString("").equals(fqdn))
                .map(f -> f.path("credential").asString(""))
                .findFirst();
    }

    /** Whether its status is one that the process wrote that runs now. */
    public boolean fresh() throws IOException {
        return status().path("pid").asLong(0) == node.process().pid();
    }

    /** How many messages it refused, whatever the reason. */
    public long refusals() throws IOException {
        long sum = 0;
        for (JsonNode count : status().path("commands").path("refused")) {
            sum += count.asLong(0);
        }
        return sum;
    }

    /** How many commands it recognised as seen before. */
    public long duplicates() throws IOException {
        return status().path("commands").path("duplicates").asLong(0);
    }

    /** What it said when it refused last. */
    public String lastRefusal() throws IOException {
        try (Stream<String> lines = Files.lines(node.process().log())) {
            return lines.filter(l -> l.contains("refused "))
                    .reduce((earlier, later) -> later)
                    .map(l -> l.substring(l.indexOf("refused ")))
                    .orElse("nothing was refused");
        }
    }

    /** What its actuator did, oldest first; never rewritten. */
    public List<String> actions() throws IOException {
        Path journal = state.resolve("actuator.log");
        return Files.exists(journal) ? Files.readAllLines(journal) : List.of();
    }

    /** How often it did this. */
    public long count(String verb) throws IOException {
        return actions().stream().filter(a -> a.contains(" " + verb + " ")).count();
    }
}
