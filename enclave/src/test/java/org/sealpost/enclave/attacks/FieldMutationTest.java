package org.sealpost.enclave.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.RandObject;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.internal.core.Building;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.enclave.internal.core.StateImage;
import org.sealpost.group.Command;
import org.sealpost.group.CommandAcknowledgement;
import org.sealpost.group.CredentialConfirmation;
import org.sealpost.group.GroupCredential;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Lineage;
import org.sealpost.group.SealedReading;
import org.sealpost.group.Target;
import org.sealpost.onem2m.Mutation;
import org.sealpost.onem2m.MutationTable;

/**
 * Every member of every message that lies under a signature or a key, changed in every way and signed or sealed again by somebody who holds the keys. A table says which status each change
 * has to have: 2000 where the message is still one that its author may send. Whatever is refused changes nothing, and is counted.
 */
class FieldMutationTest {
    private static final int OK = MutationTable.OK;

    private final long seed = System.nanoTime();
    private final Building b = new Building();
    private final ScriptedGateway gateway = new ScriptedGateway(b);
    private final Captured server;
    private final Captured door2;

    FieldMutationTest() {
        b.distribute();
        server = Captured.party(b.server);
        door2 = Captured.party(b.door2);
    }

    @Test
    void commands() {
        long now = b.server.now.getEpochSecond();
        Command command = new Command(
                now * 1000 + 5,
                Building.DOORS,
                1,
                new Target.All(),
                "close",
                Map.of("a", "b"),
                b.server.identity,
                now,
                now + 30);
        check(
                b.door1,
                command.encode(),
                """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v      4000    -     -    4000     4000 4000
                cmd    4000    -     -    4000     4000 2000
                grp    4000    4000  4000 -        -    -
                epo    4000    -     -    4000     4000 4000
                tgt    4000    4000  4000 -        -    -
                vrb    4000    4000  4000 -        -    -
                iat    4000    -     -    2000     2000 4000
                exp    4000    -     -    4000     4000 2000
                frm    4000    4103  4000 -        -    -
                arg    2000    2000  -    -        -    -
                arg.a  2000    2000  4000 -        -    -
                """,
                json -> status(b.door1.enclave.openCommand(door2.seal(
                        GroupEnvelope.Use.COMMAND,
                        Building.DOORS,
                        Captured.ascii(server.signFor("command", Labels.TYPE_COMMAND, json))))));
    }

    @Test
    void acknowledgements() {
        CommandAcknowledgement ack = new CommandAcknowledgement(
                7,
                Building.DOORS,
                1,
                b.door2.identity,
                b.server.identity,
                "done",
                "closed",
                b.server.now.getEpochSecond());
        check(
                b.server,
                ack.encode(),
                """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v      4000    -     -    4000     4000 4000
                cmd    4000    -     -    2000     2000 2000
                grp    4000    4000  4000 -        -    -
                epo    4000    -     -    4000     4000 4000
                frm    4000    4103  4000 -        -    -
                cdr    4000    4000  4000 -        -    -
                out    4000    4000  4000 -        -    -
                det    4000    2000  4000 -        -    -
                at     4000    -     -    2000     2000 2000
                """,
                json -> MutationTable.thrown(() -> b.server.enclave.openAcknowledgement(door2.seal(
                        GroupEnvelope.Use.ACKNOWLEDGEMENT,
                        Building.DOORS,
                        Captured.ascii(door2.sign(Labels.TYPE_ACKNOWLEDGEMENT, Map.of(), json))))));
    }

    @Test
    void readings() {
        SealedReading reading = new SealedReading(
                Building.DOORS, 1, b.door2.identity, 2, 77, Building.utf8("{}"), b.server.now.getEpochSecond());
        check(
                b.server,
                reading.encode(),
                """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v      4000    -     -    4000     4000 4000
                grp    4000    4000  4000 -        -    -
                epo    4000    -     -    4000     4000 4000
                frm    4000    4000  4000 -        -    -
                sid    4000    -     -    4000     4000 4000
                ctr    4000    -     -    4000     4000 4000
                con    4000    2000  2000 -        -    -
                at     4000    -     -    2000     2000 2000
                """,
                json -> MutationTable.thrown(() ->
                        b.server.enclave.openReading(door2.seal(GroupEnvelope.Use.READING, Building.DOORS, 77, json))));
    }

