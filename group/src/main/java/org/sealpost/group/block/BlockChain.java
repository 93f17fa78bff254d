package org.sealpost.group.block;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.onem2m.Refusal;

/**
 * The blocks of a group one after another, as anybody can check them who has the public key: each signed, each with the hash of the one before, numbers and generations never going back.
 *
 * @param links those that hold, oldest first
 * @param fault what is wrong with the next one; empty when all hold
 */
public record BlockChain(List<Link> links, Optional<String> fault) {
    public BlockChain {
        links = List.copyOf(links);
    }

    /**
     * A block that holds.
     *
     * @param notAfter epoch seconds
     * @param octets of the encoded block
     */
    public record Link(long epoch, long generation, long notAfter, int entries, int octets) {}

    /**
     * Verifies a chain. It may begin anywhere: the first block's own predecessor isn't looked for.
     *
     * @param group absolute identifier
     * @param publicKey Ed25519 key that is certified for blocks, 32 octets
     * @param blocks oldest first
     */
    public static BlockChain verify(String group, byte[] publicKey, List<byte[]> blocks) {
        List<Link> links = new ArrayList<>();
        Optional<EpochBlock> before = Optional.empty();
        for (byte[] octets : blocks) {
            EpochBlock block;
            try {
                block = EpochBlock.decode(octets);
            } catch (Refusal refusal) {
                return new BlockChain(links, Optional.of(refusal.sentence()));
            }
            Optional<String> fault = fault(group, publicKey, before, block);
            if (fault.isPresent()) {
                return new BlockChain(links, fault);
            }
            BlockHeader h = block.header();
            links.add(new Link(h.epoch(), h.generation(), h.notAfter(), h.entries(), octets.length));
            before = Optional.of(block);
        }
        return new BlockChain(links, Optional.empty());
    }

    private static Optional<String> fault(
            String group, byte[] publicKey, Optional<EpochBlock> before, EpochBlock block) {
        BlockHeader header = block.header();
        String name = "the block of epoch " + header.epoch();
        if (!Arrays.equals(header.group(), Digest.group(group))) {
            return Optional.of(name + " belongs to another group");
        }
        if (!block.verifies(publicKey)) {
            return Optional.of(name + " is not signed with the server's key for blocks, or was changed");
        }
        if (before.isEmpty()) {
            return Optional.empty();
        }
        BlockHeader last = before.get().header();
        if (header.epoch() <= last.epoch() || header.generation() < last.generation()) {
            return Optional.of(name + " goes back behind that of epoch " + last.epoch());
        }
        return Arrays.equals(header.previous(), before.get().hash())
                ? Optional.empty()
                : Optional.of(name + " does not follow that of epoch " + last.epoch()
                        + ": one is missing, or there are two servers");
    }
}
