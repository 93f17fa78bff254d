package org.sealpost.e2e.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.e2e.provisioning.Functions.DOOR;
import static org.sealpost.e2e.provisioning.Functions.SENSOR;
import static org.sealpost.e2e.provisioning.Functions.SERVER;
import static org.sealpost.e2e.provisioning.Functions.status;
import static org.sealpost.e2e.provisioning.Functions.statusOf;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.provisioning.FunctionState.Grant;
import org.sealpost.e2e.provisioning.ProvisioningClient.Learned;
import org.sealpost.e2e.provisioning.ProvisioningClient.Wish;

/** A MAF (TS-0003 8.8.2) whose clients' Km came from an MEF. */
class MafTest {
    private static final String MAF = "maf.sp.example";

    private final Functions maf = new Functions(FunctionState.Kind.MAF, MAF);

    private ClientState client(String name, String identity) {
        byte[] master = maf.octets(32);
        String keyId = name + "@mef.sp.example";
        ProvisioningFunction.takeMaster(maf.function, keyId, master.clone(), identity, maf.publicKeys, "DEVICE");
        ClientState state = new ClientState();
        state.kind = FunctionState.Kind.MAF;
        state.fqdn = MAF;
        state.credentialId = keyId;
        state.secret = master;
        return state;
    }

    @Test
    @Tag("SE-03")
    void kmComesFromTheMefAndTheMafAssignsAKmId() {
        Functions mef = new Functions(FunctionState.Kind.MEF, "mef.sp.example");
        ClientState door = mef.client("door@mef.sp.example");
        ClientState function = mef.client("maf@mef.sp.example");
        ProvisioningFunction.assign(mef.function, function.credentialId, MAF, "MAF", List.of(), false);
        ProvisioningFunction.assign(
                mef.function,
                door.credentialId,
                DOOR,
                "DEVICE",
                List.of(new Grant(Usage.MASTER, MAF, Optional.of("tls://maf:1"))),
                false);
        Learned atDoor = mef.run(door, new Wish.Enrol()).get(0);
        Learned atMaf = mef.run(function, new Wish.Follow()).get(0);
        assertThat(atMaf.value()).isEqualTo(atDoor.value()).isEqualTo(ProvisioningKeys.master(door.enrolmentKey, MAF));
        assertThat(atDoor.uri()).contains("tls://maf:1");
        ClientState atMafClient = client("AB", DOOR);
        maf.run(atMafClient, new Wish.Follow());
        assertThat(atMafClient.assignedKeyId).matches("km\\d+@maf.sp.example");
        assertThat(ProvisioningFunction.credential(maf.function, atMafClient.assignedKeyId))
                .get()
                .isEqualTo(atMafClient.secret);
        maf.run(atMafClient, new Wish.Follow());
    }

    @Test
    @Tag("E-01")
    @Tag("S-21")
    void aKeyForEsprimGoesToItsOneTarget() {
        ClientState door = client("door", DOOR);
        ClientState server = client("in", SERVER);
        ClientState sensor = client("sensor", SENSOR);
        Learned registered = maf.run(door, new Wish.Register(Usage.MAF_ESPRIM, List.of(SERVER)))
                .get(0);
        String relative = KeyIdentifier.parse(registered.keyId()).relative();
        Learned retrieved =
                maf.run(server, new Wish.Retrieve(relative.toLowerCase())).get(0);
        assertThat(retrieved.value()).isEqualTo(registered.value());
        assertThat(retrieved.peer()).isEqualTo(DOOR);
        assertThat(retrieved.peerKey()).contains(maf.publicKeys);
        assertThat(statusOf(() -> maf.run(sensor, new Wish.Retrieve(relative)))).isEqualTo(4103);
    }

    @Test
    void aKeyForEsdataGoesToSeveralTargets() {
        ClientState door = client("door", DOOR);
        ClientState server = client("in", SERVER);
        ClientState sensor = client("sensor", SENSOR);
        Learned registered = maf.run(door, new Wish.Register(Usage.MAF_ESDATA, List.of(SERVER, SENSOR)))
                .get(0);
        assertThat(maf.run(server, new Wish.Follow()))
                .extracting(Learned::keyId)
                .containsExactly(registered.keyId());
        assertThat(maf.run(sensor, new Wish.Follow()).get(0).value()).isEqualTo(registered.value());
    }

    @Test
    @Tag("S-22")
    void oneConnectionsKeyIsRegisteredOnce() {
        ClientState door = client("door", DOOR);
        maf.run(door, new Wish.Follow());
        byte[] exported = maf.octets(48);
        var session = new ProvisioningFunction.Session(door.credentialId, ProvisioningKeys.split(exported));
        var first = new ProvisioningRequest.RegisterKey(MAF, maf.now + 100, List.of(), MAF, 33, List.of(SERVER));
        var second = new ProvisioningRequest.RegisterKey(MAF, maf.now + 100, List.of(), MAF, 34, List.of(SERVER));
        assertThat(ProvisioningFunction.handle(maf.function, session, first, new byte[0], maf.now, maf.random)
                        .response())
                .isInstanceOfSatisfying(
                        ProvisioningResponse.KeyRegistered.class,
                        k -> assertThat(k.relativeKeyId())
                                .isEqualTo(
                                        java.util.HexFormat.of().withUpperCase().formatHex(exported, 0, 16)));
        assertThat(status(ProvisioningFunction.handle(maf.function, session, second, new byte[0], maf.now, maf.random)))
                .isEqualTo(4105);
        var given = ProvisioningFunction.handle(maf.function, session, second, maf.octets(32), maf.now, maf.random);
        assertThat(given.response()).isInstanceOf(ProvisioningResponse.KeyRegistered.class);
        assertThat(status(ProvisioningFunction.handle(
                        maf.function, session, second, maf.octets(16), maf.now, maf.random)))
                .isEqualTo(4000);
    }

    @Test
    @Tag("D-18")
    void whenTheKmEndsSoDoesEverythingThatCameOfIt() {
        ClientState door = client("door", DOOR);
        ClientState server = client("in", SERVER);
        Learned key = maf.run(door, new Wish.Register(Usage.MAF_ESPRIM, List.of(SERVER)))
                .get(0);
        maf.run(server, new Wish.Follow());
        assertThat(ProvisioningFunction.endMaster(maf.function, door.credentialId))
                .isTrue();
        assertThat(ProvisioningFunction.credential(maf.function, door.assignedKeyId))
                .isEmpty();
        assertThat(maf.run(server, new Wish.Follow()))
                .extracting(Learned::keyId, Learned::ended)
                .containsExactly(org.assertj.core.api.Assertions.tuple(key.keyId(), "revoked"));
        assertThat(ProvisioningFunction.endMaster(maf.function, "nobody@mef.sp.example"))
                .isFalse();
    }

    @Test
    void aMafHasNoEnrolmentKeys() {
        ClientState door = client("door", DOOR);
        assertThat(status(maf.ask(door, new ProvisioningRequest.FetchCredentials("AB@mef.sp.example", 23))))
                .isEqualTo(5001);
    }
}
