package org.sealpost.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SystemClockTest {
    @Test
    void aClockOf1970SaysWhatToDo() {
        assertThat(SystemClock.complaint(Instant.EPOCH.plusSeconds(17)))
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .contains("1970-01-01T00:00:17Z")
                        .contains("Set it")
                        .contains("start again"));
    }

    @Test
    void aClockThatWasSetIsFine() {
        assertThat(SystemClock.complaint(Instant.parse("2026-03-01T00:00:00Z"))).isEmpty();
        assertThat(SystemClock.complaint(Instant.now())).isEmpty();
    }
}
