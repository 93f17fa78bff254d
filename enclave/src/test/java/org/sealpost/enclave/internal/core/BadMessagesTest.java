package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.e2e.Base64Url;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.onem2m.Refusal;

/** Each kind of bad message at a device's enclave: a status code and a sentence, one counter moves by one, nothing else changes, and what is good is still taken. */
class BadMessagesTest {
    private static final int TOO_LONG = 2_000_000;

    private final Building b = new Building();

    /** What can be wrong with a sealed credential, and the status that says so. */
    enum Credential {
        EMPTY(4000, good -> ""),
        CUT_OFF(4000, good -> good.substring(0, good.lastIndexOf('.'))),
        TAG_CUT_OFF(4000, good -> good.substring(0, good.length() - 4)),
        CIPHERTEXT_CUT_OFF(4115, good -> part(good, 3, text -> text.substring(0, (text.length() - 8) / 4 * 4))),
        TOO_LONG_A_MESSAGE(4000, good -> good + "A".repeat(TOO_LONG)),
        ONE_PART_TOO_MANY(4000, good -> good + ".AAAA"),
        KEY_TWICE(4000, good -> header(good, json -> json.replace("{", "{\"kid\":\"x.espr1@sealpost.example\","))),
        UNKNOWN_KEY(4000, good -> header(good, json -> json.replace("{", "{\"crit\":[\"b64\"],"))),
        UNKNOWN_KEY_ID(4112, good -> header(good, json -> json.replace(".espr1@", ".espr9@"))),
        UNKNOWN_RECEIVER_OBJECT(4114, good -> header(good, json -> renamed(json, "rri"))),
        UNKNOWN_ALGORITHM(4111, good -> header(good, json -> json.replace("A256GCM", "A512GCM"))),
        WEAKER_ALGORITHM(4111, good -> header(good, json -> json.replace("A256GCM", "A128GCM"))),
        CHANGED_CIPHERTEXT(4115, good -> part(good, 3, text -> flipped(text, 0))),
        CHANGED_TAG(4115, good -> part(good, 4, text -> flipped(text, 0)));

        private final int status;
        private final UnaryOperator<String> spoil;

        Credential(int status, UnaryOperator<String> spoil) {
            this.status = status;
            this.spoil = spoil;
        }
    }

    @BeforeEach
    void oneCredentialIsHeld() {
        b.push(b.door1, Building.DOORS);
    }

    @ParameterizedTest
    @EnumSource
    void aSealedCredentialThatIsWrong(Credential kind) {
        SealedRequest good = b.sealFor(b.door1, Building.DOORS);
        String bad = kind.spoil.apply(good.esprimObject());
        assertThat(bad).isNotEqualTo(good.esprimObject());
        refusedRequest(bad, kind.status);
        assertThat(b.door1.enclave.openRequest(good.esprimObject())).isInstanceOf(OpenedRequest.Answered.class);
    }

    @Test
    void aReceiverObjectThatHasExpired() {
        String sealed = b.sealFor(b.door1, Building.DOORS).esprimObject();
        b.door1.now = b.door1.now.plusSeconds(7200);
        refusedRequest(sealed, 4114);
    }

    @Test
    void anothersEnvelope() {
        refusedRequest(b.sealFor(b.door2, Building.DOORS).esprimObject(), 4112);
    }

    @Test
    void aPairwiseKeyThatIsNotTheServersAnyMore() {
        String sealed = b.sealFor(b.door1, Building.DOORS).esprimObject();
        b.enrol(b.door1, Role.DEVICE);
        refusedRequest(sealed, 4112);
    }

    @Test
    void anAnswerThatIsWrongOrOfAnotherExchangeOrComesTwice() {
        SealedRequest sealed = b.sealFor(b.door2, Building.DOORS);
        var answered = (OpenedRequest.Answered) b.door2.enclave.openRequest(sealed.esprimObject());
        SealedRequest other = b.sealFor(b.door1, Building.DOORS);
        String answer = answered.sealedResponse();
        for (String bad : new String[] {
            "",
            answer.substring(0, answer.length() / 2),
            part(answer, 4, text -> flipped(text, 0)),
            sealed.esprimObject()
        }) {
            refusedResponse(sealed.exchange(), bad);
        }
        refusedResponse(other.exchange(), answer);
        refusedResponse("no-such-exchange", answer);
        assertThat(b.server.enclave.openResponse(sealed.exchange(), answer))
                .isInstanceOf(OpenedResponse.Confirmed.class);
        refusedResponse(sealed.exchange(), answer);
    }

