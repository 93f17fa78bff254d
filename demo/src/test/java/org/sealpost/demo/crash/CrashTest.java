package org.sealpost.demo.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.demo.attack.Wiretap;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.fleet.DeviceView;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.fleet.Node;
import org.sealpost.demo.fleet.Plan;
import org.sealpost.demo.run.Programs;
import org.sealpost.e2e.Labels;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;

/** What the crash runs draw and judge, without processes. */
class CrashTest {
    private static final String DOORS = "//sealpost.example/in-cse/cse-in/fire-doors";
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    /** The platform refuses to use an IV twice; under another key it does not know that the header names the same one. */
    private static final String OTHER = "fedcba9876543210fedcba9876543210";

    private static final List<Cue> CUES = List.of(new Cue("one", "1"), new Cue("two", "2"));

    @TempDir
    Path folder;

    @Test
    void aMomentIsTheSameEachTimeAndNeedsNoneBeforeIt() throws Exception {
        try (Fleet fleet = fleet()) {
            Set<Object> drawn = new HashSet<>();
            for (Target target : Target.BUILDING) {
                for (int k = 1; k <= 20; k++) {
                    Moment moment = Moment.draw(target, k, 42, fleet, CUES);
                    assertThat(Moment.draw(target, k, 42, fleet, CUES)).isEqualTo(moment);
                    assertThat(moment.choices().nextLong())
                            .isEqualTo(Moment.draw(target, k, 42, fleet, CUES)
                                    .choices()
                                    .nextLong());
                    assertThat(moment.replay("main-job"))
                            .contains("--target " + target.option(), "--seed 42", "--moment " + k);
                    drawn.add(moment.node() + moment.trigger());
                }
            }
            // Of a hundred, hardly any two are the same.
            assertThat(drawn.size()).isGreaterThan(80);
        }
    }

    @Test
    void theEnclavesOfAllKindsOfProgramsHaveTheirTurn() throws Exception {
        try (Fleet fleet = fleet()) {
            Set<Node.Kind> owners = new HashSet<>();
            for (int k = 1; k <= 3; k++) {
                owners.add(fleet.node(
                                Moment.draw(Target.ENCLAVE, k, 7, fleet, CUES).node())
                        .kind());
            }
            assertThat(owners).containsExactlyInAnyOrder(Node.Kind.SERVER, Node.Kind.DEVICE, Node.Kind.AGENT);
        }
    }

    @Test
    void everyNodeHasHopsAndEachTargetItsName() throws Exception {
        try (Fleet fleet = fleet()) {
            for (Node node : fleet.nodes()) {
                assertThat(fleet.hopsOf(node)).as(node.name()).isNotEmpty();
            }
        }
        assertThat(Target.named("all", Target.BUILDING)).isEqualTo(Target.BUILDING);
        assertThat(Target.named("agent", Target.BUILDING)).containsExactly(Target.AGENT);
        assertThat(Target.named("maf", Target.PROVISIONING)).containsExactly(Target.MAF);
        for (String none : List.of("operator", "mef")) {
            assertThatThrownBy(() -> Target.named(none, Target.BUILDING))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("enclave");
        }
    }

    @Test
    void inProvisioningFunctionsAndTheirEnclavesHaveTheirTurn() throws Exception {
        Set<String> killed = new HashSet<>();
        try (Fleet fleet = fleet(Plan.provisioned(), Fleet.Functions.PROGRAMS)) {
            for (Target target : Target.PROVISIONING) {
                for (int k = 1; k <= 5; k++) {
                    killed.add(Moment.draw(target, k, 7, fleet, CUES).what());
                }
            }
            for (Node node : fleet.nodes()) {
                assertThat(fleet.hopsOf(node)).as(node.name()).isNotEmpty();
            }
        }
        assertThat(killed)
                .contains("mef", "maf", "enclave of mef", "enclave of maf", "server", "enclave of server", "gw-north");
    }

    @Test
    void aKeyInDoubtOrOfBeforeALossIsSeen() {
        var own = new DeviceView.PairwiseKey("server", "a@mef", "");
        var same = new Console.PairwiseKey("door-1", "a@mef", "enrolment", false, false);
        assertThat(KeysAgree.judge(List.of(own), List.of(same, same), Optional.of("old@mef")))
                .isEmpty();
        assertThat(KeysAgree.judge(List.of(), List.of(same), Optional.empty())).isPresent();
        assertThat(KeysAgree.judge(List.of(own, own), List.of(same), Optional.empty()))
                .isPresent();
        assertThat(KeysAgree.judge(List.of(own), List.of(), Optional.empty())).isPresent();
        assertThat(KeysAgree.judge(List.of(own), List.of(same), Optional.of("a@mef")))
                .hasValueSatisfying(f -> assertThat(f).contains("of before its loss"));
        var next = new DeviceView.PairwiseKey("server", "a@mef", "b@mef");
        assertThat(KeysAgree.judge(List.of(next), List.of(same), Optional.empty()))
                .isPresent();
        var other = new Console.PairwiseKey("door-1", "b@mef", "enrolment", false, false);
        assertThat(KeysAgree.judge(List.of(own), List.of(same, other), Optional.empty()))
                .hasValueSatisfying(f -> assertThat(f).contains("a@mef", "b@mef"));
        var agreed = new Console.PairwiseKey("door-1", "a@mef", "enrolment", true, false);
        assertThat(KeysAgree.judge(List.of(own), List.of(agreed), Optional.empty()))
                .isPresent();
    }

