package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** A9 and A29: the gateway wants a weaker mechanism, or none, by editing what is offered and by lying in plain errors. */
class NegotiationAttacksTest {
    private final Building b = new Building();
    private final ScriptedGateway gateway = new ScriptedGateway(b);

    @ParameterizedTest
    @DisplayName("A9 the gateway edits the list of algorithms in the member's RandObject")
    @ValueSource(
            strings = {
                "[10]",
                "[11]",
                "[10,11]",
                "[12,10]",
                "[10,12]",
                "[12,11,10]",
                "[12,12]",
                "[1]",
                "[0,12]",
                "[]",
                "[13,12]"
            })
    void a9TheOfferIsEdited(String instead) {
        gateway.follow(Script.edit("\"espa\":[12]", "\"espa\":" + instead)
                .when(l -> l.kind() == Letter.Kind.RESPONSE)
                .then(Script.edit("espa\\\":[12]", "espa\\\":" + instead)));
        changesNothing(b.door1, () -> {
            try {
                assertThat(gateway.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Refused.class);
            } catch (Refusal refusal) {
                assertThat(refusal.status().code()).isIn(4000, 4111, 4115);
            }
        });
        assertThat(b.door1.enclave.credentials()).isEmpty();
        assertThat(gateway.recorded().stream().map(NegotiationAttacksTest::unescaped))
                .noneMatch(text -> text.contains("A128GCM") || text.contains("A192GCM"));
        comesThroughInFullStrength(b.door1);
    }

    @Test
    @DisplayName("A9 the gateway edits every other member of the RandObject: value, identifier, key generation, expiry")
    void a9TheRestOfTheOfferIsEdited() {
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        for (String[] edit : new String[][] {
            {"\"esrv\":\"r", "\"esrv\":\"r0"},
            {"\"esks\":[1]", "\"esks\":[1,2]"},
            {"\"esks\":[1]", "\"esks\":[2]"},
            {"\"esri\":\"U-", "\"esri\":\"U-0"},
            {"T000000", "T000001"},
            {"T010000", "T010001"}
        }) {
            String edited = rand.replace(edit[0], edit[1]);
            if (edited.equals(rand)) {
                continue;
            }
            changesNothing(b.door1, () -> {
                try {
                    String object = b.server
                            .enclave
                            .sealCredential(b.door1.identity, Optional.of(edited), Building.DOORS)
                            .esprimObject();
                    assertThat(b.door1.enclave.openRequest(object))
                            .isInstanceOf(org.sealpost.enclave.EndPointKeys.OpenedRequest.Refused.class);
                } catch (Refusal refusal) {
                    assertThat(refusal.status().code()).isIn(4000, 4111);
                }
            });
        }
        comesThroughInFullStrength(b.door1);
    }

    @Test
    @DisplayName("A9 the gateway writes a weaker algorithm into the header of a sealed object")
    void a9TheHeaderIsEdited() {
        String object = b.sealFor(b.door1, Building.DOORS).esprimObject();
        int dot = object.indexOf('.');
        String header = new String(org.sealpost.e2e.Base64Url.decode(object.substring(0, dot)), StandardCharsets.UTF_8);
        changesNothing(b.door1, () -> {
            for (String[] edit : new String[][] {
                {"A256GCM", "A128GCM", "4111"},
                {"A256GCM", "none", "4111"},
                {"\"alg\":\"dir\"", "\"alg\":\"none\"", "4000"},
                {"\"espa\":[12]", "\"espa\":[10]", "4111"}
            }) {
                assertThat(header).contains(edit[0]);
                String edited = org.sealpost.e2e.Base64Url.encode(
                                header.replace(edit[0], edit[1]).getBytes(StandardCharsets.UTF_8))
                        + object.substring(dot);
                refused(Integer.parseInt(edit[2]), b.door1.enclave.openRequest(edited));
            }
        });
        assertThat(b.door1.enclave.openRequest(object))
                .isInstanceOf(org.sealpost.enclave.EndPointKeys.OpenedRequest.Answered.class);
    }

