package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.enclave.internal.SealedState;
import org.sealpost.onem2m.Refusal;

/**
 * A renewal under crashes and a bad network: a crash before and after every save of either side, every message lost, doubled or late, and their combinations. After every event both sides, started
 * from their disks, reach each other in both directions; in the end both have the new key, and the old one is on no disk.
 */
class RenewalCrashTest {
    private static final String SERVER = "//sealpost.example/in-cse";
    private static final String DEVICE = "//sealpost.example/gw-north/Cdoor-1";
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final int ATTEMPTS = 12;

    private static final Map<String, byte[]> ENROLLED = new HashMap<>();
    private static byte[] firstKey = new byte[0];

    /** A crash of an enclave: nothing that runs there may catch it. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("crash", null, false, false);
        }
    }

    private static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Lost() {
            super("lost", null, false, false);
        }
    }

    /** @param save the number of the save, from 0; @param after whether it reached the disk */
    private record Fault(String party, int save, boolean after) {}

    private enum Trouble {
        LOST,
        DOUBLED,
        LATE
    }

    /** What happens to the message with this number, from 0. */
    private record Mishap(int message, Trouble trouble) {}

    private static final class Disk implements SealedState {
        private final String party;
        private final List<Fault> faults;
        private byte[] image;
        private int saves;

        Disk(String party, byte[] image, List<Fault> faults) {
            this.party = party;
            this.image = image;
            this.faults = faults;
        }

        @Override
        public Optional<byte[]> load(String name) {
            return Optional.of(image.clone());
        }

        @Override
        public void save(String name, byte[] state) {
            int number = saves++;
            if (faults.contains(new Fault(party, number, false))) {
                throw new Crash();
            }
            image = state.clone();
            if (faults.contains(new Fault(party, number, true))) {
                throw new Crash();
            }
        }
    }

    /** Two sides and the gateway between them. */
    private static final class World {
        final Disk serverDisk;
        final Disk deviceDisk;
        final List<Mishap> mishaps;
        final List<Runnable> late = new ArrayList<>();
        Enclave server;
        Enclave device;
        int messages;

        World(List<Fault> faults, List<Mishap> mishaps) {
            this.serverDisk = new Disk("server", image("server"), faults);
            this.deviceDisk = new Disk("device", image("device"), faults);
            this.mishaps = mishaps;
            this.server = open(serverDisk);
            this.device = open(deviceDisk);
        }

        /** A call of one side; when it crashes, it starts again from its disk, and the caller learns nothing. */
        <T> T at(boolean atServer, Supplier<T> call) {
            try {
                return call.get();
            } catch (Crash crash) {
                if (atServer) {
                    server = open(serverDisk);
                } else {
                    device = open(deviceDisk);
                }
                throw new Lost();
            }
        }

        /** One message with its answer, each with its own fate. */
        <T> T exchange(Supplier<T> deliver, java.util.function.Consumer<T> lateAnswer) {
            late.forEach(Runnable::run);
            late.clear();
            Optional<Trouble> there = trouble();
            if (there.equals(Optional.of(Trouble.LOST))) {
                throw new Lost();
            }
            if (there.equals(Optional.of(Trouble.LATE))) {
                late.add(() -> quietly(() -> at(false, deliver)));
                throw new Lost();
            }
            if (there.equals(Optional.of(Trouble.DOUBLED))) {
                quietly(() -> at(false, deliver));
            }
            T answer = at(false, deliver);
            Optional<Trouble> back = trouble();
            if (back.equals(Optional.of(Trouble.LOST))) {
                throw new Lost();
            }
            if (back.isPresent()) {
                late.add(() -> quietly(() -> lateAnswer.accept(answer)));
            }
            if (back.equals(Optional.of(Trouble.LATE))) {
                throw new Lost();
            }
            return answer;
        }

        private Optional<Trouble> trouble() {
            int number = messages++;
            return mishaps.stream()
                    .filter(m -> m.message() == number)
                    .map(Mishap::trouble)
                    .findFirst();
        }

        private static void quietly(Runnable call) {
            try {
                call.run();
            } catch (Refusal | Lost refused) {
                // a message out of order is refused, or its receiver crashes: both are what is tried here
            }
        }

