package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Jwk;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedAnswer;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedVerdict;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.group.Command;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.group.Target;
import org.sealpost.onem2m.Refusal;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.PrivateKey;
import org.sealpost.oscore.ProtectedMessage;

/** Commands under Group OSCORE between enclaves, and what a captured member, a replayed message, a restored copy and an old delegation get from them. */
class GroupOscoreTest {
    private final Building b = new Building();

    @BeforeEach
    void everybodyHoldsTheGroup() {
        b.distribute();
        b.delegate("close", "open");
    }

    @Test
    void theAgentCommandsAndEachMemberAnswers() {
        SealedCommand command = b.command(b.agent, "close");
        ProtectedCommand message = protect(command);
        for (Party door : List.of(b.door1, b.door2)) {
            ProtectedVerdict verdict = open(door, message);
            assertThat(verdict.verdict()).isInstanceOfSatisfying(CommandVerdict.Execute.class, e -> {
                assertThat(e.verb()).isEqualTo("close");
                assertThat(e.commander()).isEqualTo(b.agent.identity);
                assertThat(e.commandId()).isEqualTo(command.commandId());
            });
            Acknowledgement a = opened(message, acknowledge(door, verdict));
            assertThat(a.member()).isEqualTo(door.identity);
            assertThat(a.outcome()).isEqualTo("done");
            assertThat(a.commandId()).isEqualTo(command.commandId());
        }
        assertThat(message.payload().length)
                .as("octets of a command on the link")
                .isLessThan(400);
    }

    @Test
    void theServerCommandsWhatAnAgentMayNot() {
        SealedCommand command = b.command(b.server, "release");
        ProtectedCommand message = b.server.enclave.protectCommand(command.commandId());
        b.door1.enclave.learnCommander(message.proof());
        ProtectedVerdict verdict = b.door1.enclave.openProtectedCommand(message.option(), message.payload());
        assertThat(verdict.verdict()).isInstanceOf(CommandVerdict.Execute.class);
        ProtectedAnswer answer = acknowledge(b.door1, verdict);
        assertThat(b.server
                        .enclave
                        .openProtectedAcknowledgement(message.exchange(), answer.option(), answer.payload())
                        .member())
                .isEqualTo(b.door1.identity);
    }

    @Test
    void oneCommandThatComesBothWaysIsDoneOnce() {
        SealedCommand command = b.command(b.agent, "close");
        ProtectedCommand first = protect(command);
        ProtectedVerdict verdict = open(b.door1, first);
        acknowledge(b.door1, verdict);
        assertThat(b.door1.enclave.openCommand(command.envelope())).isInstanceOf(CommandVerdict.Duplicate.class);
        ProtectedCommand second = protect(command);
        ProtectedVerdict again = open(b.door1, second);
        String sealed =
                ((CommandVerdict.Duplicate) again.verdict()).acknowledgement().orElseThrow();
        ProtectedAnswer answer =
                b.door1.enclave.protectAcknowledgement(again.exchange().orElseThrow(), sealed);
        assertThat(opened(second, answer).outcome()).isEqualTo("done");
    }

    @Test
    void aMessageThatIsPlayedBackIsRefusedAlsoAfterARestart() {
        ProtectedCommand message = protect(b.command(b.agent, "close"));
        assertThat(open(b.door1, message).verdict()).isInstanceOf(CommandVerdict.Execute.class);
        refused(4105, open(b.door1, message));
        b.door1.restart();
        refused(4105, b.door1.enclave.openProtectedCommand(message.option(), message.payload()));
    }

