package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.enclave.EndPointKeys.Lineage;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.MemoryState.PowerLost;
import org.sealpost.enclave.internal.core.Party;

/** A3, A5, A6: power is lost, old copies of a state are put back, and one state runs twice. */
class RestoredStateAttacksTest {
    private final Building b = new Building();
    private final ScriptedGateway gateway = new ScriptedGateway(b);

    @Test
    @DisplayName("A3 all recorded commands and requests are replayed after kill -9, with the whole state")
    void a3ReplayAfterAReboot() {
        distribute();
        List<Letter> commands = record("close", "open", "close");
        List<Letter> requests = gateway.recorded(Letter.Kind.REQUEST);
        assertThat(gateway.executed()).hasSize(3);
        b.door1.restart();
        gateway.reconnect(b.door1.identity);
        int before = gateway.refused(b.door1);
        commands.forEach(gateway::inject);
        assertThat(gateway.executed()).hasSize(3);
        assertThat(gateway.refused(b.door1) - before)
                .as("older numbers are refused")
                .isEqualTo(2);
        assertThat(gateway.recorded(Letter.Kind.ACKNOWLEDGEMENT))
                .as("and the newest is answered again with the same acknowledgement")
                .hasSize(4);
        requests.stream().filter(l -> l.to().equals(b.door1.identity)).forEach(l -> {
            if (l.text().contains("eyJ")) {
                assertThat(gateway.inject(l).orElseThrow().status().code()).isEqualTo(4114);
            }
        });
        assertThat(gateway.nonces().repeats()).isEmpty();
    }

    @Test
    @DisplayName(
            "A3 an old copy of the state is put back, and all recorded commands are replayed: the actuator moves 0 times")
    void a3ReplayAfterAnOldCopyOfTheState() {
        distribute();
        Map<String, byte[]> copy = b.door1.disk.copy();
        List<Letter> commands = record("close", "open", "close");
        b.door1.now = b.door1.now.plusSeconds(10);
        b.door1.rollBack(copy);
        gateway.reconnect(b.door1.identity);
        int before = gateway.refused(b.door1);
        commands.forEach(gateway::inject);
        assertThat(gateway.executed()).hasSize(3);
        assertThat(gateway.refused(b.door1) - before).isEqualTo(3);
    }

    @Test
    @DisplayName("A3 the same with a clock that stands still: nothing is acted on until the server vouched")
    void a3ReplayWithoutAClock() {
        distribute();
        Map<String, byte[]> copy = b.door1.disk.copy();
        List<Letter> commands = record("close", "open", "close");
        b.door1.now = java.time.Instant.EPOCH;
        b.door1.rollBack(copy);
        gateway.reconnect(b.door1.identity);
        commands.forEach(gateway::inject);
        assertThat(gateway.executed()).hasSize(3);
        record("open");
        assertThat(gateway.executed()).as("not even a new one").hasSize(3);
    }

    @Test
    @DisplayName(
            "A3 the server sees from the first confirmation that a copy was put back; an honest restart is vouched for")
    void a3TheServerSeesTheOldCopy() {
        distribute();
        pull();
        Lineage told = lineage();
        Map<String, byte[]> copy = b.door1.disk.copy();
        record("close");
        restartDoor();
        pull();
        Lineage honest = lineage();
        assertThat(honest.run()).isGreaterThan(told.run());
        assertThat(honest.base()).as("went on from what was told").isGreaterThanOrEqualTo(told.revision());
        record("open");
        pull();
        Lineage later = lineage();
        b.door1.rollBack(copy);
        gateway.reconnect(b.door1.identity);
        pull();
        Lineage restored = lineage();
        assertThat(restored.run()).as("the copy counts the same run again").isEqualTo(honest.run());
        assertThat(restored.instance()).isNotEqualTo(honest.instance());
        assertThat(restored.base()).isLessThan(later.revision());
    }

    @Test
    @DisplayName(
            "A3 a command that was withheld while the device restarted is not lost: it is done once the server vouched")
    void a3AWithheldCommandIsDoneAfterTheServerVouched() {
        distribute();
        List<Letter> held = new ArrayList<>();
        gateway.follow(Script.hold(held).when(l -> l.kind() == Letter.Kind.COMMAND));
        gateway.command(b.server, b.command(b.server, "close").envelope(), List.of(b.door1));
        b.door1.now = b.door1.now.plusSeconds(5);
        restartDoor();
        gateway.follow(Script.honest());
        gateway.inject(held.get(0));
        assertThat(gateway.executed()).isEmpty();
        pull();
        gateway.inject(held.get(0));
        assertThat(gateway.executed()).hasSize(1);
    }

