package org.sealpost.cse.internal;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.cse.CseConfig;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Timestamps;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The resources of a CSE, in memory and in the store. Used under the CSE's lock. */
final class Tree {
    private static final int ID_OCTETS = 6;

    private final CseConfig config;
    private final SqliteResourceStore store;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Resource> byId = new HashMap<>();
    private final Map<String, Map<String, String>> children = new HashMap<>();

    /** Identifiers of the children of one type: a CSE with a thousand devices looks for the few CSEs among them with each message. */
    private final Map<OfType, Set<String>> byType = new HashMap<>();

    private record OfType(String parent, ResourceType type) {}

    private final String rootId;

    Tree(CseConfig config, SqliteResourceStore store, InstantSource clock) {
        this.config = config;
        this.store = store;
        this.clock = clock;
        store.resources().forEach(this::index);
        Optional<Resource> root = byId.values().stream()
                .filter(r -> r.type() == ResourceType.CSE_BASE)
                .findFirst();
        Resource base = base(root.map(Resource::id).orElse("base"));
        store.put(base);
        index(base);
        this.rootId = base.id();
    }

    Resource root() {
        return java.util.Objects.requireNonNull(byId.get(rootId));
    }

    Optional<Resource> byId(String id) {
        return Optional.ofNullable(byId.get(id)).filter(this::alive);
    }

    Optional<Resource> child(Resource parent, String name) {
        return Optional.ofNullable(children.getOrDefault(parent.id(), Map.of()).get(name))
                .flatMap(this::byId);
    }

    List<Resource> children(Resource parent) {
        List<Resource> found = new ArrayList<>();
        List.copyOf(children.getOrDefault(parent.id(), Map.of()).values())
                .forEach(id -> byId(id).ifPresent(found::add));
        return found;
    }

    List<Resource> children(Resource parent, ResourceType type) {
        List<Resource> found = new ArrayList<>();
        byType.getOrDefault(new OfType(parent.id(), type), Set.of()).forEach(id -> byId(id).ifPresent(found::add));
        return found;
    }

    Optional<Resource> parent(Resource resource) {
        return byId(resource.parent());
    }

    /** A resource that this CSE hosts, by a CSE-relative path: structured, unstructured, or beginning with an identifier. */
    Optional<Resource> find(List<String> segments) {
        String first = segments.get(0);
        Optional<Resource> at =
                first.equals("-") || first.equals(config.resourceName()) ? Optional.of(root()) : byId(first);
        for (String name : segments.subList(1, segments.size())) {
            at = at.flatMap(r -> child(r, name));
        }
        return at;
    }

    /** SP-relative structured address. */
    String address(Resource resource) {
        List<String> names = new ArrayList<>();
        for (Optional<Resource> at = Optional.of(resource); at.isPresent(); at = parent(at.get())) {
            names.add(0, at.get().name());
        }
        return config.cseId() + "/" + String.join("/", names);
    }

    /** Adds a resource below a parent; refuses a name that is taken. */
    Resource add(Resource parent, ResourceType type, Optional<String> id, ObjectNode given, String creator) {
        ObjectNode attributes = given.deepCopy();
        String ri = id.orElseGet(() -> type.shortName() + hex());
        String name = given.has("rn") ? given.get("rn").asString() : type.shortName() + "-" + hex();
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a resource name has a character that is not allowed");
        }
        if (child(parent, name).isPresent() || byId(ri).isPresent()) {
            throw new Refusal(ResponseStatus.CONFLICT, "a resource of that name is there already");
        }
        requireFuture(given);
        attributes.put("rn", name).put("ty", type.code()).put("ri", ri).put("pi", parent.id());
        String now = Timestamps.format(clock.instant());
        attributes.put("ct", now).put("lt", now);
        attributes.put("cr", creator);
        endWithParent(parent, attributes);
        Resource resource = new Resource(ri, parent.id(), name, type, attributes);
        store.put(resource);
        index(resource);
        return resource;
    }

    Resource replace(Resource resource) {
        Resource stamped = resource.with(a -> a.put("lt", Timestamps.format(clock.instant())));
        store.put(stamped);
        byId.put(stamped.id(), stamped);
        return stamped;
    }

    /** Removes a resource and everything below it. */
    void remove(Resource resource) {
        children(resource).forEach(this::remove);
        store.remove(resource.id());
        byId.remove(resource.id());
        children.remove(resource.id());
        Optional.ofNullable(children.get(resource.parent())).ifPresent(m -> m.remove(resource.name()));
        Optional.ofNullable(byType.get(new OfType(resource.parent(), resource.type())))
                .ifPresent(ids -> ids.remove(resource.id()));
    }

    private boolean alive(Resource resource) {
        return resource.text("et")
                .map(Timestamps::parse)
                .filter(et -> !clock.instant().isBefore(et))
                .isEmpty();
    }

    private void requireFuture(ObjectNode given) {
        Optional<Instant> expiry = Optional.ofNullable(given.get("et")).map(e -> Timestamps.parse(e.asString()));
        if (expiry.filter(et -> !clock.instant().isBefore(et)).isPresent()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the expirationTime is in the past");
        }
    }

    /** Nothing outlives its parent (TS-0004 7.3.3.3). */
    private static void endWithParent(Resource parent, ObjectNode attributes) {
        Optional<Instant> own = Optional.ofNullable(attributes.get("et")).map(e -> Timestamps.parse(e.asString()));
        parent.text("et")
                .map(Timestamps::parse)
                .filter(end -> own.isEmpty() || own.get().isAfter(end))
                .ifPresent(end -> attributes.put("et", Timestamps.format(end)));
    }

    private void index(Resource resource) {
        byId.put(resource.id(), resource);
        children.computeIfAbsent(resource.parent(), p -> new LinkedHashMap<>()).put(resource.name(), resource.id());
        byType.computeIfAbsent(new OfType(resource.parent(), resource.type()), p -> new LinkedHashSet<>())
                .add(resource.id());
    }

    private Resource base(String id) {
        ObjectNode a = JsonNodeFactory.instance.objectNode();
        a.put("rn", config.resourceName())
                .put("ty", ResourceType.CSE_BASE.code())
                .put("ri", id)
                .put("pi", "");
        a.put("cst", config.type()).put("csi", config.cseId());
        var srt = a.putArray("srt");
        for (ResourceType type : ResourceType.values()) {
            srt.add(type.code());
        }
        var poa = a.putArray("poa");
        config.pointsOfAccess().forEach(p -> poa.add(p.toString()));
        a.putArray("csz").add("application/json").add("application/cbor");
        a.putArray("srv").add("3");
        if (!config.supportedSecurityFeatures().isEmpty()) {
            config.supportedSecurityFeatures().forEach(a.putObject("esi").putArray("esf")::add);
        }
        a.put("cr", config.cseId());
        return new Resource(id, "", config.resourceName(), ResourceType.CSE_BASE, a);
    }

    private String hex() {
        byte[] octets = new byte[ID_OCTETS];
        random.nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    /** Absolute form of an identity that a request names. */
    String absolute(String identity) {
        return new Identifier(identity)
                .absolute(config.spDomain(), config.cseId())
                .text();
    }
}
