package org.sealpost.group.block;

import java.util.Arrays;
import org.sealpost.group.tree.Subset;

/**
 * What a member uncovers the seed from.
 *
 * @param hidden seed XOR mask, 16 octets
 */
record BlockEntry(Subset subset, byte[] hidden) {

    /** @throws org.sealpost.onem2m.Refusal 4000 when it names a subset that its tree doesn't have */
    static BlockEntry decode(byte[] entry, int height) {
        try {
            return new BlockEntry(
                    Subset.decode(Arrays.copyOf(entry, Subset.length(height)), height),
                    Arrays.copyOfRange(entry, entry.length - BlockSeed.LENGTH, entry.length));
        } catch (IllegalArgumentException e) {
            throw BlockHeader.malformed("an entry of an epoch block names a subset that its tree doesn't have");
        }
    }
}