    @Test
    @DisplayName("A3 a command given after the start is done at once, also when the server can't be reached")
    void a3ANewCommandNeedsNoServer() {
        distribute();
        restartDoor();
        b.server.now = b.server.now.plusSeconds(1);
        record("close");
        assertThat(gateway.executed()).hasSize(1);
    }

    @Test
    @DisplayName("A5 power is lost before and after every save, at random, for 20 seeds: no IV is used twice")
    void a5PowerIsLostAroundEverySave() {
        long first = System.nanoTime();
        for (long seed = first; seed < first + 20; seed++) {
            Building site = new Building();
            ScriptedGateway hops = new ScriptedGateway(site);
            Random random = new Random(seed);
            List<Party> parties = List.of(site.server, site.agent, site.door1, site.door2);
            for (Party p : parties) {
                p.disk.losePowerBefore(save -> random.nextInt(6) == 0);
                p.disk.losePowerAfter(save -> random.nextInt(6) == 0);
            }
            int killed = 0;
            for (int i = 0; i < 60; i++) {
                killed += survive(site, hops, random, parties);
            }
            assertThat(hops.nonces().repeats()).as("seed %s", seed).isEmpty();
            assertThat(killed).as("seed %s killed nothing", seed).isPositive();
        }
    }

    @Test
    @DisplayName(
            "A5 old copies are put back and states are cloned to two processes: no IV is used twice, and both are understood")
    void a5OldCopiesAndClones() {
        distribute();
        Map<String, byte[]> copy = b.door1.disk.copy();
        List<String> readings = new ArrayList<>(readings(b.door1));
        for (int i = 0; i < 20; i++) {
            b.door1.rollBack(copy);
            readings.addAll(readings(b.door1));
        }
        Party twin = b.door1.cloned();
        for (int i = 0; i < 20; i++) {
            readings.addAll(readings(b.door1));
            readings.addAll(readings(twin));
        }
        readings.forEach(gateway.nonces()::see);
        assertThat(gateway.nonces().uses()).isGreaterThan(60);
        assertThat(gateway.nonces().repeats()).isEmpty();
        readings.forEach(
                r -> assertThat(b.server.enclave.openReading(r).sender()).isEqualTo(b.door1.identity));
        assertThat(readings).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("A5 a server's state is cloned or put back: its commands never share key and IV")
    void a5TheServersStateTwice() {
        distribute();
        Map<String, byte[]> copy = b.server.disk.copy();
        Party twin = b.server.cloned();
        for (int i = 0; i < 5; i++) {
            gateway.nonces().see(b.command(b.server, "close").envelope());
            gateway.nonces().see(b.command(twin, "open").envelope());
            b.server.rollBack(copy);
        }
        assertThat(gateway.nonces().repeats()).isEmpty();
    }

    @Test
    @DisplayName("A5 the recorder does find an IV that was used twice")
    void a5TheRecorderCanFail() {
        NonceRecorder recorder = new NonceRecorder();
        b.distribute();
        Captured door = Captured.party(b.door1);
        Captured again = Captured.party(b.door1);
        recorder.see(door.seal(org.sealpost.group.GroupEnvelope.Use.READING, Building.DOORS, Building.utf8("1")));
        assertThat(recorder.repeats()).isEmpty();
        // the platform's own cipher refuses only the very next use of an IV
        Captured.party(b.door2).seal(org.sealpost.group.GroupEnvelope.Use.READING, Building.DOORS, Building.utf8("0"));
        String repeated = again.seal(org.sealpost.group.GroupEnvelope.Use.READING, Building.DOORS, Building.utf8("2"));
        recorder.see(repeated);
        assertThat(recorder.repeats()).hasSize(1);
    }

    @Test
    @DisplayName("A5 a second process on one state directory is refused")
    void a5TwoProcessesOnOneDirectory(@TempDir Path folder) {
        SecureEnvironment first = SecureEnvironment.inProcess(folder, InstantSource.system());
        assertThatThrownBy(() -> SecureEnvironment.inProcess(folder, InstantSource.system()))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("stop it first");
        first.close();
        SecureEnvironment.inProcess(folder, InstantSource.system()).close();
    }

    @Test
    @DisplayName(
            "A6 the server is restored from an older backup: members keep their epoch and say so, and the server goes on above it")
    void a6TheServerIsRestoredFromAnOlderBackup() {
        distribute();
        Map<String, byte[]> backup = b.server.disk.copy();
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        b.server.enclave.newEpoch(Building.DOORS, 3, b.doors());
        distribute();
        b.server.rollBack(backup);
        gateway.reconnect(b.server.identity);
        assertThat(gateway.push(b.door1, Building.DOORS))
                .isEqualTo(new OpenedResponse.Later(new LaterEpoch(b.door1.identity, Building.DOORS, 3)));
        assertThat(gateway.pull(b.door2, Building.DOORS).toCompletableFuture()).isCompletedExceptionally();
        assertThat(gateway.laterEpochs())
                .as("also a member that asks by itself tells")
                .containsExactly(new LaterEpoch(b.door2.identity, Building.DOORS, 3));
        for (Party door : List.of(b.door1, b.door2)) {
            assertThat(door.enclave.credentials())
                    .singleElement()
                    .satisfies(c -> assertThat(c.epoch()).isEqualTo(3));
        }
        refused(4105, () -> b.server.enclave.newEpoch(Building.DOORS, 1, b.doors()));
        refused(4105, () -> b.server.enclave.newEpoch(Building.DOORS, Long.MAX_VALUE, b.doors()));
        b.server.enclave.newEpoch(Building.DOORS, 4, b.doors());
        assertThat(gateway.push(b.door1, Building.DOORS)).isInstanceOf(OpenedResponse.Confirmed.class);
        assertThat(b.door1.enclave.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(4));
    }

    @Test
    @DisplayName(
            "A6 a restored server draws an epoch number a second time: the members keep the first secret and say so")
    void a6TheSameNumberWithAnotherSecret() {
        distribute();
        Map<String, byte[]> backup = b.server.disk.copy();
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        distribute();
        String keyCheck = b.door1.enclave.credentials().get(0).keyCheckValue();
        b.server.rollBack(backup);
        gateway.reconnect(b.server.identity);
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        assertThat(gateway.push(b.door1, Building.DOORS))
                .isEqualTo(new OpenedResponse.Later(new LaterEpoch(b.door1.identity, Building.DOORS, 2)));
        assertThat(b.door1.enclave.credentials().get(0).keyCheckValue()).isEqualTo(keyCheck);
    }

    @Test
    @DisplayName("A6 older credentials, pushed or answered, are replayed to a member: it keeps its epoch")
    void a6OlderCredentialsAreReplayed() {
        distribute();
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        List<Letter> old = gateway.recorded(Letter.Kind.REQUEST);
        distribute();
        int refusedBefore = gateway.refused(b.door1);
        old.stream().filter(l -> l.to().equals(b.door1.identity)).forEach(gateway::inject);
        assertThat(b.door1.enclave.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(2));
        assertThat(gateway.refused(b.door1)).isGreaterThanOrEqualTo(refusedBefore);
    }

    /** One random step of the job; 1 when power was lost in it. */
    private static int survive(Building site, ScriptedGateway hops, Random random, List<Party> parties) {
        Party door = random.nextBoolean() ? site.door1 : site.door2;
        try {
            switch (random.nextInt(5)) {
                case 0 -> hops.push(door, Building.DOORS);
                case 1 -> hops.pull(door, Building.DOORS);
                case 2 ->
                    hops.command(
                            site.server,
                            site.command(site.server, "close").envelope(),
                            List.of(site.door1, site.door2));
                case 3 ->
                    hops.reading(
                            door, door.enclave.sealReading(Building.DOORS, Building.utf8("{}")), List.of(site.server));
                default ->
                    site.server.enclave.newEpoch(
                            Building.DOORS,
                            site.server
                                            .enclave
                                            .currentEpoch(Building.DOORS)
                                            .orElseThrow()
                                            .epoch()
                                    + 1,
                            site.doors());
            }
            return 0;
        } catch (PowerLost killed) {
            for (Party p : parties) {
                p.restart();
                hops.reconnect(p.identity);
            }
            return 1;
        } catch (org.sealpost.onem2m.Refusal refusal) {
            return 0;
        }
    }

    private void distribute() {
        List.of(b.agent, b.door1, b.door2).forEach(m -> gateway.push(m, Building.DOORS));
    }

    private void restartDoor() {
        b.door1.restart();
        gateway.reconnect(b.door1.identity);
    }

    private void pull() {
        gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
    }

    private Lineage lineage() {
        return gateway.confirmations().get(gateway.confirmations().size() - 1).lineage();
    }

    /** Gives commands to one door through the gateway; the letters that it recorded. */
    private List<Letter> record(String... verbs) {
        for (String verb : verbs) {
            gateway.command(b.server, b.command(b.server, verb).envelope(), List.of(b.door1));
        }
        return gateway.recorded(Letter.Kind.COMMAND);
    }

    private static List<String> readings(Party door) {
        return List.of(
                door.enclave.sealReading(Building.DOORS, Building.utf8("{\"open\":true}")),
                door.enclave.sealReading(Building.DOORS, Building.utf8("{\"open\":false}")));
    }
}
