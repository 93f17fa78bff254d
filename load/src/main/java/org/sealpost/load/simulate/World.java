package org.sealpost.load.simulate;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.sealpost.enclave.AuthorityKeys.EpochFacts;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.AuthorityKeys.Member;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.load.memory.MemoryEnclave;

/**
 * One world: a server, an agent, devices, some of them members of a group whose epochs come by blocks, and a second group. Everything that goes from one to another is octets that the adversary has in
 * its hands. All of it follows from the seed. Not thread-safe.
 */
final class World {
    static final String DOMAIN = "//sim.example";
    static final String SERVER = DOMAIN + "/in-cse";
    static final String DOORS = DOMAIN + "/in-cse/cse-in/fire-doors";
    static final String SENSORS = DOMAIN + "/in-cse/cse-in/sensors";

    private static final int DEVICES = 6;
    private static final int FIRST = 4;
    private static final long COMMAND_SECONDS = 30;
    private static final long DAY = 86_400;

    final SplittableRandom random;
    final Knowledge knowledge = new Knowledge();
    final Invariants invariants = new Invariants(knowledge);
    final Host server;
    final Host agent;
    final List<Host> devices = new ArrayList<>();
    final List<Host> in = new ArrayList<>();
    Instant now = Instant.parse("2030-01-01T00:00:00Z");

    World(long seed, Wiring wiring) {
        this.random = new SplittableRandom(seed);
        this.server = host(SERVER, wiring);
        this.agent = host(DOMAIN + "/gw-0/Cagent", wiring);
        server.call(e -> e.found(SERVER));
        enrol(agent, Role.AGENT);
        for (int i = 0; i < DEVICES; i++) {
            Host device = host(DOMAIN + "/gw-" + i % 2 + "/Cdoor-" + i, wiring);
            devices.add(device);
            enrol(device, Role.DEVICE);
        }
        in.add(agent);
        in.addAll(devices.subList(0, FIRST));
        group(DOORS, "subset-difference", in);
        group(SENSORS, "complete-subtree", devices.subList(FIRST - 2, FIRST));
        delegate();
        in.forEach(this::push);
    }

    private Host host(String identity, Wiring wiring) {
        return new Host(new MemoryEnclave(
                identity,
                () -> now,
                new MemoryEnclave.Parts(
                        wiring.disk(identity),
                        start -> wiring.random(identity, start, new SeededRandom(random.nextLong())),
                        shipped -> wiring.around(identity, shipped, knowledge)),
                knowledge));
    }

    private void enrol(Host host, Role role) {
        var request = host.call(e -> e.enrolmentRequest(host.identity())).orElseThrow();
        String box = server.call(e -> e.enrolPeer(request, role)).orElseThrow().enrolmentPackage();
        if (host.call(e -> e.acceptEnrolment(box)).isEmpty()) {
            throw new IllegalStateException(host.identity() + " was not enrolled");
        }
    }

    private void group(String group, String scheme, List<Host> members) {
        server.call(e -> {
            e.createGroup(group, new GroupPolicy(scheme, true, List.of("release"), 60, DAY * 30, "A256GCM"));
            return group;
        });
        EpochFacts facts =
                server.call(e -> e.newEpoch(group, 1, members(members))).orElseThrow();
        learn(facts);
        members.forEach(m -> invariants.cameIn(group, m.identity(), leaf(group, m), 1));
    }

    /** Time goes on; delegations are renewed in time. */
    void pass(long seconds) {
        now = now.plusSeconds(seconds);
    }

    void delegate() {
        long until = now.getEpochSecond() + 2 * DAY;
        server.call(e -> e.delegate(agent.identity(), List.of(DOORS), List.of("close", "open"), List.of(), until))
                .ifPresent(d -> agent.call(e -> e.acceptDelegation(d.delegation())));
    }

    long epoch() {
        return server.call(e -> e.currentEpoch(DOORS))
                .flatMap(f -> f)
                .map(EpochFacts::epoch)
                .orElse(0L);
    }

    /** A fresh epoch for those that are in now; what was lost with the power is asked of the enclave. */
    void newEpoch() {
        long fence = epoch() + 1;
        server.call(e -> e.newEpoch(DOORS, fence, members(in)));
        settle();
    }

    void evict(Host out) {
        long leaf = leaf(DOORS, out);
        in.remove(out);
        long fence = epoch() + 1;
        Optional<EpochFacts> facts = server.call(e -> e.newEpoch(DOORS, fence, members(in)));
        if (facts.isEmpty()
                && server.call(e -> e.members(DOORS)).orElseThrow().stream()
                        .anyMatch(m -> m.identity().equals(out.identity()))) {
            in.add(out);
        } else {
            invariants.wentOut(DOORS, out.identity(), leaf, epoch());
        }
        settle();
    }

    void join(Host joining) {
        server.call(e -> e.admit(DOORS, members(List.of(joining))));
        boolean is = server.call(e -> e.members(DOORS)).orElseThrow().stream()
                .anyMatch(m -> m.identity().equals(joining.identity()));
        if (is) {
            in.add(joining);
            invariants.cameIn(DOORS, joining.identity(), leaf(DOORS, joining), epoch());
        }
        settle();
    }

    /** Notes what the server means now, and what it publishes. */
    private void settle() {
        server.call(e -> e.currentEpoch(DOORS)).flatMap(f -> f).ifPresent(this::learn);
    }

