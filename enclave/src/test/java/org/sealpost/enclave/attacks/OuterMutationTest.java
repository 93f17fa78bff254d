package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.onem2m.MutationTable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every member of what lies outside of the encryption: outer primitives, {@code m2m:seci}, RandObjects, and the protected headers of ESPrim Objects, which are sealed again over what was changed by
 * somebody who holds the keys. The tables say which status each change has to have.
 */
class OuterMutationTest {
    private static final int OK = MutationTable.OK;
    private static final String PLACE = "SEALED-OBJECT";

    /** Of every request that carries {@code m2m:seci}. */
    private static final String OUTER = """
            field           REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
            op              4000    -     -    4000     4000 4000
            to              4000    4000  4000 -        -    -
            fr              2000    4000  4000 -        -    -
            rqi             4000    4000  4000 -        -    -
            rvi             2000    4000  4000 -        -    -
            ot              2000    4000  4000 -        -    -
            rqet            2000    4000  4000 -        -    -
            rt              2000    4000  -    -        -    -
            rt.rtv          4000    -     -    4000     4000 4000
            pc              4000    4000  -    -        -    -
            pc.m2m:seci     4000    4000  -    -        -    -
            pc.m2m:seci.sit 4000    -     -    4000     4000 4000
            """;

    private final long seed = System.nanoTime();
    private final Building b = new Building();
    private final ScriptedGateway gateway = new ScriptedGateway(b);

    @Test
    void outerRequests() {
        check(
                b.door1,
                outer("{\"sit\":5,\"epo\":\"" + PLACE + "\"}"),
                OUTER + """
                pc.m2m:seci.epo 4000    4000  4000 -        -    -
                """,
                json -> delivered(withObject(json)));
    }

    @Test
    void requestsForARandObject() {
        check(b.door1, outer("{\"sit\":3}"), OUTER, this::delivered);
    }

    @Test
    void keyEstablishment() {
        byte[] hello = b.server.enclave.startKeyEstablishment(b.door1.identity).message();
        String message = java.util.Base64.getEncoder().encodeToString(hello);
        check(b.door1, outer("{\"sit\":6,\"eckm\":\"" + message + "\"}"), OUTER + """
                pc.m2m:seci.eckm 4000   4000  4000 -        -    -
                """, this::delivered);
    }

    @Test
    void randObjectsOfReceivers() {
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        check(
                b.server,
                Building.utf8(rand),
                """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                esri  4000    4000  4000 -        -    -
                esrv  4000    4000  4000 -        -    -
                esrx  4000    4000  4000 -        -    -
                esks  4000    4000  -    -        -    -
                espa  4000    4000  -    -        -    -
                """,
                json -> MutationTable.thrown(() -> b.server.enclave.sealCredential(
                        b.door1.identity, Optional.of(new String(json, StandardCharsets.UTF_8)), Building.DOORS)));
    }

    @Test
    void headersOfRequests() {
        check(b.door1, Building.utf8(template(request().header())), """
                field    REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                alg      4000    4000  4000 -        -    -
                enc      4000    4111  4111 -        -    -
                kid      4000    4112  4112 -        -    -
                cty      2000    4015  4015 -        -    -
                ori      4000    4000  4000 -        -    -
                rri      4000    4114  4114 -        -    -
                oro      4113    4000  -    -        -    -
                oro.esri 4000    4000  4000 -        -    -
                oro.esrv 4000    4000  4000 -        -    -
                oro.esrx 4000    4000  4000 -        -    -
                oro.esk  4000    -     -    4111     4111 4000
                oro.espa 4000    4000  -    -        -    -
                """, json -> {
            Sealed sealed = request();
            return status(b.door1.enclave.openRequest(sealed.under(filled(json, sealed.header()))));
        });
    }

