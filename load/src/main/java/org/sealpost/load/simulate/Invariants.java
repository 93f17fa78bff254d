package org.sealpost.load.simulate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Jwe;
import org.sealpost.enclave.EndPointKeys.Confirmation;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.group.Target;
import org.sealpost.group.block.BlockGate;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.onem2m.Refusal;
import tools.jackson.databind.JsonNode;

/**
 * What must never happen, whatever anybody does: held against everything that honest end points do and say. It knows what the adversary doesn't: what the server meant. Not thread-safe.
 */
final class Invariants {
    private static final Set<String> HEADERS =
            Set.of("alg", "enc", "kid", "cty", "typ", "ori", "rri", "oro", "rro", "ins");

    private final Knowledge knowledge;
    private final Map<String, Long> highest = new HashMap<>();
    private final Map<String, String> checks = new HashMap<>();
    private final Map<String, String> nonces = new HashMap<>();
    private final Map<String, Issued> issued = new HashMap<>();
    private final Set<String> executed = new HashSet<>();
    private final Map<String, Long> cameIn = new HashMap<>();
    private final Map<String, Long> wentOut = new HashMap<>();
    private final List<Published> blocks = new ArrayList<>();
    private final Set<String> tried = new HashSet<>();
    private long checked;

    /** A command that its commander meant. */
    private record Issued(String verb, String target, boolean byServer, long notAfter) {}

    private record Published(String group, EpochBlock block) {}

    Invariants(Knowledge knowledge) {
        this.knowledge = knowledge;
    }

    /** How often something was held against the rules. */
    long checked() {
        return checked;
    }

    /** No epoch goes back, at nobody; one epoch has one secret, with everybody; who is out holds nothing that came later. */
    void holds(String identity, List<HeldCredential> credentials) {
        for (HeldCredential c : credentials) {
            checked++;
            String own = identity + " " + c.group();
            long before = highest.getOrDefault(own, 0L);
            if (c.epoch() < before) {
                throw new Violation("epoch", identity + " went from " + before + " back to " + c.epoch());
            }
            highest.put(own, c.epoch());
            one(c.group(), c.epoch(), c.keyCheckValue(), identity);
            long out = wentOut.getOrDefault(own, Long.MAX_VALUE);
            if (c.epoch() >= out) {
                throw new Violation("excluded", identity + " is out since " + out + " and holds " + c.epoch());
            }
        }
    }

    /** The server's own word for an epoch, and everybody else's. */
    void one(String group, long epoch, String check, String who) {
        String earlier = checks.putIfAbsent(group + " " + epoch, check);
        if (earlier != null && !earlier.equals(check)) {
            throw new Violation("split", who + " has another secret of epoch " + epoch);
        }
    }

    /** A member came in with this epoch; it may not open what was before. */
    void cameIn(String group, String identity, long leaf, long epoch) {
        cameIn.put(group + " " + leaf, epoch);
        wentOut.remove(identity + " " + group);
    }

    /** A member is out from this epoch on. */
    void wentOut(String group, String identity, long leaf, long epoch) {
        wentOut.put(group + " " + leaf, epoch);
        wentOut.put(identity + " " + group, epoch);
    }

    /** A block was published. */
    void published(String group, byte[] block) {
        if (block.length > 0 && tried.add(group + java.util.Arrays.hashCode(block))) {
            blocks.add(new Published(group, EpochBlock.decode(block)));
        }
    }

    /** Whatever labels anybody was ever given open the blocks of their own time and no other: not what came before their holder, nor what came after it. Each pair is looked at once. */
    void labelsOpenTheirOwnTimeOnly(byte[] blockKey) {
        for (Knowledge.Labels l : knowledge.labels()) {
            long from = cameIn.getOrDefault(l.group() + " " + l.leaf(), Long.MAX_VALUE);
            long until = wentOut.getOrDefault(l.group() + " " + l.leaf(), Long.MAX_VALUE);
            for (Published p : blocks) {
                long epoch = p.block.header().epoch();
                boolean in = epoch >= from && epoch < until;
                if (!in
                        && p.group.equals(l.group())
                        && p.block.header().generation() == l.generation()
                        && tried.add(p.group + epoch + " " + l.leaf() + " " + l.generation())) {
                    checked++;
                    if (opens(p.block, l, blockKey)) {
                        throw new Violation(
                                "excluded",
                                "leaf " + l.leaf() + ", in from " + from + " to " + until + ", opens the block of "
                                        + epoch);
                    }
                }
            }
        }
    }

