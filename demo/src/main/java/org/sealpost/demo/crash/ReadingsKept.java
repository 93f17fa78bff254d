package org.sealpost.demo.crash;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.Node;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** A reading that a gateway accepted is at the server once, and no other is. Accepted is what stands in a gateway's database. */
final class ReadingsKept implements Invariant {
    private final Site site;
    private final Map<String, String> accepted = new HashMap<>();

    ReadingsKept(Site site) {
        this.site = site;
    }

    @Override
    public String name() {
        return "accepted readings are at the server once";
    }

    @Override
    public Optional<String> broken() throws Exception {
        Map<String, Console.Group> groups = new HashMap<>();
        site.console().groups().forEach(g -> groups.put(g.id(), g));
        // What the server has came through a gateway before: so the server is read first.
        Set<String> arrived = arrived();
        for (Node gateway : site.fleet().nodes(Node.Kind.GATEWAY)) {
            Optional<String> doubled = collect(gateway.state().resolve("cse.db"), groups);
            if (doubled.isPresent()) {
                return doubled;
            }
        }
        Set<String> unknown = new HashSet<>(arrived);
        unknown.removeAll(accepted.keySet());
        if (!unknown.isEmpty()) {
            return Optional.of("the server has readings that no gateway accepted: " + unknown);
        }
        Set<String> missing = new HashSet<>(accepted.keySet());
        missing.removeAll(arrived());
        return missing.isEmpty() ? Optional.empty() : Optional.of("not at the server: " + missing);
    }

    /** How many were accepted so far. */
    int count() {
        return accepted.size();
    }

    /** Takes in what a gateway holds; two different readings with one number are a fault. */
    private Optional<String> collect(Path database, Map<String, Console.Group> groups) throws SQLException {
        try (Connection connection = open(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select body from resource where ty = " + ResourceType.CONTENT_INSTANCE.code())) {
            while (rows.next()) {
                JsonNode body = PrimitiveCodec.of(Serialization.JSON).decodeTree(rows.getBytes(1));
                String envelope = body.path("con").asString("");
                Optional<String> key = key(envelope, groups);
                if (key.isPresent()) {
                    String other = accepted.putIfAbsent(key.get(), envelope);
                    if (other != null && !other.equals(envelope)) {
                        return Optional.of("two readings are " + key.get());
                    }
                }
            }
            return Optional.empty();
        }
    }

    private static Optional<String> key(String envelope, Map<String, Console.Group> groups) {
        try {
            GroupEnvelope reading = GroupEnvelope.parse(GroupEnvelope.Use.READING, envelope);
            return groups.values().stream()
                    .filter(g -> reading.names(g.id()))
                    .flatMap(g -> g.members().stream()
                            .filter(m -> m.leaf() == reading.senderId())
                            .map(m -> key(m.identity(), g.id(), reading.epoch(), reading.counter())))
                    .findFirst();
        } catch (Refusal e) {
            // a command or an acknowledgement
            return Optional.empty();
        }
    }

    private Set<String> arrived() throws SQLException {
        Set<String> found = new HashSet<>();
        Path database = site.fleet().node("server").state().resolve("server.db");
        try (Connection connection = open(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select member, grp, epoch, counter from reading")) {
            while (rows.next()) {
                found.add(key(rows.getString(1), rows.getString(2), rows.getLong(3), rows.getLong(4)));
            }
        }
        return found;
    }

    private static String key(String member, String group, long epoch, long counter) {
        return member + " " + group + " epoch " + epoch + " no. " + counter;
    }

    private static Connection open(Path database) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 5000");
            statement.execute("pragma query_only = 1");
        }
        return connection;
    }
}
