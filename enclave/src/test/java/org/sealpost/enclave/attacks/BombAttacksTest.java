package org.sealpost.enclave.attacks;

import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.RandObject;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;

/** A33: JSON and CBOR that parsers read differently, or that grow when they are read, in every place that takes a document. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BombAttacksTest {
    private final Building b = new Building();

    static List<Map.Entry<String, byte[]>> bombs() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("nested deep", utf8("[".repeat(50_000) + "]".repeat(50_000)));
        all.put("objects nested deep", utf8("{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000)));
        all.put("never closed", utf8("{\"v\":".repeat(1_000)));
        all.put("a key twice", utf8("{\"v\":1,\"v\":1}"));
        all.put("a key twice, once escaped", utf8("{\"v\":1,\"\\u0076\":2}"));
        all.put("a million empty arrays", utf8("[" + "[],".repeat(300_000) + "[]]"));
        all.put("a number of many digits", utf8("{\"v\":" + "9".repeat(100_000) + "}"));
        all.put("a number beyond all", utf8("{\"v\":1e999999999}"));
        all.put("half of a surrogate pair", utf8("{\"v\":\"\\ud800\"}"));
        all.put("a byte order mark", utf8("\ufeff{\"v\":1}"));
        all.put("UTF-16", "{\"v\":1}".getBytes(StandardCharsets.UTF_16LE));
        all.put("something after the end", utf8("{\"v\":1}{\"v\":2}"));
        all.put("a comment", utf8("{/* */\"v\":1}"));
        all.put("a comma too many", utf8("{\"v\":1,}"));
        all.put("octets that are no UTF-8", new byte[] {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'});
        all.put("empty", new byte[0]);
        return List.copyOf(all.entrySet());
    }

    @ParameterizedTest
    @MethodSource("bombs")
    @DisplayName(
            "A33 as the header of a sealed object, of a group's envelope, of an enrolment package, and as a RandObject")
    void a33InTheClear(Map.Entry<String, byte[]> bomb) {
        b.distribute();
        String sealed = b.sealFor(b.door1, Building.DOORS).esprimObject();
        String withBomb = Base64Url.encode(bomb.getValue()) + sealed.substring(sealed.indexOf('.'));
        changesNothing(b.door1, () -> {
            refused(4000, b.door1.enclave.openRequest(withBomb));
            refused(4000, b.door1.enclave.openCommand(withBomb));
            refused(4000, () -> b.door1.enclave.openReading(withBomb));
            refused(4000, () -> b.door1.enclave.acceptEnrolment(withBomb));
        });
        changesNothing(
                b.server,
                () -> refused(
                        4000,
                        () -> b.server.enclave.sealCredential(
                                b.door1.identity,
                                Optional.of(new String(bomb.getValue(), StandardCharsets.ISO_8859_1)),
                                Building.DOORS)));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    @DisplayName(
            "A33 sealed and signed by somebody who holds the keys: inner primitives, commands, readings, acknowledgements, delegations")
    void a33UnderProtection(Map.Entry<String, byte[]> bomb) {
        b.distribute();
        Captured server = Captured.party(b.server);
        Captured door2 = Captured.party(b.door2);
        byte[] document = bomb.getValue();
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        if (document.length > 0) {
            String inner = server.channelTo(b.door1)
                    .sealRequest(
                            Optional.of(RandObject.parse(RandObject.Role.RECEIVER, rand)),
                            document,
                            b.server.now,
                            new Random())
                    .object();
            changesNothing(b.door1, () -> refused(4000, b.door1.enclave.openRequest(inner)));
        }
        String signed = server.signFor("command", Labels.TYPE_COMMAND, document);
        changesNothing(
                b.door1,
                () -> refused(
                        4000,
                        b.door1.enclave.openCommand(
                                door2.seal(GroupEnvelope.Use.COMMAND, Building.DOORS, Captured.ascii(signed)))));
        if (document.length > 0) {
            changesNothing(
                    b.door1,
                    () -> refused(
                            4000,
                            () -> b.door1.enclave.openReading(
                                    door2.seal(GroupEnvelope.Use.READING, Building.DOORS, document))));
        }
        String acknowledged = door2.sign(Labels.TYPE_ACKNOWLEDGEMENT, Map.of(), document);
        changesNothing(
                b.server,
                () -> refused(
                        4000,
                        () -> b.server.enclave.openAcknowledgement(door2.seal(
                                GroupEnvelope.Use.ACKNOWLEDGEMENT, Building.DOORS, Captured.ascii(acknowledged)))));
        changesNothing(
                b.agent,
                () -> refused(
                        4000,
                        () -> b.agent.enclave.acceptDelegation(
                                server.signFor("delegation", Labels.TYPE_DELEGATION, document))));
    }

    @Test
    @DisplayName(
            "A33 CBOR of indefinite length, with a key twice, tags, byte strings, counts beyond the end, and nested deep")
    void a33Cbor() {
        for (String hex : new String[] {
            "bf616101ff",
            "9f01ff",
            "7f6161ff",
            "a2616101616102",
            "c06161",
            "41ff",
            "9b7fffffffffffffff",
            "bb7fffffffffffffff",
            "7b7fffffffffffffff",
            "a1016161",
            "f7",
            "fb7ff8000000000000",
            "ff",
            "",
            "a1616101a1616101",
            "81".repeat(10_000) + "01"
        }) {
            byte[] octets = java.util.HexFormat.of().parseHex(hex);
            refused(4000, () -> PrimitiveCodec.of(Serialization.CBOR).decodeTree(octets));
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
