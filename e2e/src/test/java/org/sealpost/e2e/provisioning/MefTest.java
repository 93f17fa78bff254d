package org.sealpost.e2e.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.e2e.provisioning.Functions.DOOR;
import static org.sealpost.e2e.provisioning.Functions.SENSOR;
import static org.sealpost.e2e.provisioning.Functions.SERVER;
import static org.sealpost.e2e.provisioning.Functions.status;
import static org.sealpost.e2e.provisioning.Functions.statusOf;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.provisioning.FunctionState.Grant;
import org.sealpost.e2e.provisioning.ProvisioningClient.Learned;
import org.sealpost.e2e.provisioning.ProvisioningClient.Wish;

/** The procedures of an MEF (TS-0003 8.3.5.2, 8.3.9, 8.3.2.1) with a device and a server as its clients. */
class MefTest {
    private final Functions mef = new Functions(FunctionState.Kind.MEF, "mef.sp.example");
    private final ClientState server = mef.client("in@mef.sp.example");
    private final ClientState door = mef.client("door@mef.sp.example");

    @BeforeEach
    void assigned() {
        mef.assign(server, door);
    }

    private List<Learned> serverFollows() {
        return mef.run(server, new Wish.Follow(), Optional.of(mef.rootKey));
    }

    private Learned enrolled() {
        serverFollows();
        List<Learned> learned = mef.run(door, new Wish.Enrol());
        assertThat(learned).hasSize(1);
        return learned.get(0);
    }

    @Test
    @Tag("E-01")
    @Tag("S-19")
    @Tag("D-13")
    void deviceAndServerEndWithTheSameKeyAndEachOthersIdentityAndPublicKey() {
        Learned atDoor = enrolled();
        List<Learned> atServer = serverFollows();
        assertThat(atServer).hasSize(1);
        assertThat(atServer.get(0).value())
                .isEqualTo(atDoor.value())
                .isEqualTo(ProvisioningKeys.usageConstrained(door.enrolmentKey, 23, "in-cse.sp.example"));
        assertThat(atServer.get(0).keyId()).isEqualTo(atDoor.keyId()).endsWith("@mef.sp.example");
        assertThat(atServer.get(0).peer()).isEqualTo(DOOR);
        assertThat(atServer.get(0).peerKey()).contains(mef.publicKeys);
        assertThat(atDoor.peer()).isEqualTo(SERVER);
        assertThat(atDoor.peerKey()).contains(mef.rootKey);
        assertThat(serverFollows()).isEmpty();
    }

    @Test
    @Tag("S-20")
    void theSameKeyIsFetchedByKeIdForATargetOnTheList() {
        enrolled();
        ProvisioningFunction.Answer answer =
                mef.ask(server, new ProvisioningRequest.FetchCredentials(door.enrolmentKeyId.toLowerCase(), 23));
        assertThat(answer.response())
                .isInstanceOfSatisfying(
                        ProvisioningResponse.Fetched.class,
                        f -> assertThat(f.enroleeId()).isEqualTo(DOOR));
        assertThat(answer.secret())
                .isEqualTo(door.with(23, SERVER).orElseThrow().value());
        assertThat(status(mef.ask(server, new ProvisioningRequest.FetchCredentials(door.enrolmentKeyId, 24))))
                .isEqualTo(4103);
        assertThat(status(mef.ask(door, new ProvisioningRequest.FetchCredentials(door.enrolmentKeyId, 23))))
                .isEqualTo(4103);
        assertThat(status(mef.ask(server, new ProvisioningRequest.FetchCredentials("00@mef.sp.example", 23))))
                .isEqualTo(4004);
    }

    @Test
    void aTokenIsGoodForOneEnrolmentOfOneEnclave() {
        byte[] token = door.token.clone();
        enrolled();
        ClientState clone = copyOf(door);
        clone.token = token;
        assertThat(statusOf(() -> mef.run(clone, new Wish.Enrol()))).isEqualTo(4103);
        assertThat(mef.kinds()).contains("token.used", "token.reused");
        assertThat(serverFollows()).extracting(Learned::ended).containsExactly("");
    }

    @Test
    void theSameEnclaveMayEnrolAgainWithoutAToken() {
        Learned first = enrolled();
        List<Learned> again = mef.run(door, new Wish.Enrol());
        assertThat(again).hasSize(1);
        assertThat(again.get(0).value()).isNotEqualTo(first.value());
        List<Learned> atServer = serverFollows();
        assertThat(atServer).extracting(Learned::ended).containsExactly("", "superseded");
        assertThat(atServer.get(0).value()).isEqualTo(again.get(0).value());
    }

