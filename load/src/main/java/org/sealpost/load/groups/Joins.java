package org.sealpost.load.groups;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupCredential;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.load.Machine;
import org.sealpost.load.memory.MemoryEnclave;

/** Authenticated joins: the protocol's and the enclave's work of both sides, without a network between them. */
final class Joins {
    private static final byte[] ASK = "{\"op\":2}".getBytes(StandardCharsets.US_ASCII);

    private Joins() {}

    /**
     * Joins with a pre-shared key: a RandObject, a session, the credential with its labels in the answer, the device's proof under its pairwise key, verified and answered. No signature: both sides prove
     * themselves by that key.
     *
     * @return joins a second, all processors together
     */
    static Rate psk(TreeUnderTest scheme, Pair[] pairs, byte[] secret) {
        EpochKeys keys = EpochKeys.derive(secret, TestGroup.NAME, 1);
        Confirmations confirmations = new Confirmations(pairs);
        return rate(pairs.length, pairs.length, (from, to) -> {
            for (int i = from; i < to; i++) {
                join(scheme, pairs[i], i, secret);
                EpochKeys own = EpochKeys.derive(secret, TestGroup.NAME, 1);
                byte[] proof = confirmations.confirm(i, 1, own);
                own.wipe();
                if (!confirmations.accepted(i, confirmations.verify(i, proof, 1, keys))) {
                    throw new IllegalStateException("a join was not confirmed");
                }
            }
        });
    }

    private static void join(TreeUnderTest scheme, Pair pair, int device, byte[] secret) {
        byte[] request = pair.ask(Optional.of(pair.serverOffer()), ASK);
        byte[] answer = pair.answer(request, asked -> credential(scheme, pair, device, secret));
        ByteBuffer parts = ByteBuffer.wrap(pair.answered(answer).orElseThrow());
        byte[] text = new byte[parts.getInt()];
        parts.get(text);
        byte[] labels = new byte[parts.remaining()];
        parts.get(labels);
        byte[] opened =
                KeyWrap.unwrap(pair.wrappingKey(), GroupCredential.decode(text).wrappedSecret());
        if (!Arrays.equals(opened, secret)) {
            throw new IllegalStateException("a join brought another secret");
        }
        scheme.hold(device, labels);
    }

    private static byte[] credential(TreeUnderTest scheme, Pair pair, int device, byte[] secret) {
        byte[] text = new GroupCredential(
                        TestGroup.NAME,
                        1,
                        KeyWrap.wrap(pair.wrappingKey(), secret),
                        device + 1,
                        "floor-1",
                        pair.identity(),
                        TestGroup.NOW,
                        TestGroup.NOW + TestGroup.DAY,
                        0,
                        List.of("release"),
                        0,
                        Base64Url.encode(TestGroup.octets(device, 16)),
                        List.of(),
                        Optional.empty())
                .encode();
        MemberLabels made = scheme.labelsOf(device);
        byte[] labels = made.octets();
        made.wipe();
        return ByteBuffer.allocate(Integer.BYTES + text.length + labels.length)
                .putInt(text.length)
                .put(text)
                .put(labels)
                .array();
    }

    /**
     * Joins with signatures, through whole enclaves on memory: the server's signs the credential (ES256), the device's verifies it and the certificate of the key that signed, installs, saves its state and
     * confirms; the server's verifies.
     *
     * @param each devices for every processor; one server's enclave for each
     * @param rounds so often everybody joins; as often before, uncounted, so that it is compiled
     */
    static Rate signed(int each, int rounds) {
        int processors = Runtime.getRuntime().availableProcessors();
        List<Site> sites = new ArrayList<>();
        for (int i = 0; i < processors; i++) {
            sites.add(new Site(each));
        }
        perSecond(processors, (from, to) -> joinOften(sites.subList(from, to), rounds));
        return rate(processors, processors * each * rounds, (from, to) -> joinOften(sites.subList(from, to), rounds));
    }

    private static void joinOften(List<Site> sites, int rounds) {
        for (int round = 0; round < rounds; round++) {
            sites.forEach(Site::everybodyJoins);
        }
    }

    /** A server's enclave and those of its devices, enrolled. */
    private static final class Site {
        private final MemoryEnclave server = enclave(TestGroup.SERVER);
        private final List<MemoryEnclave> devices = new ArrayList<>();
        private final List<Member> members = new ArrayList<>();
        private long epoch;

        Site(int count) {
            server.calls().found(server.identity());
            server.calls()
                    .createGroup(
                            TestGroup.NAME,
                            new GroupPolicy(
                                    "point-to-point", false, List.of("release"), 0, TestGroup.DAY, "A256GCM", 0));
            for (int i = 0; i < count; i++) {
                MemoryEnclave device = enclave("//load.example/gw/Cd-" + i);
                var request = device.calls().enrolmentRequest(device.identity());
                device.calls()
                        .acceptEnrolment(
                                server.calls().enrolPeer(request, Role.DEVICE).enrolmentPackage());
                devices.add(device);
                members.add(new Member(device.identity(), "floor-1", i + 1L));
            }
        }

        void everybodyJoins() {
            server.calls().newEpoch(TestGroup.NAME, ++epoch, members);
            devices.forEach(this::join);
        }

        private void join(MemoryEnclave device) {
            String offer = device.calls().receiverRandObject(server.identity());
            var sealed = server.calls().sealCredential(device.identity(), Optional.of(offer), TestGroup.NAME);
            if (!(device.calls().openRequest(sealed.esprimObject()) instanceof OpenedRequest.Answered answered)
                    || !(server.calls().openResponse(sealed.exchange(), answered.sealedResponse())
                            instanceof OpenedResponse.Confirmed)) {
                throw new IllegalStateException("a join was not confirmed");
            }
        }

        private static MemoryEnclave enclave(String identity) {
            return new MemoryEnclave(
                    identity,
                    InstantSource.fixed(Pair.TIME),
                    new MemoryEnclave.Parts(new SecureRandom()),
                    (kind, owner, secret) -> {});
        }
    }

    /** A part of numbered work. */
    interface Part {
        void run(int from, int to);
    }

    /**
     * How fast something was.
     *
     * @param perSecond all processors together, by the clock on the wall
     * @param cpuMicros of one processor for each, whatever else the machine did
     */
    record Rate(double perSecond, double cpuMicros) {}

    private static Rate rate(int parts, int joins, Part part) {
        double before = Machine.cpuSeconds();
        double rate = perSecond(parts, part);
        return new Rate(rate * joins / parts, (Machine.cpuSeconds() - before) * 1e6 / joins);
    }

    /** Gives every processor its part. */
    static double perSecond(int count, Part part) {
        int processors = Math.min(count, Runtime.getRuntime().availableProcessors());
        List<Callable<Integer>> parts = new ArrayList<>();
        for (int p = 0; p < processors; p++) {
            int from = (int) ((long) count * p / processors);
            int to = (int) ((long) count * (p + 1) / processors);
            parts.add(() -> {
                part.run(from, to);
                return to - from;
            });
        }
        long start = System.nanoTime();
        int done = Workers.all(parts).stream().mapToInt(Integer::intValue).sum();
        return done / ((System.nanoTime() - start) / 1e9);
    }
}
