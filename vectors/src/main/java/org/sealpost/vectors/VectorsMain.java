package org.sealpost.vectors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealpost vectors}: test vectors verified and made. */
@Command(
        name = "sealpost vectors",
        mixinStandardHelpOptions = true,
        subcommands = {VectorsMain.Verify.class, VectorsMain.Make.class},
        description = "Test vectors for other implementations of what Sealpost speaks (docs/vectors.md).",
        footer = {
            "",
            "Examples:",
            "  sealpost vectors verify vectors/esprim/*.json",
            "  sealpost vectors make --check",
            "",
            "Exit codes: 0 all as they say, 1 a test failed or a file is stale, 2 wrong options or no such file."
        })
public final class VectorsMain implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new VectorsMain()).execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: verify or make");
    }

    /** Tries every test of the files. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Tries every test of the files with this implementation; names the tests that fail.",
            footer = {"", "Example:", "  sealpost vectors verify vectors/esprim/*.json"})
    static final class Verify implements Callable<Integer> {
        @Parameters(arity = "1..*", paramLabel = "FILE", description = "Vector files.")
        List<Path> files = List.of();

        @Override
        public Integer call() throws IOException {
            int tests = 0;
            int failed = 0;
            for (Path file : files) {
                if (!Files.isReadable(file)) {
                    System.err.println("vectors: there is no file " + file + " that can be read");
                    return 2;
                }
                Verifier.Result result = Verifier.verify(Files.readAllBytes(file));
                result.failures().forEach(f -> System.out.println(file + ": " + f));
                System.out.println(file + ": " + result.tests() + " tests, "
                        + (result.failures().isEmpty()
                                ? "all as they say"
                                : result.failures().size() + " failed"));
                tests += result.tests();
                failed += result.failures().size();
            }
            System.out.println(tests + " tests in " + files.size() + " files, " + failed + " failed");
            return failed == 0 ? 0 : 1;
        }
    }

    /** Writes the files of the project anew. */
    @Command(
            name = "make",
            mixinStandardHelpOptions = true,
            description = "Makes the project's vector files; the same octets every time.",
            footer = {"", "Examples:", "  sealpost vectors make", "  sealpost vectors make --check"})
    static final class Make implements Callable<Integer> {
        @Option(
                names = "--into",
                paramLabel = "DIR",
                defaultValue = "vectors",
                description = "Where to (default: vectors).")
        Path into = Path.of("vectors");

        @Option(names = "--check", description = "Write nothing; say which files are stale.")
        boolean check;

        @Override
        public Integer call() throws IOException {
            int stale = 0;
            for (Map.Entry<String, byte[]> made : Makers.files().entrySet()) {
                Path file = into.resolve(made.getKey());
                boolean same = Files.exists(file) && Arrays.equals(Files.readAllBytes(file), made.getValue());
                stale += same ? 0 : 1;
                if (!same && !check) {
                    Path folder = file.toAbsolutePath().getParent();
                    if (folder != null) {
                        Files.createDirectories(folder);
                    }
                    Files.write(file, made.getValue());
                }
                System.out.println(file + ": " + (same ? "up to date" : check ? "stale" : "written"));
            }
            return check && stale > 0 ? 1 : 0;
        }
    }
}
