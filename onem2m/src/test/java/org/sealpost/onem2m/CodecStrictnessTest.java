package org.sealpost.onem2m;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** What is not exactly a primitive is refused, and the sentence tells what it is, without repeating it. */
class CodecStrictnessTest {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);
    private static final PrimitiveCodec CBOR = PrimitiveCodec.of(Serialization.CBOR);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1]|not an object",
                "{'to':'x','rqi':'r'}|\"op\"",
                "{'op':2,'rqi':'r'}|\"to\"",
                "{'op':2,'to':'x'}|\"rqi\"",
                "{'op':2,'to':'x','rqi':null}|\"rqi\"",
                "{'op':2,'to':'x','rqi':7}|\"rqi\"",
                "{'op':'2','to':'x','rqi':'r'}|\"op\"",
                "{'op':2.5,'to':'x','rqi':'r'}|\"op\"",
                "{'op':6,'to':'x','rqi':'r'}|1 to 5",
                "{'op':-4294967294,'to':'x','rqi':'r'}|\"op\"",
                "{'op':18446744073709551618,'to':'x','rqi':'r'}|64 bits",
                "{'op':2,'op':2,'to':'x','rqi':'r'}|duplicate key",
                "{'op':2,'to':'x','rqi':'r','rsc':2000}|not known",
                "{'op':2,'to':'x','rqi':'r','secret':1}|not known",
                "{'op':1,'to':'x','rqi':'r','ty':'4'}|\"ty\"",
                "{'op':1,'to':'x','rqi':'r','pc':'secret'}|Content",
                "{'op':1,'to':'x','rqi':'r','pc':{}}|Content",
                "{'op':1,'to':'x','rqi':'r','pc':{'m2m:cin':{},'m2m:cnt':{}}}|Content",
                "{'op':1,'to':'x','rqi':'r','pc':{'cin':{}}}|prefix",
                "{'op':2,'to':'x','rqi':'r','ot':'secret'}|timestamp",
                "{'op':2,'to':'x','rqi':'r','rqet':5000}|\"rqet\"",
                "{'op':2,'to':'x','rqi':'r','rt':2}|Response Type",
                "{'op':2,'to':'x','rqi':'r','rt':{'rtv':5}}|1 to 4",
                "{'op':2,'to':'x','rqi':'r','rt':{'rtv':-4294967294}}|\"rtv\"",
                "{'op':2,'to':'x','rqi':'r','rt':{'rtv':2,'nu':'/x'}}|\"nu\"",
                "{'op':2,'to':'x','rqi':'r','rt':{'rtv':2,'nu':[1]}}|\"nu\"",
                "{'op':2,'to':'x','rqi':'r','rt':{'rtv':2,'secret':[]}}|not known",
                "{'op':2,'to':'x','rqi':'r','grtm':'/x'}|\"grtm\"",
                "{'op':2,'to':'x','rqi':'r','atrl':{'secret':1}}|\"atrl\"",
                "{'op':2,'to':'x','rqi':'r','fc':[]}|\"fc\"",
                "{'op':2,'to':'x','rqi':'r','fc':{'lbl':{'secret':1}}}|\"fc\"",
                "{'op':2,'to':'x','rqi':'r','fc':{'lbl':[['secret']]}}|\"fc\"",
                "{'op':2,'to':'x','rqi':'r'} x|malformed",
                "{'op':2,'to':'x','rqi':'r'}{}|follows",
                "{'op':2,'to':'x','rqi':'r'|malformed",
                "{'op':2,'to':'x','rqi':'r',}|malformed",
                "{'op':02,'to':'x','rqi':'r'}|malformed",
                "{'op':NaN,'to':'x','rqi':'r'}|malformed",
                "/*secret*/{'op':2,'to':'x','rqi':'r'}|malformed",
                "{op:2,'to':'x','rqi':'r'}|malformed",
                "{'op':2,'to':'x','rqi':'r','pc':{'m2m:cin':1e400}}|finite",
                "{'op':2,'to':'x','rqi':'\\ud800'}|surrogate",
                "{'op':2,'to':'x','rqi':'r','pc':{'m2m:cin':{'\\udc00':1}}}|malformed"
            })
    @Tag("B-02")
    void whatIsNoRequestInJsonIsRefused(String json, String sentence) {
        refused(() -> JSON.decodeRequest(json.replace('\'', '"').getBytes(UTF_8)), sentence);
    }

    @ParameterizedTest
    @ValueSource(strings = {"da", "rids", "tids", "drt", "oet", "vsi"})
    @Tag("E-25")
    void aParameterThatIsNotSupportedIsNamed(String name) {
        String json = "{\"op\":2,\"to\":\"x\",\"rqi\":\"r\",\"" + name + "\":1}";
        assertThatThrownBy(() -> JSON.decodeRequest(json.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.NOT_IMPLEMENTED))
                .hasMessageContaining('"' + name + '"');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'op':2,'to':'x','rqi':'r'}|not known",
                "{'rqi':'r'}|\"rsc\"",
                "{'rsc':2000}|\"rqi\"",
                "{'rsc':2999,'rqi':'r'}|status",
                "{'rsc':-4294965296,'rqi':'r'}|\"rsc\"",
                "{'rsc':'2000','rqi':'r'}|\"rsc\"",
                "{'rsc':2000,'rqi':'r','fc':{}}|not known"
            })
    void whatIsNoResponseIsRefused(String json, String sentence) {
        refused(() -> JSON.decodeResponse(json.replace('\'', '"').getBytes(UTF_8)), sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "5f41614162ff, byte strings",
        "4161, byte strings",
        "c101, tags",
        "7f61616162ff, indefinite",
        "9f01ff, indefinite",
        "bf616101ff, indefinite",
        "a10101, not a text",
        "a1410101, not a text",
        "a2616101616102, duplicate key",
        "0101, follows",
        "f7, simple",
        "e0, simple",
        "f820, simple",
        "ff, simple",
        "1c, reserved",
        "18, cut off",
        "6261, cut off",
        "7b7fffffffffffffff61, cut off",
        "7bffffffffffffffff61, cut off",
        "9bffffffffffffffff, cut off",
        "bb7fffffffffffffff, cut off",
        "8201, cut off",
        "f97c00, finite",
        "fa7f800000, finite",
        "fb7ff8000000000000, finite",
        "1bffffffffffffffff, 64 bits",
        "62c328, not UTF-8",
        "63eda080, not UTF-8",
        "64f7808080, not UTF-8",
        "62c0af, not UTF-8",
        "a162c0af01, not UTF-8"
    })
    @Tag("B-04")
    void cborThatIsNotOurSubsetIsRefused(String hex, String sentence) {
        refused(() -> CBOR.decodeTree(HexFormat.of().parseHex(hex)), sentence);
    }

    @Test
    void emptyAndOversizedDocumentsAreRefused() {
        for (PrimitiveCodec codec : new PrimitiveCodec[] {JSON, CBOR}) {
            refused(() -> codec.decodeTree(new byte[0]), "empty");
            refused(() -> codec.decodeTree(new byte[PrimitiveCodec.MAX_OCTETS + 1]), "longer than");
        }
        refused(() -> JSON.decodeTree("   ".getBytes(UTF_8)), "empty");
    }

    @Test
    void depthBombsAreRefused() {
        assertThat(JSON.decodeTree(("[".repeat(32) + "]".repeat(32)).getBytes(UTF_8))
                        .isArray())
                .isTrue();
        refused(() -> JSON.decodeTree("[".repeat(33).getBytes(UTF_8)), "deeper than 32");
        refused(() -> JSON.decodeTree("[".repeat(1_000_000).getBytes(UTF_8)), "deeper than 32");
        refused(() -> JSON.decodeTree("{\"a\":".repeat(200_000).getBytes(UTF_8)), "deeper than 32");
        refused(() -> CBOR.decodeTree(filled(1_000_000, 0x81)), "deeper than 32");
    }

    @Test
    void sizeBombsAreRefused() {
        refused(() -> JSON.decodeTree(("[" + "[],".repeat(300_000) + "[]]").getBytes(UTF_8)), "too many");
        refused(() -> JSON.decodeTree("9".repeat(100_000).getBytes(UTF_8)), "too long");
        refused(() -> JSON.decodeTree(("{\"" + "a".repeat(10_000) + "\":1}").getBytes(UTF_8)), "too long");
    }

    @Test
    @Tag("B-02")
    void onlyUtf8IsRead() {
        refused(() -> JSON.decodeTree("{\"a\":1}".getBytes(UTF_16)), "UTF-8");
        refused(() -> JSON.decodeTree("{\"a\":1}".getBytes(UTF_16LE)), "UTF-8");
        refused(() -> JSON.decodeTree("\ufeff{\"a\":1}".getBytes(UTF_8)), "byte order mark");
        refused(() -> JSON.decodeTree(new byte[] {'"', (byte) 0xc3, '(', '"'}), "UTF-8");
    }

    @Test
    void aTreeThatCborCannotCarryIsRefused() {
        refused(() -> CBOR.encodeTree(JsonNodeFactory.instance.binaryNode(new byte[1])), "written");
        refused(
                () -> CBOR.encodeTree(JsonNodeFactory.instance.numberNode(java.math.BigInteger.TWO.pow(64))),
                "64 bits");
    }

    private static byte[] filled(int count, int octet) {
        byte[] octets = new byte[count];
        java.util.Arrays.fill(octets, (byte) octet);
        return octets;
    }

    private static void refused(ThrowingCallable call, String sentence) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.BAD_REQUEST))
                .hasMessageContaining(sentence)
                .message()
                .doesNotContain("secret", "jackson", "line:", "column");
    }
}
