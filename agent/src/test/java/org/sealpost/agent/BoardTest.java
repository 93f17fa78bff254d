package org.sealpost.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;

class BoardTest {
    private static final long NOW = 1_900_000_000;

    private final Board board = new Board();

    @Test
    void aCommandIsRepeatedWithGrowingPausesUntilItExpires() {
        board.sent(command(7, NOW + 20));
        List<Long> repeated = new java.util.ArrayList<>();
        for (long second = 0; second < 40; second++) {
            if (!board.due(NOW + second).isEmpty()) {
                repeated.add(second);
            }
        }
        assertThat(repeated).containsExactly(2L, 6L, 14L);
    }

    @Test
    void onlyThoseWhoAreSilentAreReminded() {
        board.sent(command(7, NOW + 60));
        board.due(NOW);
        board.answered(new Acknowledgement("door-1", "doors", 7, 1, "done", "closed", NOW));
        assertThat(board.due(NOW + 2))
                .singleElement()
                .satisfies(c -> assertThat(c.silent()).containsExactly("door-2"));
        board.answered(new Acknowledgement("door-2", "doors", 7, 1, "done", "closed", NOW));
        assertThat(board.due(NOW + 30)).isEmpty();
    }

    @Test
    void theFirstAnswerOfAMemberCountsAndStrangersCommandsAreIgnored() {
        board.sent(command(7, NOW + 60));
        board.answered(new Acknowledgement("door-1", "doors", 7, 1, "done", "closed", NOW));
        board.answered(new Acknowledgement("door-1", "doors", 7, 1, "failed", "later", NOW));
        board.answered(new Acknowledgement("door-1", "doors", 8, 1, "done", "closed", NOW));
        assertThat(board.all()).hasSize(1);
        assertThat(board.find(7).orElseThrow().answers().get("door-1").outcome())
                .isEqualTo("done");
    }

    private static Board.Row command(long id, long until) {
        return new Board.Row(
                id, "doors", "all", "close", "envelope", until, List.of("door-1", "door-2"), new TreeMap<>());
    }
}
