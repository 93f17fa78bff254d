package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.enclave.attacks.AttackAssertions.changesNothing;
import static org.sealpost.enclave.attacks.AttackAssertions.refused;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.enclave.internal.core.Street;
import org.sealpost.group.Command;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;

/** Attacks on a group over its life: A4, A7, A10, A11, A16, A20, A31, A39. */
class GroupLifeAttacksTest {
    private static final String SD = "subset-difference";

    @Test
    @DisplayName("A4 one command is given to an enclave by eight threads at once: it is done once")
    void a4OneCommandFromManyThreads() throws Exception {
        Building b = doors();
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 5; round++) {
                String envelope = b.command(b.server, "close").envelope();
                CountDownLatch together = new CountDownLatch(threads);
                List<Future<CommandVerdict>> verdicts = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    verdicts.add(pool.submit(() -> {
                        together.countDown();
                        together.await();
                        return b.door1.enclave.openCommand(envelope);
                    }));
                }
                int done = 0;
                for (Future<CommandVerdict> verdict : verdicts) {
                    done += verdict.get() instanceof CommandVerdict.Execute ? 1 : 0;
                }
                assertThat(done).isEqualTo(1);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @DisplayName(
            "A7 an evicted agent goes on commanding with everything it held: who has the new epoch refuses at once")
    void a7TheEvictedAgentGoesOn() {
        Building b = doors();
        String before = b.command(b.agent, "close").envelope();
        b.server.enclave.newEpoch(Building.DOORS, 2, List.of(Building.member(b.door1, 1), Building.member(b.door2, 2)));
        b.push(b.door1, Building.DOORS);
        SealedCommand after = b.command(b.agent, "open");
        ProtectedCommand onTheLink = b.agent.enclave.protectCommand(after.commandId());
        changesNothing(b.door1, () -> {
            refused(4112, b.door1.enclave.openCommand(before));
            refused(4112, b.door1.enclave.openCommand(after.envelope()));
        });
        b.door1.enclave.learnCommander(onTheLink.proof());
        changesNothing(
                b.door1,
                () -> refused(
                        4112,
                        b.door1
                                .enclave
                                .openProtectedCommand(onTheLink.option(), onTheLink.payload())
                                .verdict()));
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    @DisplayName("A10 a captured door forges commands: unsigned, signed with noise, in the server's name, in its own")
    void a10AHolderOfTheGroupsKeyForgesACommand() {
        Building b = doors();
        Captured thief = Captured.party(b.door2);
        String genuine = b.agent.state().delegations.values().iterator().next();
        byte[] inTheServersName = content(b, b.server.identity);
        String itsOwn = thief.sign(Labels.TYPE_COMMAND, Map.of(), content(b, b.door2.identity));
        String[] parts = itsOwn.split("\\.", -1);
        String noise = parts[0] + "." + parts[1] + "." + Base64Url.encode(new byte[64]);
        for (String signed : List.of(
                new String(inTheServersName, StandardCharsets.UTF_8),
                noise,
                thief.sign(Labels.TYPE_COMMAND, Map.of(), inTheServersName),
                thief.sign(
                        Labels.TYPE_COMMAND,
                        Map.of(
                                "pct",
                                b.server
                                        .state()
                                        .authority
                                        .orElseThrow()
                                        .purposes
                                        .get("command")
                                        .certificate()),
                        inTheServersName),
                thief.sign(Labels.TYPE_COMMAND, Map.of("dlg", genuine), content(b, b.agent.identity)),
                itsOwn)) {
            String envelope = thief.seal(GroupEnvelope.Use.COMMAND, Building.DOORS, Building.utf8(signed));
            changesNothing(
                    b.door1,
                    () -> assertThat(b.door1.enclave.openCommand(envelope))
                            .as(signed)
                            .isInstanceOf(CommandVerdict.Refused.class));
        }
        assertThat(b.door1.enclave.openCommand(b.command(b.server, "close").envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    @DisplayName("A11 a captured agent commands beyond its delegation: another verb, zone, group, or after its end")
    void a11AnAgentGoesBeyondItsDelegation() {
        Building b = new Building();
        b.distribute();
        long until = b.server.now.getEpochSecond() + 60;
        b.agent.enclave.acceptDelegation(b.server
                .enclave
                .delegate(b.agent.identity, List.of(Building.DOORS), List.of("close"), List.of("floor-1"), until)
                .delegation());
        Captured agent = Captured.party(b.agent);
        String delegation = agent.state().delegations.values().iterator().next();
        for (Command beyond : List.of(
                command(b, 1, Building.DOORS, "release", "zone:floor-1"),
                command(b, 2, Building.DOORS, "open", "zone:floor-1"),
                command(b, 3, Building.DOORS, "close", "all"),
                command(b, 4, Building.DOORS, "close", "zone:floor-2"),
                command(b, 5, Building.SENSORS, "close", "zone:floor-1"))) {
            String envelope = seal(agent, delegation, beyond);
            changesNothing(
                    b.door1,
                    () -> assertThat(b.door1.enclave.openCommand(envelope))
                            .as("%s to %s", beyond.verb(), beyond.target())
                            .isInstanceOf(CommandVerdict.Refused.class));
        }
        String within = seal(agent, delegation, command(b, 6, Building.DOORS, "close", "zone:floor-1"));
        assertThat(b.door1.enclave.openCommand(within)).isInstanceOf(CommandVerdict.Execute.class);
        b.agent.now = b.agent.now.plusSeconds(61);
        b.door1.now = b.agent.now;
        String late = seal(agent, delegation, command(b, 7, Building.DOORS, "close", "zone:floor-1"));
        changesNothing(b.door1, () -> refused(4103, b.door1.enclave.openCommand(late)));
    }

    @Test
    @DisplayName(
            "A16 the gateway keeps an eviction from one door, and the evicted agent works on it: not beyond the epoch")
    void a16ADoorIsKeptInAnOldEpoch() {
        Building b = new Building();
        b.distribute();
        long days = b.server.now.getEpochSecond() + 3 * 86_400;
        b.agent.enclave.acceptDelegation(b.server
                .enclave
                .delegate(b.agent.identity, List.of(Building.DOORS), List.of("close"), List.of(), days)
                .delegation());
        b.server.enclave.newEpoch(Building.DOORS, 2, List.of(Building.member(b.door1, 1), Building.member(b.door2, 2)));
        b.push(b.door1, Building.DOORS);
        Captured agent = Captured.party(b.agent);
        String delegation = agent.state().delegations.values().iterator().next();
        changesNothing(
                b.door2,
                () -> refused(
                        4103,
                        b.door2.enclave.openCommand(
                                seal(agent, delegation, command(b, 1, Building.DOORS, "release", "all")))));
        // A command of the new epoch tells it that it was left behind: 4112, and its program asks for the epoch.
        refused(4112, b.door2.enclave.openCommand(b.command(b.server, "close").envelope()));
        long over = b.door2.enclave.credentials().get(0).notAfter() + 1;
        b.server.now = java.time.Instant.ofEpochSecond(over);
        List.of(b.agent, b.door2).forEach(p -> p.now = b.server.now);
        changesNothing(
                b.door2,
                () -> refused(
                        4112,
                        b.door2.enclave.openCommand(
                                seal(agent, delegation, command(b, 2, Building.DOORS, "close", "all")))));
    }

    @Test
    @DisplayName(
            "A20 blocks and commands are lost, doubled and reordered at random: all converge, nothing is done twice")
    void a20EverythingComesInAnyOrder() {
        Street s = new Street(SD, 5);
        List<Party> all = s.in();
        int done = 0;
        for (long seed = 1; seed <= 40; seed++) {
            Random random = new Random(seed);
            double loss = random.nextDouble() * 0.3;
            double doubled = random.nextDouble() * 0.5;
            List<Runnable> network = new ArrayList<>();
            Set<String> executed = new HashSet<>();
            for (int step = 0; step < 3; step++) {
                s.rotate();
                byte[] latest = s.latest();
                String command = s.command(step % 2 == 0 ? "on" : "off");
                for (Party lamp : all) {
                    for (int copy = random.nextDouble() < doubled ? 2 : 1; copy > 0; copy--) {
                        if (random.nextDouble() >= loss) {
                            network.add(() -> s.take(lamp, latest));
                        }
                        if (random.nextDouble() >= loss) {
                            network.add(() -> {
                                if (lamp.enclave.openCommand(command) instanceof CommandVerdict.Execute e) {
                                    assertThat(executed.add(lamp.identity + e.commandId()))
                                            .as("done twice")
                                            .isTrue();
                                }
                            });
                        }
                    }
                }
            }
            Collections.shuffle(network, random);
            Map<Party, Long> highest = new java.util.HashMap<>();
            network.forEach(event -> {
                event.run();
                all.forEach(l ->
                        assertThat(Street.held(l)).as("goes back").isGreaterThanOrEqualTo(highest.getOrDefault(l, 0L)));
                all.forEach(l -> highest.put(l, Street.held(l)));
            });
            done += executed.size();
            for (Party lamp : all) {
                s.take(lamp);
                assertThat(s.current(lamp)).as("seed %d", seed).isTrue();
            }
        }
        assertThat(done).as("commands that came through").isGreaterThan(50);
    }

    @Test
    @DisplayName(
            "A31 what an observer of the link learns is the documented: group, epoch and sender, nothing of the content")
    void a31AnObserverSeesNumbersOnly() {
        Building b = doors();
        ProtectedCommand message =
                b.agent.enclave.protectCommand(b.command(b.agent, "close").commandId());
        String seen = new String(message.option(), StandardCharsets.ISO_8859_1)
                + new String(message.payload(), StandardCharsets.ISO_8859_1);
        for (String word : List.of("close", "fire-doors", "agent", "sealpost", "floor-1", "cmd")) {
            assertThat(seen).doesNotContain(word);
        }
        ProtectedCommand again =
                b.agent.enclave.protectCommand(b.command(b.agent, "close").commandId());
        assertThat(again.payload()).as("the same command again looks different").isNotEqualTo(message.payload());
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        b.push(b.agent, Building.DOORS);
        ProtectedCommand later =
                b.agent.enclave.protectCommand(b.command(b.agent, "close").commandId());
        assertThat(later.option()).as("another Gid in another epoch").isNotEqualTo(message.option());
    }

    @Test
    @DisplayName(
            "A39 two copies of the server draw one epoch with two secrets: a member takes one, and tells of the other")
    void a39TwoServersDrawOneEpoch() {
        Street s = new Street(SD, 4);
        Party twin = s.server.cloned();
        s.rotate();
        twin.enclave.newEpoch(Street.LAMPS, 2, s.members());
        byte[] first = s.latest();
        byte[] second = twin.enclave.epochMaterial(Street.LAMPS).orElseThrow().latest();
        Party here = s.lamps.get(0);
        Party there = s.lamps.get(1);
        assertThat(s.take(here, first)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(s.take(there, second)).isInstanceOf(EpochVerdict.Installed.class);
        changesNothing(here, () -> fault("second", s.take(here, second)));
        changesNothing(there, () -> fault("second", s.take(there, first)));
        s.rotate();
        assertThat(s.take(here)).isInstanceOf(EpochVerdict.Installed.class);
        changesNothing(there, () -> fault("chain", s.take(there)));
        refused(4105, () -> s.server.enclave.newEpoch(Street.LAMPS, 3, s.members()));
    }

    private static void fault(String expected, EpochVerdict verdict) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        EpochVerdict.Refused.class,
                        r -> assertThat(r.fault()).as(r.sentence()).isEqualTo(expected));
    }

    private static Building doors() {
        Building b = new Building();
        b.distribute();
        b.delegate("close", "open");
        return b;
    }

    private static byte[] content(Building b, String commander) {
        return new Command(
                        Long.MAX_VALUE / 2,
                        Building.DOORS,
                        1,
                        new Target.All(),
                        "open",
                        Map.of(),
                        commander,
                        b.server.now.getEpochSecond(),
                        b.server.now.getEpochSecond() + 30)
                .encode();
    }

    private static Command command(Building b, int number, String group, String verb, String target) {
        long now = b.agent.now.getEpochSecond();
        return new Command(
                now * 1000 + number, group, 1, Target.parse(target), verb, Map.of(), b.agent.identity, now, now + 30);
    }

    private static String seal(Captured agent, String delegation, Command command) {
        return agent.seal(
                GroupEnvelope.Use.COMMAND,
                Building.DOORS,
                Building.utf8(agent.sign(Labels.TYPE_COMMAND, Map.of("dlg", delegation), command.encode())));
    }
}
