package org.sealpost.cse.internal;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.sealpost.onem2m.E2eSecInfo;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which attributes a resource type has in a create and an update request, and which children (TS-0004 7.4). */
final class Schemas {
    private static final Set<String> COMMON = Set.of("lbl", "et", "acpi");

    /** What a type allows. */
    private record Schema(
            Set<String> mandatory, Set<String> onCreate, Set<String> onUpdate, Set<ResourceType> children) {}

    private static final Map<ResourceType, Schema> SCHEMAS = new EnumMap<>(ResourceType.class);

    static {
        Set<ResourceType> none = Set.of();
        put(
                ResourceType.CSE_BASE,
                "",
                "",
                "",
                Set.of(
                        ResourceType.ACCESS_CONTROL_POLICY,
                        ResourceType.AE,
                        ResourceType.CONTAINER,
                        ResourceType.GROUP,
                        ResourceType.REMOTE_CSE,
                        ResourceType.SUBSCRIPTION));
        put(ResourceType.ACCESS_CONTROL_POLICY, "pv pvs", "", "pv pvs", Set.of(ResourceType.SUBSCRIPTION));
        put(
                ResourceType.AE,
                "api rr srv",
                "poa esi apn csz nl or",
                "rr srv poa esi apn csz nl or",
                Set.of(
                        ResourceType.ACCESS_CONTROL_POLICY,
                        ResourceType.CONTAINER,
                        ResourceType.GROUP,
                        ResourceType.POLLING_CHANNEL,
                        ResourceType.SUBSCRIPTION));
        put(
                ResourceType.CONTAINER,
                "",
                "mni mbs mia disr or cr",
                "mni mbs mia disr or",
                Set.of(ResourceType.CONTAINER, ResourceType.CONTENT_INSTANCE, ResourceType.SUBSCRIPTION));
        put(ResourceType.CONTENT_INSTANCE, "con", "cnf conr or cr", "", none);
        put(ResourceType.GROUP, "mnm mid", "mt macp csy gn cr", "mnm mid macp gn", Set.of(ResourceType.SUBSCRIPTION));
        put(ResourceType.POLLING_CHANNEL, "", "", "", none);
        put(
                ResourceType.REMOTE_CSE,
                "cb rr srv",
                "csi cst poa csz esi dcse nl",
                "rr srv poa csz esi dcse nl",
                Set.of(
                        ResourceType.ACCESS_CONTROL_POLICY,
                        ResourceType.CONTAINER,
                        ResourceType.GROUP,
                        ResourceType.POLLING_CHANNEL,
                        ResourceType.SUBSCRIPTION));
        put(ResourceType.SUBSCRIPTION, "nu", "enc nct exc ln su nec cr", "enc nct nu exc ln nec", none);
    }

    private Schemas() {}

    static void requireChild(ResourceType parent, ResourceType child) {
        if (!schema(parent).children().contains(child)) {
            throw new Refusal(
                    ResponseStatus.INVALID_CHILD_RESOURCE_TYPE,
                    "a " + parent.shortName() + " has no " + child.shortName());
        }
    }

    static void checkCreate(ResourceType type, JsonNode given) {
        Schema schema = schema(type);
        requireObject(given);
        for (String name : given.propertyNames()) {
            boolean known = schema.mandatory().contains(name)
                    || schema.onCreate().contains(name)
                    || name.equals("rn")
                    || common(type, name);
            if (!known) {
                throw refused("a create request of a " + type.shortName() + " has the attribute \"" + safe(name)
                        + "\", which it must not have");
            }
            if (name.equals("cr") && !given.get(name).isNull()) {
                throw refused("the attribute cr is set by the host: give null");
            }
        }
        requireSecurityInfo(given);
        for (String name : schema.mandatory()) {
            if (!given.has(name)) {
                throw refused("a create request of a " + type.shortName() + " lacks its attribute \"" + name + "\"");
            }
        }
    }

    static void checkUpdate(ResourceType type, JsonNode given) {
        requireObject(given);
        if (type == ResourceType.CONTENT_INSTANCE || type == ResourceType.CSE_BASE) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "a " + type.shortName() + " is never updated");
        }
        requireSecurityInfo(given);
        if (given.has("acpi") && given.size() > 1) {
            throw refused("an update of acpi holds nothing else");
        }
        for (String name : given.propertyNames()) {
            if (!schema(type).onUpdate().contains(name) && !common(type, name)) {
                throw refused("the attribute \"" + safe(name) + "\" of a " + type.shortName() + " can't be updated");
            }
            if (given.get(name).isNull() && schema(type).mandatory().contains(name)) {
                throw refused("the attribute \"" + name + "\" can't be removed");
            }
        }
    }

    /** Deletes what an update sets to null, replaces the rest. */
    static void apply(ObjectNode attributes, JsonNode given) {
        for (String name : given.propertyNames()) {
            JsonNode value = given.get(name);
            if (value.isNull()) {
                attributes.remove(name);
            } else {
                attributes.set(name, value);
            }
        }
    }

    private static void requireSecurityInfo(JsonNode given) {
        JsonNode info = given.get(E2eSecInfo.ATTRIBUTE);
        if (info != null && !info.isNull()) {
            E2eSecInfo.parse(info);
        }
    }

    private static boolean common(ResourceType type, String name) {
        boolean policed = type != ResourceType.CONTENT_INSTANCE && type != ResourceType.POLLING_CHANNEL;
        return COMMON.contains(name) && (policed || !name.equals("acpi"));
    }

    private static void requireObject(JsonNode given) {
        if (!given.isObject()) {
            throw refused("the representation of a resource is not an object");
        }
    }

    private static Schema schema(ResourceType type) {
        return java.util.Objects.requireNonNull(SCHEMAS.get(type));
    }

    private static void put(ResourceType type, String m, String c, String u, Set<ResourceType> children) {
        SCHEMAS.put(type, new Schema(words(m), words(c), words(u), children));
    }

    private static Set<String> words(String text) {
        Set<String> found = new HashSet<>(Set.of(text.split(" ")));
        found.remove("");
        return found;
    }

    private static String safe(String name) {
        return name.matches("[A-Za-z0-9_:]{1,24}") ? name : "?";
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.BAD_REQUEST, sentence);
    }
}
