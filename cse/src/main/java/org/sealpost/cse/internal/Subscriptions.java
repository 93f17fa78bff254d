package org.sealpost.cse.internal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.sealpost.cse.CseConfig;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResourceType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Tells subscribers of events (TS-0004 7.5.1): each notification is a message for the courier, stored with the event itself. */
final class Subscriptions {
    static final int UPDATED = 1;
    static final int DELETED = 2;
    static final int CHILD_CREATED = 3;
    static final int CHILD_DELETED = 4;

    private static final Duration KEPT = Duration.ofDays(1);
    private static final int RESOURCE_ID_ONLY = 3;

    private final CseConfig config;
    private final Tree tree;
    private final InstantSource clock;
    private final StoredCourier courier;

    Subscriptions(CseConfig config, Tree tree, InstantSource clock, StoredCourier courier) {
        this.config = config;
        this.tree = tree;
        this.clock = clock;
        this.courier = courier;
    }

    /** Notifies the subscribers of a resource of an event; inside the event's transaction. */
    void happened(Resource on, int event, Resource subject) {
        for (Resource subscription : tree.children(on, ResourceType.SUBSCRIPTION)) {
            boolean itself = subscription.id().equals(subject.id());
            if (!itself && wants(subscription, event)) {
                subscription
                        .texts("nu")
                        .forEach(target -> courier.accept(
                                target,
                                notification(subscription, target, event, subject),
                                clock.instant().plus(KEPT),
                                List.of()));
            }
        }
    }

    private static boolean wants(Resource subscription, int event) {
        JsonNode criteria = subscription.attributes().get("enc");
        JsonNode types = criteria == null ? null : criteria.get("net");
        return types == null ? event == UPDATED : types.valueStream().anyMatch(t -> t.asInt() == event);
    }

    private RequestPrimitive notification(Resource subscription, String target, int event, Resource subject) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        ObjectNode nev = content.putObject("nev");
        if (subscription.number("nct", 1) == RESOURCE_ID_ONLY) {
            nev.putObject("rep").put(Content.URI, tree.address(subject));
        } else {
            Content representation = subject.representation();
            nev.putObject("rep").set(representation.name(), representation.value());
        }
        nev.put("net", event);
        content.put("sur", tree.address(subscription));
        return RequestPrimitive.of(Operation.NOTIFY, target, config.cseId(), "n")
                .content(new Content(Content.NOTIFICATION, content))
                .build();
    }
}