    private static boolean opens(EpochBlock block, Knowledge.Labels l, byte[] blockKey) {
        TreeScheme scheme = l.scheme().equals(TreeScheme.SUBSET_DIFFERENCE.policyName())
                ? TreeScheme.SUBSET_DIFFERENCE
                : TreeScheme.COMPLETE_SUBTREE;
        MemberLabels labels =
                new MemberLabels(scheme, l.height(), l.leaf(), l.octets().clone());
        try {
            new BlockGate(l.group(), l.generation(), blockKey, 0, Optional.empty(), 0).open(block, labels);
            return true;
        } catch (Refusal refusal) {
            return false;
        }
    }

    /** A command was meant by its commander. */
    void issued(String commander, long id, String verb, String target, boolean byServer, long notAfter) {
        issued.put(commander + " " + id, new Issued(verb, target, byServer, notAfter));
    }

    /** How many commands were done, by all devices. */
    long executed() {
        return executed.size();
    }

    /** A device was told to act. */
    void executes(String device, CommandVerdict.Execute e, long now) {
        checked++;
        Issued meant = issued.get(e.commander() + " " + e.commandId());
        boolean authorised = meant != null
                && meant.verb.equals(e.verb())
                && meant.target.equals(e.target())
                && Target.parse(meant.target).reaches(device, "")
                && now <= meant.notAfter
                && (meant.byServer || !e.verb().equals("release"));
        if (!authorised) {
            throw new Violation("command", device + " does " + e.verb() + ", which nobody may have meant");
        }
        if (!executed.add(device + " " + e.commander() + " " + e.commandId())) {
            throw new Violation("command", device + " does command " + e.commandId() + " twice");
        }
        if (e.epoch() >= wentOut.getOrDefault(device + " " + e.group(), Long.MAX_VALUE)) {
            throw new Violation("excluded", device + " is out and does a command");
        }
    }

    /** The server believes that a member holds an epoch: it has to be so. */
    void confirmed(Confirmation c, List<HeldCredential> held) {
        checked++;
        boolean true_ = held.stream()
                .anyMatch(h -> h.group().equals(c.group())
                        && h.epoch() >= c.epoch()
                        && (h.epoch() > c.epoch() || h.keyCheckValue().equals(c.keyCheckValue())));
        if (!true_) {
            throw new Violation(
                    "confirmation",
                    "the server believes that " + c.member() + " holds " + c.epoch() + ", which it does not");
        }
    }

    /** Something leaves an honest end point: no secret is in it, and what is sealed has an IV of its own. */
    void leaves(byte[] octets) {
        checked++;
        if (knowledge.shownIn(octets)) {
            throw new Violation("secret", "a message of " + octets.length + " octets shows one");
        }
        String text = new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1);
        String[] parts = text.split("\\.", -1);
        if (parts.length != 5) {
            return;
        }
        try {
            JsonNode header = Jwe.parse(text, HEADERS).header();
            if (header.path("alg").asString("").equals("dir")) {
                String use = header.path("kid").asString("") + " "
                        + header.path("ins").asString("") + " "
                        + header.path("ori").asString("") + " "
                        + header.path("rri").asString("") + " "
                        + parts[2];
                String earlier = nonces.putIfAbsent(use, text);
                if (earlier != null && !earlier.equals(text)) {
                    throw new Violation("nonce", "one is used twice: " + use);
                }
            }
        } catch (Refusal notSealed) {
            // An object that is no JWE of these kinds has no IV to repeat.
        }
    }
}
