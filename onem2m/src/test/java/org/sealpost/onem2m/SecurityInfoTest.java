package org.sealpost.onem2m;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityInfoTest {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);

    @Test
    @Tag("E-11")
    @Tag("E-12")
    @Tag("E-24")
    void eachKindHasItsOctets() {
        assertThat(json(new SecurityInfo.RandObjectRequest())).isEqualTo("{\"m2m:seci\":{\"sit\":3}}");
        assertThat(json(new SecurityInfo.RandObjectResponse("{\"b\":1,\"a\":2}")))
                .isEqualTo("{\"m2m:seci\":{\"sit\":4,\"ero\":{\"b\":1,\"a\":2}}}");
        assertThat(json(new SecurityInfo.EsprimObject("a.b.c.d.e")))
                .isEqualTo("{\"m2m:seci\":{\"sit\":5,\"epo\":\"a.b.c.d.e\"}}");
        assertThat(json(new SecurityInfo.KeyEstablishment(new byte[] {22, 3})))
                .isEqualTo("{\"m2m:seci\":{\"sit\":6,\"eckm\":\"FgM=\"}}");
    }

    @Test
    void eachKindSurvives() {
        for (SecurityInfo info : new SecurityInfo[] {
            new SecurityInfo.RandObjectRequest(),
            new SecurityInfo.RandObjectResponse("{\"b\":1,\"a\":2}"),
            new SecurityInfo.EsprimObject("a.b.c.d.e")
        }) {
            assertThat(SecurityInfo.of(info.toContent())).isEqualTo(info);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8})
    void kindsOfTheStandardThatAreNotProcessedSaySo(int type) {
        assertThatThrownBy(() -> SecurityInfo.of(content("{'sit':" + type + "}")))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.NOT_IMPLEMENTED));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|sit",
                "'x'|not an object",
                "{'sit':'3'}|sit",
                "{'sit':0}|securityInfoType",
                "{'sit':4294967299}|securityInfoType",
                "{'sit':3,'ero':{}}|another type",
                "{'sit':3,'epo':'x'}|another type",
                "{'sit':4}|ero",
                "{'sit':4,'ero':'{}'}|ero",
                "{'sit':4,'ero':{},'epo':'x'}|another type",
                "{'sit':5}|epo",
                "{'sit':5,'epo':{}}|epo",
                "{'sit':5,'epo':'x','secret':1}|not known",
                "{'sit':6}|eckm",
                "{'sit':6,'eckm':'*'}|base64",
                "{'sit':6,'eckm':'AA==','epo':'x'}|another type"
            })
    @Tag("E-11")
    @Tag("E-12")
    void anythingElseIsRefused(String json, String sentence) {
        assertThatThrownBy(() -> SecurityInfo.of(content(json)))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.BAD_REQUEST))
                .hasMessageContaining(sentence)
                .message()
                .doesNotContain("secret");
    }

    @Test
    void anotherContentIsRefused() {
        assertThatThrownBy(() -> SecurityInfo.of(JSON.decodeContent("{\"m2m:cin\":{\"sit\":3}}".getBytes(UTF_8))))
                .isInstanceOf(Refusal.class);
    }

    private static Content content(String json) {
        return JSON.decodeContent(("{\"m2m:seci\":" + json.replace('\'', '"') + "}").getBytes(UTF_8));
    }

    private static String json(SecurityInfo info) {
        return new String(JSON.encode(info.toContent()), UTF_8);
    }
}
