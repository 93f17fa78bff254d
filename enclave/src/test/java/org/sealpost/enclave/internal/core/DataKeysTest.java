package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.DataKeys.DataOrder;
import org.sealpost.enclave.DataKeys.DataPeer;
import org.sealpost.enclave.DataKeys.DataUse;
import org.sealpost.enclave.DataKeys.Opened;
import org.sealpost.enclave.DataKeys.Packaging;
import org.sealpost.enclave.DataKeys.Protected;
import org.sealpost.enclave.DataKeys.SecurityClass;
import org.sealpost.onem2m.Refusal;

/** ESData between enclaves: bound identities, keys that a source draws and shares, and keys that never come out. */
class DataKeysTest {
    private static final String JSON = "application/json";
    private final Party meter = party("Cmeter");
    private final Party billing = party("Cbilling");
    private final Party archive = party("Carchive");
    private final Party stranger = party("Cstranger");

    DataKeysTest() {
        for (Party target : List.of(billing, archive)) {
            meter.enclave.trustDataPeer(target.enclave.dataIdentity());
            target.enclave.trustDataPeer(meter.enclave.dataIdentity());
        }
    }

    @Test
    void signedAndEncryptedForTwoTargetsWhoOpenItAlone() {
        Protected sealed = meter.enclave.protectData(
                DataOrder.text(JSON, "{\"kWh\":7}").signed().to(billing.identity, archive.identity));
        assertThat(sealed.contentInfo()).isEqualTo("application/json:0:2");
        for (Party target : List.of(billing, archive)) {
            Opened opened = open(target, SecurityClass.NESTED, sealed);
            assertThat(opened.text()).isEqualTo("{\"kWh\":7}");
            assertThat(opened.verifiedWith()).containsExactly(meter.identity);
            assertThat(opened.decryptedWith()).contains(target.identity);
        }
        refused(4112, () -> open(stranger, SecurityClass.NESTED, sealed));
        refused(4000, () -> open(billing, SecurityClass.ENCRYPTION_ONLY, sealed));
    }

    /** Source-generated credentials for several targets (TS-0003 8.6.3). */
    @Test
    void aSourceDrawsAKeyAndSharesItWithItsTargets() {
        for (DataUse use : List.of(DataUse.DIRECT, DataUse.WRAPPING)) {
            String id = meter.enclave.newDataKey("readings", use);
            assertThat(id).endsWith("-gw-north.meter.readings@sealpost.example");
            assertThat(meter.enclave.newDataKey("readings", use)).isEqualTo(id);
            String envelope = meter.enclave.shareDataKey(id, List.of(billing.identity, archive.identity));
            assertThat(billing.enclave.acceptDataKey(envelope)).isEqualTo(id);
            assertThat(archive.enclave.acceptDataKey(envelope)).isEqualTo(id);
            refused(4112, () -> stranger.enclave.acceptDataKey(envelope));
            Protected sealed = meter.enclave.protectData(
                    DataOrder.octets("image/png", new byte[] {1, 2}).to(id));
            assertThat(open(billing, SecurityClass.ENCRYPTION_ONLY, sealed).payload())
                    .containsExactly(1, 2);
            archive.restart();
            assertThat(open(archive, SecurityClass.ENCRYPTION_ONLY, sealed).payload())
                    .containsExactly(1, 2);
            refused(4112, () -> open(stranger, SecurityClass.ENCRYPTION_ONLY, sealed));
        }
    }

    @Test
    void aMicUnderASharedKey() {
        String id = meter.enclave.newDataKey("mic", DataUse.MAC);
        billing.enclave.acceptDataKey(meter.enclave.shareDataKey(id, List.of(billing.identity)));
        Protected signed = meter.enclave.protectData(DataOrder.text(JSON, "[]").signedWith(id));
        assertThat(open(billing, SecurityClass.SIGNATURE_ONLY, signed).verifiedWith())
                .containsExactly(id);
        refused(4000, () -> meter.enclave.protectData(DataOrder.text(JSON, "[]").to(id)));
    }

    @Test
    void aKeyOnItsWayIsNotShownAsData() {
        String id = meter.enclave.newDataKey("readings", DataUse.WRAPPING);
        String envelope = meter.enclave.shareDataKey(id, List.of(billing.identity));
        refused(4005, () -> billing.enclave.openData(SecurityClass.NESTED, Optional.empty(), envelope));
        refused(
                4005,
                () -> billing.enclave.openData(
                        SecurityClass.NESTED, Optional.of("application/vnd.sealpost.data-key+json:0:1"), envelope));
        refused(
                4000,
                () -> meter.enclave.protectData(DataOrder.text("application/vnd.sealpost.data-key+json", "{}")
                        .signed()
                        .to(billing.identity)));
    }

    @Test
    void aTargetPassesOffAKeyAsSomebodyElses() {
        stranger.enclave.trustDataPeer(billing.enclave.dataIdentity());
        billing.enclave.trustDataPeer(stranger.enclave.dataIdentity());
        String id = meter.enclave.newDataKey("readings", DataUse.WRAPPING);
        billing.enclave.acceptDataKey(meter.enclave.shareDataKey(id, List.of(billing.identity)));
        refused(4103, () -> billing.enclave.shareDataKey(id, List.of(stranger.identity)));
    }

    @Test
    void nobodyBindsKeysToThisEndPointItself() {
        DataPeer forged = new DataPeer(
                meter.identity,
                stranger.enclave.dataIdentity().agreementKey(),
                stranger.enclave.dataIdentity().signatureKey());
        refused(4105, () -> meter.enclave.trustDataPeer(forged));
        refused(4000, () -> meter.enclave.trustDataPeer(new DataPeer("Cmeter", "{}", "{}")));
    }

    @Test
    void aCustomAttributeInEachPackaging() {
        for (Packaging packaging : Packaging.values()) {
            Protected sealed = meter.enclave.protectData(
                    DataOrder.text(JSON, "21.5").signed().to(billing.identity).as(packaging));
            Opened opened = billing.enclave.openData(SecurityClass.NESTED, Optional.empty(), sealed.content());
            assertThat(opened.text()).isEqualTo("21.5");
            assertThat(opened.mediaType()).isEqualTo(JSON);
        }
    }

    @Test
    void whatIsSealedForOneselfComesBackAfterARestart() {
        Protected sealed =
                meter.enclave.protectData(DataOrder.text(JSON, "1").signed().to(meter.identity));
        meter.restart();
        assertThat(open(meter, SecurityClass.NESTED, sealed).text()).isEqualTo("1");
    }

    private static Opened open(Party target, SecurityClass expected, Protected sealed) {
        return target.enclave.openData(expected, Optional.of(sealed.contentInfo()), sealed.content());
    }

    private static Party party(String stem) {
        Party party = new Party("//sealpost.example/gw-north/" + stem);
        party.enclave.enrolmentRequest(party.identity);
        return party;
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(status));
    }
}