    @Test
    void headersOfResponses() {
        check(b.server, Building.utf8(template(response().header())), """
                field    REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                alg      4000    4000  4000 -        -    -
                enc      4000    4000  4000 -        -    -
                kid      4000    4112  4112 -        -    -
                cty      2000    4015  4015 -        -    -
                ori      4000    4000  4000 -        -    -
                rri      4000    4000  4000 -        -    -
                """, json -> {
            Sealed sealed = response();
            OpenedResponse opened =
                    b.server.enclave.openResponse(sealed.exchange(), sealed.under(filled(json, sealed.header())));
            return opened instanceof OpenedResponse.Refused refused ? refused.status() : OK;
        });
    }

    /** An ESPrim Object and its session. */
    private record Sealed(String object, Resealed session, String exchange) {
        String header() {
            return Resealed.header(object);
        }

        String under(byte[] header) {
            return session.under(object, header);
        }
    }

    private Sealed request() {
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        SealedRequest sealed = b.server.enclave.sealCredential(b.door1.identity, Optional.of(rand), Building.DOORS);
        byte[] pairwise = Captured.party(b.door1).state().anchor.orElseThrow().pairwise();
        return new Sealed(
                sealed.esprimObject(), Resealed.sessionOf(sealed.esprimObject(), rand, pairwise), sealed.exchange());
    }

    private Sealed response() {
        Sealed request = request();
        var answered = (OpenedRequest.Answered) b.door1.enclave.openRequest(request.object());
        return new Sealed(answered.sealedResponse(), request.session(), request.exchange());
    }

    /** What is drawn anew for each object is named instead, so that mutations of one header can be made to any. */
    private static String template(String header) {
        var tree = (tools.jackson.databind.node.ObjectNode) JsonMapper.shared().readTree(header);
        for (String drawn : new String[] {"ori", "rri"}) {
            tree.put(drawn, drawn.toUpperCase(java.util.Locale.ROOT));
        }
        if (tree.get("oro") instanceof tools.jackson.databind.node.ObjectNode oro) {
            oro.put("esri", "ORI").put("esrv", "ESRV");
        }
        return tree.toString();
    }

    private static byte[] filled(byte[] json, String header) {
        var tree = JsonMapper.shared().readTree(header);
        String text = new String(json, StandardCharsets.UTF_8)
                .replace("\"ORI\"", tree.get("ori").toString())
                .replace("\"RRI\"", tree.get("rri").toString());
        String value = tree.path("oro").path("esrv").toString();
        return Building.utf8(value.isEmpty() ? text : text.replace("\"ESRV\"", value));
    }

    private static byte[] outer(String seci) {
        return Building.utf8("{\"op\":5,\"to\":\"/gw-north/Cdoor-1\",\"fr\":\"/in-cse\",\"rqi\":\"o1\",\"rvi\":\"3\","
                + "\"ot\":\"20300101T000000\",\"rqet\":\"20300101T001000\",\"rt\":{\"rtv\":3},\"pc\":{\"m2m:seci\":"
                + seci + "}}");
    }

    private byte[] withObject(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        return text.contains(PLACE)
                ? Building.utf8(
                        text.replace(PLACE, b.sealFor(b.door1, Building.DOORS).esprimObject()))
                : json;
    }

    /** To the door, as the gateway hands it over. */
    private int delivered(byte[] octets) {
        return gateway.inject(new Letter(1, Letter.Kind.REQUEST, b.server.identity, b.door1.identity, octets))
                .orElseThrow()
                .status()
                .code();
    }

    private void check(Party target, byte[] message, String table, ToIntFunction<byte[]> attempt) {
        Map<String, String> wrong = new MutationTable(table).wrong(message, seed, json -> {
            Map<String, byte[]> before = target.disk.copy();
            int got = attempt.applyAsInt(json);
            if (got != OK) {
                target.disk
                        .copy()
                        .forEach((name, octets) -> assertThat(Arrays.equals(octets, before.get(name)))
                                .as("a refusal changed the state: %s", got)
                                .isTrue());
            }
            return got;
        });
        assertThat(wrong).as("seed %s", seed).isEmpty();
    }

    private static int status(OpenedRequest verdict) {
        return verdict instanceof OpenedRequest.Refused refused ? refused.status() : OK;
    }
}
