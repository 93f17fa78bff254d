package org.sealpost.onem2m;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code e2eSecInfo} of TS-0004 6.3.5.52. */
class E2eSecInfoTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'esf':[13,14]}",
                "{'esf':[43],'escert':['AQID']}",
                "{'esf':[13],'esro':{'esri':'S-1','esrv':'r0','esrx':'20300101T000000','esks':[1],'espa':[12]}}"
            })
    void isReadAndWrittenTheSame(String json) {
        assertThat(E2eSecInfo.parse(tree(json)).toTree()).isEqualTo(tree(json));
    }

    @Test
    void supportIsOneOfFourFeatures() {
        assertThat(List.of(13, 23, 33, 43))
                .allMatch(f -> E2eSecInfo.of(List.of(f)).supportsEsprim());
        assertThat(E2eSecInfo.of(List.of(14, 44, 12)).supportsEsprim()).isFalse();
        assertThat(E2eSecInfo.of(List.of()).supportsEsprim()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{'esf':13}",
                "{'esf':['13']}",
                "{'esf':[13],'espa':{}}",
                "{'esf':[13],'escert':['*']}",
                "{'esf':[13],'esro':'x'}",
                "{'esf':null}"
            })
    void anythingElseIsRefused(String json) {
        assertThatThrownBy(() -> E2eSecInfo.parse(tree(json)))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.BAD_REQUEST));
    }

    private static JsonNode tree(String json) {
        return PrimitiveCodec.of(Serialization.JSON)
                .decodeTree(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