        /** What the server program does once. */
        void attempt() {
            String way = at(true, () -> server.nextRenewal(DEVICE)).way();
            if (way.equals(RenewalKeys.CERTIFICATE)) {
                byte[] one =
                        at(true, () -> server.startKeyEstablishment(DEVICE)).message();
                byte[] two = exchange(
                        () -> device.answerKeyEstablishment(SERVER, one).message(), this::take);
                byte[] three = take(two);
                byte[] four = exchange(
                        () -> device.answerKeyEstablishment(SERVER, three).message(), this::take);
                take(four);
                return;
            }
            String rand = exchange(() -> device.receiverRandObject(SERVER), late -> {});
            SealedRequest sealed = at(true, () -> server.sealRenewal(DEVICE, Optional.of(rand)));
            OpenedRequest opened = exchange(() -> device.openRequest(sealed.esprimObject()), o -> take(sealed, o));
            take(sealed, opened);
        }

        private byte[] take(byte[] message) {
            return at(true, () -> server.continueKeyEstablishment(DEVICE, message))
                    .message();
        }

        private void take(SealedRequest sealed, OpenedRequest opened) {
            if (opened instanceof OpenedRequest.Answered answered) {
                at(true, () -> server.openResponse(sealed.exchange(), answered.sealedResponse()));
            }
        }

        boolean done(String origin) {
            PairwiseFacts atServer = facts(server, DEVICE);
            PairwiseFacts atDevice = facts(device, SERVER);
            return atServer.origin().equals(origin)
                    && atServer.agreed().isEmpty()
                    && atDevice.agreed().isEmpty()
                    && atServer.keyId().equals(atDevice.keyId());
        }

        /** Both directions work for two enclaves that know no more than what is on disk. */
        void requireBothWork(String when) {
            Enclave s = open(new Disk("copy", serverDisk.image, List.of()));
            Enclave d = open(new Disk("copy", deviceDisk.image, List.of()));
            assertThatCode(() -> roundTrip(s, DEVICE, "/in-cse", "/gw-north/Cdoor-1", d, SERVER))
                    .as("server to device " + when)
                    .doesNotThrowAnyException();
            Enclave s2 = open(new Disk("copy", serverDisk.image, List.of()));
            Enclave d2 = open(new Disk("copy", deviceDisk.image, List.of()));
            assertThatCode(() -> roundTrip(d2, SERVER, "/gw-north/Cdoor-1", "/in-cse/cse-in", s2, DEVICE))
                    .as("device to server " + when)
                    .doesNotThrowAnyException();
        }
    }