    @Test
    void anEnrolmentWithoutOrWithAWrongTokenIsRefused() {
        serverFollows();
        door.token = new byte[0];
        assertThat(statusOf(() -> mef.run(door, new Wish.Enrol()))).isEqualTo(4103);
        door.token = mef.octets(16);
        assertThat(statusOf(() -> mef.run(door, new Wish.Enrol()))).isEqualTo(4103);
        assertThat(mef.kinds()).contains("token.refused");
    }

    @Test
    void afterALossTheOperatorsPermissionLetsAnotherEnclaveInOnceAndEndsTheOldKeys() {
        Learned lost = enrolled();
        serverFollows();
        ClientState fresh = copyOf(door);
        assertThat(statusOf(() -> mef.run(fresh, new Wish.Enrol()))).isEqualTo(4103);
        ProvisioningFunction.permit(mef.function, door.credentialId);
        Learned again = mef.run(fresh, new Wish.Enrol()).get(0);
        assertThat(again.value()).isNotEqualTo(lost.value());
        List<Learned> atServer = serverFollows();
        assertThat(atServer).extracting(Learned::ended).containsExactly("reenrolled", "");
        assertThat(atServer.get(0).keyId()).isEqualTo(lost.keyId());
        assertThat(statusOf(() -> mef.run(copyOf(door), new Wish.Enrol()))).isEqualTo(4103);
        assertThat(status(mef.ask(server, new ProvisioningRequest.RetrieveKey(relative(lost)))))
                .isEqualTo(4004);
    }

    @Test
    @Tag("SE-03")
    void aFreshCredentialVoidsTheOldOneAndBringsAFreshToken() {
        enrolled();
        byte[] old = door.secret.clone();
        ClientState again = mef.client(door.credentialId);
        assertThat(ProvisioningFunction.credential(mef.function, door.credentialId))
                .get()
                .isEqualTo(again.secret)
                .isNotEqualTo(old);
        assertThat(mef.run(again, new Wish.Enrol())).hasSize(1);
        assertThat(mef.kinds()).contains("client.reenrolled");
    }

    @Test
    @Tag("S-21")
    void aKeyIsReleasedToItsTargetsOnly() {
        Learned key = enrolled();
        ClientState sensor = mef.client("sensor@mef.sp.example");
        ProvisioningFunction.assign(mef.function, sensor.credentialId, SENSOR, "DEVICE", List.of(), false);
        mef.run(sensor, new Wish.Enrol());
        assertThat(status(mef.ask(sensor, new ProvisioningRequest.RetrieveKey(relative(key)))))
                .isEqualTo(4103);
        assertThat(mef.kinds()).contains("key.refused");
        assertThat(status(mef.ask(door, new ProvisioningRequest.RetrieveKey(relative(key)))))
                .isEqualTo(4103);
        assertThat(mef.ask(server, new ProvisioningRequest.RetrieveKey(relative(key)))
                        .secret())
                .isEqualTo(key.value());
    }

    @Test
    @Tag("SE-04")
    void aTargetThatIsNotOnTheListIsRefused() {
        enrolled();
        assertThat(status(mef.ask(door, register(23, List.of("//sp.example/other")))))
                .isEqualTo(4103);
        assertThat(status(mef.ask(door, register(24, List.of(SERVER))))).isEqualTo(4103);
    }

    @Test
    @Tag("S-22")
    void exactlyOneTargetForEsprimAndAtLeastOneForEsdata() {
        enrolled();
        assertThat(status(mef.ask(door, register(23, List.of(SERVER, "//sp.example/other")))))
                .isEqualTo(4000);
        assertThat(status(mef.ask(door, register(23, List.of())))).isEqualTo(4000);
        assertThat(status(mef.ask(door, register(24, List.of())))).isEqualTo(4000);
        assertThat(status(mef.ask(door, register(33, List.of(SERVER))))).isEqualTo(4000);
        assertThat(status(mef.ask(door, register(23, List.of("in-cse"))))).isEqualTo(4000);
    }

    @Test
    void anExpiredRegistrationIsRefusedUntilTheClientRegistersAgain() {
        enrolled();
        String registration = door.registration;
        mef.now += 200L * 86_400;
        assertThat(status(mef.ask(door, new ProvisioningRequest.RetrieveConfiguration("mef.sp.example", registration))))
                .isEqualTo(4107);
        assertThat(status(mef.ask(server, new ProvisioningRequest.RetrieveChanges(0))))
                .isEqualTo(4107);
        serverFollows();
        assertThat(mef.run(door, new Wish.Enrol())).hasSize(1);
    }

