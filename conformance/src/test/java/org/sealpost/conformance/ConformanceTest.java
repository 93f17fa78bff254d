package org.sealpost.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page is what rows and tags make, and everything that would let it rot is a mistake. */
class ConformanceTest {
    private static final Path ROOT =
            Path.of(System.getProperty("sealpost.dist")).resolve("../..").normalize();
    private static final String SOURCE =
            "class XTest {\n    @Test\n    @Tag(\"E-04\")\n    @Tag(\"E-05\")\n    void shows() {}\n}\n";

    @Test
    void thePageIsUpToDateAndEveryRowHasATestOrAReason() throws Exception {
        Checklist checklist = new Checklist(Files.readAllLines(ROOT.resolve("conformance/rows.txt")), Shown.scan(ROOT));
        assertThat(checklist.mistakes()).isEmpty();
        assertThat(ROOT.resolve("docs/conformance.md"))
                .as("./sealpost conformance")
                .hasContent(checklist.page());
    }

    @Test
    void theRowsAreThoseOfTheChecklist() throws Exception {
        List<Row> rows = Row.read(Files.readAllLines(ROOT.resolve("conformance/rows.txt")));
        assertThat(rows).hasSize(147);
        int[] sizes = {45, 24, 30, 18, 9, 21};
        String[] prefixes = {"E", "S", "G", "D", "SE", "B"};
        for (int i = 0; i < sizes.length; i++) {
            String prefix = prefixes[i];
            List<Row> of = rows.stream().filter(r -> r.prefix().equals(prefix)).toList();
            assertThat(of).as(prefix).hasSize(sizes[i]);
            for (int n = 0; n < of.size(); n++) {
                assertThat(of.get(n).id()).isEqualTo("%s-%02d".formatted(prefix, n + 1));
            }
        }
    }

    @Test
    void tagsAreFoundWithTheirMethod() {
        assertThat(Shown.scan("x/src/test/java/XTest.java", SOURCE))
                .extracting(Shown::row, Shown::test)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("E-04", "XTest.shows"),
                        org.assertj.core.groups.Tuple.tuple("E-05", "XTest.shows"));
    }

    @Test
    void aTagThatStandsOnNoTestIsAMistake() {
        for (String wrong : List.of(
                SOURCE.replace("    @Test\n", ""),
                "@Tag(\"E-04\")\nclass XTest {}",
                "@Tag(\"E-04\")\nfinal class XTest {\n    @Test\n    void x() {}\n}")) {
            assertThatThrownBy(() -> Shown.scan("XTest.java", wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("E-04");
        }
    }

    @Test
    void whatDoesNotFitTogetherIsAMistake() {
        List<Shown> shown = Shown.scan("XTest.java", SOURCE);
        String four = "E-04 | T3 | fresh values";
        String five = "E-05 | T3 | an expiry";
        assertThat(new Checklist(List.of(four, five), shown).mistakes()).isEmpty();
        assertThat(new Checklist(List.of(four), shown).mistakes())
                .singleElement()
                .asString()
                .contains("E-05");
        assertThat(new Checklist(List.of(four, five + " | not done: all of it"), shown).mistakes())
                .singleElement()
                .asString()
                .contains("E-05");
        assertThat(new Checklist(List.of(four, five, "E-06 | T3 | an identifier"), shown).mistakes())
                .singleElement()
                .asString()
                .contains("E-06");
    }

    @Test
    void malformedRowsAreRefused() {
        for (String wrong :
                List.of("E-4 | T3 | x", "E-04 | T3", "E-04 | T3 | x | later", "E-04 | T3 | x | not done: ")) {
            assertThatThrownBy(() -> Row.read(List.of(wrong))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Row.read(List.of("E-04 | T3 | x", "E-04 | T3 | x")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