    @Test
    void aCommandThatIsWrong() {
        String good = b.command(b.server, "close").envelope();
        refusedCommand("", 4000);
        refusedCommand(good.substring(0, good.length() / 2), 4000);
        refusedCommand(good + "A".repeat(TOO_LONG), 4000);
        refusedCommand(header(good, json -> json.replace("{", "{\"alg\":\"dir\",")), 4000);
        refusedCommand(b.door1.enclave.sealReading(Building.DOORS, Building.utf8("{}")), 4000);
        assertThat(b.door1.enclave.openCommand(good)).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void eachOctetOfACommandChanged() {
        String good = b.command(b.server, "close").envelope();
        byte[] octets = good.getBytes(StandardCharsets.US_ASCII);
        int saves = b.door1.disk.saves;
        long before = total();
        for (int i = 0; i < octets.length; i++) {
            byte[] changed = octets.clone();
            changed[i] ^= 1;
            assertThat(b.door1.enclave.openCommand(new String(changed, StandardCharsets.US_ASCII)))
                    .as("octet %s", i)
                    .isInstanceOf(CommandVerdict.Refused.class);
        }
        assertThat(total()).isEqualTo(before + octets.length);
        assertThat(b.door1.disk.saves).isEqualTo(saves);
        assertThat(b.door1.enclave.openCommand(good)).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void eachOctetOfAReadingChanged() {
        String good = b.door1.enclave.sealReading(Building.DOORS, Building.utf8("{\"open\":true}"));
        byte[] octets = good.getBytes(StandardCharsets.US_ASCII);
        int saves = b.server.disk.saves;
        for (int i = 0; i < octets.length; i++) {
            byte[] changed = octets.clone();
            changed[i] ^= 1;
            String bad = new String(changed, StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> b.server.enclave.openReading(bad))
                    .as("octet %s", i)
                    .isInstanceOf(Refusal.class);
        }
        assertThat(sum(b.server)).isGreaterThanOrEqualTo(octets.length);
        assertThat(b.server.disk.saves).isEqualTo(saves);
        assertThat(b.server.enclave.openReading(good).sender()).isEqualTo(b.door1.identity);
    }

    @Test
    void anInnerRequestWithAKeyTwice() {
        String rand = b.server.enclave.receiverRandObject(b.door1.identity);
        byte[] twice = Building.utf8("{\"op\":2,\"op\":3,\"to\":\"/in-cse/cse-in\",\"fr\":\"/gw-north/Cdoor-1\","
                + "\"rqi\":\"x\",\"rvi\":\"3\"}");
        long before = b.door1.enclave.counters().getOrDefault("refused.4000", 0L);
        int saves = b.door1.disk.saves;
        assertThatThrownBy(() -> b.door1.enclave.sealRequest(b.server.identity, Optional.of(rand), twice))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4000));
        assertThat(b.door1.enclave.counters()).containsEntry("refused.4000", before + 1);
        assertThat(b.door1.disk.saves).isEqualTo(saves);
    }

    @ParameterizedTest
    @CsvSource({"6=, 4004", "'', 4004", "//x, 4004", "//sealpost.example/in-cse/cse-in/no-such-group, 4004"})
    void aCredentialIsAskedForAGroupThatIsNone(String group, int status) {
        int saves = b.server.disk.saves;
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        assertThatThrownBy(() -> b.server.enclave.sealCredential(b.door1.identity, Optional.of(rand), group))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(status));
        assertThat(b.server.disk.saves).isEqualTo(saves);
    }

    @Test
    void theServersCallsOfARenewalAreMadeAtAMembersEnclave() {
        int saves = b.door1.disk.saves;
        List<ThrowingCallable> calls = List.of(
                () -> b.door1.enclave.sealRenewal(b.server.identity, Optional.empty()),
                () -> b.door1.enclave.startKeyEstablishment(b.server.identity));
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.status().code()).isEqualTo(4005));
        }
        assertThat(b.door1.disk.saves).isEqualTo(saves);
    }

    private void refusedRequest(String bad, int status) {
        Map<String, Long> before = b.door1.enclave.counters();
        int saves = b.door1.disk.saves;
        var held = b.door1.enclave.credentials();
        assertThat(b.door1.enclave.openRequest(bad)).isInstanceOfSatisfying(OpenedRequest.Refused.class, r -> {
            assertThat(r.status()).as(r.sentence()).isEqualTo(status);
            assertThat(r.sentence()).isNotBlank();
        });
        onlyOneCounterMoved(before, status);
        assertThat(b.door1.disk.saves).isEqualTo(saves);
        assertThat(b.door1.enclave.credentials()).isEqualTo(held);
    }

    private void refusedCommand(String bad, int status) {
        Map<String, Long> before = b.door1.enclave.counters();
        int saves = b.door1.disk.saves;
        assertThat(b.door1.enclave.openCommand(bad)).isInstanceOfSatisfying(CommandVerdict.Refused.class, r -> {
            assertThat(r.status()).as(r.sentence()).isEqualTo(status);
            assertThat(r.sentence()).isNotBlank();
        });
        onlyOneCounterMoved(before, status);
        assertThat(b.door1.disk.saves).isEqualTo(saves);
    }

    private void refusedResponse(String exchange, String bad) {
        long before = sum(b.server);
        int saves = b.server.disk.saves;
        assertThat(b.server.enclave.openResponse(exchange, bad))
                .isInstanceOfSatisfying(
                        OpenedResponse.Refused.class,
                        r -> assertThat(r.sentence()).isNotBlank());
        assertThat(sum(b.server)).isEqualTo(before + 1);
        assertThat(b.server.disk.saves).isEqualTo(saves);
    }

    private void onlyOneCounterMoved(Map<String, Long> before, int status) {
        Map<String, Long> expected = new TreeMap<>(before);
        expected.merge("refused." + status, 1L, Long::sum);
        assertThat(b.door1.enclave.counters()).isEqualTo(expected);
    }

    private long total() {
        return sum(b.door1);
    }

    private static long sum(Party party) {
        return party.enclave.counters().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Gives one member of a header another value of the same form. */
    private static String renamed(String json, String member) {
        int at = json.indexOf("\"" + member + "\":\"") + member.length() + 4;
        char other = json.charAt(at) == '0' ? '1' : '0';
        return json.substring(0, at) + other + json.substring(at + 1);
    }

    private static String header(String sealed, UnaryOperator<String> change) {
        return part(
                sealed,
                0,
                text -> Base64Url.encode(
                        Building.utf8(change.apply(new String(Base64Url.decode(text), StandardCharsets.UTF_8)))));
    }

    private static String part(String sealed, int number, UnaryOperator<String> change) {
        String[] parts = sealed.split("\\.", -1);
        parts[number] = change.apply(parts[number]);
        return String.join(".", parts);
    }

    private static String flipped(String text, int at) {
        char other = text.charAt(at) == 'A' ? 'B' : 'A';
        return text.substring(0, at) + other + text.substring(at + 1);
    }
}
