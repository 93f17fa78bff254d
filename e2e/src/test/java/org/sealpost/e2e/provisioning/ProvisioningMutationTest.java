package org.sealpost.e2e.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealpost.e2e.provisioning.Functions.DOOR;
import static org.sealpost.e2e.provisioning.Functions.SERVER;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.e2e.provisioning.ProvisioningClient.Learned;
import org.sealpost.e2e.provisioning.ProvisioningClient.Wish;
import org.sealpost.onem2m.MutationTable;
import org.sealpost.onem2m.Refusal;
import tools.jackson.databind.json.JsonMapper;

/** Every member of every message between a client and its MEF or MAF, changed by a client, or a function, that is authenticated; what is refused changes nothing. */
class ProvisioningMutationTest {
    private static final int OK = MutationTable.OK;
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private static final Map<String, String> ANSWERS = Map.of(
            "clientRegistration",
            """
                    field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                    adminFQDN      4000    4000  4000 -        -    -
                    clientID       4000    4000  4000 -        -    -
                    clientRegID    4000    4000  4000 -        -    -
                    expirationTime 4000    4000  4000 -        -    -
                    op             4000    4000  4000 -        -    -
                    """,
            "clientConfiguration",
            """
                    field                  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                    clientCfg              4000    300   -    -        -    -
                    clientCfg.objectPath   4000    300   4000 -        -    -
                    clientCfg.objectTypeID 4000    -     -    301      301  4000
                    clientCfg.rootKey      304     4000  4000 -        -    -
                    clientCfg.targetID     4000    305   4000 -        -    -
                    op                     4000    4000  4000 -        -    -
                    """,
            "command",
            """
                    field                                              REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                    cmdDescription                                     4000    4000  -    -        -    -
                    cmdDescription.cmdArgs                             4000    4000  -    -        -    -
                    cmdDescription.cmdArgs.objectPath                  4000    300   4000 -        -    -
                    cmdDescription.cmdArgs.objectTypeID                4000    -     -    301      301  4000
                    cmdDescription.cmdArgs.objectTypeSpecificArgs      4000    4000  -    -        -    -
                    cmdDescription.cmdArgs.objectTypeSpecificArgs.SUID 4000    -     -    303      303  4000
                    cmdDescription.cmdClassID                          4000    -     -    4000     4000 4000
                    cmdID                                              4000    -     -    40       40   4004
                    cmdStatusCode                                      4000    -     -    4000     4000 4000
                    op                                                 4000    4000  4000 -        -    -
                    """,
            "keyRegistration",
            """
                    field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                    SUID           4000    -     -    305      305  4000
                    adminFQDN      4000    305   4000 -        -    -
                    expirationTime 4000    4000  4000 -        -    -
                    op             4000    4000  4000 -        -    -
                    relativeKeyID  4000    4000  4000 -        -    -
                    sourceClientID 4000    305   4000 -        -    -
                    targetIDs      305     305   -    -        -    -
                    """,
            "changes",
            """
                    field                  REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                    changes                4000    2000  -    -        -    -
                    changes.SUID           4000    -     -    4000     4000 4000
                    changes.ended          4000    2000  4000 -        -    -
                    changes.relativeKeyID  4000    4000  4000 -        -    -
                    changes.seq            4000    -     -    4000     4000 2000
                    changes.sourceClientID 4000    4000  4000 -        -    -
                    more                   2000    -     -    -        -    -
                    op                     4000    4000  4000 -        -    -
                    """,
            "keyRetrieval",
            """
                    field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                    SUID           4000    -     -    4000     4000 4000
                    adminFQDN      4000    4000  4000 -        -    -
                    expirationTime 4000    4000  4000 -        -    -
                    op             4000    4000  4000 -        -    -
                    publicKeys     2000    2000  4000 -        -    -
                    role           4000    4000  4000 -        -    -
                    sourceClientID 4000    4000  4000 -        -    -
                    """);

    private final long seed = System.nanoTime();
    private final Functions mef = new Functions(FunctionState.Kind.MEF, "mef.sp.example");
    private final ClientState server = mef.client("in@mef.sp.example");
    private final ClientState door = mef.client("door@mef.sp.example");
    private final Learned key;

    ProvisioningMutationTest() {
        mef.assign(server, door);
        mef.run(server, new Wish.Follow(), Optional.of(mef.rootKey));
        key = mef.run(door, new Wish.Enrol()).get(0);
    }

    @Test
    void clientRegistrations() {
        check(
                door,
                new ProvisioningRequest.RegisterClient(
                        "mef.sp.example",
                        mef.now + 1000,
                        List.of("roof"),
                        "mef.sp.example",
                        door.instance,
                        Optional.of(DOOR),
                        Optional.of(mef.publicKeys),
                        Optional.of(mef.rootKey)),
                """
                field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                adminFQDN      4000    4000  4000 -        -    -
                expirationTime 4000    4000  4000 -        -    -
                fqdn           4000    4004  4000 -        -    -
                identity       2000    4103  4000 -        -    -
                instance       4000    4000  4000 -        -    -
                labels         2000    2000  -    -        -    -
                op             4000    5001  4000 -        -    -
                publicKeys     2000    4000  4000 -        -    -
                rootKey        2000    4000  4000 -        -    -
                """);
    }