    private void learn(EpochFacts facts) {
        invariants.one(facts.group(), facts.epoch(), facts.keyCheckValue(), "the server");
        server.call(e -> e.epochMaterial(facts.group())).flatMap(m -> m).ifPresent(m -> {
            invariants.leaves(m.latest());
            invariants.published(facts.group(), m.block());
        });
    }

    private long leaf(String group, Host host) {
        return server.call(e -> e.members(group)).orElseThrow().stream()
                .filter(m -> m.identity().equals(host.identity()))
                .mapToLong(Member::leaf)
                .findFirst()
                .orElse(-1);
    }

    private static List<Member> members(List<Host> hosts) {
        return hosts.stream().map(h -> new Member(h.identity(), "", 0)).toList();
    }

    /** What a cache would hold. */
    Optional<byte[]> latest(String group) {
        return server.call(e -> e.epochMaterial(group)).flatMap(m -> m).map(m -> m.latest());
    }

    /** A device takes what a cache gives. */
    void take(Host device, String group, byte[] latest) {
        device.call(e -> e.installEpoch(group, latest));
    }

    /** The server gives a member its credential; whatever the network does to it. True when the server knows that it is there. */
    boolean push(Host member) {
        return push(member, octets -> Optional.of(octets));
    }

    /** What becomes of octets on their way. */
    interface Way {
        Optional<byte[]> carry(byte[] octets);
    }

    boolean push(Host member, Way way) {
        Optional<String> offer = member.call(e -> e.receiverRandObject(SERVER));
        var message = offer.flatMap(o -> server.call(e -> e.sealCredential(member.identity(), Optional.of(o), DOORS)));
        if (message.isEmpty()) {
            return false;
        }
        Optional<String> answer = carry(message.get().esprimObject(), way)
                .flatMap(object -> member.call(e -> e.openRequest(object)))
                .flatMap(World::answer);
        Optional<OpenedResponse> result = answer.flatMap(a -> carry(a, way))
                .flatMap(object -> server.call(e -> e.openResponse(message.get().exchange(), object)));
        if (result.isPresent() && result.get() instanceof OpenedResponse.Confirmed c) {
            invariants.confirmed(c.confirmation(), member.held());
            return true;
        }
        return false;
    }

    private static Optional<String> answer(OpenedRequest opened) {
        if (opened instanceof OpenedRequest.Answered a) {
            return Optional.of(a.sealedResponse());
        }
        return opened instanceof OpenedRequest.Refused r ? r.sealedResponse() : Optional.empty();
    }

    /** A member proves what it took from a cache. True when the server believes it. */
    boolean confirm(Host member, Way way) {
        Optional<String> offer = server.call(e -> e.receiverRandObject(member.identity()));
        var message = offer.flatMap(o -> member.call(e -> e.sealConfirmation(DOORS, Optional.of(o))));
        Optional<OpenedRequest> opened = message.flatMap(s -> carry(s.esprimObject(), way))
                .flatMap(object -> server.call(e -> e.openRequest(object)));
        opened.flatMap(World::answer)
                .flatMap(answer -> carry(answer, way))
                .ifPresent(answer ->
                        member.call(e -> e.openResponse(message.orElseThrow().exchange(), answer)));
        return believed(member, opened);
    }

    /** Whatever the server says of a confirmation has to be true. */
    boolean believed(Host member, Optional<OpenedRequest> opened) {
        if (opened.isPresent()
                && opened.get() instanceof OpenedRequest.Answered a
                && a.confirmation().isPresent()) {
            invariants.confirmed(a.confirmation().get(), member.held());
            return true;
        }
        return false;
    }

    /** A command of server or agent; what is to be carried to the devices. */
    Optional<String> command(Host commander, String verb, String target) {
        boolean byServer = commander == server;
        long until = now.getEpochSecond() + COMMAND_SECONDS;
        return commander
                .call(e -> e.sealCommand(new CommandOrder(DOORS, target, verb, Map.of(), until)))
                .map(message -> {
                    invariants.issued(commander.identity(), message.commandId(), verb, target, byServer, until);
                    invariants.leaves(ascii(message.envelope()));
                    return message.envelope();
                });
    }

    /** A device gets a command, acts when its enclave says so, and acknowledges. */
    void obey(Host device, String envelope) {
        Optional<CommandVerdict> verdict = device.call(e -> e.openCommand(envelope));
        if (verdict.isPresent() && verdict.get() instanceof CommandVerdict.Execute execute) {
            invariants.executes(device.identity(), execute, now.getEpochSecond());
            device.call(e -> e.acknowledge(execute.command(), "done", "")).ifPresent(ack -> {
                invariants.leaves(ascii(ack));
                server.call(e -> e.openAcknowledgement(ack));
            });
        }
    }

    /** What a device began before its power was lost is acknowledged now. */
    void resume(Host device) {
        device.call(e -> e.unfinishedCommands())
                .ifPresent(all ->
                        all.forEach(x -> device.call(e -> e.acknowledge(x.command(), "done", "after a restart"))
                                .ifPresent(ack -> invariants.leaves(ascii(ack)))));
    }

    void reading(Host device) {
        device.call(e -> e.sealReading(DOORS, new byte[] {1, 2, 3})).ifPresent(message -> {
            invariants.leaves(ascii(message));
            server.call(e -> e.openReading(message));
        });
    }

    private Optional<String> carry(String object, Way way) {
        invariants.leaves(ascii(object));
        return way.carry(ascii(object)).map(octets -> new String(octets, StandardCharsets.US_ASCII));
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
