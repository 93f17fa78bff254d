package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures, and says each figure as a ratio to its baseline where it has one. */
@Command(
        name = "sealpost bench",
        mixinStandardHelpOptions = true,
        description = "Measures speed with JMH; every ratio compares what ran side by side in this run.",
        footer = {
            "",
            "Examples:",
            "  sealpost bench",
            "  sealpost bench --only esprim --short",
            "  sealpost bench --json > figures.json",
            "",
            "Progress goes to standard error. Exit codes: 0 measured, 1 a benchmark failed, 2 wrong options."
        })
public final class BenchMain implements Callable<Integer> {
    @Option(names = "--json", description = "One flat object instead of the table.")
    boolean json;

    @Option(names = "--short", description = "Rough figures in a quarter of a minute instead of two minutes.")
    boolean brief;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            defaultValue = "",
            description = "One group: esprim, derivation or enclave.")
    String only = "";

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchMain()).execute(args));
    }

    @Override
    public Integer call() throws RunnerException {
        if (!only.isEmpty() && !Measure.groups().contains(only)) {
            System.err.println("bench: there is no group " + only + "; one of " + String.join(", ", Measure.groups()));
            return 2;
        }
        Consumer<String> progress = line -> System.err.println("bench: " + line);
        Figures figures = (brief ? Suite.SHORT : Suite.FULL).run(Measure.of(only), progress);
        Report report = new Report(figures, System.getProperty("sealpost.commit", "unknown"), machine());
        System.out.println(json ? report.json().toString() : report.table());
        return 0;
    }

    /** Processor, how many of them, JVM. */
    static String machine() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + Runtime.version();
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