    @Test
    void aCueRecognisesItsEnvelopesAndNoOthers() {
        String reading = seal(GroupEnvelope.Use.READING, 1, "warm");
        String command = seal(GroupEnvelope.Use.COMMAND, 1, "close");
        Cue cue = Cue.sealed("reading", Labels.TYPE_READING_ENVELOPE);
        assertThat(reading).contains(cue.text());
        assertThat(command).doesNotContain(cue.text());
    }

    @Test
    void anEpochThatGoesBackIsSeen() {
        try (EpochHistory history = new EpochHistory(Map.of(), List.of(DOORS))) {
            history.saw("door-1", DOORS, 3);
            history.saw("door-1", DOORS, 4);
            history.saw("door-2", DOORS, 3);
            assertThat(history.broken()).isEmpty();
            history.saw("door-1", DOORS, 3);
            assertThat(history.broken()).hasValueSatisfying(b -> assertThat(b).contains("from epoch 4 to 3"));
        }
    }

    @Test
    void aCounterUsedTwiceIsSeenInARecordingThatGrew() throws Exception {
        Path recording = folder.resolve("gw.1.to");
        String one = seal(GroupEnvelope.Use.READING, 1, "warm");
        Files.writeString(recording, one);
        NoncesOnce nonces = new NoncesOnce(new Wiretap(folder));
        assertThat(nonces.broken()).isEmpty();
        Files.writeString(recording, one + " " + one + " " + seal(GroupEnvelope.Use.READING, 2, "warm"));
        assertThat(nonces.broken()).isEmpty();
        assertThat(nonces.objects()).isEqualTo(2);
        Files.writeString(folder.resolve("gw.2.to"), seal(OTHER, GroupEnvelope.Use.READING, 2, "warmer"));
        assertThat(nonces.broken()).isPresent();
    }

    @Test
    void aCommandLostDoubledUnansweredOrForgottenIsSeen() {
        List<CommandsOnce.Listed> listed = List.of(new CommandsOnce.Listed(7, List.of("door-1"), List.of("door-1")));
        assertThat(judge(listed, Map.of("server 7", 1))).isEmpty();
        assertThat(judge(listed, Map.of())).contains("door-1 did not carry out server 7");
        assertThat(judge(listed, Map.of("server 7", 2))).contains("door-1 carried out 2 times server 7");
        assertThat(judge(listed, Map.of("server 7", 1, "agent 3", 1)))
                .contains("door-1 carried out agent 3, which nobody lists");
        assertThat(judge(List.of(), Map.of())).contains("server accepted [7] and knows nothing of it");
        assertThat(judge(List.of(new CommandsOnce.Listed(7, List.of("door-1"), List.of())), Map.of("server 7", 1)))
                .contains("door-1 did not acknowledge server 7");
        assertThat(judge(List.of(new CommandsOnce.Listed(7, List.of(), List.of())), Map.of("server 7", 1)))
                .isPresent();
    }

    private static Optional<String> judge(List<CommandsOnce.Listed> listed, Map<String, Integer> journal) {
        return CommandsOnce.judge(Map.of("server", listed), Map.of("door-1", journal), Map.of("server", Set.of(7L)));
    }

    @Test
    void aReportIsGoodOnlyWhenSomethingWasKilledAndAllHeld() throws Exception {
        try (Fleet fleet = fleet()) {
            Moment moment = Moment.draw(Target.DEVICE, 1, 42, fleet, CUES);
            CrashReport bad = report(moment, Optional.of("a command was lost"));
            assertThat(report(moment, Optional.empty()).good()).isTrue();
            assertThat(bad.good()).isFalse();
            assertThat(bad.json("main-job").toString()).contains("a command was lost", moment.replay("main-job"));
            assertThat(new CrashReport(42, List.of(), List.of(), Duration.ZERO).good())
                    .isFalse();
        }
    }

    private static CrashReport report(Moment moment, Optional<String> broken) {
        var outcome = new CrashRun.Outcome(moment, true, Duration.ofSeconds(2), 1, List.of(), broken);
        return new CrashReport(42, List.of(outcome), List.of(), Duration.ofSeconds(3));
    }

    private Fleet fleet() throws Exception {
        return fleet(Plan.compact(), Fleet.Functions.NONE);
    }

    private Fleet fleet(Plan plan, Fleet.Functions functions) throws Exception {
        Files.writeString(folder.resolve("enclave.path"), "enclave.jar");
        for (String program : List.of("server", "gateway", "agent", "device", "function")) {
            Files.writeString(folder.resolve(program + ".main"), "Main");
        }
        Path work = Files.createTempDirectory(folder, "work");
        return new Fleet(
                plan, work, new Programs(folder, folder), Fleet.Setting.plain().with(functions), "");
    }

    private static String seal(GroupEnvelope.Use use, long counter, String text) {
        return seal(SECRET, use, counter, text);
    }

    private static String seal(String secret, GroupEnvelope.Use use, long counter, String text) {
        EpochKeys keys = EpochKeys.derive(secret.getBytes(StandardCharsets.US_ASCII), DOORS, 2);
        var sender = new GroupEnvelope.Sender(1, new byte[GroupEnvelope.INSTANCE_LENGTH], counter);
        return GroupEnvelope.seal(use, keys, DOORS, 2, sender, text.getBytes(StandardCharsets.US_ASCII));
    }
}
