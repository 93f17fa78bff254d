package org.sealpost.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import tools.jackson.databind.node.ObjectNode;

/** Every benchmark runs and every figure is in the report. */
class BenchTest {
    private static final Suite VERY_SHORT = new Suite(1, 0, 1, 1, TimeValue.milliseconds(100));

    @Test
    void everyFigureIsMeasuredAndPlausible() throws Exception {
        Figures figures = VERY_SHORT.run(Measure.of(""), line -> {});
        ObjectNode json = new Report(figures, "abc1234", BenchMain.machine()).json();
        for (Measure measure : Measure.values()) {
            assertThat(json.get(measure.figure()).asDouble())
                    .as(measure.figure())
                    .isBetween(0.01, 1e8);
        }
        assertThat(json.get("esprim_ratio").asDouble()).isBetween(0.01, 2.0);
        assertThat(json.get("esprim_ratio_gcm").asDouble())
                .isEqualTo(
                        json.get("esprim_ops_per_s").asDouble()
                                / json.get("gcm_ops_per_s").asDouble(),
                        org.assertj.core.api.Assertions.within(0.01));
        assertThat(json.get("commit").asString()).isEqualTo("abc1234");
        assertThat(json.get("machine").asString()).contains("processors");
        assertThat(json.values()).allMatch(v -> v.isValueNode());
    }

    @Test
    void aRatioIsTheMedianOfTheRounds() {
        Figures figures = new Figures();
        for (double value : List.of(10.0, 30.0, 20.0)) {
            figures.add("a", value);
            figures.add("b", 10.0);
        }
        assertThat(figures.ratio("a", "b")).hasValue(2.0);
        assertThat(figures.median("a")).hasValue(20.0);
        assertThat(figures.ratio("a", "absent")).isEmpty();
    }

    @Test
    void aGroupThatDoesNotExistIsRefused() {
        assertThat(new CommandLine(new BenchMain()).execute("--only", "nothing"))
                .isEqualTo(2);
        assertThat(Measure.groups())
                .containsExactly("esprim", "derivation", "escertke", "enclave")
                .doesNotContain("nothing");
        assertThat(Measure.of("derivation")).containsExactly(Measure.SESSION_DERIVATION_US);
    }
}