    @BeforeAll
    static void enrol() {
        Disk serverDisk = new Disk("server", emptyImage(), List.of());
        Disk deviceDisk = new Disk("device", emptyImage(), List.of());
        List<byte[]> pairwise = new ArrayList<>();
        Enclave server = new Compartment(
                "main",
                new Attestation("in-process", 0, "test"),
                serverDisk,
                () -> NOW,
                new SecureRandom(),
                (kind, owner, secret) -> {
                    if (kind.equals("pairwise-key")) {
                        pairwise.add(secret.clone());
                    }
                });
        Enclave device = open(deviceDisk);
        server.found(SERVER);
        device.acceptEnrolment(
                server.enrolPeer(device.enrolmentRequest(DEVICE), Role.DEVICE).enrolmentPackage());
        // everything that is made on first use is made now, so that what follows is the renewal alone
        server.startKeyEstablishment(DEVICE);
        ENROLLED.put("server", serverDisk.image);
        ENROLLED.put("device", deviceDisk.image);
        firstKey = pairwise.get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {RenewalKeys.EPHEMERAL, RenewalKeys.CERTIFICATE})
    void aCrashAtAnySaveLeavesAWorkingKeyOnBothSides(String way) {
        for (Fault fault : faults(way)) {
            run(way, List.of(fault), List.of());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RenewalKeys.EPHEMERAL, RenewalKeys.CERTIFICATE})
    void twoCrashesAtAnySavesLeaveAWorkingKeyOnBothSides(String way) {
        List<Fault> faults = faults(way);
        for (Fault first : faults) {
            for (Fault second : faults) {
                run(way, List.of(first, new Fault(second.party(), second.save() + 1, second.after())), List.of());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {RenewalKeys.EPHEMERAL, RenewalKeys.CERTIFICATE})
    void anyMessageLostDoubledOrLateLeavesAWorkingKeyOnBothSides(String way) {
        for (Mishap mishap : mishaps(way)) {
            run(way, List.of(), List.of(mishap));
        }
    }

    /** Every crash with every mishap, and every two mishaps. */
    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {RenewalKeys.EPHEMERAL, RenewalKeys.CERTIFICATE})
    void crashesAndMishapsTogetherLeaveAWorkingKeyOnBothSides(String way) {
        for (Mishap mishap : mishaps(way)) {
            for (Fault fault : faults(way)) {
                run(way, List.of(fault), List.of(mishap));
            }
            for (Mishap other : mishaps(way)) {
                run(way, List.of(), List.of(mishap, new Mishap(other.message() + 2, other.trouble())));
            }
        }
    }

    private static void run(String way, List<Fault> faults, List<Mishap> mishaps) {
        World world = new World(faults, mishaps);
        String what = way + " " + faults + " " + mishaps;
        world.serverDisk.saves = -1; // the policy is not a part of what is tried
        world.server.setPeerPolicies(java.util.Map.of(DEVICE, new PeerPolicy("A256GCM", false, List.of(way), 0, 0)));
        for (int i = 0; i < ATTEMPTS && !world.done(way); i++) {
            try {
                world.attempt();
            } catch (Lost | Refusal failed) {
                // the program tries again
            }
            world.requireBothWork("after attempt " + i + " of " + what);
        }
        assertThat(world.done(way)).as(what).isTrue();
        world.late.forEach(Runnable::run);
        assertThat(world.done(way)).as("after what came late: " + what).isTrue();
        world.requireBothWork("in the end of " + what);
        assertThat(contains(world.serverDisk.image, firstKey)).as(what).isFalse();
        assertThat(contains(world.deviceDisk.image, firstKey)).as(what).isFalse();
    }

    /** Every save of an undisturbed run, before and after. */
    private static List<Fault> faults(String way) {
        World world = undisturbed(way);
        List<Fault> faults = new ArrayList<>();
        for (boolean after : new boolean[] {false, true}) {
            for (int i = 0; i < world.serverDisk.saves; i++) {
                faults.add(new Fault("server", i, after));
            }
            for (int i = 0; i < world.deviceDisk.saves; i++) {
                faults.add(new Fault("device", i, after));
            }
        }
        assertThat(faults).hasSizeGreaterThanOrEqualTo(8);
        return faults;
    }

    private static List<Mishap> mishaps(String way) {
        List<Mishap> mishaps = new ArrayList<>();
        for (int i = 0; i < undisturbed(way).messages; i++) {
            for (Trouble trouble : Trouble.values()) {
                mishaps.add(new Mishap(i, trouble));
            }
        }
        assertThat(mishaps).hasSizeGreaterThanOrEqualTo(24);
        return mishaps;
    }

    private static World undisturbed(String way) {
        World world = new World(List.of(), List.of());
        world.serverDisk.saves = -1; // the policy is not a part of what is tried
        world.server.setPeerPolicies(java.util.Map.of(DEVICE, new PeerPolicy("A256GCM", false, List.of(way), 0, 0)));
        assertThat(contains(world.serverDisk.image, firstKey)).isTrue();
        world.attempt();
        world.attempt();
        assertThat(world.done(way)).isTrue();
        return world;
    }

    private static void roundTrip(Enclave from, String peer, String fr, String to, Enclave receiver, String sender) {
        String rand = receiver.receiverRandObject(sender);
        byte[] inner =
                Building.utf8("{\"op\":2,\"to\":\"" + to + "\",\"fr\":\"" + fr + "\",\"rqi\":\"t\",\"rvi\":\"3\"}");
        SealedRequest sealed = from.sealRequest(peer, Optional.of(rand), inner);
        OpenedRequest.Inner opened = (OpenedRequest.Inner) receiver.openRequest(sealed.esprimObject());
        String answer =
                receiver.sealResponse(opened.exchange(), Building.utf8("{\"rsc\":2000,\"rqi\":\"t\",\"rvi\":\"3\"}"));
        assertThat(from.openResponse(sealed.exchange(), answer)).isInstanceOf(OpenedResponse.Inner.class);
    }

    private static PairwiseFacts facts(Enclave enclave, String peer) {
        return enclave.pairwiseKeys().stream()
                .filter(f -> f.peer().equals(peer))
                .findFirst()
                .orElseThrow();
    }

    private static Enclave open(Disk disk) {
        return new Compartment(
                "main",
                new Attestation("in-process", 0, "test"),
                disk,
                () -> NOW,
                new SecureRandom(),
                (kind, owner, secret) -> {});
    }

    private static byte[] image(String party) {
        return java.util.Objects.requireNonNull(ENROLLED.get(party));
    }

    private static byte[] emptyImage() {
        return tools.jackson.dataformat.cbor.CBORMapper.builder().build().writeValueAsBytes(new StateImage());
    }

    private static boolean contains(byte[] haystack, byte[] needle) {
        outer:
        for (int i = 0; i + needle.length <= haystack.length; i++) {
            for (int j = 0; j < needle.length; j++) {
                if (haystack[i + j] != needle[j]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }
}
