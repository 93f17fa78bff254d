package org.sealpost.load.simulate;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/**
 * Hours of one world, which follow from a seed: what chance lets happen, what the adversary tries, power that goes off around saves; after each step nothing may have happened that must not, and every few
 * hours the network is left in peace and everybody who is in has to be on the newest epoch.
 */
final class Simulation {
    private static final long HOUR = 3600;
    private static final int STEPS_AN_HOUR = 12;
    private static final long PEACE = 5 * HOUR;
    private static final int PATIENCE = 4;
    private static final double LOSS = 0.2;
    private static final int SIEGE_STEPS = 60;
    private static final int SIEGE_LOOK = 100;

    private final World world;
    private final Adversary adversary;
    private final SplittableRandom random;
    private long steps;

    /**
     * What came out of a world without a violation.
     *
     * @param attacks messages of the adversary, none of which was accepted
     * @param checks how often something was held against the rules
     */
    record Outcome(long seed, long hours, long steps, long attacks, long crashes, long refusals, long checks) {}

    private Simulation(long seed, Wiring wiring) {
        this.world = new World(seed, wiring);
        this.random = world.random.split();
        this.adversary = new Adversary(world, world.random.split());
    }

    /**
     * Runs a world.
     *
     * @throws Violation when something happened that must never happen
     */
    static Outcome run(long seed, long hours, Wiring wiring) {
        Simulation s = new Simulation(seed, wiring);
        long end = hours * HOUR;
        long peace = PEACE;
        for (long at = 0; at < end; ) {
            long step = 1 + (long) (-Math.log(1 - s.random.nextDouble()) * HOUR / STEPS_AN_HOUR);
            at += step;
            s.world.pass(step);
            s.step();
            s.check();
            if (at > peace) {
                s.heal();
                peace += PEACE;
            }
        }
        s.heal();
        List<Host> all = s.all();
        return new Outcome(
                seed,
                hours,
                s.steps,
                s.adversary.sent(),
                all.stream().mapToLong(Host::crashes).sum(),
                all.stream().mapToLong(Host::refusals).sum(),
                s.world.invariants.checked());
    }

    /**
     * A world that lives for some hours and comes to peace; two commands are given, and all that the adversary held back arrives (late is not forged). Then it sends so many messages, one after the other, and
     * now and then somebody starts again: none of them may move anybody or be obeyed, and afterwards all is as it was.
     *
     * @throws Violation when one was accepted
     */
    static Outcome siege(long seed, long messages, Wiring wiring) {
        Simulation s = new Simulation(seed, wiring);
        for (int i = 0; i < SIEGE_STEPS; i++) {
            s.world.pass(HOUR / STEPS_AN_HOUR);
            s.step();
            s.check();
        }
        s.heal();
        s.publish();
        s.command(s.world.server, "close");
        s.command(s.world.agent, "close");
        s.arriveLate();
        s.check();
        List<Long> before = s.standing();
        for (long looks = 0; s.adversary.sent() < messages; looks++) {
            for (int i = 0; i < SIEGE_LOOK; i++) {
                s.adversary.attack();
            }
            s.unmoved(before);
            s.world.devices.get((int) (looks % s.world.devices.size())).restart();
        }
        s.unmoved(before);
        s.check();
        s.heal();
        List<Host> all = s.all();
        return new Outcome(
                seed,
                SIEGE_STEPS / STEPS_AN_HOUR,
                s.steps,
                s.adversary.sent(),
                all.stream().mapToLong(Host::crashes).sum(),
                all.stream().mapToLong(Host::refusals).sum(),
                s.world.invariants.checked());
    }

    /** All that was held back arrives, until nothing of it changes anything. */
    private void arriveLate() {
        List<Long> before;
        do {
            before = standing();
            adversary.letGo();
        } while (!standing().equals(before));
    }

    /** Everybody's epoch, and how many commands were done. */
    private List<Long> standing() {
        return java.util.stream.Stream.concat(
                        all().stream().map(h -> h == world.server ? world.epoch() : h.epoch(World.DOORS)),
                        java.util.stream.Stream.of(world.invariants.executed()))
                .toList();
    }

