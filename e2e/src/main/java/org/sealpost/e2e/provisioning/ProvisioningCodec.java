package org.sealpost.e2e.provisioning;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.sealpost.e2e.provisioning.ProvisioningRequest.DeregisterClient;
import org.sealpost.e2e.provisioning.ProvisioningRequest.DeregisterKey;
import org.sealpost.e2e.provisioning.ProvisioningRequest.FetchCredentials;
import org.sealpost.e2e.provisioning.ProvisioningRequest.RegisterClient;
import org.sealpost.e2e.provisioning.ProvisioningRequest.RegisterKey;
import org.sealpost.e2e.provisioning.ProvisioningRequest.ReportCommand;
import org.sealpost.e2e.provisioning.ProvisioningRequest.RetrieveChanges;
import org.sealpost.e2e.provisioning.ProvisioningRequest.RetrieveCommand;
import org.sealpost.e2e.provisioning.ProvisioningRequest.RetrieveConfiguration;
import org.sealpost.e2e.provisioning.ProvisioningRequest.RetrieveKey;
import org.sealpost.e2e.provisioning.ProvisioningRequest.RevokeClient;
import org.sealpost.e2e.provisioning.ProvisioningRequest.UpdateClient;
import org.sealpost.e2e.provisioning.ProvisioningRequest.UpdateKey;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import org.sealpost.onem2m.Timestamps;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests and responses of MEF and MAF as JSON, after the parameters of TS-0003 8.3.5.2, 8.3.9 and 8.8.2; TS-0032, which would give their resources, is not
 * public in this release. Strict: unknown members, wrong types and empty updates are refused with 4000. Pure.
 */
public final class ProvisioningCodec {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final int MAX_LIST = 64;

    private ProvisioningCodec() {}

    /** The head of a request's frame. */
    public static byte[] encode(ProvisioningRequest request) {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        if (request instanceof RegisterClient r) {
            put(o, "clientRegistration", "fqdn", r.fqdn(), "adminFQDN", r.adminFqdn(), "instance", r.instance());
            time(o, r.expirationTime());
            labels(o, r.labels());
            r.identity().ifPresent(v -> o.put("identity", v));
            r.publicKeys().ifPresent(v -> o.put("publicKeys", v));
            r.rootKey().ifPresent(v -> o.put("rootKey", v));
        } else if (request instanceof RetrieveConfiguration r) {
            put(o, "clientConfiguration", "fqdn", r.fqdn(), "clientRegID", r.registration());
        } else if (request instanceof UpdateClient r) {
            put(o, "clientUpdate", "fqdn", r.fqdn(), "clientRegID", r.registration());
            r.expirationTime().ifPresent(v -> time(o, v));
            r.labels().ifPresent(v -> list(o, "labels", v));
        } else if (request instanceof DeregisterClient r) {
            put(o, "clientDeregistration", "fqdn", r.fqdn(), "clientRegID", r.registration());
        } else if (request instanceof RegisterKey r) {
            put(o, "keyRegistration", "fqdn", r.fqdn(), "adminFQDN", r.adminFqdn());
            time(o, r.expirationTime());
            labels(o, r.labels());
            o.put("SUID", r.usage());
            list(o, "targetIDs", r.targets());
        } else if (request instanceof RetrieveKey r) {
            put(o, "keyRetrieval", "relativeKeyID", r.relativeKeyId());
        } else if (request instanceof UpdateKey r) {
            put(o, "keyUpdate", "fqdn", r.fqdn(), "relativeKeyID", r.relativeKeyId());
            r.expirationTime().ifPresent(v -> time(o, v));
            r.labels().ifPresent(v -> list(o, "labels", v));
            r.targets().ifPresent(v -> list(o, "targetIDs", v));
        } else if (request instanceof DeregisterKey r) {
            put(o, "keyDeregistration", "fqdn", r.fqdn(), "relativeKeyID", r.relativeKeyId());
        } else if (request instanceof RetrieveCommand r) {
            put(o, "command", "clientRegID", r.registration());
        } else if (request instanceof ReportCommand r) {
            put(o, "commandUpdate", "clientRegID", r.registration());
            o.put("cmdID", r.command()).put("cmdStatusCode", r.status().code());
        } else if (request instanceof FetchCredentials r) {
            put(o, "fetchCredentials", "keID", r.keyId());
            o.put("SUID", r.usage());
        } else if (request instanceof RetrieveChanges r) {
            put(o, "changes");
            o.put("after", r.after());
        } else if (request instanceof RevokeClient r) {
            put(o, "revocation", "clientID", r.identity(), "reason", r.reason());
        }
        return JSON.encodeTree(o);
    }

