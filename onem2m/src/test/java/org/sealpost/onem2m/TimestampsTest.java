package org.sealpost.onem2m;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
    @Test
    void formatsAndReadsTheFifteenCharacterForm() {
        Instant instant = Instant.parse("2030-12-31T23:59:59Z");
        assertThat(Timestamps.format(instant)).isEqualTo("20301231T235959");
        assertThat(Timestamps.parse("20301231T235959")).isEqualTo(instant);
        assertThat(Timestamps.parse("20301231T235959,5")).isEqualTo(instant.plusMillis(500));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "20301331T000000", "2030-12-31T23:59:59", "20301231T235959Z", "3600", "20300230T000000"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> Timestamps.parse(text)).isInstanceOf(Refusal.class);
    }
}
