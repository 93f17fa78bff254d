package org.sealpost.load.simulate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.group.Command;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Target;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.Latest;
import org.sealpost.onem2m.Refusal;
import org.sealpost.oscore.cose.Cbor;
import org.sealpost.oscore.cose.CoseSign1;

/**
 * Who has the gateways in its hands, has captured the agent and one of the devices with all that their enclaves know, and runs a copy of the server's block key for splitting groups. It keeps whatever it
 * saw. Nothing that it makes may be accepted; every one of its messages is counted. Not thread-safe.
 */
final class Adversary {
    private static final int KEPT = 64;
    private static final int ROOT = 16;

    private final World world;
    private final SplittableRandom random;
    private final List<byte[]> latest = new ArrayList<>();
    private final List<String> commands = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private long sent;

    Adversary(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    /** Forged, replayed, rolled back, and cross-group messages so far. */
    long sent() {
        return sent;
    }

    void sawLatest(byte[] octets) {
        keep(latest, octets);
    }

    void sawCommand(String envelope) {
        keep(commands, envelope);
    }

    /** A way through its hands: lost, changed, kept for later, or before a changed copy of it. */
    World.Way way(double loss) {
        return octets -> {
            keep(objects, new String(octets, StandardCharsets.US_ASCII));
            return random.nextDouble() < loss ? Optional.empty() : Optional.of(octets);
        };
    }

    /** A way on which a changed copy arrives first, then the true octets. */
    World.Way changedFirst(Host receiver) {
        return octets -> {
            if (receiver != world.server) {
                sent++;
                String changed = new String(flip(octets), StandardCharsets.US_ASCII);
                receiver.call(e -> e.openRequest(changed));
            }
            return Optional.of(octets);
        };
    }

    /** Everything that it kept goes to everybody once, in the order in which it was seen. */
    void letGo() {
        for (Host host : world.devices) {
            List.copyOf(latest).forEach(octets -> world.take(host, World.DOORS, octets));
            List.copyOf(objects).forEach(object -> host.call(e -> e.openRequest(object)));
            List.copyOf(commands).forEach(envelope -> world.obey(host, envelope));
        }
        List.copyOf(latest).forEach(octets -> world.take(world.agent, World.DOORS, octets));
    }

    /** One more attempt on somebody, of a kind that chance chooses. */
    void attack() {
        Host victim = world.devices.get(random.nextInt(world.devices.size()));
        switch (random.nextInt(9)) {
            case 0 -> one(latest).ifPresent(old -> install(victim, World.DOORS, old));
            case 1 -> one(latest).ifPresent(true_ -> install(victim, World.DOORS, flip(true_)));
            case 2 -> world.latest(World.SENSORS).ifPresent(other -> install(victim, World.DOORS, other));
            case 3 -> ownSignature().ifPresent(forged -> install(victim, World.DOORS, forged));
            case 4 -> split().ifPresent(forged -> install(victim, World.DOORS, forged));
            case 5 -> one(commands).ifPresent(old -> command(victim, old));
            case 6 -> beyondItsDelegation().ifPresent(forged -> command(victim, forged));
            case 7 -> one(objects).ifPresent(old -> open(victim, old));
            default -> confirmation(victim);
        }
    }

    private void install(Host victim, String group, byte[] octets) {
        sent++;
        world.take(victim, group, octets);
    }

    private void command(Host victim, String envelope) {
        sent++;
        world.obey(victim, envelope);
    }

    private void open(Host victim, String object) {
        sent++;
        victim.call(e -> e.openRequest(object));
    }

    /** Tells the server that a device holds something, in octets of its own or of another time. */
    private void confirmation(Host claimed) {
        sent++;
        String object = one(objects)
                .map(s -> new String(flip(World.ascii(s)), StandardCharsets.US_ASCII))
                .orElse("a.b.c.d.e");
        world.believed(claimed, world.server.call(e -> e.openRequest(object)));
    }

    /** The newest block with a later number, signed by a key of its own. */
    private Optional<byte[]> ownSignature() {
        return one(latest).flatMap(l -> block(l)).map(block -> {
            byte[] key = new byte[32];
            random.nextBytes(key);
            return resigned(block, key, 0);
        });
    }

    /** Two secrets in one block that is signed with the server's own key: what a replica of the server would do that splits the group. */
    private Optional<byte[]> split() {
        return world.knowledge
                .secret("block-key", World.SERVER)
                .flatMap(key -> one(latest).flatMap(l -> block(l)).map(block -> resigned(block, key, 1)));
    }

    /** A block with the next number, and every hidden seed another one than the commitment says. */
    private byte[] resigned(EpochBlock block, byte[] signingKey, int flips) {
        List<Object> parts = Cbor.readArray(block.encode()).orElseThrow();
        CoseSign1 signed = CoseSign1.decode((byte[]) parts.get(0)).orElseThrow();
        List<Object> header = new ArrayList<>(Cbor.readArray(signed.payload()).orElseThrow());
        header.set(5, world.epoch() + 1);
        header.set(7, block.hash());
        byte[] entries = ((byte[]) parts.get(1)).clone();
        int count = Math.toIntExact((Long) header.get(8));
        int length = count == 0 ? 0 : entries.length / count;
        for (int i = 0; i < count; i++) {
            entries[(i + 1) * length - 1] ^= (byte) flips;
        }
        byte[] aad = aad(root(entries, length, 0, count));
        byte[] again = Cbor.array(
                List.of(CoseSign1.sign(signingKey, aad, Cbor.array(header)).encode(), entries));
        return Latest.of(EpochBlock.decode(again), Optional.empty()).encode();
    }

    private static byte[] aad(byte[] root) {
        byte[] label = (Labels.TYPE_BLOCK + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] aad = Arrays.copyOf(label, label.length + ROOT);
        System.arraycopy(root, 0, aad, label.length, ROOT);
        return aad;
    }

    /** The Merkle root that {@code docs/protocol.md} describes, written anew: an adversary doesn't share code. */
    private static byte[] root(byte[] entries, int length, int from, int to) {
        if (to == from) {
            return hash(new byte[] {0});
        }
        if (to - from == 1) {
            byte[] leaf = new byte[5 + length];
            leaf[4] = (byte) from;
            leaf[3] = (byte) (from >>> 8);
            System.arraycopy(entries, from * length, leaf, 5, length);
            return hash(leaf);
        }
        if (to - from == 2) {
            byte[] pair = new byte[5 + 2 * length];
            pair[0] = 2;
            pair[4] = (byte) from;
            pair[3] = (byte) (from >>> 8);
            System.arraycopy(entries, from * length, pair, 5, 2 * length);
            return hash(pair);
        }
        int middle = from + Integer.highestOneBit(to - from - 1);
        byte[] node = new byte[1 + 2 * ROOT];
        node[0] = 1;
        System.arraycopy(root(entries, length, from, middle), 0, node, 1, ROOT);
        System.arraycopy(root(entries, length, middle, to), 0, node, 1 + ROOT, ROOT);
        return hash(node);
    }

    private static byte[] hash(byte[] octets) {
        try {
            return Arrays.copyOf(
                    java.security.MessageDigest.getInstance("SHA-256").digest(octets), ROOT);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With the captured agent's keys and delegation: a verb that it may not give. */
    private Optional<String> beyondItsDelegation() {
        long epoch = world.agent.epoch(World.DOORS);
        Optional<byte[]> scalar = world.knowledge.secret("signature-key", world.agent.identity());
        Optional<byte[]> secret = world.knowledge.secret("epoch-secret", World.DOORS + " epoch " + epoch);
        if (scalar.isEmpty() || secret.isEmpty() || commands.isEmpty()) {
            return Optional.empty();
        }
        long at = world.now.getEpochSecond();
        Command command = new Command(
                at * 1000 + 900 + sent,
                World.DOORS,
                epoch,
                Target.parse("all"),
                "release",
                Map.of(),
                world.agent.identity(),
                at,
                at + 30);
        EpochKeys keys = EpochKeys.derive(secret.get(), World.DOORS, epoch);
        Optional<String> delegation = delegation(keys, epoch);
        return delegation.map(d -> {
            String signed = Jws.sign(
                    Es256Signer.of(Jwk.privateKey(scalar.get())),
                    Labels.TYPE_COMMAND,
                    "agent",
                    Map.of("dlg", d),
                    command.encode());
            byte[] instance = new byte[GroupEnvelope.INSTANCE_LENGTH];
            random.nextBytes(instance);
            return GroupEnvelope.seal(
                    GroupEnvelope.Use.COMMAND,
                    keys,
                    World.DOORS,
                    epoch,
                    new GroupEnvelope.Sender(1, instance, 1),
                    World.ascii(signed));
        });
    }

    /** The agent's delegation, out of a command of its own that it can open. */
    private Optional<String> delegation(EpochKeys keys, long epoch) {
        for (String envelope : commands) {
            try {
                GroupEnvelope parsed = GroupEnvelope.parse(GroupEnvelope.Use.COMMAND, envelope);
                if (parsed.epoch() == epoch) {
                    Optional<String> found = Jws.parse(new String(parsed.open(keys), StandardCharsets.US_ASCII))
                            .delegation();
                    if (found.isPresent()) {
                        return found;
                    }
                }
            } catch (Refusal otherEpoch) {
                // Not one that it can read.
            }
        }
        return Optional.empty();
    }

    private static Optional<EpochBlock> block(byte[] octets) {
        return Latest.decode(octets).block();
    }

    private byte[] flip(byte[] octets) {
        byte[] changed = octets.clone();
        changed[random.nextInt(changed.length)] ^= 1;
        return changed;
    }

    private <T> Optional<T> one(List<T> of) {
        return of.isEmpty() ? Optional.empty() : Optional.of(of.get(random.nextInt(of.size())));
    }

    private <T> void keep(List<T> list, T item) {
        if (list.size() == KEPT) {
            list.remove(random.nextInt(KEPT));
        }
        list.add(item);
    }
}
