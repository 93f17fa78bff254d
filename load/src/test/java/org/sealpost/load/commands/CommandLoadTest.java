package org.sealpost.load.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.load.Figures;
import org.sealpost.load.LoadMain;
import picocli.CommandLine;

/** The short form of {@code load commands}. */
class CommandLoadTest {
    @Test
    void aFewDevicesActAnswerAndJoinOverSockets() throws Exception {
        Figures figures = new CommandLoad(5, 2, 1).run(line -> {});
        for (String name : List.of("command", "single")) {
            assertThat(figures.get(name + "_executed_p50_ms")).as(name).isPositive();
            assertThat(figures.get(name + "_p50_ms")).as(name).isGreaterThan(figures.get(name + "_executed_p50_ms"));
            assertThat(figures.get(name + "_max_ms")).as(name).isGreaterThanOrEqualTo(figures.get(name + "_p99_ms"));
        }
        assertThat(figures.get("joins_sockets_per_s")).isPositive();
        assertThat(figures.get("first_joins_sockets_cpu_us")).isPositive();
        assertThat(figures.json().values()).allMatch(v -> v.isValueNode());
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThat(new CommandLine(new LoadMain()).execute("commands", "--devices", "0"))
                .isEqualTo(2);
    }
}
