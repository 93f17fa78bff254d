package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Base64Url;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.StateImage;

/** A1: a symmetric key does not say who of the two who hold it speaks. */
class ReflectionAttacksTest {
    private static final byte[] RETRIEVE =
            Building.utf8("{\"op\":2,\"to\":\"/in-cse/cse-in/gcs/gw-north.door-1/fire-doors/la\","
                    + "\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"p1\",\"rvi\":\"3\"}");

    private final Building b = new Building();
    private final ScriptedGateway gateway = new ScriptedGateway(b);

    @Test
    @DisplayName("A1 the gateway asks the server in the device's name and gives the server its own RandObject back")
    void a1TheServersOwnRandObjectComesBackToIt() {
        gateway.follow(Script.edit("\"fr\":\"/in-cse\"", "\"fr\":\"/gw-north/Cdoor-1\"")
                .then(Script.misdeliver(Map.of(b.door1.identity, b.server.identity))));
        changesNothing(b.server, () -> refused(4116, () -> gateway.push(b.door1, Building.DOORS)));
        assertThat(b.server.enclave.hasSession(b.door1.identity)).isFalse();
        gateway.follow(Script.honest());
        gateway.push(b.door1, Building.DOORS);
        assertThat(b.door1.enclave.credentials()).hasSize(1);
    }

    @Test
    @DisplayName("A1 the gateway gives a device its own RandObject back as the server's")
    void a1ADevicesOwnRandObjectComesBackToIt() {
        String own = b.door1.enclave.receiverRandObject(b.server.identity);
        changesNothing(
                b.door1,
                () -> refused(4116, () -> b.door1.enclave.sealRequest(b.server.identity, Optional.of(own), RETRIEVE)));
        assertThat(b.door1.enclave.hasSession(b.server.identity)).isFalse();
    }

    @Test
    @DisplayName("A1 the first sealed message of either side comes back to it, as a request and as the answer")
    void a1FirstMessagesComeBack() {
        SealedRequest pushed = b.sealFor(b.door1, Building.DOORS);
        SealedRequest pulled = b.door1.enclave.sealRequest(
                b.server.identity, Optional.of(b.server.enclave.receiverRandObject(b.door1.identity)), RETRIEVE);
        changesNothing(b.server, () -> {
            refused(4114, b.server.enclave.openRequest(pushed.esprimObject()));
            refused(4000, b.server.enclave.openResponse(pushed.exchange(), pushed.esprimObject()));
        });
        changesNothing(b.door1, () -> {
            refused(4114, b.door1.enclave.openRequest(pulled.esprimObject()));
            refused(4000, b.door1.enclave.openResponse(pulled.exchange(), pulled.esprimObject()));
        });
        assertThat(b.server.enclave.hasSession(b.door1.identity)).isFalse();
        assertThat(b.door1.enclave.hasSession(b.server.identity)).isFalse();
    }

    @Test
    @DisplayName("A1 two devices got one pairwise key by mistake: what is for one says nothing to the other")
    void a1TwoDevicesShareAPairwiseKey() {
        byte[] shared = Captured.party(b.door1).state().anchor.orElseThrow().pairwise();
        Captured.tamper(
                b.door2,
                s -> s.anchor = s.anchor.map(a -> new StateImage.Anchor(
                        a.server(),
                        a.role(),
                        a.keyId(),
                        shared,
                        a.wrapping(),
                        a.rootKeyId(),
                        a.rootKey(),
                        a.issuedAt())));
        String door2Offers = b.door2.enclave.receiverRandObject(b.server.identity);
        String forDoor1 = b.server
                .enclave
                .sealCredential(b.door1.identity, Optional.of(door2Offers), Building.DOORS)
                .esprimObject();
        changesNothing(b.door2, () -> {
            refused(4112, b.door2.enclave.openRequest(forDoor1));
            refused(
                    4115,
                    b.door2.enclave.openRequest(withHeader(forDoor1, "gw-north.door-1.espr", "gw-north.door-2.espr")));
        });
        assertThat(b.door2.enclave.credentials()).isEmpty();
    }

    private static String withHeader(String object, String old, String other) {
        int dot = object.indexOf('.');
        String header = new String(Base64Url.decode(object.substring(0, dot)), StandardCharsets.UTF_8);
        assertThat(header).contains(old);
        return Base64Url.encode(header.replace(old, other).getBytes(StandardCharsets.UTF_8)) + object.substring(dot);
    }
}
