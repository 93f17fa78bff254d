package org.sealpost.enclave.internal.process;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.ClientKeys.ExchangeGoal;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.DataKeys.DataOrder;
import org.sealpost.enclave.DataKeys.DataUse;
import org.sealpost.enclave.DataKeys.SecurityClass;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.FunctionKeys.ClientAssignment;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.enclave.internal.SealedState;
import org.sealpost.enclave.internal.core.Compartment;

/**
 * An authority and a member of its group, as two compartments on memory, and calls that each of them answers. Every input finds them as they are here, whatever the inputs before it changed on
 * their disks, so that a finding is an input and not a history.
 */
final class FramesScene implements SecureEnvironment {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final String SERVER = "//x.example/in";
    private static final String DOOR = "//x.example/gw/Cd";
    private static final String DOORS = "//x.example/in/cse-in/doors";

    private final Memory disk = new Memory();
    private final SecureRandom random = new SecureRandom();
    private final List<Call> calls = new ArrayList<>();
    private Enclave authority = open("authority");
    private Enclave member = open("member");

    /** A call that is in order. */
    record Call(boolean atMember, String name, Object... arguments) {}

    FramesScene() {
        authority.found(SERVER);
        var request = member.enrolmentRequest(DOOR);
        var enrolled = authority.enrolPeer(request, Role.DEVICE);
        member.acceptEnrolment(enrolled.enrolmentPackage());
        GroupPolicy policy = new GroupPolicy("point-to-point", true, List.of("release"), 60, 3600, "A256GCM");
        authority.createGroup(DOORS, policy);
        List<Member> members = List.of(new Member(DOOR, "z", 1));
        authority.newEpoch(DOORS, 1, members);
        String rand = member.receiverRandObject(SERVER);
        var sealed = authority.sealCredential(DOOR, Optional.of(rand), DOORS);
        member.openRequest(sealed.esprimObject());
        var order = new CommandOrder(DOORS, "all", "close", Map.of("a", "b"), NOW.getEpochSecond() + 30);
        byte[] inner = ("{\"op\":2,\"to\":\"/in\",\"fr\":\"/gw/Cd\",\"rqi\":\"1\",\"rvi\":\"3\"}")
                .getBytes(StandardCharsets.UTF_8);
        calls.add(new Call(false, "found", SERVER));
        calls.add(new Call(false, "enrolPeer", request, Role.DEVICE));
        calls.add(new Call(false, "createGroup", DOORS, policy));
        calls.add(new Call(false, "newEpoch", DOORS, 2L, members));
        calls.add(new Call(false, "sealCredential", DOOR, Optional.of(rand), DOORS));
        calls.add(new Call(false, "sealRenewal", DOOR, Optional.of(rand)));
        calls.add(new Call(false, "openReading", member.sealReading(DOORS, inner)));
        calls.add(new Call(
                false, "delegate", DOOR, List.of(DOORS), List.of("close"), List.of("z"), NOW.getEpochSecond()));
        calls.add(new Call(false, "setPeerPolicies", Map.of(DOOR, RenewalKeys.PeerPolicy.open())));
        calls.add(new Call(false, "startKeyEstablishment", DOOR));
        calls.add(new Call(false, "signCheckpoint", 1L, new byte[32]));
        calls.add(new Call(false, "foundFunction", "mef", "mef.x.example"));
        calls.add(new Call(
                false, "assignClient", "c@mef.x.example", new ClientAssignment(DOOR, "DEVICE", List.of(), false)));
        calls.add(new Call(true, "acceptEnrolment", enrolled.enrolmentPackage()));
        calls.add(new Call(true, "openRequest", sealed.esprimObject()));
        calls.add(new Call(true, "wantedKey", sealed.esprimObject()));
        calls.add(new Call(true, "sealRequest", SERVER, Optional.empty(), inner));
        calls.add(new Call(true, "sealConfirmation", DOORS));
        calls.add(new Call(true, "openCommand", authority.sealCommand(order).envelope()));
        calls.add(new Call(true, "answerKeyEstablishment", SERVER, new byte[] {22, 3, 3, 0, 4, 1, 0, 0, 0}));
        calls.add(new Call(true, "openExchange", "mef.x.example", ExchangeGoal.enrol(), Optional.of(DOOR)));
        calls.add(new Call(true, "newDataKey", "k", DataUse.WRAPPING));
        calls.add(new Call(true, "trustDataPeer", member.dataIdentity()));
        calls.add(new Call(
                true, "protectData", DataOrder.text("application/json", "{}").signed()));
        calls.add(
                new Call(true, "openData", SecurityClass.SIGNATURE_ONLY, Optional.of("application/json:0:1"), "a.b.c"));
        disk.keep();
        asAtFirst();
    }

    /** Calls in order, from which wrong ones are made. */
    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** Undoes what the last input changed. */
    void asAtFirst() {
        if (disk.restore()) {
            authority = open("authority");
            member = open("member");
        }
    }

    private Enclave open(String name) {
        return new Compartment(
                name, new Attestation("in-process", 0, "fuzz"), disk, () -> NOW, random, (kind, owner, secret) -> {});
    }

    @Override
    public Enclave compartment(String name) {
        return name.equals("member") ? member : authority;
    }

    @Override
    public OptionalLong processId() {
        return OptionalLong.empty();
    }

    @Override
    public void close() {
        // memory
    }

    /** A disk that can be put back. */
    private static final class Memory implements SealedState {
        private final Map<String, byte[]> now = new HashMap<>();
        private final Map<String, byte[]> kept = new HashMap<>();
        private boolean changed;

        void keep() {
            kept.putAll(now);
            changed = true;
        }

        boolean restore() {
            boolean was = changed;
            now.clear();
            now.putAll(kept);
            changed = false;
            return was;
        }

        @Override
        public Optional<byte[]> load(String name) {
            return Optional.ofNullable(now.get(name)).map(byte[]::clone);
        }

        @Override
        public void save(String name, byte[] state) {
            now.put(name, state.clone());
            changed = true;
        }
    }
}
