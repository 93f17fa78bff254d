package org.sealpost.onem2m;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/** The octets of primitives (TS-0004 8.4, 8.5). */
class CodecTest {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final PrimitiveCodec CBOR = PrimitiveCodec.of(Serialization.CBOR);
    private static final Instant THEN = Instant.parse("2030-01-02T03:04:05Z");
    private static final Content CIN =
            new Content("m2m:cin", JsonNodeFactory.instance.objectNode().put("con", "on"));

    private static final RequestPrimitive FULL = RequestPrimitive.of(Operation.CREATE, "/in-cse/x", "Cx", "r1")
            .resourceType(4)
            .content(CIN)
            .originatingTimestamp(THEN)
            .requestExpiration(THEN)
            .resultExpiration(THEN)
            .responseType(ResponseType.asynchronous("/a", "/b"))
            .resultContent(1)
            .eventCategory(2)
            .groupRequestId("g")
            .groupTargets(List.of("/m"))
            .attributes(List.of("esi", "lbl"))
            .filter(Map.of("fu", "1", "ty", "2+3", "lbl", "a+b", "cra", "20300102T030405"))
            .build();

    private static final String FULL_JSON = "{\"op\":1,\"to\":\"/in-cse/x\",\"fr\":\"Cx\",\"rqi\":\"r1\",\"ty\":4,"
            + "\"pc\":{\"m2m:cin\":{\"con\":\"on\"}},\"rvi\":\"3\",\"ot\":\"20300102T030405\","
            + "\"rqet\":\"20300102T030405\",\"rset\":\"20300102T030405\",\"rt\":{\"rtv\":2,\"nu\":[\"/a\",\"/b\"]},"
            + "\"rcn\":1,\"ec\":2,\"gid\":\"g\",\"grtm\":[\"/m\"],\"atrl\":[\"esi\",\"lbl\"],"
            + "\"fc\":{\"cra\":\"20300102T030405\",\"fu\":1,\"lbl\":[\"a\",\"b\"],\"ty\":[2,3]}}";

    @Test
    @Tag("B-01")
    @Tag("B-02")
    void everyParameterOfARequestInJson() {
        assertThat(new String(JSON.encode(FULL), UTF_8)).isEqualTo(FULL_JSON);
        assertThat(JSON.decodeRequest(FULL_JSON.getBytes(UTF_8))).isEqualTo(FULL);
    }

    @Test
    void everyParameterOfARequestInCbor() {
        assertThat(CBOR.decodeRequest(CBOR.encode(FULL))).isEqualTo(FULL);
        assertThat(CBOR.requestFromTree(CBOR.toTree(FULL))).isEqualTo(FULL);
    }

    @Test
    @Tag("B-04")
    void aSmallRequestInCborOctetByOctet() {
        RequestPrimitive request = RequestPrimitive.of(Operation.NOTIFY, "-", "C", "r")
                .content(CIN)
                .build();
        String octets = "a6" // map of 6
                + "62" + hex("op") + "05"
                + "62" + hex("to") + "61" + hex("-")
                + "62" + hex("fr") + "61" + hex("C")
                + "63" + hex("rqi") + "61" + hex("r")
                + "62" + hex("pc") + "a167" + hex("m2m:cin") + "a163" + hex("con") + "62" + hex("on")
                + "63" + hex("rvi") + "61" + hex("3");
        assertThat(HexFormat.of().formatHex(CBOR.encode(request))).isEqualTo(octets);
        assertThat(CBOR.decodeRequest(HexFormat.of().parseHex(octets))).isEqualTo(request);
    }

    @Test
    @Tag("B-01")
    @Tag("B-02")
    void everyParameterOfAResponse() {
        ResponsePrimitive response = new ResponsePrimitive(
                ResponseStatus.CREATED,
                "r1",
                Optional.of(CIN),
                Optional.of("Cx"),
                Optional.of("/in-cse"),
                Optional.of(THEN),
                Optional.of(THEN),
                Optional.of("3"),
                Optional.empty());
        assertThat(new String(JSON.encode(response), UTF_8))
                .isEqualTo("{\"rsc\":2001,\"rqi\":\"r1\",\"pc\":{\"m2m:cin\":{\"con\":\"on\"}},\"to\":\"Cx\","
                        + "\"fr\":\"/in-cse\",\"ot\":\"20300102T030405\",\"rset\":\"20300102T030405\",\"rvi\":\"3\"}");
        assertThat(JSON.decodeResponse(JSON.encode(response))).isEqualTo(response);
        assertThat(CBOR.decodeResponse(CBOR.encode(response))).isEqualTo(response);
    }

    @Test
    void theLocationStaysWithTheBinding() {
        ResponsePrimitive response =
                ResponsePrimitive.of(ResponseStatus.CREATED, "r1").withLocation("/in-cse/x/1");
        assertThat(JSON.decodeResponse(JSON.encode(response)).location()).isEmpty();
    }

    @Test
    void aWholeNumberMayBeWrittenWithAFraction() {
        assertThat(JSON.decodeRequest("{\"op\":5.0,\"to\":\"x\",\"rqi\":\"r\"}".getBytes(UTF_8))
                        .operation())
                .isEqualTo(Operation.NOTIFY);
    }

    @Test
    void anAbsentReleaseVersionStaysAbsent() {
        assertThat(JSON.decodeRequest("{\"op\":2,\"to\":\"x\",\"rqi\":\"r\"}".getBytes(UTF_8))
                        .releaseVersion())
                .isEmpty();
    }

    @Test
    void longTextsInCborHaveADefiniteLength() {
        Content large =
                new Content("m2m:cin", JsonNodeFactory.instance.objectNode().put("con", "\u00fc".repeat(200_000)));
        assertThat(CBOR.decodeContent(CBOR.encode(large))).isEqualTo(large);
    }

    @Test
    @Tag("B-04")
    void numbersInCborHaveTheShortestHead() {
        for (Map.Entry<Long, String> example : Map.of(
                        0L,
                        "00",
                        23L,
                        "17",
                        24L,
                        "1818",
                        255L,
                        "18ff",
                        256L,
                        "190100",
                        65_536L,
                        "1a00010000",
                        4_294_967_296L,
                        "1b0000000100000000",
                        -1L,
                        "20",
                        -25L,
                        "3818",
                        Long.MIN_VALUE,
                        "3b7fffffffffffffff")
                .entrySet()) {
            byte[] octets = CBOR.encodeTree(JsonNodeFactory.instance.numberNode(example.getKey()));
            assertThat(HexFormat.of().formatHex(octets)).isEqualTo(example.getValue());
            assertThat(CBOR.decodeTree(octets).asLong()).isEqualTo(example.getKey());
        }
    }

    @Test
    void mediaTypesNameTheirSerialisation() {
        assertThat(Serialization.ofMediaType("application/json; charset=utf-8;ty=4"))
                .hasValue(Serialization.JSON);
        assertThat(Serialization.ofMediaType("application/vnd.onem2m-ntfy+cbor"))
                .hasValue(Serialization.CBOR);
        assertThat(Serialization.ofMediaType("vnd.onem2m-res+json")).hasValue(Serialization.JSON);
        assertThat(Serialization.ofMediaType("application/vnd.onem2m-res+xml")).isEmpty();
        assertThat(Serialization.ofMediaType("text/json")).isEmpty();
        assertThat(Serialization.ofMediaType("")).isEmpty();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(UTF_8));
    }
}
