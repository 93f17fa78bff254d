package org.sealpost.enclave.internal.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.onem2m.Refusal;

/** What every secure environment does, whatever its keys lie in. One environment holds the compartments of a server, an agent and two doors. */
abstract class SecureEnvironmentContract {
    static final String SERVER = "//sealpost.example/in-cse";
    static final String AGENT = "//sealpost.example/gw/Cagent";
    static final String DOOR = "//sealpost.example/gw/Cdoor";
    static final String OTHER = "//sealpost.example/gw/Cdoor-2";
    static final String GROUP = "//sealpost.example/in-cse/cse-in/doors";

    @TempDir
    Path directory;

    private SecureEnvironment environment;
    Enclave server;
    Enclave agent;
    Enclave door;
    Enclave other;

    /** Opens an environment on a state directory that may have been used before. */
    abstract SecureEnvironment open(Path state);

    abstract String kind();

    abstract int level();

    @BeforeEach
    void start() {
        environment = open(state());
        server = environment.compartment("server");
        agent = environment.compartment("agent");
        door = environment.compartment("door");
        other = environment.compartment("door-2");
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    Path state() {
        return directory.resolve("state");
    }

    /** As after the end of the program: what is on disk (and in the token) is there, nothing else. */
    void restart() {
        environment.close();
        start();
    }

    @Test
    void itSaysWhatItIsAndTheServerBelievesNoOneElse() {
        assertThat(door.attest().kind()).isEqualTo(kind());
        assertThat(door.attest().level()).isEqualTo(level());
        server.found(SERVER);
        EnrolmentRequest request = door.enrolmentRequest(DOOR);
        assertThat(server.enrolPeer(request, Role.DEVICE).attestation()).isEqualTo(door.attest());
        var claimed = new EnrolmentRequest(
                DOOR,
                request.agreementKey(),
                request.signatureKey(),
                request.certificateKey(),
                other.enrolmentRequest(OTHER).attestation(),
                request.fingerprint());
        assertThatThrownBy(() -> server.enrolPeer(claimed, Role.DEVICE)).isInstanceOf(Refusal.class);
    }

    @Test
    void theRequestToBeEnrolledIsTheSameAfterARestart() {
        EnrolmentRequest request = door.enrolmentRequest(DOOR);
        assertThat(door.enrolmentRequest(DOOR)).isEqualTo(request);
        restart();
        assertThat(door.enrolmentRequest(DOOR)).isEqualTo(request);
        assertThatThrownBy(() -> door.enrolmentRequest(OTHER)).isInstanceOf(Refusal.class);
    }

    @Test
    void requestsAndResponsesAreSealedAndOpenedBothWays() {
        enrolAll();
        byte[] down = inner(DOOR, SERVER, "d1");
        SealedRequest sealed = server.sealRequest(DOOR, Optional.of(door.receiverRandObject(SERVER)), down);
        var opened = (OpenedRequest.Inner) door.openRequest(sealed.esprimObject());
        assertThat(opened.innerRequest()).isEqualTo(down);
        assertThat(opened.peer()).isEqualTo(SERVER);
        byte[] answer = utf8("{\"rsc\":2000,\"rqi\":\"d1\"}");
        var response = server.openResponse(sealed.exchange(), door.sealResponse(opened.exchange(), answer));
        assertThat(((OpenedResponse.Inner) response).innerResponse()).isEqualTo(answer);
        byte[] up = inner(SERVER, DOOR, "u1");
        SealedRequest other = door.sealRequest(SERVER, Optional.of(server.receiverRandObject(DOOR)), up);
        assertThat(((OpenedRequest.Inner) server.openRequest(other.esprimObject())).innerRequest())
                .isEqualTo(up);
    }

    @Test
    void aChangedMessageIsRefusedAndTheRightOneStillOpens() {
        enrolAll();
        SealedRequest sealed =
                server.sealRequest(DOOR, Optional.of(door.receiverRandObject(SERVER)), inner(DOOR, SERVER, "d1"));
        String object = sealed.esprimObject();
        int last = object.length() - 3;
        String changed =
                object.substring(0, last) + (object.charAt(last) == 'A' ? 'B' : 'A') + object.substring(last + 1);
        assertThat(door.openRequest(changed)).isInstanceOf(OpenedRequest.Refused.class);
        assertThat(door.openRequest(object)).isInstanceOf(OpenedRequest.Inner.class);
    }

    @Test
    void aCredentialIsInstalledConfirmedAndThereAfterARestart() {
        enrolAll();
        epoch(1);
        assertThat(push(DOOR, door)).isInstanceOf(OpenedResponse.Confirmed.class);
        var held = door.credentials();
        assertThat(held).singleElement().satisfies(c -> assertThat(c.epoch()).isEqualTo(1));
        restart();
        assertThat(door.credentials()).isEqualTo(held);
        assertThat(server.currentEpoch(GROUP))
                .hasValueSatisfying(
                        e -> assertThat(e.keyCheckValue()).isEqualTo(held.get(0).keyCheckValue()));
        assertThat(push(DOOR, door)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    void anEarlierEpochIsNeverInstalledAgain() {
        enrolAll();
        epoch(1);
        SealedRequest first = server.sealCredential(DOOR, Optional.of(door.receiverRandObject(SERVER)), GROUP);
        epoch(2);
        push(DOOR, door);
        assertThat(door.openRequest(first.esprimObject()))
                .isInstanceOfSatisfying(
                        OpenedRequest.Refused.class, r -> assertThat(r.status()).isEqualTo(4105));
        assertThat(door.credentials())
                .singleElement()
                .satisfies(c -> assertThat(c.epoch()).isEqualTo(2));
    }

    @Test
    void aCommandIsExecutedOnceAndAcknowledgedAlsoAcrossARestart() {
        distribute();
        delegate();
        var command = agent.sealCommand(new CommandOrder(GROUP, "all", "close", Map.of(), soon()));
        var execute = (CommandVerdict.Execute) door.openCommand(command.envelope());
        restart();
        assertThat(door.unfinishedCommands()).containsExactly(execute);
        String acknowledgement = door.acknowledge(execute.command(), "done", "closed");
        assertThat(agent.openAcknowledgement(acknowledgement).member()).isEqualTo(DOOR);
        assertThat(door.openCommand(command.envelope()))
                .isInstanceOfSatisfying(
                        CommandVerdict.Duplicate.class,
                        d -> assertThat(d.acknowledgement()).hasValue(acknowledgement));
        vouch(OTHER, other);
        assertThat(other.openCommand(server.sealCommand(new CommandOrder(GROUP, "all", "open", Map.of(), soon()))
                        .envelope()))
                .isInstanceOf(CommandVerdict.Execute.class);
    }

    @Test
    void aCommandUnderGroupOscoreIsDoneOnceAndItsAnswerVerified() {
        distribute();
        delegate();
        long number = agent.sealCommand(new CommandOrder(GROUP, "all", "close", Map.of(), soon()))
                .commandId();
        var command = agent.protectCommand(number);
        assertThat(door.learnCommander(command.proof())).isEqualTo(AGENT);
        var verdict = door.openProtectedCommand(command.option(), command.payload());
        var execute = (CommandVerdict.Execute) verdict.verdict();
        String sealed = door.acknowledge(execute.command(), "done", "closed");
        var answer = door.protectAcknowledgement(verdict.exchange().orElseThrow(), sealed);
        assertThat(agent.openProtectedAcknowledgement(command.exchange(), answer.option(), answer.payload())
                        .member())
                .isEqualTo(DOOR);
        assertThat(door.openProtectedCommand(command.option(), command.payload())
                        .verdict())
                .isInstanceOfSatisfying(
                        CommandVerdict.Refused.class,
                        r -> assertThat(r.status()).isEqualTo(4105));
        var again = agent.protectCommand(number);
        assertThat(door.openProtectedCommand(again.option(), again.payload()).verdict())
                .isInstanceOf(CommandVerdict.Duplicate.class);
        restart();
        assertThat(door.openProtectedCommand(again.option(), again.payload()).verdict())
                .isInstanceOf(CommandVerdict.Refused.class);
    }

    /** The keys of certificates sign where they lie, on both sides, also those that were made before a restart. */
    @Test
    void aPairwiseKeyIsRenewedByCertificateAlsoAcrossARestart() {
        enrolAll();
        server.setPeerPolicies(
                Map.of(DOOR, new PeerPolicy("A256GCM", false, List.of(RenewalKeys.CERTIFICATE), 86_400, 0)));
        door.acceptEnrolment(
                server.enrolPeer(door.enrolmentRequest(DOOR), Role.DEVICE).enrolmentPackage());
        List<String> keyIds = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            byte[] message = server.startKeyEstablishment(DOOR).message();
            for (int flight = 0; flight < 2; flight++) {
                byte[] answer = door.answerKeyEstablishment(SERVER, message).message();
                message = server.continueKeyEstablishment(DOOR, answer).message();
            }
            SealedRequest renewal = server.sealRenewal(DOOR, Optional.of(door.receiverRandObject(SERVER)));
            var proved = (OpenedRequest.Answered) door.openRequest(renewal.esprimObject());
            assertThat(server.openResponse(renewal.exchange(), proved.sealedResponse()))
                    .isInstanceOf(OpenedResponse.Renewal.class);
            keyIds.add(door.pairwiseKeys().get(0).keyId());
            restart();
        }
        assertThat(keyIds).doesNotHaveDuplicates();
        assertThat(server.pairwiseKeys())
                .filteredOn(k -> k.peer().equals(DOOR))
                .singleElement()
                .satisfies(k -> {
                    assertThat(k.keyId()).isEqualTo(keyIds.get(1));
                    assertThat(k.origin()).isEqualTo(RenewalKeys.CERTIFICATE);
                });
    }

    @Test
    void countersNeverRepeatAlsoAcrossARestart() {
        distribute();
        long before = 0;
        for (int run = 0; run < 3; run++) {
            for (int i = 0; i < 3; i++) {
                long counter =
                        server.openReading(door.sealReading(GROUP, utf8("{}"))).counter();
                assertThat(counter).isGreaterThan(before);
                before = counter;
            }
            restart();
        }
    }

    @Test
    void anEvictedMemberOpensNothingOfTheNextEpoch() {
        distribute();
        server.newEpoch(GROUP, 2, List.of(new Member(AGENT, "", 1), new Member(DOOR, "", 2)));
        push(DOOR, door);
        String command = server.sealCommand(new CommandOrder(GROUP, "all", "close", Map.of(), soon()))
                .envelope();
        assertThat(door.openCommand(command)).isInstanceOf(CommandVerdict.Execute.class);
        assertThat(other.openCommand(command)).isInstanceOf(CommandVerdict.Refused.class);
        assertThatThrownBy(() -> push(OTHER, other)).isInstanceOf(Refusal.class);
    }

    @Test
    void aPackageForAnotherEndPointIsRefusedAndChangesNothing() {
        server.found(SERVER);
        String forOther =
                server.enrolPeer(other.enrolmentRequest(OTHER), Role.DEVICE).enrolmentPackage();
        String forDoor =
                server.enrolPeer(door.enrolmentRequest(DOOR), Role.DEVICE).enrolmentPackage();
        assertThatThrownBy(() -> door.acceptEnrolment(forOther)).isInstanceOf(Refusal.class);
        assertThat(door.enrolment()).isEmpty();
        assertThat(door.acceptEnrolment(forDoor).server()).isEqualTo(SERVER);
        assertThat(other.acceptEnrolment(forOther).identity()).isEqualTo(OTHER);
    }

    @Test
    void anEndPointThatIsEnrolledAgainWorksWithItsNewKeysOnly() {
        distribute();
        SealedRequest old = server.sealCredential(DOOR, Optional.of(door.receiverRandObject(SERVER)), GROUP);
        door.acceptEnrolment(
                server.enrolPeer(door.enrolmentRequest(DOOR), Role.DEVICE).enrolmentPackage());
        assertThat(door.openRequest(old.esprimObject())).isInstanceOf(OpenedRequest.Refused.class);
        assertThat(push(DOOR, door)).isInstanceOf(OpenedResponse.Confirmed.class);
        restart();
        assertThat(push(DOOR, door)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    void onAFullDiskNothingHappensAndItGoesOnOnceThereIsSpace() throws IOException {
        enrolAll();
        epoch(1);
        SealedRequest sealed = server.sealCredential(DOOR, Optional.of(door.receiverRandObject(SERVER)), GROUP);
        Path inTheWay = full("door");
        assertThatThrownBy(() -> door.openRequest(sealed.esprimObject()))
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("nothing was changed");
        Files.delete(inTheWay);
        assertThat(door.credentials()).isEmpty();
        assertThat(push(DOOR, door)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    @Test
    void keysThatCouldNotBeRecordedAreMadeAnew() throws IOException {
        Path inTheWay = full("door");
        assertThatThrownBy(() -> door.enrolmentRequest(DOOR)).isInstanceOf(EnclaveUnavailable.class);
        Files.delete(inTheWay);
        server.found(SERVER);
        door.acceptEnrolment(
                server.enrolPeer(door.enrolmentRequest(DOOR), Role.DEVICE).enrolmentPackage());
        assertThat(door.enrolment()).isPresent();
    }

    @Test
    void damagedStateSaysWhatToDoAndHarmsNobodyElse() throws IOException {
        enrolAll();
        environment.close();
        Path file = state().resolve("door.sealed");
        byte[] octets = Files.readAllBytes(file);
        octets[octets.length / 2] ^= 1;
        Files.write(file, octets);
        environment = open(state());
        assertThatThrownBy(() -> environment.compartment("door").enrolment())
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining("enrol again");
        assertThat(environment.compartment("door-2").enrolment()).isPresent();
    }

    @Test
    void aCompartmentsStateIsNoOtherCompartments() throws IOException {
        enrolAll();
        environment.close();
        Files.copy(
                state().resolve("door.sealed"), state().resolve("door-2.sealed"), StandardCopyOption.REPLACE_EXISTING);
        environment = open(state());
        assertThatThrownBy(() -> environment.compartment("door-2").enrolment()).isInstanceOf(EnclaveUnavailable.class);
    }

    @Test
    void oneAtATimeUsesAStateDirectory() {
        assertThatThrownBy(() -> open(state()).close())
                .isInstanceOf(EnclaveUnavailable.class)
                .hasMessageContaining("stop it first");
        assertThat(door.enrolment()).isEmpty();
    }

    @Test
    void manyCallersAtOnceGetEachTheirOwnAnswer() throws Exception {
        distribute();
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            Set<Long> counters = ConcurrentHashMap.newKeySet();
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Enclave sender = i % 2 == 0 ? door : other;
                long offset = i % 2 == 0 ? 0 : Long.MAX_VALUE / 2;
                byte[] content = utf8("{\"n\":" + i + "}");
                calls.add(() -> {
                    var reading = server.openReading(sender.sealReading(GROUP, content));
                    return java.util.Arrays.equals(reading.reading(), content)
                            && counters.add(offset + reading.counter());
                });
            }
            for (Future<Boolean> done : callers.invokeAll(calls)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void anEpochComesByABlockAndByANotice() throws Exception {
        enrolAll();
        server.createGroup(
                GROUP, new GroupPolicy("subset-difference", true, List.of(), 60, 86_400, "A256GCM", level()));
        server.newEpoch(GROUP, 1, List.of(new Member(DOOR, "", 0), new Member(OTHER, "", 0)));
        push(DOOR, door);
        push(OTHER, other);
        server.newEpoch(GROUP, 2, List.of(new Member(DOOR, "", 0)));
        byte[] block = server.epochMaterial(GROUP).orElseThrow().latest();
        assertThat(door.installEpoch(GROUP, block)).isInstanceOf(EpochVerdict.Installed.class);
        assertThat(other.installEpoch(GROUP, block))
                .isInstanceOfSatisfying(
                        EpochVerdict.Refused.class, r -> assertThat(r.fault()).isEqualTo("excluded"));
        server.admit(GROUP, List.of(new Member(AGENT, "", 0)));
        byte[] notice = server.epochMaterial(GROUP).orElseThrow().latest();
        assertThat(door.installEpoch(GROUP, notice)).isInstanceOf(EpochVerdict.Installed.class);
        push(AGENT, agent);
        String check = server.currentEpoch(GROUP).orElseThrow().keyCheckValue();
        for (Enclave member : List.of(door, agent)) {
            assertThat(member.credentials().get(0).epoch()).isEqualTo(3);
            assertThat(member.credentials().get(0).keyCheckValue()).isEqualTo(check);
        }
        assertThat(agent.openReading(door.sealReading(GROUP, utf8("warm"))).sender())
                .isEqualTo(DOOR);
    }

    void enrolAll() {
        server.found(SERVER);
        enrol(AGENT, agent, Role.AGENT);
        enrol(DOOR, door, Role.DEVICE);
        enrol(OTHER, other, Role.DEVICE);
        server.createGroup(GROUP, new GroupPolicy("point-to-point", true, List.of(), 0, 86_400, "A256GCM", level()));
    }

    void distribute() {
        enrolAll();
        epoch(1);
        push(AGENT, agent);
        push(DOOR, door);
        push(OTHER, other);
    }

    private void enrol(String identity, Enclave enclave, Role role) {
        enclave.acceptEnrolment(
                server.enrolPeer(enclave.enrolmentRequest(identity), role).enrolmentPackage());
    }

    void epoch(long number) {
        server.newEpoch(
                GROUP, number, List.of(new Member(AGENT, "", 1), new Member(DOOR, "", 2), new Member(OTHER, "", 3)));
    }

    OpenedResponse push(String member, Enclave enclave) {
        SealedRequest sealed = server.sealCredential(member, Optional.of(enclave.receiverRandObject(SERVER)), GROUP);
        var answered = (OpenedRequest.Answered) enclave.openRequest(sealed.esprimObject());
        return server.openResponse(sealed.exchange(), answered.sealedResponse());
    }

    private void delegate() {
        agent.acceptDelegation(server.delegate(AGENT, List.of(GROUP), List.of("close"), List.of(), soon())
                .delegation());
    }

    /** The server hears where a member's state comes from: before that, what was commanded up to the second of the start is not done. */
    void vouch(String identity, Enclave member) {
        SealedRequest first = member.sealRequest(
                SERVER, Optional.of(server.receiverRandObject(identity)), inner(SERVER, identity, "v1"));
        var opened = (OpenedRequest.Inner) server.openRequest(first.esprimObject());
        member.openResponse(
                first.exchange(), server.sealResponse(opened.exchange(), utf8("{\"rsc\":2000,\"rqi\":\"v1\"}")));
        SealedRequest confirmation = member.sealConfirmation(GROUP, Optional.empty());
        var answered = (OpenedRequest.Answered) server.openRequest(confirmation.esprimObject());
        assertThat(member.openResponse(confirmation.exchange(), answered.sealedResponse()))
                .isInstanceOf(OpenedResponse.Inner.class);
    }

    /** A directory where the next save of that compartment goes: it can't be written, whoever one is. */
    Path full(String compartment) throws IOException {
        return Files.createDirectory(state().resolve(compartment + ".new"));
    }

    static long soon() {
        return System.currentTimeMillis() / 1000 + 300;
    }

    private static byte[] inner(String to, String from, String id) {
        return utf8("{\"op\":2,\"to\":\"" + path(to) + "\",\"fr\":\"" + path(from) + "\",\"rqi\":\"" + id
                + "\",\"rvi\":\"3\"}");
    }

    private static String path(String identity) {
        return identity.substring("//sealpost.example".length());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
