package org.sealpost.cse.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.cse.CseConfig;
import org.sealpost.cse.internal.AccessControl.Requester;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Create, retrieve, update and delete of resources that this CSE hosts. Runs under the CSE's lock, each change in one transaction. */
final class LocalOperations {
    private final CseConfig config;
    private final Tree tree;
    private final AccessControl access;
    private final Subscriptions subscriptions;

    LocalOperations(CseConfig config, Tree tree, AccessControl access, Subscriptions subscriptions) {
        this.config = config;
        this.tree = tree;
        this.access = access;
        this.subscriptions = subscriptions;
    }

    ResponsePrimitive create(RequestPrimitive request, Requester who, Resource parent) {
        ResourceType type = request.resourceType()
                .flatMap(ResourceType::of)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_IMPLEMENTED, "a CREATE names a resource type that is not hosted here"));
        if (type == ResourceType.CSE_BASE) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "a CSEBase is never created by a request");
        }
        Schemas.requireChild(parent.type(), type);
        access.requireCreate(who, parent, type);
        ObjectNode given = representation(request, type);
        Schemas.checkCreate(type, given);
        Resource created = switch (type) {
            case AE -> createAe(who, parent, given);
            case REMOTE_CSE -> createRemoteCse(who, parent, given);
            case CONTENT_INSTANCE -> createContentInstance(who, parent, given);
            default -> createOther(type, who, parent, given);
        };
        subscriptions.happened(parent, Subscriptions.CHILD_CREATED, created);
        ResponsePrimitive response = ResponsePrimitive.of(ResponseStatus.CREATED, request.requestId())
                .withLocation(tree.address(created));
        return request.resultContent().filter(rcn -> rcn == 0).isPresent()
                ? response
                : response.withContent(created.representation());
    }

    ResponsePrimitive retrieve(RequestPrimitive request, Requester who, Resource target) {
        access.require(who, target, Operation.RETRIEVE);
        if ("1".equals(request.filter().get("fu"))) {
            return discover(request, target);
        }
        if (request.attributes().isEmpty()) {
            return ResponsePrimitive.of(ResponseStatus.OK, request.requestId(), target.representation());
        }
        ObjectNode part = JsonNodeFactory.instance.objectNode();
        for (String name : request.attributes()) {
            JsonNode value = target.attributes().get(name);
            if (value == null) {
                throw new Refusal(ResponseStatus.NOT_FOUND, "the resource has no such attribute");
            }
            part.set(name, value.deepCopy());
        }
        return ResponsePrimitive.of(
                ResponseStatus.OK,
                request.requestId(),
                new Content(target.type().contentName(), part));
    }

    ResponsePrimitive update(RequestPrimitive request, Requester who, Resource target) {
        JsonNode given = representation(request, target.type());
        Schemas.checkUpdate(target.type(), given);
        if (given.has("acpi")) {
            access.requireSelf(who, target);
        } else {
            access.require(who, target, Operation.UPDATE);
        }
        if (target.type() == ResourceType.ACCESS_CONTROL_POLICY && given.has("pvs")) {
            requireSelfPrivileges(given);
        }
        Resource updated = tree.replace(target.with(a -> {
            Schemas.apply(a, given);
            if (target.type() == ResourceType.GROUP) {
                Groups.checkMembers(a);
            }
        }));
        subscriptions.happened(updated, Subscriptions.UPDATED, updated);
        return ResponsePrimitive.of(ResponseStatus.UPDATED, request.requestId(), updated.representation());
    }

    ResponsePrimitive delete(RequestPrimitive request, Requester who, Resource target) {
        if (target.type() == ResourceType.CSE_BASE) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "a CSEBase is never deleted");
        }
        access.require(who, target, Operation.DELETE);
        subscriptions.happened(target, Subscriptions.DELETED, target);
        tree.parent(target).ifPresent(p -> subscriptions.happened(p, Subscriptions.CHILD_DELETED, target));
        tree.remove(target);
        return ResponsePrimitive.of(ResponseStatus.DELETED, request.requestId());
    }

    private Resource createAe(Requester who, Resource parent, ObjectNode given) {
        String api = given.get("api").asString();
        if (api.isEmpty() || "rRN".indexOf(api.charAt(0)) < 0) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an App-ID begins with r, R or N");
        }
        String stem = new Identifier(who.identity()).lastSegment();
        if (!stem.startsWith("C") || !tree.absolute(stem).equals(who.identity())) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an AE registers as an AE-ID-Stem that begins with C");
        }
        if (tree.byId(stem).isPresent()) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED,
                    "this AE is registered already: update it instead");
        }
        Resource ae = tree.add(parent, ResourceType.AE, Optional.of(stem), given, who.identity());
        return tree.replace(ae.with(a -> a.put("aei", stem)));
    }

    private Resource createRemoteCse(Requester who, Resource parent, ObjectNode given) {
        String csi = new Identifier(who.local() ? given.get("csi").asString() : who.identity())
                .spRelative(config.cseId())
                .text();
        boolean known = tree.children(parent, ResourceType.REMOTE_CSE).stream()
                .anyMatch(c -> c.texts("csi").contains(csi));
        if (known) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_ALREADY_REGISTERED,
                    "this CSE is registered already: update it instead");
        }
        Resource csr = tree.add(parent, ResourceType.REMOTE_CSE, Optional.empty(), given, who.identity());
        return tree.replace(csr.with(a -> a.put("csi", csi)));
    }

    private Resource createContentInstance(Requester who, Resource container, ObjectNode given) {
        long size = given.get("con").toString().length();
        if (container.has("mbs") && size > container.number("mbs", 0)) {
            throw new Refusal(ResponseStatus.NOT_ACCEPTABLE, "the content is larger than the container allows");
        }
        long tag = container.number("st", 0) + 1;
        ObjectNode complete = given.deepCopy().put("cs", size).put("st", tag);
        Resource instance =
                tree.add(container, ResourceType.CONTENT_INSTANCE, Optional.empty(), complete, who.identity());
        List<Resource> instances = tree.children(container, ResourceType.CONTENT_INSTANCE);
        long most = container.number("mni", Long.MAX_VALUE);
        int excess = (int) Math.max(0, instances.size() - most);
        instances.subList(0, excess).forEach(tree::remove);
        long bytes = instances.subList(excess, instances.size()).stream()
                .mapToLong(i -> i.number("cs", 0))
                .sum();
        tree.replace(container.with(
                a -> a.put("st", tag).put("cni", instances.size() - excess).put("cbs", bytes)));
        return instance;
    }

    private Resource createOther(ResourceType type, Requester who, Resource parent, ObjectNode given) {
        if (type == ResourceType.ACCESS_CONTROL_POLICY) {
            requireSelfPrivileges(given);
        }
        if (type == ResourceType.SUBSCRIPTION) {
            access.require(who, parent, Operation.RETRIEVE);
        }
        ObjectNode complete = given.deepCopy();
        if (type == ResourceType.GROUP) {
            Groups.checkMembers(complete);
        }
        if (type == ResourceType.CONTAINER) {
            complete.put("st", 0).put("cni", 0).put("cbs", 0);
        }
        return tree.add(parent, type, Optional.empty(), complete, who.identity());
    }

    private static void requireSelfPrivileges(JsonNode policy) {
        JsonNode rules = policy.get("pvs").get("acr");
        if (rules == null || !rules.isArray() || rules.isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "selfPrivileges need at least one rule");
        }
    }

    private ResponsePrimitive discover(RequestPrimitive request, Resource target) {
        ObjectNode found = JsonNodeFactory.instance.objectNode();
        var list = found.putArray(Content.URI_LIST);
        collect(target, request.filter(), list);
        return ResponsePrimitive.of(ResponseStatus.OK, request.requestId(), new Content(Content.URI_LIST, list));
    }

    private void collect(Resource at, Map<String, String> filter, tools.jackson.databind.node.ArrayNode list) {
        for (Resource child : tree.children(at)) {
            boolean type = !filter.containsKey("ty")
                    || filter.get("ty").equals(String.valueOf(child.type().code()));
            boolean label = !filter.containsKey("lbl") || child.texts("lbl").contains(filter.get("lbl"));
            if (type && label) {
                list.add(tree.address(child));
            }
            collect(child, filter, list);
        }
    }

    private static ObjectNode representation(RequestPrimitive request, ResourceType type) {
        Content content = request.content()
                .filter(c -> c.name().equals(type.contentName()))
                .orElseThrow(() -> new Refusal(ResponseStatus.BAD_REQUEST, "the Content is not " + type.contentName()));
        if (!(content.value() instanceof ObjectNode object)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the representation of a resource is not an object");
        }
        return object;
    }
}
