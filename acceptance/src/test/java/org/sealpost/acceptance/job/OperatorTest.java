package org.sealpost.acceptance.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.cli.OperatorMain;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** The operator's verbs as programs against a running server with one enrolled door. */
@Tag("long")
class OperatorTest {
    private static final String FLEET = """
            domain: sealpost.example
            gateways:
              - {id: gw-north}
            groups:
              - {id: fire-doors, verbs: [close, open]}
              - {id: spare, verbs: [close]}
            devices:
              - {name: door-1, gateway: gw-north, function: fire-door, zone: floor-1, groups: [fire-doors, spare]}
            """;

    @TempDir
    static Path folder;

    private static Site site;
    private static Program door;

    @BeforeAll
    static void start() throws Exception {
        site = new Site(folder, FLEET);
        site.gateway().address("http");
        door = site.device("door-1", "fire-door", "--polling");
        Path request = door.state().resolve("enrolment-request.json");
        Eventually.holds("the door asks to be enrolled", () -> Files.exists(request));
        Once enrolled = verb("enrol", request.toString());
        assertThat(enrolled.exitCode()).as(enrolled.said()).isZero();
        assertThat(enrolled.said()).contains("gw-north/Cdoor-1 is enrolled").contains("compare its fingerprint");
        Eventually.holds("the door confirmed epoch 1", site::allCurrent);
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "status | Cdoor-1",
                "groups | fire-doors",
                "groups fire-doors | keyCheckValue",
                "deliveries | CONFIRMED",
                "negotiations | ESPrim A256GCM",
                "counters | COUNTER",
                "audit | member.enrolled",
                "audit verify | are whole",
            })
    void aVerbShowsWhatIs(String words, String what) throws Exception {
        Once shown = verb(words.split(" "));
        assertThat(shown.exitCode()).as(shown.said()).isZero();
        assertThat(shown.said()).contains(what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "deliveries", "negotiations", "readings", "commands", "counters", "audit verify"})
    void aVerbPrintsJsonWhenAsked(String words) throws Exception {
        List<String> arguments = new ArrayList<>(Arrays.asList(words.split(" ")));
        arguments.add("--json");
        Once shown = verb(arguments.toArray(String[]::new));
        assertThat(shown.exitCode()).as(shown.said()).isZero();
        JsonNode tree = PrimitiveCodec.of(Serialization.JSON)
                .decodeTree(shown.said().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(tree.isContainer()).isTrue();
    }

    @Test
    void aCommandIsSentDoneAndShownAndReadingsToo() throws Exception {
        Once sent = verb("command", "fire-doors", "close");
        assertThat(sent.exitCode()).as(sent.said()).isZero();
        assertThat(sent.said()).startsWith("sent as ");
        Eventually.holds("the door answered", () -> verb("commands").said().contains("done"));
        Eventually.holds("a reading came", () -> verb("readings").said().contains("Cdoor-1"));
    }

    @Test
    void rotateDrawsAnEpochAndEvictTakesAMemberOut() throws Exception {
        Once rotated = verb("rotate", "spare", "--reason", "rehearsal");
        assertThat(rotated.said()).contains("spare is at epoch 2");
        Once evicted = verb("evict", "spare", "door-1", "--reason", "rehearsal");
        assertThat(evicted.said()).contains("door-1 is out; spare is at epoch 3");
        assertThat(evicted.exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rotate nonsense | nonsense",
                "groups nonsense | nonsense",
                "command nonsense close | nonsense",
                "evict fire-doors nobody | nobody",
                "enrol no-such-file.json | there is no enrolment request",
                "audit verfy | audit verify",
            })
    void whatIsNotThereIsNamedAndNothingHappens(String words, String what) throws Exception {
        long entries = site.get("/audit/verify").get("entries").asLong();
        Once refused = verb(words.split(" "));
        assertThat(refused.exitCode()).as(refused.said()).isEqualTo(1);
        assertThat(refused.said()).startsWith("sealpost: ").contains(what).doesNotContain("\tat ");
        assertThat(site.get("/audit").toString()).doesNotContain("nonsense");
        assertThat(site.get("/audit/verify").get("entries").asLong()).isGreaterThanOrEqualTo(entries);
    }

    @Test
    void aWrongTokenIsRefusedAndCounted() throws Exception {
        long before = refusedAtTheDoor();
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.copy(
                site.server().state().resolve("admin.address"),
                other.resolve("admin.address"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(other.resolve("admin.token"), "0".repeat(64));
        Once refused = run("rotate", "fire-doors", "--state", other.toString());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.said()).contains("give the token");
        assertThat(refusedAtTheDoor()).isEqualTo(before + 1);
    }

    @Test
    void aServerThatWasKilledAndIsStartingAgainIsWaitedFor() throws Exception {
        String before = site.server().address("admin");
        site.server().kill();
        site.server().start();
        Once sent = verb("command", "fire-doors", "open");
        assertThat(sent.exitCode()).as(sent.said()).isZero();
        assertThat(sent.said()).contains("waiting up to").contains("sent as ");
        assertThat(site.server().address("admin")).isNotEqualTo(before);
        Eventually.holds(
                "the door answered the new server",
                () -> verb("commands").said().contains("open"));
    }

    @Test
    void aServerThatDoesNotAnswerIsSaid() throws Exception {
        Once away = run("status", "--state", site.server().state().toString(), "--server", "http://127.0.0.1:9");
        assertThat(away.exitCode()).isEqualTo(1);
        assertThat(away.said()).contains("does not answer").contains("hint: is it running?");
    }

    @Test
    void wrongOptionsAreExitCodeTwo() throws Exception {
        Once wrong = run("evict", "fire-doors");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.said()).contains("Missing required parameter").contains("MEMBER");
    }

    private static long refusedAtTheDoor() throws Exception {
        return site.get("/status").get("counters").path("door.refused.4106").asLong(0);
    }

    private static Once verb(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--state", site.server().state().toString()));
        return run(all.toArray(String[]::new));
    }

    private static Once run(String... words) throws Exception {
        return Once.run("cli", OperatorMain.class.getName(), folder, words);
    }
}