    @Test
    void delegations() {
        String key = door2.state().own.orElseThrow().signatureKey();
        String agentKey = Captured.party(b.agent).state().own.orElseThrow().signatureKey();
        assertThat(key).isNotEqualTo(agentKey);
        byte[] delegation =
                Building.utf8("{\"v\":1,\"id\":\"d7\",\"agt\":\"" + b.agent.identity + "\",\"nbf\":1,\"exp\":"
                        + (b.server.now.getEpochSecond() + 60) + ",\"key\":\"" + agentKey.replace("\"", "\\\"")
                        + "\",\"grp\":[\"x\"],\"vrb\":[\"close\"],\"zon\":[\"z\"]}");
        check(
                b.agent,
                delegation,
                """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v      4000    -     -    4000     4000 4000
                id     4000    2000  4000 -        -    -
                agt    4000    4103  4000 -        -    -
                nbf    4000    -     -    2000     2000 2000
                exp    4000    -     -    2000     2000 2000
                key    4000    4000  4000 -        -    -
                grp    2000    2000  -    -        -    -
                vrb    2000    2000  -    -        -    -
                zon    2000    2000  -    -        -    -
                """,
                json -> MutationTable.thrown(() ->
                        b.agent.enclave.acceptDelegation(server.signFor("delegation", Labels.TYPE_DELEGATION, json))));
    }

    @Test
    void purposeCertificates() {
        StateImage.PurposeKey key =
                server.state().authority.orElseThrow().purposes.get("command");
        byte[] certificate =
                Building.utf8("{\"v\":1,\"use\":\"command\",\"nbf\":1,\"exp\":" + (b.server.now.getEpochSecond() + 60)
                        + ",\"key\":\"" + key.key().replace("\"", "\\\"") + "\"}");
        long now = b.server.now.getEpochSecond();
        long[] number = {now * 1000 + 5};
        check(b.door1, certificate, """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v      4000    -     -    4000     4000 4000
                use    4000    4103  4000 -        -    -
                nbf    4000    -     -    2000     2000 4103
                exp    4000    -     -    4103     4103 2000
                key    4000    4000  4000 -        -    -
                """, json -> {
            Command command = new Command(
                    number[0]++,
                    Building.DOORS,
                    1,
                    new Target.All(),
                    "close",
                    Map.of(),
                    b.server.identity,
                    now,
                    now + 30);
            String signed = server.signFor(
                    "command", Labels.TYPE_COMMAND, command.encode(), server.signAsRoot(Labels.TYPE_PURPOSE, json));
            return status(b.door1.enclave.openCommand(
                    door2.seal(GroupEnvelope.Use.COMMAND, Building.DOORS, Captured.ascii(signed))));
        });
    }

    @Test
    void credentials() {
        StateImage.Authority authority = server.state().authority.orElseThrow();
        StateImage.Group group = authority.groups.get(Building.DOORS);
        GroupCredential credential = new GroupCredential(
                Building.DOORS,
                1,
                KeyWrap.wrap(
                        authority.peers.get(b.door1.identity).wrapping(),
                        group.current().orElseThrow().secret()),
                1,
                "floor-1",
                b.door1.identity,
                group.notBefore(),
                group.current().orElseThrow().until(),
                60,
                java.util.List.of("release"),
                0,
                "nonce",
                java.util.List.of(),
                java.util.Optional.empty());
        check(b.door1, credential.encode(), """
                field  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v      4000    -     -    4000     4000 4000
                grp    4000    4000  4000 -        -    -
                epo    4000    -     -    4000     4000 4000
                alg    4000    4000  4000 -        -    -
                k      4000    4000  4000 -        -    -
                sid    4000    -     -    4000     2000 4000
                zon    4000    2000  4000 -        -    -
                to     4000    4116  4000 -        -    -
                nbf    4000    -     -    2000     2000 4000
                exp    4000    -     -    4000     4000 2000
                ovl    4000    -     -    4000     2000 4000
                cmv    4000    -     -    4000     2000 4000
                rid    4000    2000  4000 -        -    -
                ndv    2000    2000  -    -        -    -
                """, json -> {
            String signed = server.signFor("credential", Labels.TYPE_CREDENTIAL, json);
            byte[] inner = notification(
                    "/in-cse", "/gw-north/Cdoor-1", "application/vnd.sealpost.credential+json:0:1", signed);
            String rand = b.door1.enclave.receiverRandObject(b.server.identity);
            return status(b.door1.enclave.openRequest(server.channelTo(b.door1)
                    .sealRequest(
                            Optional.of(RandObject.parse(RandObject.Role.RECEIVER, rand)),
                            inner,
                            b.server.now,
                            new Random())
                    .object()));
        });
    }

