package org.sealpost.onem2m;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code contentInfo} of TS-0004 6.3.3. */
class ContentInfoTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"application/json:0", "application/json:0:1", "text/plain:2:5", "application/vnd.x-y+json:1:3"})
    void isReadAndWrittenTheSame(String text) {
        assertThat(ContentInfo.parse(text).text()).isEqualTo(text);
    }

    @Test
    void absentSecurityIsNone() {
        assertThat(ContentInfo.parse("application/json:0")).isEqualTo(new ContentInfo("application/json", 0, 0));
        assertThat(ContentInfo.parse("application/json:0:0").text()).isEqualTo("application/json:0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "json:0",
                "application/json",
                "application/json:3",
                "application/json:0:6",
                "application/json:00",
                "application/json:0:1:2",
                "application/json :0",
                "application/json:0:1\n",
                "a/b/c:0"
            })
    void otherFormsAreRefused(String text) {
        assertThatThrownBy(() -> ContentInfo.parse(text))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status()).isEqualTo(ResponseStatus.BAD_REQUEST));
    }
}