    /** Reads a request's head. */
    public static ProvisioningRequest decodeRequest(byte[] head) {
        JsonNode tree = JSON.decodeTree(head);
        JsonNode op = tree.get("op");
        if (op == null || !op.isString()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a provisioning request lacks its member \"op\"");
        }
        return switch (op.asString()) {
            case "clientRegistration" -> {
                Members m = of(
                        tree,
                        "fqdn",
                        "expirationTime",
                        "labels",
                        "adminFQDN",
                        "instance",
                        "identity",
                        "publicKeys",
                        "rootKey");
                yield new RegisterClient(
                        m.text("fqdn"),
                        time(m),
                        bounded(m.texts("labels")),
                        m.text("adminFQDN"),
                        m.text("instance"),
                        m.optionalText("identity"),
                        m.optionalText("publicKeys"),
                        m.optionalText("rootKey"));
            }
            case "clientConfiguration" -> {
                Members m = of(tree, "fqdn", "clientRegID");
                yield new RetrieveConfiguration(m.text("fqdn"), m.text("clientRegID"));
            }
            case "clientUpdate" -> {
                Members m = of(tree, "fqdn", "clientRegID", "expirationTime", "labels");
                requireOne(m, "expirationTime", "labels");
                yield new UpdateClient(m.text("fqdn"), m.text("clientRegID"), optionalTime(m), texts(m, "labels"));
            }
            case "clientDeregistration" -> {
                Members m = of(tree, "fqdn", "clientRegID");
                yield new DeregisterClient(m.text("fqdn"), m.text("clientRegID"));
            }
            case "keyRegistration" -> {
                Members m = of(tree, "fqdn", "expirationTime", "labels", "adminFQDN", "SUID", "targetIDs");
                yield new RegisterKey(
                        m.text("fqdn"),
                        time(m),
                        bounded(m.texts("labels")),
                        m.text("adminFQDN"),
                        m.smallInteger("SUID"),
                        bounded(m.texts("targetIDs")));
            }
            case "keyRetrieval" -> new RetrieveKey(of(tree, "relativeKeyID").text("relativeKeyID"));
            case "keyUpdate" -> {
                Members m = of(tree, "fqdn", "relativeKeyID", "expirationTime", "labels", "targetIDs");
                requireOne(m, "expirationTime", "labels", "targetIDs");
                yield new UpdateKey(
                        m.text("fqdn"),
                        m.text("relativeKeyID"),
                        optionalTime(m),
                        texts(m, "labels"),
                        texts(m, "targetIDs"));
            }
            case "keyDeregistration" -> {
                Members m = of(tree, "fqdn", "relativeKeyID");
                yield new DeregisterKey(m.text("fqdn"), m.text("relativeKeyID"));
            }
            case "command" -> new RetrieveCommand(of(tree, "clientRegID").text("clientRegID"));
            case "commandUpdate" -> {
                Members m = of(tree, "clientRegID", "cmdID", "cmdStatusCode");
                yield new ReportCommand(
                        m.text("clientRegID"), m.integer("cmdID"), CommandStatus.of(m.smallInteger("cmdStatusCode")));
            }
            case "fetchCredentials" -> {
                Members m = of(tree, "keID", "SUID");
                yield new FetchCredentials(m.text("keID"), m.smallInteger("SUID"));
            }
            case "changes" -> new RetrieveChanges(of(tree, "after").integer("after"));
            case "revocation" -> {
                Members m = of(tree, "clientID", "reason");
                yield new RevokeClient(m.text("clientID"), m.text("reason"));
            }
            default ->
                throw new Refusal(ResponseStatus.NOT_IMPLEMENTED, "a provisioning request is of an unknown kind");
        };
    }

    /** The head of a response's frame. */
    public static byte[] encode(ProvisioningResponse response) {
        ObjectNode o = JsonNodeFactory.instance.objectNode();
        if (response instanceof ProvisioningResponse.ClientRegistered r) {
            put(o, "clientRegistration", "clientRegID", r.registration(), "clientID", r.clientId());
            time(o.put("adminFQDN", r.adminFqdn()), r.expirationTime());
            labels(o, r.labels());
            r.assignedKeyId().ifPresent(v -> o.put("assignedSymmKeyID", v));
        } else if (response instanceof ProvisioningResponse.Configuration r) {
            put(o, "clientConfiguration");
            ArrayNode nodes = o.putArray("clientCfg");
            r.nodes().forEach(n -> node(nodes.addObject(), n));
        } else if (response instanceof ProvisioningResponse.Updated r) {
            put(o, "updated");
            r.expirationTime().ifPresent(v -> time(o, v));
            r.labels().ifPresent(v -> list(o, "labels", v));
            r.targets().ifPresent(v -> list(o, "targetIDs", v));
        } else if (response instanceof ProvisioningResponse.KeyRegistered r) {
            put(o, "keyRegistration", "relativeKeyID", r.relativeKeyId(), "sourceClientID", r.sourceClientId());
            time(o.put("adminFQDN", r.adminFqdn()).put("SUID", r.usage()), r.expirationTime());
            labels(o, r.labels());
            list(o, "targetIDs", r.targets());
        } else if (response instanceof ProvisioningResponse.KeyRetrieved r) {
            put(o, "keyRetrieval", "sourceClientID", r.sourceClientId(), "adminFQDN", r.adminFqdn(), "role", r.role());
            time(o.put("SUID", r.usage()), r.expirationTime());
            labels(o, r.labels());
            r.publicKeys().ifPresent(v -> o.put("publicKeys", v));
        } else if (response instanceof ProvisioningResponse.Fetched r) {
            put(o, "fetchCredentials", "enroleeID", r.enroleeId());
            o.put("status", true).put("lifetime", r.lifetime());
        } else if (response instanceof ProvisioningResponse.Command r) {
            put(o, "command");
            command(o, r.command());
        } else if (response instanceof ProvisioningResponse.Changes r) {
            put(o, "changes");
            ArrayNode all = o.put("more", r.more()).putArray("changes");
            r.changes()
                    .forEach(c -> all.addObject()
                            .put("seq", c.sequence())
                            .put("relativeKeyID", c.relativeKeyId())
                            .put("sourceClientID", c.sourceClientId())
                            .put("SUID", c.usage())
                            .put("ended", c.ended()));
        } else if (response instanceof ProvisioningResponse.Done) {
            put(o, "done");
        } else if (response instanceof ProvisioningResponse.Refused r) {
            put(o, "refused");
            o.put("rsc", r.status().code()).put("errorString", r.sentence());
        }
        return JSON.encodeTree(o);
    }

    /** Reads a response's head. */
    public static ProvisioningResponse decodeResponse(byte[] head) {
        JsonNode tree = JSON.decodeTree(head);
        JsonNode op = tree.get("op");
        if (op == null || !op.isString()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a provisioning response lacks its member \"op\"");
        }
        return switch (op.asString()) {
            case "clientRegistration" -> {
                Members m = of(
                        tree, "clientRegID", "clientID", "adminFQDN", "expirationTime", "labels", "assignedSymmKeyID");
                yield new ProvisioningResponse.ClientRegistered(
                        m.text("clientRegID"),
                        bounded(m.texts("labels")),
                        time(m),
                        m.text("clientID"),
                        m.text("adminFQDN"),
                        m.optionalText("assignedSymmKeyID"));
            }
            case "clientConfiguration" -> {
                List<ConfigurationNode> nodes = new ArrayList<>();
                array(of(tree, "clientCfg"), "clientCfg").forEach(n -> nodes.add(node(n)));
                yield new ProvisioningResponse.Configuration(List.copyOf(nodes));
            }
            case "updated" -> {
                Members m = of(tree, "expirationTime", "labels", "targetIDs");
                yield new ProvisioningResponse.Updated(optionalTime(m), texts(m, "labels"), texts(m, "targetIDs"));
            }
            case "keyRegistration" -> {
                Members m = of(
                        tree,
                        "relativeKeyID",
                        "sourceClientID",
                        "adminFQDN",
                        "SUID",
                        "expirationTime",
                        "labels",
                        "targetIDs");
                yield new ProvisioningResponse.KeyRegistered(
                        m.text("relativeKeyID"),
                        time(m),
                        m.text("sourceClientID"),
                        bounded(m.texts("labels")),
                        m.text("adminFQDN"),
                        m.smallInteger("SUID"),
                        bounded(m.texts("targetIDs")));
            }
            case "keyRetrieval" -> {
                Members m = of(
                        tree, "sourceClientID", "adminFQDN", "SUID", "expirationTime", "labels", "publicKeys", "role");
                yield new ProvisioningResponse.KeyRetrieved(
                        time(m),
                        m.text("sourceClientID"),
                        bounded(m.texts("labels")),
                        m.text("adminFQDN"),
                        m.smallInteger("SUID"),
                        m.optionalText("publicKeys"),
                        m.text("role"));
            }
            case "fetchCredentials" -> {
                Members m = of(tree, "enroleeID", "status", "lifetime");
                if (!m.optionalBoolean("status").orElse(false)) {
                    throw new Refusal(ResponseStatus.BAD_REQUEST, "a credential came with a Status that is not True");
                }
                yield new ProvisioningResponse.Fetched(m.text("enroleeID"), m.integer("lifetime"));
            }
            case "command" -> new ProvisioningResponse.Command(command(tree));
            case "changes" -> {
                Members m = of(tree, "changes", "more");
                List<ProvisioningResponse.Change> all = new ArrayList<>();
                array(m, "changes").forEach(n -> all.add(change(n)));
                yield new ProvisioningResponse.Changes(
                        List.copyOf(all), m.optionalBoolean("more").orElse(false));
            }
            case "done" -> {
                of(tree);
                yield new ProvisioningResponse.Done();
            }
            case "refused" -> {
                Members m = of(tree, "rsc", "errorString");
                yield new ProvisioningResponse.Refused(ResponseStatus.of(m.smallInteger("rsc")), m.text("errorString"));
            }
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "a provisioning response is of an unknown kind");
        };
    }

    private static ProvisioningResponse.Change change(JsonNode node) {
        Members m = Members.of(node, "a change", Set.of("seq", "relativeKeyID", "sourceClientID", "SUID", "ended"));
        return new ProvisioningResponse.Change(
                m.integer("seq"),
                m.text("relativeKeyID"),
                m.text("sourceClientID"),
                m.smallInteger("SUID"),
                m.text("ended"));
    }

    private static void node(ObjectNode o, ConfigurationNode n) {
        o.put("objectPath", n.objectPath()).put("objectTypeID", n.objectType()).put("targetID", n.target());
        n.rootKey().ifPresent(v -> o.put("rootKey", v));
        n.uri().ifPresent(v -> o.put("uri", v));
    }

    private static ConfigurationNode node(JsonNode node) {
        Members m = Members.of(
                node, "a configuration node", Set.of("objectPath", "objectTypeID", "targetID", "rootKey", "uri"));
        return new ConfigurationNode(
                m.text("objectPath"),
                m.smallInteger("objectTypeID"),
                m.text("targetID"),
                m.optionalText("rootKey"),
                m.optionalText("uri"));
    }

    private static void command(ObjectNode o, ClientCommand command) {
        o.put("cmdID", command.id()).put("cmdStatusCode", command.status().code());
        ObjectNode description = o.putObject("cmdDescription");
        ObjectNode a = JsonNodeFactory.instance.objectNode();
        int classId;
        if (command.arguments() instanceof ClientCommand.Arguments.NoMore n) {
            classId = 0;
            a.put("retryDuration", n.retryDuration());
        } else if (command.arguments() instanceof ClientCommand.Arguments.CertificateProvisioning c) {
            classId = 1;
            a.put("certProvProtocolID", c.protocol()).put("URI", c.uri());
            a.put("certSubjectType", c.subjectType()).put("certSubjectID", c.subject());
        } else if (command.arguments() instanceof ClientCommand.Arguments.DeviceConfiguration d) {
            classId = 2;
            a.put("deviceConfigURI", d.uri());
        } else {
            ClientCommand.Arguments.Node n = (ClientCommand.Arguments.Node) command.arguments();
            classId = 3;
            a.put("objectPath", n.objectPath()).put("objectTypeID", n.objectType());
            a.putObject("objectTypeSpecificArgs").put("SUID", n.usage());
        }
        description.put("cmdClassID", classId).set("cmdArgs", a);
    }

    private static ClientCommand command(JsonNode tree) {
        Members m = of(tree, "cmdID", "cmdStatusCode", "cmdDescription");
        Members d = Members.of(m.require("cmdDescription"), "a command's description", Set.of("cmdClassID", "cmdArgs"));
        JsonNode a = d.require("cmdArgs");
        String what = "a command's arguments";
        ClientCommand.Arguments arguments = switch (d.smallInteger("cmdClassID")) {
            case 0 ->
                new ClientCommand.Arguments.NoMore(
                        Members.of(a, what, Set.of("retryDuration")).integer("retryDuration"));
            case 1 -> {
                Members c =
                        Members.of(a, what, Set.of("certProvProtocolID", "URI", "certSubjectType", "certSubjectID"));
                yield new ClientCommand.Arguments.CertificateProvisioning(
                        c.smallInteger("certProvProtocolID"),
                        c.text("URI"),
                        c.smallInteger("certSubjectType"),
                        c.text("certSubjectID"));
            }
            case 2 ->
                new ClientCommand.Arguments.DeviceConfiguration(
                        Members.of(a, what, Set.of("deviceConfigURI")).text("deviceConfigURI"));
            case 3 -> {
                Members n = Members.of(a, what, Set.of("objectPath", "objectTypeID", "objectTypeSpecificArgs"));
                yield new ClientCommand.Arguments.Node(
                        n.text("objectPath"),
                        n.smallInteger("objectTypeID"),
                        Members.of(n.require("objectTypeSpecificArgs"), what, Set.of("SUID"))
                                .smallInteger("SUID"));
            }
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "a command is of a class that is not known");
        };
        return new ClientCommand(m.integer("cmdID"), CommandStatus.of(m.smallInteger("cmdStatusCode")), arguments);
    }

    private static Members of(JsonNode tree, String... known) {
        Set<String> all = new java.util.HashSet<>(List.of(known));
        all.add("op");
        return Members.of(tree, "a provisioning message", all);
    }

    private static void put(ObjectNode o, String op, String... members) {
        o.put("op", op);
        for (int i = 0; i < members.length; i += 2) {
            o.put(members[i], members[i + 1]);
        }
    }

    private static void requireOne(Members m, String... names) {
        for (String name : names) {
            if (m.get(name).isPresent()) {
                return;
            }
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "an update changes nothing: give " + String.join(" or ", names));
    }

    private static void time(ObjectNode o, long at) {
        o.put("expirationTime", Timestamps.format(Instant.ofEpochSecond(at)));
    }

    private static long time(Members m) {
        return Timestamps.parse(m.text("expirationTime")).getEpochSecond();
    }

    private static OptionalLong optionalTime(Members m) {
        return m.get("expirationTime").isPresent() ? OptionalLong.of(time(m)) : OptionalLong.empty();
    }

    private static void labels(ObjectNode o, List<String> labels) {
        if (!labels.isEmpty()) {
            list(o, "labels", labels);
        }
    }

    private static void list(ObjectNode o, String name, List<String> values) {
        ArrayNode all = o.putArray(name);
        values.forEach(all::add);
    }

    private static Optional<List<String>> texts(Members m, String name) {
        return m.get(name).isPresent() ? Optional.of(bounded(m.texts(name))) : Optional.empty();
    }

    private static JsonNode array(Members m, String name) {
        JsonNode array = m.require(name);
        if (!array.isArray() || array.size() > MAX_LIST) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a list of a provisioning message is too long, or no list");
        }
        return array;
    }

    private static List<String> bounded(List<String> texts) {
        if (texts.size() > MAX_LIST) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a list of a provisioning message is too long");
        }
        return List.copyOf(texts);
    }
}
