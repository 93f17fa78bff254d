package org.sealpost.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sealpost conformance}: makes docs/conformance.md. */
@Command(
        name = "sealpost conformance",
        mixinStandardHelpOptions = true,
        description = "Makes docs/conformance.md from conformance/rows.txt and the tags on the tests.",
        footer = {
            "",
            "Examples:",
            "  sealpost conformance",
            "  sealpost conformance --check",
            "",
            "Exit codes: 0 made or up to date, 1 stale or something does not fit together, 2 wrong options."
        })
public final class ConformanceMain implements Callable<Integer> {
    @Option(names = "--check", description = "Write nothing; say what is stale.")
    boolean check;

    @Option(
            names = "--project",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "The project's folder (default: here).")
    Path project = Path.of(".");

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ConformanceMain()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path page = project.resolve("docs/conformance.md");
        Checklist checklist;
        try {
            checklist = new Checklist(Files.readAllLines(project.resolve("conformance/rows.txt")), Shown.scan(project));
        } catch (IllegalArgumentException e) {
            System.err.println("conformance: " + e.getMessage());
            return 1;
        }
        checklist.mistakes().forEach(m -> System.err.println("conformance: " + m));
        boolean same = Files.exists(page) && Files.readString(page).equals(checklist.page());
        if (!same && !check) {
            Files.writeString(page, checklist.page());
        }
        System.out.println(page + ": " + (same ? "up to date" : check ? "stale" : "written") + ", " + checklist.size()
                + " rows, " + checklist.count(Row.State.SHOWN) + " shown by tests");
        return !checklist.mistakes().isEmpty() || (check && !same) ? 1 : 0;
    }
}
