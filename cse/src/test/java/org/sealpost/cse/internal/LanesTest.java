package org.sealpost.cse.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LanesTest {
    private final Lanes<Integer> lanes = new Lanes<>(2);

    @Test
    void oneLaneGoesOneAfterTheOther() {
        assertThat(lanes.add("a", 1)).contains(1);
        assertThat(lanes.add("a", 2)).isEmpty();
        assertThat(lanes.add("a", 3)).isEmpty();
        assertThat(lanes.end("a")).contains(2);
        assertThat(lanes.end("a")).contains(3);
        assertThat(lanes.end("a")).isEmpty();
        assertThat(lanes.size()).isZero();
    }

    @Test
    void lanesAreUnderWayAtTheSameTimeUpToANumber() {
        assertThat(lanes.add("a", 1)).contains(1);
        assertThat(lanes.add("b", 2)).contains(2);
        assertThat(lanes.add("c", 3)).isEmpty();
        assertThat(lanes.size()).isEqualTo(3);
        assertThat(lanes.end("b")).contains(3);
        assertThat(lanes.add("d", 4)).isEmpty();
        assertThat(lanes.end("a")).contains(4);
    }

    @Test
    void lanesThatWaitTakeTurns() {
        Lanes<Integer> one = new Lanes<>(1);
        one.add("a", 1);
        one.add("a", 2);
        one.add("b", 3);
        assertThat(one.end("a")).contains(3);
        assertThat(one.end("b")).contains(2);
    }
}
