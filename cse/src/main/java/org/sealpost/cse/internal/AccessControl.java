package org.sealpost.cse.internal;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.sealpost.cse.CseConfig;
import org.sealpost.cse.Source;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResourceType;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;

/** Who may do what (TS-0003 7.1.5): rules combine by "permit overrides"; what can't be decided is denied. */
final class AccessControl {
    private final CseConfig config;
    private final Tree tree;

    AccessControl(CseConfig config, Tree tree) {
        this.config = config;
        this.tree = tree;
    }

    /**
     * Who asks.
     *
     * @param identity absolute
     * @param local the program that hosts this CSE, speaking for the CSE
     * @param proved whether the identity was authenticated (ESPrim, hop security)
     */
    record Requester(String identity, boolean local, boolean proved) {
        static Requester of(String identity, Source source) {
            boolean proved = source.authenticated().filter(identity::equals).isPresent();
            if (source.kind() == Source.Kind.ESPRIM && !proved) {
                throw new Refusal(
                        ResponseStatus.ESPRIM_IMPERSONATION_ERROR,
                        "the inner originator is not the one that was authenticated");
            }
            return new Requester(identity, source.kind() == Source.Kind.LOCAL, proved);
        }
    }

    /** Refuses (4103) an operation on a resource. */
    void require(Requester who, Resource on, Operation operation) {
        if (!permitted(who, on, operation)) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    who.identity() + " has no " + operation + " privilege here: add it to an accessControlPolicy");
        }
    }

    /**
     * Refuses (4103) a change of a resource's list of policies to whom the self-privileges of the present ones do not permit UPDATE; without policies the creator
     * may (TS-0001 9.6.1.3.2).
     */
    void requireSelf(Requester who, Resource on) {
        List<String> policies = on.texts("acpi");
        boolean permitted = policies.isEmpty()
                ? permitted(who, on, Operation.UPDATE)
                : who.local() || policies.stream().anyMatch(p -> byPolicy(who, p, Operation.UPDATE, "pvs"));
        if (!permitted) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    who.identity() + " may not change who has access here: the selfPrivileges of the policies decide");
        }
    }

    /** As {@link #require} for CREATE; on the CSEBase AEs and CSEs may register, and registered CSEs may create what they manage. */
    void requireCreate(Requester who, Resource parent, ResourceType child) {
        if (child == ResourceType.REMOTE_CSE && !who.local() && !mayRegister(who, child)) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "only a CSE registers as a remoteCSE");
        }
        if (parent.type() == ResourceType.CSE_BASE
                && (child == ResourceType.AE || mayRegister(who, child) || peer(who))) {
            return;
        }
        require(who, parent, Operation.CREATE);
    }

    /** Refuses a fan-out that neither macp nor, without it, the group's own policies permit. */
    void requireFanOut(Requester who, Resource group, Operation operation) {
        List<String> policies = group.texts("macp");
        boolean permitted = policies.isEmpty()
                ? permitted(who, group, operation)
                : who.local() || policies.stream().anyMatch(p -> byPolicy(who, p, operation, "pv"));
        if (!permitted) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, who.identity() + " may not fan out to this group");
        }
    }

    private boolean permitted(Requester who, Resource on, Operation operation) {
        if (who.local()) {
            return true;
        }
        return switch (on.type()) {
            case CSE_BASE -> operation == Operation.RETRIEVE || operation == Operation.NOTIFY;
            case CONTENT_INSTANCE ->
                tree.parent(on).filter(p -> permitted(who, p, operation)).isPresent();
            case POLLING_CHANNEL -> creator(on).equals(who.identity());
            case REMOTE_CSE -> ofItself(who, on, operation) || byPolicies(who, on, operation);
            case ACCESS_CONTROL_POLICY ->
                creator(on).equals(who.identity()) || rules(on, "pvs").anyMatch(r -> permits(r, who, operation));
            default -> byPolicies(who, on, operation);
        };
    }

    private boolean byPolicies(Requester who, Resource on, Operation operation) {
        List<String> policies = on.texts("acpi");
        boolean own = creator(on).equals(who.identity())
                || (on.type() == ResourceType.AE && tree.absolute(on.id()).equals(who.identity()));
        return (own && (who.proved() || !registeredElsewhere(who)))
                || policies.stream().anyMatch(p -> byPolicy(who, p, operation, "pv"));
    }

    /** A CSE keeps its own description up to date, and AEs of this CSE may read it: how else would they find out what it supports. */
    private boolean ofItself(Requester who, Resource csr, Operation operation) {
        boolean described = csr.text("csi")
                .map(tree::absolute)
                .filter(who.identity()::equals)
                .isPresent();
        boolean reader = tree.byId(new Identifier(who.identity()).lastSegment())
                .filter(ae ->
                        ae.type() == ResourceType.AE && tree.absolute(ae.id()).equals(who.identity()))
                .isPresent();
        return operation == Operation.RETRIEVE && (described || reader) || operation == Operation.UPDATE && described;
    }

    /**
     * An AE of another CSE: nothing but ESPrim authenticates it here (TS-0003 7.1.2), so that its mere name, which any CSE on the way can write, gives it nothing that it made itself.
     */
    private boolean registeredElsewhere(Requester who) {
        boolean ae = who.identity().chars().filter(c -> c == '/').count() > 3;
        return ae && !who.identity().startsWith("//" + config.spDomain() + config.cseId() + "/");
    }

    private boolean byPolicy(Requester who, String policy, Operation operation, String which) {
        return resolve(policy)
                .filter(acp -> rules(acp, which).anyMatch(r -> permits(r, who, operation)))
                .isPresent();
    }

    private Optional<Resource> resolve(String policy) {
        String relative = new Identifier(policy)
                .absolute(config.spDomain(), config.cseId())
                .text();
        String prefix = "//" + config.spDomain() + config.cseId() + "/";
        return relative.startsWith(prefix)
                ? tree.find(List.of(relative.substring(prefix.length()).split("/")))
                        .filter(r -> r.type() == ResourceType.ACCESS_CONTROL_POLICY)
                : Optional.empty();
    }

    private boolean permits(JsonNode rule, Requester who, Operation operation) {
        boolean authenticated = !rule.has("acaf") || !rule.get("acaf").asBoolean() || who.proved();
        boolean operations = rule.has("acop") && (rule.get("acop").asInt() & operation.accessBit()) != 0;
        return authenticated
                && operations
                && rule.has("acor")
                && rule.get("acor").valueStream().anyMatch(o -> matches(o.asString(), who.identity()));
    }

    private boolean matches(String pattern, String identity) {
        if (pattern.equals("all")) {
            return true;
        }
        if (pattern.endsWith("*")) {
            String prefix = tree.absolute(pattern.substring(0, pattern.length() - 1) + "x");
            prefix = prefix.substring(0, prefix.length() - 1);
            return identity.startsWith(prefix) && identity.indexOf('/', prefix.length()) < 0;
        }
        return tree.absolute(pattern).equals(identity);
    }

    private static Stream<JsonNode> rules(Resource acp, String which) {
        return Optional.ofNullable(acp.attributes().get(which))
                .map(p -> p.get("acr"))
                .map(JsonNode::valueStream)
                .orElse(Stream.empty());
    }

    private boolean mayRegister(Requester who, ResourceType child) {
        boolean cse = who.identity().chars().filter(c -> c == '/').count() == 3;
        return child == ResourceType.REMOTE_CSE && cse;
    }

    /** A CSE that is registered here, or where this one is registered. */
    private boolean peer(Requester who) {
        return tree.children(tree.root(), ResourceType.REMOTE_CSE).stream()
                .anyMatch(csr -> csr.text("csi")
                        .map(tree::absolute)
                        .filter(who.identity()::equals)
                        .isPresent());
    }

    private String creator(Resource resource) {
        return resource.text("cr").map(tree::absolute).orElse("");
    }
}