    @Test
    @DisplayName(
            "A9 the gateway says in the member's name that it does not support this, in plain: no weaker mechanism is tried")
    void a9TheGatewaySaysUnsupported() {
        for (ResponseStatus lie : List.of(
                ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                ResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                ResponseStatus.NOT_IMPLEMENTED,
                ResponseStatus.OPERATION_NOT_ALLOWED)) {
            gateway.follow(lie(lie).when(l -> l.kind() == Letter.Kind.RESPONSE));
            changesNothing(b.door1, () -> refused(lie.code(), () -> gateway.push(b.door1, Building.DOORS)));
            assertThat(gateway.recorded(Letter.Kind.REQUEST))
                    .noneMatch(l -> unescaped(l).contains("A128GCM"));
        }
        comesThroughInFullStrength(b.door1);
    }

    @ParameterizedTest
    @DisplayName("A29 the gateway answers with plain errors of every kind, to the first and to the second message")
    @ValueSource(ints = {4000, 4004, 4008, 4103, 4105, 4111, 4112, 4113, 4114, 4115, 4116, 5000, 5103, 5105, 5207})
    void a29PlainErrors(int status) {
        ResponseStatus spoofed = ResponseStatus.of(status);
        Script always = lie(spoofed).when(l -> l.kind() == Letter.Kind.RESPONSE);
        Script onlyToSealed =
                letter -> letter.kind() == Letter.Kind.RESPONSE && letter.text().contains("eyJ")
                        ? lie(spoofed).carry(letter)
                        : List.of(letter);
        b.push(b.door1, Building.DOORS);
        for (Script script : List.of(always, onlyToSealed)) {
            gateway.follow(script);
            int before = gateway.recorded(Letter.Kind.REQUEST).size();
            assertThat(gateway.pull(b.door1, Building.DOORS).toCompletableFuture())
                    .isCompletedExceptionally();
            assertThat(gateway.recorded(Letter.Kind.REQUEST).size() - before)
                    .as("retries are bounded")
                    .isLessThanOrEqualTo(4);
            assertThat(b.door1.enclave.hasSession(b.server.identity)).isFalse();
        }
        comesThroughInFullStrength(b.door1);
        assertThat(gateway.pull(b.door1, Building.DOORS).toCompletableFuture()).isCompletedWithValueMatching(a -> true);
    }

    @Test
    @DisplayName("A29 a plain error says nothing of a delivery: the sealed answer that comes after it still counts")
    void a29TheTrueAnswerStillCounts() {
        var sealed = b.sealFor(b.door1, Building.DOORS);
        var answered = (org.sealpost.enclave.EndPointKeys.OpenedRequest.Answered)
                b.door1.enclave.openRequest(sealed.esprimObject());
        refused(4000, b.server.enclave.openResponse(sealed.exchange(), "an error in plain words"));
        refused(4000, b.server.enclave.openResponse(sealed.exchange(), sealed.esprimObject()));
        assertThat(b.server.enclave.openResponse(sealed.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Confirmed.class);
    }

    private void comesThroughInFullStrength(Party member) {
        gateway.follow(Script.honest());
        assertThat(gateway.push(member, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
        String rand = member.enclave.receiverRandObject(b.server.identity);
        assertThat(b.server
                        .enclave
                        .sealCredential(member.identity, Optional.of(rand), Building.DOORS)
                        .negotiation()
                        .chosen())
                .isEqualTo("ESPrim A256GCM");
    }

    private static Script lie(ResponseStatus status) {
        return Script.change(octets -> {
            PrimitiveCodec json = PrimitiveCodec.of(Serialization.JSON);
            String id = json.decodeResponse(octets).requestId();
            return json.encode(ResponsePrimitive.refused(new Refusal(status, "not here"), id));
        });
    }

    /** A letter's text with the protected headers in it in clear. */
    private static String unescaped(Letter letter) {
        StringBuilder all = new StringBuilder(letter.text());
        java.util.regex.Pattern.compile("eyJ[A-Za-z0-9_-]+")
                .matcher(letter.text())
                .results()
                .forEach(m -> {
                    try {
                        all.append(new String(org.sealpost.e2e.Base64Url.decode(m.group()), StandardCharsets.UTF_8));
                    } catch (Refusal damaged) {
                        all.append('?');
                    }
                });
        return all.toString();
    }
}
