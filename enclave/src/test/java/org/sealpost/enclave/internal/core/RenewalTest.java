package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;

class RenewalTest {
    private final Building b = new Building();

    @Test
    void anEphemeralRenewalGivesBothSidesANewKeyAndWipesTheOld() {
        policy(RenewalKeys.EPHEMERAL);
        b.distribute();
        String before = facts(b.server).keyId();
        renew();
        assertThat(facts(b.server).agreed()).isPresent();
        renew();
        PairwiseFacts after = facts(b.server);
        assertThat(after.origin()).isEqualTo(RenewalKeys.EPHEMERAL);
        assertThat(after.agreed()).isEmpty();
        assertThat(after.keyId()).isNotEqualTo(before);
        assertThat(after.forwardSecret()).isTrue();
        assertThat(b.door1.enclave.pairwiseKeys().get(0).keyId()).isEqualTo(after.keyId());
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    @Tag("E-39")
    @Tag("E-40")
    @Tag("E-01")
    void keyEstablishmentByCertificateIsTwoExchangesAndAProof() {
        policy(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL);
        assertThat(b.server.enclave.nextRenewal(b.door1.identity).way()).isEqualTo(RenewalKeys.CERTIFICATE);
        byte[] one = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        byte[] two =
                b.door1.enclave.answerKeyEstablishment(b.server.identity, one).message();
        byte[] three =
                b.server.enclave.continueKeyEstablishment(b.door1.identity, two).message();
        byte[] four =
                b.door1.enclave.answerKeyEstablishment(b.server.identity, three).message();
        var done = b.server.enclave.continueKeyEstablishment(b.door1.identity, four);
        String agreed = done.agreed().orElseThrow().agreed().orElseThrow();
        assertThat(agreed).matches("[0-9A-F]{32}@cdoor-1.gw-north.sealpost.example");
        renew();
        PairwiseFacts after = facts(b.server);
        assertThat(after.keyId()).isEqualTo(agreed);
        assertThat(after.origin()).isEqualTo(RenewalKeys.CERTIFICATE);
        assertThat(after.notAfter()).isPositive();
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    private void policy(String... ways) {
        b.server.enclave.setPeerPolicies(
                java.util.Map.of(b.door1.identity, new PeerPolicy("A256GCM", false, List.of(ways), 86_400, 0)));
    }

    private PairwiseFacts facts(Party party) {
        return party.enclave.pairwiseKeys().stream()
                .filter(f -> f.peer().equals(b.door1.identity))
                .findFirst()
                .orElseThrow();
    }

    private void renew() {
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        SealedRequest sealed = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand));
        OpenedRequest opened = b.door1.enclave.openRequest(sealed.esprimObject());
        assertThat(opened).isInstanceOf(OpenedRequest.Answered.class);
        assertThat(b.server.enclave.openResponse(sealed.exchange(), ((OpenedRequest.Answered) opened).sealedResponse()))
                .isInstanceOf(OpenedResponse.Renewal.class);
    }
}