    private void unmoved(List<Long> before) {
        if (!standing().equals(before)) {
            throw new Violation(
                    "accepted", "a message of the adversary moved somebody: " + before + " became " + standing());
        }
    }

    private List<Host> all() {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(world.server, world.agent), world.devices.stream())
                .toList();
    }

    private void step() {
        steps++;
        List<Host> devices = world.devices;
        Host one = devices.get(random.nextInt(devices.size()));
        switch (random.nextInt(14)) {
            case 0 -> world.newEpoch();
            case 1 -> evictOrJoin(one);
            case 2 -> world.push(member(), adversary.way(LOSS));
            case 3, 4, 5 -> publish();
            case 6 -> command(world.server, random.nextBoolean() ? "close" : "release");
            case 7 -> command(world.agent, random.nextInt(4) == 0 ? "release" : "close");
            case 8 -> List.copyOf(world.in).forEach(world::reading);
            case 9 -> world.confirm(member(), adversary.way(LOSS));
            case 10 ->
                all().get(random.nextInt(devices.size() + 2)).losePowerAt(1 + random.nextInt(3), random.nextBoolean());
            case 11 -> {
                one.restart();
                world.resume(one);
            }
            default -> {
                adversary.attack();
                adversary.attack();
            }
        }
    }

    private Host member() {
        return world.in.get(random.nextInt(world.in.size()));
    }

    private void evictOrJoin(Host device) {
        if (!world.in.contains(device)) {
            world.join(device);
            world.push(device, adversary.way(LOSS));
        } else if (world.in.size() > 3) {
            world.evict(device);
        }
    }

    /** The caches get the newest, and devices hear of it or don't; those who are out try it as well. */
    private void publish() {
        world.latest(World.DOORS).ifPresent(latest -> {
            adversary.sawLatest(latest);
            for (Host host : all()) {
                if (host != world.server && random.nextDouble() > LOSS) {
                    world.take(host, World.DOORS, latest);
                }
            }
        });
    }

    private void command(Host commander, String verb) {
        Host one = world.devices.get(random.nextInt(world.devices.size()));
        String target = random.nextInt(3) == 0 ? "member:" + one.identity() : "all";
        Optional<String> order = world.command(commander, verb, target);
        order.ifPresent(envelope -> {
            adversary.sawCommand(envelope);
            for (Host device : world.devices) {
                int copies = random.nextInt(3);
                long crashes = device.crashes();
                for (int i = 0; i < copies; i++) {
                    world.obey(device, envelope);
                }
                if (device.crashes() > crashes && world.in.contains(device)) {
                    // It comes back, and before its time is over the command comes once more.
                    world.confirm(device, Optional::of);
                    world.resume(device);
                    world.obey(device, envelope);
                }
            }
        });
    }

    private void check() {
        for (Host host : all()) {
            if (host != world.server) {
                world.invariants.holds(host.identity(), host.held());
            }
        }
        world.knowledge
                .secret("block-key", World.SERVER)
                .map(seed -> new Ed25519PrivateKeyParameters(seed, 0)
                        .generatePublicKey()
                        .getEncoded())
                .ifPresent(world.invariants::labelsOpenTheirOwnTimeOnly);
    }

    /** Power stays on, messages arrive (each after a changed copy of it): everybody who is in has to get to the newest epoch, and the server has to know. */
    private void heal() {
        all().forEach(Host::steady);
        world.delegate();
        for (Host member : List.copyOf(world.in)) {
            world.latest(World.DOORS).ifPresent(latest -> world.take(member, World.DOORS, latest));
            boolean known = world.confirm(member, Optional::of) && current(member);
            for (int i = 0; i < PATIENCE && !known; i++) {
                known = world.push(member, adversary.changedFirst(member)) && current(member);
            }
            if (!known) {
                throw new Violation(
                        "convergence",
                        member.identity() + " holds " + member.epoch(World.DOORS) + ", the server " + world.epoch());
            }
        }
        check();
    }

    private boolean current(Host member) {
        return member.epoch(World.DOORS) == world.epoch();
    }
}