    @Test
    void confirmations() {
        CredentialConfirmation proof = CredentialConfirmation.of(
                Building.DOORS,
                1,
                door2.epoch(Building.DOORS),
                b.door2.identity,
                "nonce",
                new Lineage(1, "AAAAAAAAAAAAAAAAAAAAAA", 0, 1));
        check(b.server, proof.encode(), """
                field   REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                v       4000    -     -    4000     4000 4000
                grp     4000    4103  4103 -        -    -
                epo     4000    -     -    4105     4105 4105
                kcv     4000    4115  4115 -        -    -
                rid     4000    4115  4115 -        -    -
                mac     4000    4115  4115 -        -    -
                lin     4000    4000  -    -        -    -
                lin.run 4000    -     -    4000     4000 2000
                lin.ins 4000    4000  4000 -        -    -
                lin.bas 4000    -     -    4000     2000 4000
                lin.rev 4000    -     -    4000     2000 2000
                """, json -> {
            byte[] inner = notification(
                    "/gw-north/Cdoor-2",
                    "/in-cse/cse-in/gcs/gw-north.door-2/fire-doors",
                    "application/vnd.sealpost.confirmation+json:0",
                    new String(json, StandardCharsets.UTF_8));
            String rand = b.server.enclave.receiverRandObject(b.door2.identity);
            return status(b.server.enclave.openRequest(door2.channelToServer()
                    .sealRequest(
                            Optional.of(RandObject.parse(RandObject.Role.RECEIVER, rand)),
                            inner,
                            b.server.now,
                            new Random())
                    .object()));
        });
    }

    /** Tries all mutations on a party; what is refused leaves its disk alone and moves the counter of its status, what is accepted is undone. */
    private void check(Party target, byte[] message, String table, ToIntFunction<byte[]> attempt) {
        Map<String, byte[]> untouched = target.disk.copy();
        assertThat(attempt.applyAsInt(message))
                .as("the message as it should be")
                .isEqualTo(OK);
        reset(target, untouched);
        MutationTable expected = new MutationTable(table);
        Map<String, String> wrong = new TreeMap<>();
        Map<String, byte[]> before = target.disk.copy();
        for (Mutation m : Mutation.of(message, seed)) {
            int due = expected.due(m);
            if (m.field().equals("arg.a") && m.kind() == Mutation.Kind.UNKNOWN_MEMBER) {
                due = 4000; // arguments are texts, and this one is not
            }
            long counted = counted(target, due);
            int got = attempt.applyAsInt(m.json());
            if (got != due) {
                wrong.put(m.field() + " " + m.kind(), got + " instead of " + due);
            }
            if (got == OK) {
                reset(target, before);
                before = target.disk.copy();
            } else {
                assertThat(counted(target, got))
                        .as("counter of %s for %s", got, m.field())
                        .isGreaterThan(got == due && !later(target, got) ? counted : -1);
                for (Map.Entry<String, byte[]> file : target.disk.copy().entrySet()) {
                    assertThat(file.getValue())
                            .as("%s %s changed the state", m.field(), m.kind())
                            .isEqualTo(before.get(file.getKey()));
                }
            }
        }
        assertThat(wrong).as("seed %s", seed).isEmpty();
    }

    /** A confirmation of a later epoch is an event of its own, not a refusal. */
    private boolean later(Party target, int status) {
        return target == b.server && status == 4105;
    }

    private void reset(Party target, Map<String, byte[]> state) {
        target.rollBack(state);
        gateway.reconnect(target.identity);
        if (target == b.door1) {
            gateway.reconnect(b.server.identity);
            gateway.pull(b.door1, Building.DOORS).toCompletableFuture().join();
        }
    }

    private static long counted(Party party, int status) {
        return party.enclave.counters().getOrDefault("refused." + status, 0L);
    }

    private static byte[] notification(String from, String to, String contentInfo, String content) {
        var o = tools.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        o.put("op", 5).put("to", to).put("fr", from).put("rqi", "m1").put("rvi", "3");
        o.putObject("pc").putObject("m2m:cin").put("cnf", contentInfo).put("con", content);
        return Building.utf8(o.toString());
    }

    private static int status(CommandVerdict verdict) {
        return verdict instanceof CommandVerdict.Refused refused ? refused.status() : OK;
    }

    private static int status(OpenedRequest verdict) {
        if (verdict instanceof OpenedRequest.Later) {
            return 4105;
        }
        return verdict instanceof OpenedRequest.Refused refused ? refused.status() : OK;
    }
}
