package org.sealpost.acceptance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is promised against attacks names the test that tries to break it, and that test exists. */
class AttackIndexTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+Test)\\.(\\w+)`");
    private static final List<String> ATTACKS = List.of(
            "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A9", "A10", "A11", "A13", "A14", "A15", "A16", "A17", "A18",
            "A20", "A21", "A22", "A23", "A24", "A26", "A27", "A28", "A29", "A30", "A31", "A32", "A33", "A34", "A35",
            "A36", "A39");

    private final Map<String, StringBuilder> tests = new HashMap<>();

    AttackIndexTest() throws IOException {
        try (Stream<Path> files = Files.walk(ModuleGraphTest.root())) {
            for (Path file : files.filter(f -> f.toString().contains("src/test/java"))
                    .filter(f -> f.toString().endsWith("Test.java"))
                    .toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                tests.computeIfAbsent(name, n -> new StringBuilder()).append(Files.readString(file));
            }
        }
    }

    @Test
    void everyAttackOfTheListIsTriedByTestsThatExist() throws IOException {
        String page = page("attacks.md");
        for (String attack : ATTACKS) {
            String row = page.lines()
                    .filter(line -> line.startsWith("| " + attack + " "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no row for " + attack));
            assertThat(NAMED.matcher(row).results().count()).as(attack).isPositive();
        }
        assertThat(missing(page)).isEmpty();
    }

    @Test
    void everyAttackTestIsOnThePage() throws IOException {
        String page = page("attacks.md");
        Pattern method = Pattern.compile("void (a[0-9]+[A-Z]\\w*)\\(");
        tests.forEach((name, source) -> method.matcher(source)
                .results()
                .forEach(m -> assertThat(page).contains("`" + name + "." + m.group(1) + "`")));
    }

    @Test
    void everyPromiseOfTheThreatModelNamesItsTest() throws IOException {
        String page = page("threat-model.md");
        assertThat(missing(page)).isEmpty();
        List<String> promises = page.lines()
                .dropWhile(line -> !line.startsWith("| It tries to"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(promises)
                .hasSizeGreaterThan(10)
                .allSatisfy(row ->
                        assertThat(NAMED.matcher(row).results().count()).as(row).isPositive());
        for (String section : List.of(
                "A captured device",
                "A captured agent",
                "A stolen server disk",
                "The application next to its enclave")) {
            String text = page.substring(page.indexOf("## " + section));
            int next = text.indexOf("\n## ");
            assertThat(NAMED.matcher(next < 0 ? text : text.substring(0, next))
                            .results()
                            .count())
                    .as(section)
                    .isPositive();
        }
    }

    @Test
    void aTestThatDoesNotExistIsNoticed() {
        assertThat(missing("tried by `AttackIndexTest.noSuchMethod` and `NoSuchTest.atAll`"))
                .containsExactly("AttackIndexTest.noSuchMethod", "NoSuchTest.atAll");
        assertThat(missing("tried by `AttackIndexTest.aTestThatDoesNotExistIsNoticed`"))
                .isEmpty();
    }

    private List<String> missing(String page) {
        Matcher named = NAMED.matcher(page);
        return named.results()
                .filter(m -> !tests.getOrDefault(m.group(1), new StringBuilder())
                        .toString()
                        .contains("void " + m.group(2) + "("))
                .map(m -> m.group(1) + "." + m.group(2))
                .toList();
    }

    private static String page(String name) throws IOException {
        return Files.readString(ModuleGraphTest.root().resolve("docs").resolve(name));
    }
}
