package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.RenewalExchange;
import org.sealpost.e2e.tls.CertificateAuthority;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** What a gateway tries, so that two end points agree on less than they could: edit, reorder, drop, delay, replay, redirect. It gets a failure, never a weaker result. */
class NegotiationAttacksTest {
    private static final long DAY = 86_400;
    private final Building b = new Building();

    // ---- ESPrim's algorithms ----

    @Test
    void theGatewayDropsTheStrongestAlgorithmsFromTheList() {
        allowAll();
        refusedAfter("\"espa\":[12,11,10]", "\"espa\":[10]");
    }

    @Test
    void theGatewayReordersTheListOfAlgorithms() {
        allowAll();
        refusedAfter("\"espa\":[12,11,10]", "\"espa\":[10,11,12]");
    }

    @Test
    void theGatewayOffersOnlyWhatIsBelowTheFloor() {
        String rand = rand().replace("\"espa\":[12]", "\"espa\":[10]");
        assertThatThrownBy(() -> b.server.enclave.sealCredential(b.door1.identity, Optional.of(rand), Building.DOORS))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.ESPRIM_UNSUPPORTED_OPTION));
    }

    @Test
    void theStrongestAlgorithmOfBothIsChosen() {
        allowAll();
        SealedRequest sealed = b.server.enclave.sealCredential(b.door1.identity, Optional.of(rand()), Building.DOORS);
        assertThat(sealed.negotiation().chosen()).isEqualTo("ESPrim A256GCM");
        assertThat(b.door1.enclave.openRequest(sealed.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
    }

    // ---- forward secrecy as a strength ----

    @Test
    void aCredentialIsNotSealedUnderAKeyThatWasNeverRenewedWhenThePolicyWantsForwardSecrecy() {
        policy(true, DAY, RenewalKeys.EPHEMERAL);
        assertThatThrownBy(() -> b.sealFor(b.door1, Building.DOORS)).hasMessageContaining("renew it first");
        renew();
        assertThatThrownBy(() -> b.sealFor(b.door1, Building.DOORS)).hasMessageContaining("renew it first");
        renew();
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
        b.server.now = b.server.now.plusSeconds(2 * DAY + 1);
        b.door1.now = b.server.now;
        assertThatThrownBy(() -> b.sealFor(b.door1, Building.DOORS)).hasMessageContaining("too old");
    }

    @Test
    void theGatewayDropsCertificateHandshakesSoThatTheWeakerWayIsTaken() {
        policy(false, DAY, RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL);
        for (int i = 0; i < 5; i++) {
            assertThat(b.server.enclave.nextRenewal(b.door1.identity).way()).isEqualTo(RenewalKeys.CERTIFICATE);
            b.server.enclave.startKeyEstablishment(b.door1.identity);
        }
        assertThatThrownBy(() -> b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand())))
                .hasMessageContaining("stronger way");
    }

    @Test
    void aDeviceRefusesAnOfferThatIsWeakerThanBothSidesCanGo() {
        KeyPair pair = Jwk.generate(new SecureRandom());
        RenewalExchange.Offer weak = new RenewalExchange.Offer(
                1,
                b.server.identity,
                b.door1.identity,
                facts(b.server).keyId(),
                "next@sealpost.example",
                Jwk.print((ECPublicKey) pair.getPublic()),
                List.of(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL),
                List.of(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL));
        int saves = b.door1.disk.saves;
        assertThat(b.door1.enclave.openRequest(offer(weak).esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4111));
        assertThat(b.door1.disk.saves).isEqualTo(saves);
    }

    @Test
    void theOperatorSeesWhatWasRejectedAndWhy() {
        policy(false, DAY, RenewalKeys.EPHEMERAL);
        var negotiation = b.server.enclave.nextRenewal(b.door1.identity).negotiation();
        assertThat(negotiation.offered()).isEqualTo("certificate ephemeral");
        assertThat(negotiation.chosen()).isEqualTo("renewal ephemeral");
        assertThat(negotiation.reason()).contains("rejected certificate: not allowed by the policy");
    }

    @Test
    void aDeviceThatIsGivenACertificateLaterIsRenewedByItFromThenOn() {
        policy(false, DAY, RenewalKeys.EPHEMERAL);
        b.enrol(b.door1, Role.DEVICE);
        policy(false, DAY, RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL);
        assertThat(b.server.enclave.nextRenewal(b.door1.identity).way()).isEqualTo(RenewalKeys.EPHEMERAL);
        assertThat(b.server.enclave.nextRenewal(b.door1.identity).negotiation().reason())
                .contains("rejected certificate: the device can't");
        renew();
        renew();
        assertThat(b.server.enclave.nextRenewal(b.door1.identity).way()).isEqualTo(RenewalKeys.CERTIFICATE);
        establish();
        renew();
        assertThat(facts(b.server).origin()).isEqualTo(RenewalKeys.CERTIFICATE);
    }

    // ---- the ephemeral renewal ----

    @Test
    void theGatewayDelaysAnOfferUntilANewerOneWasAnswered() {
        policy(false, DAY, RenewalKeys.EPHEMERAL);
        SealedRequest late = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand()));
        SealedRequest newer = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand()));
        String answer = answer(newer);
        b.server.enclave.openResponse(newer.exchange(), answer);
        assertThat(b.door1.enclave.openRequest(late.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4105));
        renew();
        assertThat(facts(b.door1).keyId()).isEqualTo(facts(b.server).keyId());
    }

    @Test
    void theGatewayDelaysAnAnswerUntilItsRenewalWasGivenUp() {
        policy(false, DAY, RenewalKeys.EPHEMERAL);
        SealedRequest first = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand()));
        String late = answer(first);
        SealedRequest second = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand()));
        assertThat(b.server.enclave.openResponse(first.exchange(), late))
                .isInstanceOfSatisfying(
                        OpenedResponse.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4105));
        assertThat(b.server.enclave.openResponse(second.exchange(), answer(second)))
                .isInstanceOf(OpenedResponse.Renewal.class);
    }

    @Test
    void theGatewayForges4112SoThatTheServerGoesBackToTheOldKey() {
        policy(false, DAY, RenewalKeys.EPHEMERAL);
        renew();
        String agreed = facts(b.server).agreed().orElseThrow();
        SealedRequest sealed = b.sealFor(b.door1, Building.DOORS);
        // whatever the gateway says instead of an answer, the next message is under the agreed key too
        SealedRequest again = b.sealFor(b.door1, Building.DOORS);
        assertThat(EsprimChannel.keyIdOf(sealed.esprimObject())).isEqualTo(agreed);
        assertThat(EsprimChannel.keyIdOf(again.esprimObject())).isEqualTo(agreed);
        assertThat(b.door1.enclave.openRequest(again.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
    }

    @Test
    void theGatewayFlipsBitsOfTheOfferAndTheAnswer() {
        policy(false, DAY, RenewalKeys.EPHEMERAL);
        SealedRequest sealed = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand()));
        for (int i = 0; i < sealed.esprimObject().length(); i += 5) {
            assertThat(b.door1.enclave.openRequest(flip(sealed.esprimObject(), i)))
                    .isInstanceOf(OpenedRequest.Refused.class);
        }
        String answer = answer(sealed);
        for (int i = 0; i < answer.length(); i += 5) {
            assertThat(b.server.enclave.openResponse(sealed.exchange(), flip(answer, i)))
                    .isInstanceOf(OpenedResponse.Refused.class);
        }
        assertThat(facts(b.server).agreed()).isEmpty();
        assertThat(b.server.enclave.openResponse(sealed.exchange(), answer)).isInstanceOf(OpenedResponse.Renewal.class);
    }

    // ---- key establishment by certificate ----

    @Test
    @Tag("E-40")
    void theGatewayLeadsTheHandshakeToAnotherDevice() {
        byte[] one = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        byte[] two =
                b.door2.enclave.answerKeyEstablishment(b.server.identity, one).message();
        establishmentFails(two);
    }

    @Test
    void theGatewayAnswersWithACertificateOfAnotherAuthority() {
        Building other = new Building();
        byte[] one = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        establishmentFails(other.door1
                .enclave
                .answerKeyEstablishment(b.server.identity, one)
                .message());
    }

    @Test
    void theGatewayPlaysTheServerTowardsADevice() {
        Building other = new Building();
        byte[] one =
                other.server.enclave.startKeyEstablishment(b.door1.identity).message();
        byte[] two =
                b.door1.enclave.answerKeyEstablishment(b.server.identity, one).message();
        assertThatThrownBy(() -> other.server.enclave.continueKeyEstablishment(b.door1.identity, two))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> b.door1
                        .enclave
                        .answerKeyEstablishment("//sealpost.example/gw-north", one)
                        .message())
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4103));
        assertThat(facts(b.door1).agreed()).isEmpty();
    }

    @Test
    void theGatewayReplaysARecordedHandshake() {
        byte[] one = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        byte[] two =
                b.door1.enclave.answerKeyEstablishment(b.server.identity, one).message();
        byte[] three =
                b.server.enclave.continueKeyEstablishment(b.door1.identity, two).message();
        byte[] four =
                b.door1.enclave.answerKeyEstablishment(b.server.identity, three).message();
        b.server.enclave.continueKeyEstablishment(b.door1.identity, four);
        renew();
        String key = facts(b.door1).keyId();
        b.door1.enclave.answerKeyEstablishment(b.server.identity, one).message();
        assertThatThrownBy(() -> b.door1
                        .enclave
                        .answerKeyEstablishment(b.server.identity, three)
                        .message())
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> b.server.enclave.continueKeyEstablishment(b.door1.identity, four))
                .isInstanceOf(Refusal.class);
        assertThat(facts(b.door1).keyId()).isEqualTo(key);
        assertThat(facts(b.door1).agreed()).isEmpty();
    }

    @Test
    void theGatewayEditsTheHandshakeAnywhere() {
        int agreed = 0;
        for (int flight = 0; flight < 4; flight++) {
            for (int at = 5; at < 700; at += 61) {
                Optional<byte[]> message = Optional.of(
                        b.server.enclave.startKeyEstablishment(b.door1.identity).message());
                try {
                    for (int i = 0; i < 4; i++) {
                        byte[] sent = message.orElseThrow().clone();
                        if (i == flight && at < sent.length) {
                            sent[at] ^= 1;
                        } else if (i == flight) {
                            throw new Refusal(ResponseStatus.BAD_REQUEST, "nothing there to edit");
                        }
                        message = Optional.of(
                                i % 2 == 0
                                        ? b.door1
                                                .enclave
                                                .answerKeyEstablishment(b.server.identity, sent)
                                                .message()
                                        : b.server
                                                .enclave
                                                .continueKeyEstablishment(b.door1.identity, sent)
                                                .message());
                    }
                } catch (Refusal expected) {
                    assertThat(expected.sentence()).isNotEmpty();
                }
                // at most an octet that nothing depends on, such as a plain record's version, was edited
                if (facts(b.server).agreed().isPresent()) {
                    assertThat(facts(b.door1).agreed())
                            .as("flight " + flight + " octet " + at)
                            .isEqualTo(facts(b.server).agreed());
                    renew();
                    agreed++;
                }
            }
        }
        assertThat(agreed).isLessThan(3);
    }

    @Test
    void theGatewayDropsTheLastMessageAndBothStillWorkUnderTheOldKey() {
        byte[] one = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        byte[] two =
                b.door1.enclave.answerKeyEstablishment(b.server.identity, one).message();
        byte[] three =
                b.server.enclave.continueKeyEstablishment(b.door1.identity, two).message();
        b.door1.enclave.answerKeyEstablishment(b.server.identity, three).message();
        assertThat(facts(b.door1).agreed()).isPresent();
        assertThat(facts(b.server).agreed()).isEmpty();
        assertThat(b.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    @Tag("D-18")
    void aKeyFromACertificateEndsWithIt() {
        establish();
        renew();
        long end = facts(b.server).notAfter();
        assertThat(end).isBetween(b.server.now.getEpochSecond() + 364 * DAY, b.server.now.getEpochSecond() + 366 * DAY);
        b.server.now = java.time.Instant.ofEpochSecond(end);
        b.door1.now = b.server.now;
        assertThatThrownBy(() -> b.sealFor(b.door1, Building.DOORS)).isInstanceOf(Refusal.class);
    }

    @Test
    void thePolicyShortensTheLifeOfAKeyFromACertificate() {
        b.server.enclave.setPeerPolicies(java.util.Map.of(
                b.door1.identity, new PeerPolicy("A256GCM", false, List.of(RenewalKeys.CERTIFICATE), DAY, 3 * DAY)));
        establish();
        renew();
        assertThat(facts(b.server).notAfter()).isEqualTo(b.server.now.getEpochSecond() + 3 * DAY);
    }

    @Test
    void aDeviceWithACertificateOfAForeignAuthorityIsTakenOnlyWhenThatAuthorityIsTrusted() throws Exception {
        KeyPair foreign = Jwk.generate(new SecureRandom());
        long now = b.server.now.getEpochSecond();
        X509Certificate authority = CertificateAuthority.authority(
                "sealpost.example",
                Es256Signer.of(foreign.getPrivate()),
                (ECPublicKey) foreign.getPublic(),
                now,
                now + DAY,
                new SecureRandom());
        String request = b.door1.enclave.certificateRequest();
        byte[] der = Base64.getMimeDecoder()
                .decode(request.replaceAll("-----[A-Z ]+-----", "").trim());
        ECPublicKey key = (ECPublicKey) java.security.KeyFactory.getInstance("EC")
                .generatePublic(new java.security.spec.X509EncodedKeySpec(new PKCS10CertificationRequest(der)
                        .getSubjectPublicKeyInfo()
                        .getEncoded()));
        X509Certificate certificate = CertificateAuthority.issue(
                authority,
                Es256Signer.of(foreign.getPrivate()),
                CertificateName.of(b.door1.identity),
                key,
                now,
                now + DAY,
                new SecureRandom());
        assertThatThrownBy(() -> b.door2.enclave.installCertificate(pem(certificate)))
                .hasMessageContaining("not this end point's");
        b.door1.enclave.installCertificate(pem(certificate));
        byte[] one = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        byte[] two =
                b.door1.enclave.answerKeyEstablishment(b.server.identity, one).message();
        establishmentFails(two);
        b.server.enclave.trustCertificates(new CertificateTrust(List.of(pem(authority)), "required", List.of()));
        byte[] three = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        establishmentFails(
                b.door1.enclave.answerKeyEstablishment(b.server.identity, three).message());
        b.server.enclave.trustCertificates(new CertificateTrust(List.of(pem(authority)), "when-listed", List.of()));
        establish();
        renew();
        assertThat(facts(b.server).origin()).isEqualTo(RenewalKeys.CERTIFICATE);
        assertThat(facts(b.server).notAfter()).isEqualTo(now + DAY);
    }

    // ---- helpers ----

    private static String pem(X509Certificate certificate) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private void establishmentFails(byte[] message) {
        assertThatThrownBy(() -> b.server.enclave.continueKeyEstablishment(b.door1.identity, message))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.sentence()).startsWith("key establishment failed: "));
        assertThat(facts(b.server).agreed()).isEmpty();
    }

    private void allowAll() {
        PeerPolicy open = PeerPolicy.open();
        b.server.enclave.setPeerPolicies(java.util.Map.of(b.door1.identity, open));
        b.door1.enclave.setPeerPolicies(java.util.Map.of(b.server.identity, open));
        b.server.enclave.createGroup(
                Building.DOORS,
                new org.sealpost.enclave.AuthorityKeys.GroupPolicy(
                        "point-to-point", true, List.of("release"), 60, 86_400, "A128GCM"));
    }

    private void refusedAfter(String from, String to) {
        String rand = rand();
        String edited = rand.replace(from, to);
        assertThat(edited).isNotEqualTo(rand);
        SealedRequest sealed = b.server.enclave.sealCredential(b.door1.identity, Optional.of(edited), Building.DOORS);
        assertThat(b.door1.enclave.openRequest(sealed.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4115));
        assertThat(b.door1.enclave.credentials()).isEmpty();
    }

    private void policy(boolean forwardSecret, long every, String... ways) {
        b.server.enclave.setPeerPolicies(
                java.util.Map.of(b.door1.identity, new PeerPolicy("A256GCM", forwardSecret, List.of(ways), every, 0)));
    }

    private String rand() {
        return b.door1.enclave.receiverRandObject(b.server.identity);
    }

    private SealedRequest offer(RenewalExchange.Offer offer) {
        byte[] inner = InnerPrimitives.CODEC.encode(InnerPrimitives.notify(
                "/gw-north/Cdoor-1",
                "/in-cse",
                "x1",
                InnerPrimitives.contentInstance(RenewalKeys.CAPABILITIES, offer.print())));
        return b.server.enclave.sealRequest(b.door1.identity, Optional.of(rand()), inner);
    }

    private String answer(SealedRequest sealed) {
        return ((OpenedRequest.Answered) b.door1.enclave.openRequest(sealed.esprimObject())).sealedResponse();
    }

    private void renew() {
        SealedRequest sealed = b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand()));
        assertThat(b.server.enclave.openResponse(sealed.exchange(), answer(sealed)))
                .isInstanceOf(OpenedResponse.Renewal.class);
    }

    private void establish() {
        byte[] message =
                b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        for (int i = 0; i < 2; i++) {
            byte[] answer = b.door1
                    .enclave
                    .answerKeyEstablishment(b.server.identity, message)
                    .message();
            message = b.server
                    .enclave
                    .continueKeyEstablishment(b.door1.identity, answer)
                    .message();
        }
        assertThat(facts(b.server).agreed()).isPresent();
    }

    private PairwiseFacts facts(Party party) {
        return party.enclave.pairwiseKeys().stream()
                .filter(f -> f.peer().equals(b.door1.identity) || f.peer().equals(b.server.identity))
                .findFirst()
                .orElseThrow();
    }

    private static String flip(String text, int at) {
        byte[] octets = Building.utf8(text);
        octets[at] ^= 1;
        return new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