    @Test
    void configurations() {
        check(door, new ProvisioningRequest.RetrieveConfiguration("mef.sp.example", door.registration), """
                field       REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                clientRegID 4000    4004  4000 -        -    -
                fqdn        4000    4004  4000 -        -    -
                op          4000    5001  4000 -        -    -
                """);
    }

    @Test
    void clientUpdates() {
        check(
                door,
                new ProvisioningRequest.UpdateClient(
                        "mef.sp.example",
                        door.registration,
                        OptionalLong.of(mef.now + 1000),
                        Optional.of(List.of("roof"))),
                """
                field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                clientRegID    4000    4004  4000 -        -    -
                expirationTime 2000    4000  4000 -        -    -
                fqdn           4000    4004  4000 -        -    -
                labels         2000    2000  -    -        -    -
                op             4000    5001  4000 -        -    -
                """);
    }

    @Test
    void clientDeregistrations() {
        check(door, new ProvisioningRequest.DeregisterClient("mef.sp.example", door.registration), """
                field       REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                clientRegID 4000    4004  4000 -        -    -
                fqdn        4000    4004  4000 -        -    -
                op          4000    5001  4000 -        -    -
                """);
    }

    @Test
    void keyRegistrations() {
        check(
                door,
                new ProvisioningRequest.RegisterKey(
                        "mef.sp.example", mef.now + 1000, List.of("roof"), "mef.sp.example", 23, List.of(SERVER)),
                """
                field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                SUID           4000    -     -    4000     4000 4000
                adminFQDN      4000    4103  4000 -        -    -
                expirationTime 4000    4000  4000 -        -    -
                fqdn           4000    4004  4000 -        -    -
                labels         2000    2000  -    -        -    -
                op             4000    5001  4000 -        -    -
                targetIDs      4000    4000  -    -        -    -
                """);
    }

    @Test
    void keyRetrievals() {
        check(server, new ProvisioningRequest.RetrieveKey(relative()), """
                field         REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                op            4000    5001  4000 -        -    -
                relativeKeyID 4000    4004  4000 -        -    -
                """);
    }

    @Test
    void keyUpdates() {
        check(
                door,
                new ProvisioningRequest.UpdateKey(
                        "mef.sp.example",
                        relative(),
                        OptionalLong.of(mef.now + 1000),
                        Optional.of(List.of("roof")),
                        Optional.of(List.of(SERVER))),
                """
                field          REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                expirationTime 2000    4000  4000 -        -    -
                fqdn           4000    4004  4000 -        -    -
                labels         2000    2000  -    -        -    -
                op             4000    5001  4000 -        -    -
                relativeKeyID  4000    4004  4000 -        -    -
                targetIDs      2000    4000  -    -        -    -
                """);
    }

    @Test
    void keyDeregistrations() {
        check(door, new ProvisioningRequest.DeregisterKey("mef.sp.example", relative()), """
                field         REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                fqdn          4000    4004  4000 -        -    -
                op            4000    5001  4000 -        -    -
                relativeKeyID 4000    4004  4000 -        -    -
                """);
    }

    @Test
    void commands() {
        check(door, new ProvisioningRequest.RetrieveCommand(door.registration), """
                field       REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                clientRegID 4000    4004  4000 -        -    -
                op          4000    5001  4000 -        -    -
                """);
    }

    @Test
    void commandReports() {
        mef.function.clients.get(door.credentialId).outcomes.clear();
        var answer = mef.ask(door, new ProvisioningRequest.RetrieveCommand(door.registration));
        long command =
                ((ProvisioningResponse.Command) answer.response()).command().id();
        check(door, new ProvisioningRequest.ReportCommand(door.registration, command, CommandStatus.OK), """
                field         REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                clientRegID   4000    4004  4000 -        -    -
                cmdID         4000    -     -    4004     4004 4004
                cmdStatusCode 4000    -     -    4000     4000 4000
                op            4000    5001  4000 -        -    -
                """);
    }

