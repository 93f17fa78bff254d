package org.sealpost.cse.internal;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.sealpost.cse.ae.ApplicationEntity.Config;
import org.sealpost.cse.ae.ApplicationEntity.Grant;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an AE keeps at its CSE, as the requests that put it there ({@code docs/protocol.md} section 2). */
final class AeResources {
    private static final int EVERYTHING = 63;

    private final Config config;
    private final Optional<URI> pointOfAccess;

    AeResources(Config config, Optional<URI> pointOfAccess) {
        this.config = config;
        this.pointOfAccess = pointOfAccess;
    }

    /** A request, and what to do instead when the resource is there already. */
    record Step(
            Operation operation, String to, UnaryOperator<RequestPrimitive.Builder> complete, Optional<Step> update) {}

    static String address(Config config) {
        return config.registrarCseId() + "/" + config.registrarName() + "/" + config.name();
    }

    List<Step> steps() {
        String ae = address(config);
        List<Step> steps = new ArrayList<>();
        steps.add(create(config.registrarCseId() + "/-", ResourceType.AE, ae(), Optional.of(aeAddresses())));
        // Others are let in last, when the subscriptions stand: what they create before would not be noticed.
        steps.add(create(ae, ResourceType.ACCESS_CONTROL_POLICY, named(policy(List.of()), "acp"), Optional.empty()));
        steps.add(update(ae, ResourceType.AE, policed(object())));
        if (config.listen().isEmpty()) {
            steps.add(create(ae, ResourceType.POLLING_CHANNEL, named(object(), "pch"), Optional.empty()));
        }
        for (String container : config.containers()) {
            steps.add(create(
                    ae, ResourceType.CONTAINER, named(policed(object()).put("mni", 200), container), Optional.empty()));
        }
        for (String container : config.subscriptions()) {
            steps.add(create(
                    ae + "/" + container, ResourceType.SUBSCRIPTION, named(subscription(), "own"), Optional.empty()));
        }
        steps.add(update(ae + "/acp", ResourceType.ACCESS_CONTROL_POLICY, policy(config.grants())));
        return steps;
    }

    private ObjectNode ae() {
        ObjectNode o = named(object(), config.name());
        o.put("api", config.appId()).put("rr", config.listen().isPresent());
        o.putArray("srv").add(RequestPrimitive.RELEASE);
        pointOfAccess.ifPresent(p -> o.putArray("poa").add(p.toString()));
        config.supportedSecurityFeatures().forEach(o.putObject("esi").putArray("esf")::add);
        return o;
    }

    private Step aeAddresses() {
        ObjectNode o = object().put("rr", config.listen().isPresent());
        pointOfAccess.ifPresent(p -> o.putArray("poa").add(p.toString()));
        return update(address(config), ResourceType.AE, o);
    }

    private ObjectNode policy(List<Grant> grants) {
        ObjectNode o = object();
        var rules = o.putObject("pv").putArray("acr");
        rule(rules.addObject(), new Grant(config.spRelativeId(), EVERYTHING));
        grants.forEach(g -> rule(rules.addObject(), g));
        rule(o.putObject("pvs").putArray("acr").addObject(), new Grant(config.spRelativeId(), EVERYTHING));
        return o;
    }

    private ObjectNode subscription() {
        ObjectNode o = object().put("nct", 1);
        o.putArray("nu").add(config.spRelativeId());
        o.putObject("enc").putArray("net").add(Subscriptions.CHILD_CREATED);
        return o;
    }

    private ObjectNode policed(ObjectNode o) {
        o.putArray("acpi").add(address(config) + "/acp");
        return o;
    }

    private static void rule(ObjectNode rule, Grant grant) {
        rule.putArray("acor").add(grant.originator());
        rule.put("acop", grant.operations());
    }

    private static Step create(String parent, ResourceType type, ObjectNode body, Optional<Step> update) {
        return new Step(
                Operation.CREATE,
                parent,
                b -> b.resourceType(type.code()).content(new Content(type.contentName(), body)),
                update);
    }

    private static Step update(String to, ResourceType type, ObjectNode body) {
        return new Step(Operation.UPDATE, to, b -> b.content(new Content(type.contentName(), body)), Optional.empty());
    }

    private static ObjectNode named(ObjectNode o, String name) {
        return o.deepCopy().put("rn", name);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
