package org.sealpost.demo.attack;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.enclave.EpochContainer;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseType;
import org.sealpost.onem2m.SecurityInfo;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Whoever sits on the last hop: puts what it likes in front of a device, in any name. Thread-safe. */
public final class HostileGateway implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private final AtomicLong requests = new AtomicLong();

    /** A notification of a new contentInstance in a command container, as the real gateway sends it. */
    public ResponsePrimitive notifyCommand(URI device, String to, String subscription, String envelope)
            throws Exception {
        ObjectNode instance = JsonNodeFactory.instance
                .objectNode()
                .put("cnf", "application/json:0:1")
                .put("con", envelope);
        return send(device, to, gatewayOf(to), notification(subscription, instance));
    }

    /** A notification of what a gateway keeps of a group's epochs, as the real gateway sends it. */
    public ResponsePrimitive notifyEpoch(URI device, String to, String subscription, byte[] latest) throws Exception {
        ObjectNode instance = JsonNodeFactory.instance
                .objectNode()
                .put("cnf", EpochContainer.CONTENT_INFO)
                .put("con", java.util.Base64.getEncoder().encodeToString(latest));
        return send(device, to, gatewayOf(to), notification(subscription, instance));
    }

    /** A notification with a command in plain words, in the server's name. */
    public ResponsePrimitive notifyPlain(URI device, String to, String server, String words) throws Exception {
        ObjectNode instance =
                JsonNodeFactory.instance.objectNode().put("cnf", "text/plain:0").put("con", words);
        return send(device, to, server, notification(server + "/cse-in", instance));
    }

    /** An ESPrim Object in the server's name. */
    public ResponsePrimitive notifyEsprim(URI device, String to, String server, String object) throws Exception {
        return send(device, to, server, new SecurityInfo.EsprimObject(object).toContent());
    }

    private static Content notification(String subscription, ObjectNode instance) {
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("net", 3);
        event.set("rep", JsonNodeFactory.instance.objectNode().set(Content.CONTENT_INSTANCE, instance));
        ObjectNode sgn = JsonNodeFactory.instance.objectNode();
        sgn.set("nev", event);
        sgn.put("sur", subscription);
        return new Content(Content.NOTIFICATION, sgn);
    }

    private ResponsePrimitive send(URI device, String to, String from, Content content) throws Exception {
        RequestPrimitive request = RequestPrimitive.of(
                        Operation.NOTIFY, to, from, "hostile-" + requests.incrementAndGet())
                .content(content)
                .responseType(ResponseType.blocking())
                .build();
        return bindings.sender()
                .send(device, request, TIMEOUT)
                .toCompletableFuture()
                .get(TIMEOUT.toSeconds() + 1, TimeUnit.SECONDS);
    }

    private static String gatewayOf(String member) {
        return member.substring(0, member.indexOf('/', 1));
    }

    @Override
    public void close() {
        bindings.close();
    }
}