    @Test
    void aCapturedMemberForgesACommandWithTheGroupsKeys() {
        protect(b.command(b.agent, "close"));
        b.door1.enclave.learnCommander(delegation());
        int saves = b.door1.disk.saves();
        // Its own signing key under the agent's Sender ID and credential.
        ProtectedMessage forged = forge(3, agentCredential(), "open");
        refused(4115, b.door1.enclave.openProtectedCommand(forged.option(), forged.payload()));
        // The same in its own name: nobody is told that it commands.
        StateImage.OwnKeys own = b.door2.state().own.orElseThrow();
        ProtectedMessage honest = forge(2, Credential.of(own.identity(), Jwk.parse(own.signatureKey())), "open");
        refused(4112, b.door1.enclave.openProtectedCommand(honest.option(), honest.payload()));
        assertThat(b.door1.disk.saves()).isEqualTo(saves);
        ProtectedCommand genuine = protect(b.command(b.agent, "close"));
        assertThat(open(b.door1, genuine).verdict()).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aCapturedAgentCommandsWhatItWasNotLet() {
        b.door1.enclave.learnCommander(delegation());
        long sequence = 1;
        for (String verb : List.of("release", "lock")) {
            ProtectedMessage beyond = forgeByAgent(verb, sequence++);
            refused(4103, b.door1.enclave.openProtectedCommand(beyond.option(), beyond.payload()));
        }
    }

    @Test
    void nobodyIsACommanderWithoutTheServersWord() {
        ProtectedCommand message = protect(b.command(b.agent, "close"));
        refused(4112, b.door1.enclave.openProtectedCommand(message.option(), message.payload()));
        Building rogue = new Building();
        rogue.distribute();
        rogue.delegate("close");
        String foreign = rogue.agent
                .enclave
                .protectCommand(rogue.command(rogue.agent, "close").commandId())
                .proof();
        refusal(4103, () -> b.door1.enclave.learnCommander(foreign));
        refusal(4000, () -> b.door1.enclave.learnCommander("garbage"));
        refusal(4112, () -> b.sensor.enclave.learnCommander(message.proof()));
        assertThat(open(b.door1, message).verdict()).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void anOldDelegationWithAKeyThatWasReplacedIsPlayedBack() {
        String old = delegation();
        b.door1.enclave.learnCommander(old);
        Party replaced = new Party(b.agent.identity);
        List.of(b.server, replaced, b.door1).forEach(p -> p.now = p.now.plusSeconds(5));
        b.enrol(replaced, Role.AGENT);
        b.server.enclave.admit(Building.DOORS, b.doors());
        List.of(replaced, b.door1).forEach(p -> b.push(p, Building.DOORS));
        replaced.enclave.acceptDelegation(b.server
                .enclave
                .delegate(
                        b.agent.identity,
                        List.of(Building.DOORS),
                        List.of("close"),
                        List.of(),
                        b.server.now.getEpochSecond() + 3600)
                .delegation());
        ProtectedCommand message =
                replaced.enclave.protectCommand(b.command(replaced, "close").commandId());
        b.door1.enclave.learnCommander(message.proof());
        b.door1.enclave.learnCommander(old);
        ProtectedMessage byOldKey = forgeByAgent("close", 500);
        refused(4115, b.door1.enclave.openProtectedCommand(byOldKey.option(), byOldKey.payload()));
        assertThat(b.door1
                        .enclave
                        .openProtectedCommand(message.option(), message.payload())
                        .verdict())
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void anAnswerUnderTheNextEpochBelongsToItsRequest() {
        ProtectedCommand message = protect(b.command(b.agent, "close"));
        ProtectedVerdict verdict = open(b.door1, message);
        b.server.enclave.newEpoch(Building.DOORS, 2, b.doors());
        List.of(b.door1, b.agent).forEach(p -> b.push(p, Building.DOORS));
        ProtectedAnswer answer = acknowledge(b.door1, verdict);
        assertThat(HexFormat.of().formatHex(answer.option()))
                .contains(HexFormat.of().formatHex(OscoreMaterial.gid(Building.DOORS, 2)));
        assertThat(opened(message, answer).epoch()).isEqualTo(2);
        ProtectedCommand next = protect(b.command(b.agent, "open"));
        assertThat(open(b.door1, next).verdict()).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void whoIsEvictedOpensNothingMore() {
        b.server.enclave.newEpoch(Building.DOORS, 2, List.of(Building.member(b.agent, 3), Building.member(b.door1, 1)));
        List.of(b.door1, b.agent).forEach(p -> b.push(p, Building.DOORS));
        ProtectedCommand message = protect(b.command(b.agent, "close"));
        refused(4112, open(b.door2, message));
        assertThat(open(b.door1, message).verdict()).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aRestoredCopySendsNothing() {
        SealedCommand command = b.command(b.agent, "close");
        ProtectedVerdict verdict = open(b.door1, protect(command));
        Map<String, byte[]> copy = b.agent.disk.copy();
        b.agent.rollBack(copy);
        long next = b.command(b.agent, "close").commandId();
        refusal(4112, () -> b.agent.enclave.protectCommand(next));
        b.door1.restart();
        assertThat(verdict.exchange()).isPresent();
        refusal(
                4004,
                () -> b.door1.enclave.protectAcknowledgement(verdict.exchange().orElseThrow(), "x"));
    }

    @Test
    void numbersOfASenderAreNeverUsedTwice() {
        Set<String> seen = new HashSet<>();
        SealedCommand command = b.command(b.agent, "close");
        for (int i = 0; i < 1100; i++) {
            assertThat(seen.add(HexFormat.of().formatHex(protect(command).option())))
                    .isTrue();
        }
    }

    @Test
    void powerIsLostBetweenTheWindowAndTheCommand() {
        SealedCommand command = b.command(b.agent, "close");
        ProtectedCommand lost = protect(command);
        b.door1.enclave.learnCommander(lost.proof());
        int last = b.door1.disk.saves();
        b.door1.disk.losePowerAfter(save -> save == last + 1);
        assertThatThrownBy(() -> b.door1.enclave.openProtectedCommand(lost.option(), lost.payload()))
                .isInstanceOf(MemoryState.PowerLost.class);
        b.door1.disk.losePowerAfter(save -> false);
        b.door1.restart();
        refused(4105, b.door1.enclave.openProtectedCommand(lost.option(), lost.payload()));
        // Given after the start: what was given before waits for the server's word.
        List.of(b.agent, b.door1).forEach(p -> p.now = p.now.plusSeconds(1));
        ProtectedCommand again = protect(b.command(b.agent, "close"));
        assertThat(open(b.door1, again).verdict()).isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void someoneChangesAnyOctetOfACommandOrItsAnswer() {
        ProtectedCommand message = protect(b.command(b.agent, "close"));
        b.door1.enclave.learnCommander(message.proof());
        int saves = b.door1.disk.saves();
        for (int i = 0; i < message.payload().length; i++) {
            byte[] changed = message.payload().clone();
            changed[i] ^= 1;
            refused(4115, b.door1.enclave.openProtectedCommand(message.option(), changed));
        }
        assertThat(b.door1.disk.saves()).isEqualTo(saves);
        ProtectedAnswer answer = acknowledge(b.door1, open(b.door1, message));
        for (int i = 0; i < answer.payload().length; i++) {
            byte[] changed = answer.payload().clone();
            changed[i] ^= 1;
            refusal(
                    4115,
                    () -> b.agent.enclave.openProtectedAcknowledgement(message.exchange(), answer.option(), changed));
        }
        assertThat(opened(message, answer).outcome()).isEqualTo("done");
        refusal(4105, () -> opened(message, answer));
    }

    @Test
    void aMemberAnswersForAnother() {
        ProtectedCommand message = protect(b.command(b.agent, "close"));
        ProtectedVerdict first = open(b.door1, message);
        ProtectedVerdict second = open(b.door2, message);
        String ofDoor1 = b.door1.enclave.acknowledge(reference(first), "done", "");
        refusal(
                4103,
                () -> b.door2.enclave.protectAcknowledgement(second.exchange().orElseThrow(), ofDoor1));
    }

    @Test
    void theWitnessIsToldOfEachSecret() {
        ProtectedCommand message = protect(b.command(b.agent, "close"));
        open(b.door1, message);
        EpochKeys keys = EpochKeys.derive(epochSecret(b.door1), Building.DOORS, 1);
        GroupContext context = context(keys);
        for (byte[] secret : List.of(
                keys.oscore(),
                OscoreMaterial.of(keys, Building.DOORS, 1, OscoreMaterial.ALGORITHMS)
                        .masterSecret(),
                context.signatureEncryptionKey(),
                context.senderKey(OscoreMaterial.senderId(1)),
                context.senderKey(OscoreMaterial.senderId(3)))) {
            assertThat(b.door1.secrets).anyMatch(s -> Arrays.equals(s, secret));
        }
    }

    private ProtectedCommand protect(SealedCommand command) {
        return b.agent.enclave.protectCommand(command.commandId());
    }

    private static ProtectedVerdict open(Party door, ProtectedCommand message) {
        try {
            door.enclave.learnCommander(message.proof());
        } catch (Refusal notOurs) {
            assertThat(notOurs.status().code()).isEqualTo(4112);
        }
        return door.enclave.openProtectedCommand(message.option(), message.payload());
    }

    private static String reference(ProtectedVerdict verdict) {
        return ((CommandVerdict.Execute) verdict.verdict()).command();
    }

    private static ProtectedAnswer acknowledge(Party door, ProtectedVerdict verdict) {
        String sealed = door.enclave.acknowledge(reference(verdict), "done", "closed");
        return door.enclave.protectAcknowledgement(verdict.exchange().orElseThrow(), sealed);
    }

    private Acknowledgement opened(ProtectedCommand message, ProtectedAnswer answer) {
        return b.agent.enclave.openProtectedAcknowledgement(message.exchange(), answer.option(), answer.payload());
    }

    private String delegation() {
        return b.agent.state().delegations.values().iterator().next();
    }

    private static byte[] epochSecret(Party party) {
        return party.state().credentials.get(Building.DOORS).current().secret();
    }

    private Credential agentCredential() {
        StateImage.OwnKeys agent = b.agent.state().own.orElseThrow();
        return Credential.of(agent.identity(), Jwk.parse(agent.signatureKey()));
    }

    private GroupContext context(EpochKeys keys) {
        OscoreMaterial material = OscoreMaterial.of(keys, Building.DOORS, 1, OscoreMaterial.ALGORITHMS);
        StateImage.Anchor anchor = b.door1.state().anchor.orElseThrow();
        return new GroupContext(
                OscoreMaterial.ALGORITHMS,
                material.gid(),
                material.masterSecret(),
                material.masterSalt(),
                Credential.of(anchor.server(), Jwk.parse(anchor.rootKey())).octets());
    }

    /** Door 2, broken open, with everything that the group shares. */
    private ProtectedMessage forge(long leaf, Credential credential, String verb) {
        return message(leaf, b.door2.state().own.orElseThrow().signature(), credential, verb, 9, epochSecret(b.door2));
    }

    private ProtectedMessage forgeByAgent(String verb, long sequence) {
        return message(
                3,
                b.agent.state().own.orElseThrow().signature(),
                agentCredential(),
                verb,
                sequence,
                epochSecret(b.agent));
    }

    private ProtectedMessage message(
            long leaf, byte[] scalar, Credential credential, String verb, long sequence, byte[] secret) {
        long now = b.agent.now.getEpochSecond();
        Command command = new Command(
                now * 1000 + 999, Building.DOORS, 1, new Target.All(), verb, Map.of(), b.agent.identity, now, now + 30);
        GroupMember.Identity identity =
                new GroupMember.Identity(OscoreMaterial.senderId(leaf), new PrivateKey.P256(scalar), credential);
        return new GroupMember(context(EpochKeys.derive(secret, Building.DOORS, 1)), identity, kid -> Optional.empty())
                .protectRequest(
                        new CoapMessage(
                                0x02, List.of(new CoapMessage.Option(11, Building.utf8("cmd"))), command.encode()),
                        sequence)
                .message();
    }

    private static void refused(int status, ProtectedVerdict verdict) {
        assertThat(verdict.exchange()).isEmpty();
        assertThat(verdict.verdict())
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(status));
    }

    private static void refusal(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.status().code()).isEqualTo(status));
    }
}
