package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

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
            "  sealpost bench --only provisioning",
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
            description = "One group: esprim, derivation, enclave, or provisioning (which runs only when it is named).")
    String only = "";

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchMain()).execute(args));
    }

    @Override
    public Integer call() throws RunnerException, IOException, InterruptedException {
        if (only.equals(ProvisioningLoad.GROUP)) {
            return provisioning();
        }
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

    private int provisioning() throws IOException, InterruptedException {
        ProvisioningLoad load = brief ? ProvisioningLoad.SHORT : ProvisioningLoad.FULL;
        var o = load.run(line -> System.err.println("bench: " + line));
        if (json) {
            System.out.println(JsonNodeFactory.instance
                    .objectNode()
                    .put("provisioning_devices", o.devices())
                    .put("provisioning_at_once", o.atOnce())
                    .put("provisioning_per_s", o.perSecond())
                    .put("provisioning_p50_ms", o.median())
                    .put("provisioning_p99_ms", o.p99())
                    .put("provisioning_max_ms", o.longest())
                    .put("commit", System.getProperty("sealpost.commit", "unknown"))
                    .put("machine", machine()));
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "%d devices through one gateway, %d at a time: %.1f/s; each %.0f ms (median), %.0f ms (p99), %.0f ms (longest)%n%s%n",
                    o.devices(),
                    o.atOnce(),
                    o.perSecond(),
                    o.median(),
                    o.p99(),
                    o.longest(),
                    machine());
        }
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
