package org.sealpost.acceptance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house that only the text of the sources shows. */
class SourceRulesTest {
    private static final Pattern LABEL =
            Pattern.compile("\"(sealpost[/-]v?\\d*[^\"]*\\+jw[se]|sealpost/v1/[^\"]*|oneM2M HMAC-SHA256[^\"]*)\"");
    private static final Pattern SLEEP = Pattern.compile("Thread\\.sleep\\(|TimeUnit\\.[A-Z]+\\.sleep\\(");

    @Test
    void derivationLabelsStandInOneFile() {
        assertThat(linesOfMainSources(LABEL.asPredicate(), "Labels.java")).isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() throws IOException {
        try (Stream<Path> files = sources()) {
            List<Path> packages = files.filter(f -> f.toString().contains("src/main/java"))
                    .map(Path::getParent)
                    .distinct()
                    .toList();
            assertThat(packages)
                    .isNotEmpty()
                    .allSatisfy(directory -> assertThat(directory.resolve("package-info.java"))
                            .exists()
                            .content()
                            .contains("NullMarked"));
        }
    }

    @Test
    void nothingSleepsInTests() {
        assertThat(lines(
                        f -> f.toString().contains("src/test/java") && !f.endsWith("SourceRulesTest.java"),
                        SLEEP.asPredicate()))
                .isEmpty();
    }

    private static List<String> linesOfMainSources(Predicate<String> match, String exceptFile) {
        return lines(f -> f.toString().contains("src/main/java") && !f.endsWith(exceptFile), match);
    }

    private static List<String> lines(Predicate<Path> file, Predicate<String> line) {
        try (Stream<Path> files = sources()) {
            return files.filter(file)
                    .flatMap(f -> read(f).lines().filter(line).map(l -> f.getFileName() + ": " + l.strip()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> sources() throws IOException {
        Path root = ModuleGraphTest.root();
        return Files.walk(root)
                .filter(f -> f.toString().endsWith(".java"))
                .filter(f -> !root.relativize(f).toString().contains("target"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
