package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.onem2m.Refusal;

/** Ordinary inner requests of a device at the server's enclave: once each, in shared and unshared sessions, with errors that can be told from forged ones. */
class EsprimRequestsTest {
    private final Building b = new Building();

    @Test
    @Tag("E-03")
    void aSharedObjectServesEveryDeviceAndIsRenewed() {
        String first = b.server.enclave.sharedRandObject();
        assertThat(first).contains("\"S-");
        assertThat(b.server.enclave.sharedRandObject()).isEqualTo(first);
        assertThat(answered(b.door1, seal(b.door1, Optional.of(first), inner("a", ""))))
                .isEqualTo(2000);
        assertThat(answered(b.door2, seal(b.door2, Optional.of(first), inner2("a"))))
                .isEqualTo(2000);
        b.server.now = b.server.now.plus(Duration.ofMinutes(11));
        assertThat(b.server.enclave.sharedRandObject()).isNotEqualTo(first);
    }

    @Test
    void aCredentialIsNotGivenInASharedSession() {
        SealedRequest sealed = seal(b.door1, Optional.of(b.server.enclave.sharedRandObject()), inner("a", ""));
        OpenedRequest.Inner opened = (OpenedRequest.Inner) b.server.enclave.openRequest(sealed.esprimObject());
        assertThatThrownBy(() -> b.server.enclave.sealCredentialResponse(opened.exchange(), "a", Building.DOORS))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4114));
        SealedRequest again = seal(b.door1, unique(), inner("a", ""));
        OpenedRequest.Inner unshared = (OpenedRequest.Inner) b.server.enclave.openRequest(again.esprimObject());
        String answer = b.server.enclave.sealCredentialResponse(unshared.exchange(), "a", Building.DOORS);
        assertThat(b.door1.enclave.openResponse(again.exchange(), answer)).isInstanceOf(OpenedResponse.Installed.class);
    }

    @Test
    void aRequestThatIsSentAgainInANewSessionIsNotExecutedTwice() {
        String inner = inner("once", "");
        assertThat(answered(b.door1, seal(b.door1, unique(), inner))).isEqualTo(2000);
        SealedRequest again = seal(b.door1, unique(), inner);
        OpenedRequest repeated = b.server.enclave.openRequest(again.esprimObject());
        assertThat(repeated).isInstanceOf(OpenedRequest.Answered.class);
        OpenedResponse response =
                b.door1.enclave.openResponse(again.exchange(), ((OpenedRequest.Answered) repeated).sealedResponse());
        assertThat(text(((OpenedResponse.Inner) response).innerResponse())).contains("\"rqi\":\"once\"");
    }

    @Test
    void aRepetitionWhileTheFirstIsAtWorkIsRefusedUnderProtection() {
        seal(b.door1, unique(), inner("slow", ""));
        OpenedRequest first = b.server.enclave.openRequest(
                seal(b.door1, unique(), inner("slow", "")).esprimObject());
        assertThat(first).isInstanceOf(OpenedRequest.Inner.class);
        SealedRequest again = seal(b.door1, unique(), inner("slow", ""));
        OpenedRequest.Refused refused = (OpenedRequest.Refused) b.server.enclave.openRequest(again.esprimObject());
        assertThat(refused.status()).isEqualTo(4105);
        OpenedResponse response = b.door1.enclave.openResponse(
                again.exchange(), refused.sealedResponse().orElseThrow());
        assertThat(text(((OpenedResponse.Inner) response).innerResponse())).contains("\"rsc\":4105");
    }

    @Test
    void anotherRequestMayUseTheIdentifierOfOneThatIsAnswered() {
        assertThat(answered(b.door1, seal(b.door1, unique(), inner("same", ""))))
                .isEqualTo(2000);
        SealedRequest other = seal(b.door1, unique(), inner("same", ",\"atrl\":[\"lbl\"]"));
        assertThat(b.server.enclave.openRequest(other.esprimObject())).isInstanceOf(OpenedRequest.Inner.class);
    }

    @Test
    void aProtectedErrorAnswersNoOtherExchange() {
        answered(b.door1, seal(b.door1, unique(), inner("first", "")));
        SealedRequest one = seal(b.door1, Optional.empty(), inner("one", ""));
        SealedRequest two = seal(b.door1, Optional.empty(), inner("two", ""));
        b.server.enclave.openRequest(one.esprimObject());
        String spoiled = one.esprimObject().substring(0, one.esprimObject().length() - 2) + "AA";
        OpenedRequest.Refused refused = (OpenedRequest.Refused) b.server.enclave.openRequest(spoiled);
        assertThat(refused.status()).isEqualTo(4115);
        String error = refused.sealedResponse().orElseThrow();
        assertThat(b.door1.enclave.openResponse(two.exchange(), error)).isInstanceOf(OpenedResponse.Refused.class);
    }

    @Test
    @Tag("E-33")
    void parametersThatBelongToTheOuterRequestAreIgnoredInside() {
        SealedRequest sealed = seal(b.door1, unique(), inner("outer", ",\"rt\":{\"rtv\":3},\"ec\":2,\"da\":true"));
        OpenedRequest.Inner opened = (OpenedRequest.Inner) b.server.enclave.openRequest(sealed.esprimObject());
        assertThat(text(opened.innerRequest()))
                .contains("\"rqi\":\"outer\"")
                .doesNotContain("\"rt\"")
                .doesNotContain("\"ec\"")
                .doesNotContain("\"da\"");
    }

    private Optional<String> unique() {
        return Optional.of(b.server.enclave.receiverRandObject(b.door1.identity));
    }

    private SealedRequest seal(Party device, Optional<String> object, String inner) {
        return device.enclave.sealRequest(b.server.identity, object, Building.utf8(inner));
    }

    /** The server's program answers 2000; gives what the device reads. */
    private int answered(Party device, SealedRequest sealed) {
        OpenedRequest.Inner opened = (OpenedRequest.Inner) b.server.enclave.openRequest(sealed.esprimObject());
        String id = text(opened.innerRequest()).replaceAll(".*\"rqi\":\"([^\"]*)\".*", "$1");
        String response = b.server.enclave.sealResponse(
                opened.exchange(), Building.utf8("{\"rsc\":2000,\"rqi\":\"" + id + "\",\"rvi\":\"3\"}"));
        OpenedResponse read = device.enclave.openResponse(sealed.exchange(), response);
        assertThat(read).isInstanceOf(OpenedResponse.Inner.class);
        return text(((OpenedResponse.Inner) read).innerResponse()).contains("\"rsc\":2000") ? 2000 : 0;
    }

    private static String inner(String id, String more) {
        return "{\"op\":2,\"to\":\"/in-cse/cse-in\",\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"" + id + "\",\"rvi\":\"3\""
                + more + "}";
    }

    private static String inner2(String id) {
        return inner(id, "").replace("Cdoor-1", "Cdoor-2");
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }
}
