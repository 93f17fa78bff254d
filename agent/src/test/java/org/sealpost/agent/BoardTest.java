package org.sealpost.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;
import org.sealpost.onem2m.Refusal;

class BoardTest {
    private static final long NOW = 1_900_000_000;

    @TempDir
    Path folder;

    private Board board = new Board(new BoardFiles(Path.of("nowhere")));

    @BeforeEach
    void open() {
        board = new Board(new BoardFiles(folder));
    }

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

    @Test
    void aBoardAfterACrashKnowsItsCommandsAndRemindsWhoIsSilent() throws Exception {
        board.sent(command(7, NOW + 60));
        board.sent(command(8, NOW + 60));
        board.answered(new Acknowledgement("door-1", "doors", 7, 1, "done", "closed", NOW));
        // The crash tears the line of another answer.
        Files.writeString(folder.resolve("7.jsonl"), "{\"member\":\"door-2\",\"gro", StandardOpenOption.APPEND);
        Board again = new Board(new BoardFiles(folder));
        assertThat(again.all()).extracting(Board.Row::id).containsExactly(7L, 8L);
        assertThat(again.find(7).orElseThrow().answers().get("door-1").detail()).isEqualTo("closed");
        again.due(NOW);
        assertThat(again.due(NOW + 2))
                .extracting(Board.Row::silent)
                .containsExactly(List.of("door-2"), List.of("door-1", "door-2"));
    }

    @Test
    void theOldestCommandsLeaveBoardAndDisk() throws Exception {
        for (long id = 1; id <= 501; id++) {
            board.sent(command(id, NOW + 60));
        }
        assertThat(board.find(1)).isEmpty();
        assertThat(folder.resolve("1.jsonl")).doesNotExist();
        assertThat(folder.resolve("2.jsonl")).exists();
    }

    @Test
    void aCommandThatCannotBeKeptIsNotSent() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Board blocked = new Board(new BoardFiles(file.resolve("commands")));
        assertThatThrownBy(() -> blocked.sent(command(7, NOW + 60)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("was not sent");
        assertThat(blocked.all()).isEmpty();
    }

    private static Board.Row command(long id, long until) {
        return new Board.Row(
                id, "doors", "all", "close", "envelope", until, List.of("door-1", "door-2"), new TreeMap<>());
    }
}
