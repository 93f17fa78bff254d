package org.sealpost.bench;

import java.util.List;
import java.util.function.Consumer;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks in rounds, so that what is compared is measured close together.
 *
 * @param rounds how often each is measured
 * @param forks JVMs for each measurement; 0 measures in this one
 * @param warmup iterations before
 * @param iterations iterations that count
 * @param iteration how long each is
 */
record Suite(int rounds, int forks, int warmup, int iterations, TimeValue iteration) {
    /** About two minutes. */
    static final Suite FULL = new Suite(3, 1, 3, 3, TimeValue.seconds(1));

    /** About fifteen seconds; rough. */
    static final Suite SHORT = new Suite(1, 1, 1, 2, TimeValue.milliseconds(500));

    /** Measures those of a group. */
    Figures run(List<Measure> measures, Consumer<String> progress) throws RunnerException {
        Figures figures = new Figures();
        for (int round = 1; round <= rounds; round++) {
            for (Measure measure : measures) {
                progress.accept("round " + round + " of " + rounds + ": " + measure.title());
                figures.add(measure.name(), once(measure));
            }
        }
        return figures;
    }

    private double once(Measure measure) throws RunnerException {
        var options = new OptionsBuilder()
                .include(measure.pattern())
                .forks(forks)
                .warmupIterations(warmup)
                .warmupTime(iteration)
                .measurementIterations(iterations)
                .measurementTime(iteration)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        RunResult result = new Runner(options).runSingle();
        return result.getPrimaryResult().getScore();
    }
}
