package org.sealpost.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the fuzzer on the targets, each in a JVM of its own, a few at a time. */
@Command(
        name = "sealpost fuzz",
        mixinStandardHelpOptions = true,
        description = {
            "Gives the parsers that strangers reach whatever a coverage-guided fuzzer (Jazzer) comes up with.",
            "Targets: jose (JWE, JWS, ESData, RandObjects), primitives (JSON and CBOR), certificates (and provisioning messages), enclave (frames of its socket), fleet (file), oscore (CBOR, COSE, the OSCORE option, messages), blocks (epoch blocks, slices, notices)."
        },
        footer = {
            "",
            "Examples:",
            "  sealpost fuzz --seconds 60",
            "  sealpost fuzz jose --seconds 600 --seed 7",
            "  sealpost fuzz --seconds 600 --at-once 1               for a machine that has other work",
            "",
            "A finding is an input after which a parser neither returned nor refused, ran out of 512 MiB or took longer than 30 s; it is kept below --work.",
            "Exit codes: 0 nothing found, 1 something found, 2 wrong options."
        })
public final class FuzzMain implements Callable<Integer> {
    private static final int ERROR = 2;
    private static final int SLOW_SECONDS = 30;

    @Parameters(arity = "0..*", paramLabel = "TARGET", description = "Which; all when none is named.")
    List<String> targets = List.of();

    @Option(names = "--seconds", defaultValue = "20", description = "How long each (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(names = "--seed", defaultValue = "1", description = "Of the fuzzer's choices (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many targets at a time (default: ${DEFAULT-VALUE}).")
    int atOnce = 2;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            defaultValue = "target/fuzz",
            description = "For corpora, logs and findings (default: ${DEFAULT-VALUE}).")
    Path work = Path.of("target/fuzz");

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new FuzzMain()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Target> chosen = new ArrayList<>();
        for (String name : targets) {
            Target found = Arrays.stream(Target.values())
                    .filter(t -> t.label().equals(name))
                    .findFirst()
                    .orElse(null);
            if (found == null) {
                System.err.println("fuzz: there is no target " + name + "; one of "
                        + String.join(
                                " ",
                                Arrays.stream(Target.values())
                                        .map(Target::label)
                                        .toList()));
                return ERROR;
            }
            chosen.add(found);
        }
        if (seconds < 1 || atOnce < 1) {
            System.err.println("fuzz: --seconds and --at-once are numbers from 1");
            return ERROR;
        }
        return runAll(chosen.isEmpty() ? List.of(Target.values()) : chosen) ? 0 : 1;
    }

    private boolean runAll(List<Target> chosen) throws IOException, InterruptedException {
        ExecutorService slots = Executors.newFixedThreadPool(atOnce);
        try {
            CompletionService<Result> runs = new ExecutorCompletionService<>(slots);
            chosen.forEach(target -> runs.submit(() -> run(target)));
            boolean clean = true;
            for (int i = 0; i < chosen.size(); i++) {
                Result result = runs.take().get();
                System.out.println(result.line());
                result.lastWords().forEach(System.err::println);
                clean &= result.clean();
            }
            return clean;
        } catch (ExecutionException e) {
            throw new IOException("a target could not be run: " + e.getCause(), e);
        } finally {
            slots.shutdownNow();
        }
    }

    /**
     * What came of a target.
     *
     * @param lastWords of the fuzzer, when it is not clean
     */
    private record Result(boolean clean, String line, List<String> lastWords) {}

    private Result run(Target target) throws IOException, InterruptedException {
        Path folder = work.resolve(target.label()).toAbsolutePath();
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path findings = Files.createDirectories(folder.resolve("findings"));
        int number = 0;
        for (byte[] input : target.seeds()) {
            Files.write(corpus.resolve("seed-" + number++), input);
        }
        Path log = folder.resolve("log");
        System.err.println("fuzz: " + target.label() + " for " + seconds + " s, seed " + seed);
        Process process = new ProcessBuilder(command(target, corpus, findings))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Thread end = new Thread(process::destroyForcibly, "end of " + target.label());
        Runtime.getRuntime().addShutdownHook(end);
        int exit = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(end);
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        String runs = lines.stream()
                .filter(l -> l.contains(" runs in ") || l.contains("stat::number_of_executed_units"))
                .reduce((first, last) -> last)
                .orElse("");
        long found;
        try (Stream<Path> files = Files.list(findings)) {
            found = files.count();
        }
        if (exit == 0 && found == 0 && !runs.isEmpty()) {
            return new Result(true, target.label() + ": clean, " + runs.strip(), List.of());
        }
        return new Result(
                false,
                target.label() + ": " + found + " findings, exit code " + exit + "; see " + log + " and " + findings,
                lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private List<String> command(Target target, Path corpus, Path findings) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(
                java,
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+EnableDynamicAgentLoading",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.className(),
                "--instrumentation_includes=org.sealpost.**",
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/",
                "-max_total_time=" + seconds,
                "-seed=" + seed,
                "-max_len=4096",
                "-timeout=" + SLOW_SECONDS,
                "-print_final_stats=1",
                corpus.toString());
    }

    private static String absolute(String classPath) {
        return String.join(
                File.pathSeparator,
                Arrays.stream(classPath.split(File.pathSeparator))
                        .map(e -> Path.of(e).toAbsolutePath().toString())
                        .toList());
    }
}