    @Test
    @Tag("D-18")
    void anExpiredKeyIsGone() {
        Learned key = enrolled();
        mef.now = key.expirationTime() - 1;
        assertThat(mef.ask(server, new ProvisioningRequest.RetrieveKey(relative(key)))
                        .secret())
                .hasSize(32);
        mef.now = key.expirationTime();
        mef.function.clients.get("in@mef.sp.example").registration =
                Optional.of(new FunctionState.Registration("r", "mef.sp.example", mef.now + 60, List.of()));
        assertThat(status(mef.ask(server, new ProvisioningRequest.RetrieveKey(relative(key)))))
                .isEqualTo(4004);
    }

    @Test
    void aDeviceWithoutAnIdentityIsToldThatOneHasToBeAssigned() {
        ClientState fresh = mef.client("fresh@mef.sp.example");
        assertThat(statusOf(() -> mef.run(fresh, new Wish.Enrol()))).isEqualTo(4128);
        assertThat(fresh.token).isNotEmpty();
        ProvisioningFunction.assign(mef.function, fresh.credentialId, SENSOR, "DEVICE", List.of(), false);
        assertThat(mef.run(fresh, new Wish.Enrol())).isEmpty();
        assertThat(fresh.clientId).isEqualTo(SENSOR);
    }

    @Test
    @Tag("S-24")
    void aClientComesBackWhenAskedToForWhatWasAssignedSince() {
        mef.function.retrySeconds = 600;
        Learned first = enrolled();
        assertThat(door.returnAt).isEqualTo(mef.now + 600);
        assertThat(mef.run(door, new Wish.Return())).isEmpty();
        ProvisioningFunction.assign(
                mef.function,
                door.credentialId,
                DOOR,
                "DEVICE",
                List.of(
                        new Grant(Usage.ESPRIM, SERVER, Optional.empty()),
                        new Grant(Usage.ESDATA, SERVER, Optional.empty())),
                false);
        mef.now += 600;
        List<Learned> more = mef.run(door, new Wish.Return());
        assertThat(more).extracting(Learned::usage).containsExactly(Usage.ESDATA);
        assertThat(door.with(Usage.ESPRIM, SERVER).orElseThrow().keyId()).isEqualTo(first.keyId());
        assertThat(door.returnAt).isEqualTo(mef.now + 600);
        assertThat(serverFollows()).hasSize(2);
    }

    /** Clients that nobody assigned an identity yet have an empty one. */
    @Test
    void anEmptyNameRevokesNobody() {
        ClientState fresh = mef.client("fresh@mef.sp.example");
        serverFollows();
        assertThat(status(mef.ask(server, new ProvisioningRequest.RevokeClient("", "mistake"))))
                .isEqualTo(4004);
        assertThat(ProvisioningFunction.credential(mef.function, fresh.credentialId))
                .isPresent();
    }

    @Test
    void aDeviceWaitsForItsServersTrustAnchor() {
        assertThat(statusOf(() -> mef.run(door, new Wish.Enrol()))).isEqualTo(5103);
        serverFollows();
        assertThat(mef.run(door, new Wish.Enrol())).hasSize(1);
    }

    @Test
    @Tag("S-21")
    void registrationsAndKeysAreUpdatedAndEnded() {
        Learned key = enrolled();
        long later = mef.now + 1000;
        assertThat(mef.ask(
                                door,
                                new ProvisioningRequest.UpdateClient(
                                        "mef.sp.example",
                                        door.registration,
                                        OptionalLong.of(later),
                                        Optional.of(List.of("roof"))))
                        .response())
                .isEqualTo(new ProvisioningResponse.Updated(
                        OptionalLong.of(later), Optional.of(List.of("roof")), Optional.empty()));
        ProvisioningRequest update = new ProvisioningRequest.UpdateKey(
                "mef.sp.example", relative(key), OptionalLong.of(later + 500), Optional.empty(), Optional.empty());
        assertThat(mef.ask(door, update).response())
                .as("not longer than the registration")
                .isEqualTo(
                        new ProvisioningResponse.Updated(OptionalLong.of(later), Optional.empty(), Optional.empty()));
        assertThat(status(mef.ask(server, update))).isEqualTo(4004);
        assertThat(mef.ask(door, new ProvisioningRequest.DeregisterKey("mef.sp.example", relative(key)))
                        .response())
                .isEqualTo(new ProvisioningResponse.Done());
        assertThat(status(mef.ask(server, new ProvisioningRequest.RetrieveKey(relative(key)))))
                .isEqualTo(4004);
        assertThat(mef.ask(door, new ProvisioningRequest.DeregisterClient("mef.sp.example", door.registration))
                        .response())
                .isEqualTo(new ProvisioningResponse.Done());
        assertThat(status(mef.ask(door, register(23, List.of(SERVER))))).isEqualTo(4107);
    }

