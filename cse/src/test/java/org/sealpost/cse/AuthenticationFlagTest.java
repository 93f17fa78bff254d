package org.sealpost.cse;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.binding.Bindings;
import org.sealpost.binding.HopSecurity;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** accessControlAuthenticationFlag (TS-0003 7.1.2 to 7.1.5): what a name is worth when nothing proved it. */
class AuthenticationFlagTest {
    private static final String DEVICE = "//sealpost.example/gw-north/Cdoor-1";
    private static final String OTHER = "//sealpost.example/gw-north/Cdoor-2";
    private final Bindings bindings = Bindings.open(HopSecurity.plain());
    private Cse server;

    @BeforeEach
    void start() {
        server = Cse.open(
                new CseConfig(
                        CseConfig.IN_CSE,
                        "sealpost.example",
                        "/in-cse",
                        "cse-in",
                        List.of(URI.create("http://127.0.0.1:9")),
                        List.of(13),
                        Optional.empty()),
                ResourceStore.memory(),
                bindings.sender(),
                InstantSource.system(),
                r -> CompletableFuture.completedFuture(ResponsePrimitive.of(ResponseStatus.OK, r.requestId())));
        policy("proved", true);
        policy("named", false);
        policy("absent", null);
    }

    @AfterEach
    void stop() {
        server.close();
        bindings.close();
    }

    @Test
    @Tag("S-05")
    void aRuleWithTheFlagPermitsOnlyWhoIsAuthenticatedEndToEnd() {
        assertThat(retrieve("proved", DEVICE, Source.esprim(DEVICE))).isEqualTo(ResponseStatus.OK);
        assertThat(retrieve("proved", DEVICE, Source.hop(Optional.empty())))
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
        assertThat(retrieve("proved", OTHER, Source.esprim(OTHER)))
                .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
    }

    @Test
    void aRuleWithoutTheFlagOrWithFalseDoesNotAsk() {
        for (String name : List.of("named", "absent")) {
            assertThat(retrieve(name, DEVICE, Source.hop(Optional.empty()))).isEqualTo(ResponseStatus.OK);
            assertThat(retrieve(name, DEVICE, Source.esprim(DEVICE))).isEqualTo(ResponseStatus.OK);
        }
    }

    @Test
    @Tag("E-32")
    void anInnerOriginatorThatIsNotTheAuthenticatedOneIsAnImpersonation() {
        assertThat(retrieve("named", OTHER, Source.esprim(DEVICE)))
                .isEqualTo(ResponseStatus.ESPRIM_IMPERSONATION_ERROR);
    }

    @Test
    void whatADeviceMadeEndToEndIsNotTheGatewaysByWritingItsName() {
        ObjectNode box = JsonNodeFactory.instance.objectNode().put("rn", "box");
        assertThat(send(create("/in-cse/cse-in/proved", 3, "m2m:cnt", box, DEVICE), Source.esprim(DEVICE)))
                .isEqualTo(ResponseStatus.CREATED);
        for (Operation operation : List.of(Operation.RETRIEVE, Operation.DELETE)) {
            RequestPrimitive claimed = RequestPrimitive.of(
                            operation, "/in-cse/cse-in/proved/box", "/gw-north/Cdoor-1", "x")
                    .build();
            assertThat(send(claimed, Source.hop(Optional.empty())))
                    .as("claimed %s", operation)
                    .isEqualTo(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE);
            assertThat(send(claimed, Source.esprim(DEVICE)).successful())
                    .as("proved %s", operation)
                    .isTrue();
        }
    }

    /** A container with a policy that lets the device do everything. */
    private void policy(String name, Boolean flag) {
        ObjectNode acp = JsonNodeFactory.instance.objectNode().put("rn", "acp-" + name);
        ObjectNode rule = acp.putObject("pv").putArray("acr").addObject();
        rule.putArray("acor").add("/gw-north/Cdoor-1");
        rule.put("acop", 63);
        if (flag != null) {
            rule.put("acaf", flag);
        }
        acp.putObject("pvs")
                .putArray("acr")
                .addObject()
                .put("acop", 63)
                .putArray("acor")
                .add("/in-cse");
        assertThat(send(create("/in-cse/-", 1, "m2m:acp", acp, "/in-cse"), Source.local()))
                .isEqualTo(ResponseStatus.CREATED);
        ObjectNode container = JsonNodeFactory.instance.objectNode().put("rn", name);
        container.putArray("acpi").add("/in-cse/cse-in/acp-" + name);
        assertThat(send(create("/in-cse/-", 3, "m2m:cnt", container, "/in-cse"), Source.local()))
                .isEqualTo(ResponseStatus.CREATED);
    }

    private ResponseStatus retrieve(String name, String from, Source source) {
        return send(
                RequestPrimitive.of(Operation.RETRIEVE, "/in-cse/cse-in/" + name, from, "r")
                        .build(),
                source);
    }

    private static RequestPrimitive create(String to, int type, String name, ObjectNode body, String from) {
        return RequestPrimitive.of(Operation.CREATE, to, from, "c" + System.nanoTime())
                .resourceType(type)
                .content(new Content(name, body))
                .build();
    }

    private ResponseStatus send(RequestPrimitive request, Source source) {
        return server.handle(request, source).toCompletableFuture().join().status();
    }
}
