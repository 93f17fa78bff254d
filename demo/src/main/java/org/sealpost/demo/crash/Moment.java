package org.sealpost.demo.crash;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.fleet.Node;

/**
 * What is killed and when: all of it follows from seed, target and number, so that one moment can be replayed without those before it.
 *
 * @param number from 1, for each target
 * @param node the program; with target {@link Target#ENCLAVE} its enclave is killed, and it is not
 */
public record Moment(Target target, int number, long seed, String node, Trigger trigger) {
    private static final long MIX = 0x9E3779B97F4A7C15L;

    static Moment draw(Target target, int number, long seed, Fleet fleet, List<Cue> cues) {
        Random random = random(target, number, seed);
        Set<Node.Kind> kinds = fleet.nodes().stream().map(Node::kind).collect(Collectors.toSet());
        List<Node> candidates = fleet.nodes(target.owner(number, kinds));
        String node = candidates.get(random.nextInt(candidates.size())).name();
        return new Moment(target, number, seed, node, Trigger.draw(random, cues));
    }

    /** What else the scenario has to choose for this moment. */
    public Random choices() {
        return random(target, number, ~seed);
    }

    /** What is killed, for people. */
    String what() {
        return target == Target.ENCLAVE ? "enclave of " + node : node;
    }

    /** The command that makes this moment again. */
    String replay(String scenario) {
        return "./sealpost crash --scenario " + scenario + " --target " + target.option() + " --seed " + seed
                + " --moment " + number;
    }

    private static Random random(Target target, int number, long seed) {
        return new Random((seed * 31 + target.ordinal()) * MIX + number * (MIX >>> 1));
    }
}