    @Test
    void fetches() {
        check(server, new ProvisioningRequest.FetchCredentials(door.enrolmentKeyId, 23), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                SUID  4000    -     -    4103     4103 4000
                keID  4000    4000  4000 -        -    -
                op    4000    5001  4000 -        -    -
                """);
    }

    @Test
    void changes() {
        check(server, new ProvisioningRequest.RetrieveChanges(0), """
                field REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                after 4000    -     -    2000     2000 2000
                op    4000    5001  4000 -        -    -
                """);
    }

    @Test
    void revocations() {
        check(server, new ProvisioningRequest.RevokeClient(DOOR, "stolen"), """
                field    REMOVED EMPTY HUGE NEGATIVE ZERO LARGEST
                clientID 4000    4004  4000 -        -    -
                op       4000    5001  4000 -        -    -
                reason   4000    2000  4000 -        -    -
                """);
    }

    /** What a function answers: a client refuses what does not fit and keeps nothing of it; of a command it can't execute it reports why, by the code of TS-0003 table 8.3.9.2-2. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "clientRegistration",
                "clientConfiguration",
                "command",
                "keyRegistration",
                "changes",
                "keyRetrieval"
            })
    void answers(String op) {
        boolean follows = op.equals("changes") || op.equals("keyRetrieval");
        ClientState client = follows ? server : door;
        Wish wish = follows ? new Wish.Follow() : new Wish.Enrol();
        byte[] original = new Exchange(client, wish, op, Optional.empty()).seen.orElseThrow();
        Map<String, String> wrong = new MutationTable(ANSWERS.get(op))
                .wrong(original, seed, json -> new Exchange(client, wish, op, Optional.of(json)).status);
        assertThat(wrong).as("seed %s", seed).isEmpty();
    }

    /** A run of a client with copies of its and the function's state, in which the first answer of a kind is looked at, and replaced. */
    private final class Exchange {
        private final FunctionState function = copy(mef.function, FunctionState.class);
        private final ClientState client;
        private final String op;
        private final Optional<byte[]> instead;
        private Optional<byte[]> seen = Optional.empty();
        private int status = OK;

        Exchange(ClientState client, Wish wish, String op, Optional<byte[]> instead) {
            this.client = copy(client, ClientState.class);
            this.op = op;
            this.instead = instead;
            byte[] exported = mef.octets(48);
            var session = new ProvisioningFunction.Session(client.credentialId, ProvisioningKeys.split(exported));
            boolean isServer = client == server;
            var run = new ProvisioningClient(
                    wish,
                    new ProvisioningClient.Identity(
                            Optional.empty(),
                            isServer ? Optional.empty() : Optional.of(mef.publicKeys),
                            isServer ? Optional.of(mef.rootKey) : Optional.empty()),
                    ProvisioningKeys.split(exported));
            ProvisioningClient.Step step = run.start(this.client, mef.now, mef.random);
            while (status == OK && step instanceof ProvisioningClient.Step.Send send) {
                if (seen.isPresent()
                        && send.request() instanceof ProvisioningRequest.ReportCommand report
                        && report.status() != CommandStatus.OK) {
                    status = report.status().code();
                    return;
                }
                var answer = ProvisioningFunction.handle(
                        function, session, send.request(), send.secret(), mef.now, mef.random);
                step = on(run, step, answer);
            }
        }

        private ProvisioningClient.Step on(
                ProvisioningClient run, ProvisioningClient.Step step, ProvisioningFunction.Answer answer) {
            byte[] head = ProvisioningCodec.encode(answer.response());
            boolean it = seen.isEmpty()
                    && MAPPER.readTree(head).path("op").asString("").equals(op);
            seen = it ? Optional.of(head) : seen;
            byte[] before = MAPPER.writeValueAsBytes(client);
            try {
                return run.on(
                        client,
                        ProvisioningCodec.decodeResponse(carried(it ? instead.orElse(head) : head)),
                        answer.secret(),
                        mef.now);
            } catch (Refusal refusal) {
                status = refusal.status().code();
                assertThat(MAPPER.writeValueAsBytes(client))
                        .as("a refusal with %s changed the client", status)
                        .isEqualTo(before);
                return step;
            }
        }
    }

    private String relative() {
        return key.keyId().substring(0, key.keyId().indexOf('@'));
    }

    /** As octets of a connection. */
    private static byte[] carried(byte[] head) {
        ProvisioningFrame.Reader reader = new ProvisioningFrame.Reader();
        reader.offer(new ProvisioningFrame(head, new byte[0]).encode());
        return reader.next().orElseThrow().head();
    }

    private void check(ClientState client, ProvisioningRequest request, String table) {
        byte[] before = MAPPER.writeValueAsBytes(mef.function);
        Map<String, String> wrong = new MutationTable(table).wrong(ProvisioningCodec.encode(request), seed, json -> {
            FunctionState function = MAPPER.readValue(before, FunctionState.class);
            int got = status(() -> ask(function, client, ProvisioningCodec.decodeRequest(carried(json))));
            if (got != OK) {
                assertThat(MAPPER.writeValueAsBytes(function))
                        .as("a refusal with %s changed the state", got)
                        .isEqualTo(before);
            }
            return got;
        });
        assertThat(wrong).as("seed %s", seed).isEmpty();
    }

    private void ask(FunctionState function, ClientState client, ProvisioningRequest request) {
        var session = new ProvisioningFunction.Session(client.credentialId, ProvisioningKeys.split(mef.octets(48)));
        var answer = ProvisioningFunction.handle(function, session, request, new byte[0], mef.now, mef.random);
        if (answer.response() instanceof ProvisioningResponse.Refused refused) {
            throw new Refusal(refused.status(), refused.sentence());
        }
    }

    private static <T> T copy(T state, Class<T> type) {
        return MAPPER.readValue(MAPPER.writeValueAsBytes(state), type);
    }

    private static int status(Runnable attempt) {
        try {
            attempt.run();
            return OK;
        } catch (Refusal refusal) {
            return refusal.status().code();
        }
    }
}
