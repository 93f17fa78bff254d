package org.sealpost.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.node.ObjectNode;

/** The committed vectors are those that are made, this implementation agrees with each, and a verifier that can't fail is none. */
class VectorsTest {
    private static final Path FOLDER = Path.of(System.getProperty("sealpost.dist"))
            .resolve("../../vectors")
            .normalize();

    @Test
    void makingThemAgainGivesTheSameOctets() throws IOException {
        for (Map.Entry<String, byte[]> file : Makers.files().entrySet()) {
            assertThat(FOLDER.resolve(file.getKey()))
                    .as("./sealpost vectors make")
                    .hasBinaryContent(file.getValue());
        }
    }

    @Test
    @Tag("E-16")
    @Tag("E-20")
    @Tag("E-21")
    @Tag("E-22")
    @Tag("E-27")
    @Tag("E-29")
    @Tag("E-30")
    @Tag("E-31")
    @Tag("E-32")
    @Tag("E-36")
    @Tag("E-38")
    void thisImplementationAgreesWithEachFile() throws IOException {
        int esprim = 0;
        for (Path file : files()) {
            Verifier.Result result = Verifier.verify(Files.readAllBytes(file));
            assertThat(result.failures()).as(file.toString()).isEmpty();
            esprim += file.getParent().endsWith("esprim") ? result.tests() : 0;
        }
        assertThat(esprim).isGreaterThanOrEqualTo(150);
    }

    @Test
    void everyFileThatIsThereIsMade() throws IOException {
        assertThat(files())
                .extracting(f -> FOLDER.relativize(f).toString())
                .containsExactlyInAnyOrderElementsOf(Makers.files().keySet());
    }

    @Test
    void everyRefusalOfTheTableOfErrorsIsThere() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path file : files()) {
            all.append(Files.readString(file));
        }
        for (int status : new int[] {4000, 4015, 4111, 4112, 4113, 4114, 4115, 4116, 5001}) {
            assertThat(all).contains("\"status\": " + status);
        }
    }

    /** Each test of each file, turned round: what is valid is called invalid, and what is refused gets another status. */
    @Test
    void aTestThatSaysTheWrongThingFails() throws IOException {
        for (Path file : files()) {
            ObjectNode root = (ObjectNode) Json.read(Files.readAllBytes(file));
            int tests = 0;
            for (var group : root.path("testGroups")) {
                for (var test : group.path("tests")) {
                    tests++;
                    boolean valid = test.path("result").asString().equals("valid");
                    int other = test.path("status").asInt() == 4105 ? 4000 : 4105;
                    ((ObjectNode) test).put("result", "invalid").put("status", valid ? 4000 : other);
                }
            }
            assertThat(Verifier.verify(Json.print(root)).failures())
                    .as(file.toString())
                    .hasSize(tests);
        }
    }

    @Test
    void everyRefusalOfGroupOscoreAndOfBlocksIsThere() throws IOException {
        String oscore = Files.readString(FOLDER.resolve("group-oscore/request.json"));
        for (int code : new int[] {400, 401, 402}) {
            assertThat(oscore).contains("\"status\": " + code);
        }
        String block = Files.readString(FOLDER.resolve("epoch/block.json"));
        for (int status : new int[] {4000, 4008, 4103, 4105}) {
            assertThat(block).contains("\"status\": " + status);
        }
    }

    @Test
    void anOutputThatDiffersFails() throws IOException {
        ObjectNode root = (ObjectNode) Json.read(Files.readAllBytes(FOLDER.resolve("esprim/derivation.json")));
        ObjectNode example =
                (ObjectNode) root.path("testGroups").get(2).path("tests").get(0);
        example.put("sessionKey", "00".repeat(32));
        assertThat(Verifier.verify(Json.print(root)).failures())
                .singleElement()
                .asString()
                .contains("tcId " + example.path("tcId").asInt(), "sessionKey is b6e649f5");
    }

    @Test
    void whatIsNoVectorFileIsSaidToBeNone() {
        assertThat(Verifier.verify(Json.utf8("no JSON")).failures()).isNotEmpty();
        assertThat(Verifier.verify(Json.utf8("{}")).failures()).isNotEmpty();
        assertThat(Verifier.verify(Json.utf8("{\"numberOfTests\":1,\"testGroups\":[{\"type\":\"x\",\"tests\":[{}]}]}"))
                        .failures())
                .isNotEmpty();
    }

    @Test
    void exitCodesSayHowItWent() {
        CommandLine vectors = new CommandLine(new VectorsMain());
        String file = FOLDER.resolve("esprim/inner.json").toString();
        assertThat(vectors.execute("verify", file)).isZero();
        assertThat(vectors.execute("verify", FOLDER.resolve("../pom.xml").toString()))
                .isEqualTo(1);
        assertThat(vectors.execute("verify", "no/such/file")).isEqualTo(2);
        assertThat(vectors.execute("verify")).isEqualTo(2);
        assertThat(vectors.execute("make", "--check", "--into", FOLDER.toString()))
                .isZero();
        assertThat(vectors.execute(
                        "make", "--check", "--into", FOLDER.resolve("../docs").toString()))
                .isEqualTo(1);
    }

    private static java.util.List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(".json"))
                    .filter(f -> !FOLDER.relativize(f).startsWith("target")
                            && !FOLDER.relativize(f).startsWith("src"))
                    .sorted()
                    .toList();
        }
    }
}