    @Test
    @Tag("S-24")
    @Tag("D-14")
    void aCommandThatWasNotReportedOnIsReissuedAndOnlyItsOwnNumberIsTaken() {
        enrolled();
        ProvisioningFunction.assign(
                mef.function,
                door.credentialId,
                DOOR,
                "DEVICE",
                List.of(new Grant(Usage.ESPRIM, SERVER, Optional.empty())),
                false);
        var ask = new ProvisioningRequest.RetrieveCommand(door.registration);
        ClientCommand first = ((ProvisioningResponse.Command) mef.ask(door, ask).response()).command();
        ClientCommand second =
                ((ProvisioningResponse.Command) mef.ask(door, ask).response()).command();
        assertThat(first.status()).isEqualTo(CommandStatus.ISSUED);
        assertThat(second.status()).isEqualTo(CommandStatus.REISSUED);
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(status(mef.ask(
                        door,
                        new ProvisioningRequest.ReportCommand(door.registration, first.id() + 5, CommandStatus.OK))))
                .isEqualTo(4004);
        assertThat(status(mef.ask(
                        door,
                        new ProvisioningRequest.ReportCommand(door.registration, first.id(), CommandStatus.ISSUED))))
                .isEqualTo(4000);
        var next =
                mef.ask(door, new ProvisioningRequest.ReportCommand(door.registration, first.id(), CommandStatus.OK));
        assertThat(((ProvisioningResponse.Command) next.response()).command().arguments())
                .isInstanceOf(ClientCommand.Arguments.NoMore.class);
    }

    @Test
    void onlyTheAdministratingStakeholderRevokesAndThenEverythingEnds() {
        Learned key = enrolled();
        assertThat(status(mef.ask(door, new ProvisioningRequest.RevokeClient(SERVER, "mine"))))
                .isEqualTo(4103);
        mef.run(server, new Wish.Revoke(DOOR, "stolen"));
        assertThat(ProvisioningFunction.credential(mef.function, door.credentialId))
                .isEmpty();
        assertThat(serverFollows()).extracting(Learned::ended).containsExactly("revoked");
        assertThat(status(mef.ask(door, new ProvisioningRequest.RetrieveCommand(door.registration))))
                .isEqualTo(4103);
        assertThat(status(mef.ask(server, new ProvisioningRequest.RetrieveKey(relative(key)))))
                .isEqualTo(4004);
        assertThat(mef.function.clients.get(door.credentialId).secret).isEmpty();
        assertThat(statusOf(() -> mef.run(server, new Wish.Revoke("//sp.example/x/Cy", "?"))))
                .isEqualTo(4004);
    }

    @Test
    @Tag("D-14")
    void anotherFunctionsFqdnIsRefused() {
        enrolled();
        door.fqdn = "maf.sp.example";
        assertThat(statusOf(() -> mef.run(door, new Wish.Enrol()))).isEqualTo(4004);
    }

    @Test
    @Tag("S-03")
    void twoCredentialsDoNotStandForOneIdentity() {
        ClientState other = mef.client("other@mef.sp.example");
        assertThat(statusOf(() -> ProvisioningFunction.assign(
                        mef.function, other.credentialId, DOOR, "DEVICE", List.of(), false)))
                .isEqualTo(4105);
    }

    private static ProvisioningRequest register(int usage, List<String> targets) {
        return new ProvisioningRequest.RegisterKey(
                "mef.sp.example", 1_990_000_000L, List.of(), "mef.sp.example", usage, targets);
    }

    private static String relative(Learned key) {
        return KeyIdentifier.parse(key.keyId()).relative();
    }

    /** What another enclave has that holds the same credential. */
    private static ClientState copyOf(ClientState state) {
        ClientState copy = new ClientState();
        copy.kind = state.kind;
        copy.fqdn = state.fqdn;
        copy.credentialId = state.credentialId;
        copy.secret = state.secret.clone();
        return copy;
    }
}
