package org.sealpost.group.block;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;

/**
 * What is derived around the seed of 16 octets that a block hides. All with HKDF-SHA256, info = label | 0x00 | group | 0x00 | generation (8) | epoch (8) | context:
 *
 * <pre>commitment (32) from the seed,        context = previous block's hash (16)
 * mask (16)       from a subset's key,   context = commitment
 * secret (32)     from the seed,         context = commitment</pre>
 */
final class BlockSeed {
    static final int LENGTH = 16;

    private static final int SECRET = 32;

    private BlockSeed() {}

    static byte[] commitment(byte[] seed, String group, long generation, long epoch, byte[] previous) {
        return Hmac.hkdf(
                seed,
                new byte[0],
                info(Labels.BLOCK_COMMITMENT, group, generation, epoch, previous),
                BlockHeader.COMMITMENT);
    }

    static byte[] secret(byte[] seed, String group, BlockHeader header) {
        return Hmac.hkdf(
                seed,
                new byte[0],
                info(Labels.BLOCK_SECRET, group, header.generation(), header.epoch(), header.commitment()),
                SECRET);
    }

    /** Hides or shows a seed with a subset's key, which it wipes. */
    static byte[] mask(byte[] seed, byte[] subsetKey, String group, BlockHeader header) {
        byte[] mask = Hmac.hkdf(
                subsetKey,
                new byte[0],
                info(Labels.BLOCK_WRAP, group, header.generation(), header.epoch(), header.commitment()),
                LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            mask[i] ^= seed[i];
        }
        Wipe.octets(subsetKey);
        return mask;
    }

    private static byte[] info(String label, String group, long generation, long epoch, byte[] context) {
        byte[] name = (label + '\0' + group + '\0').getBytes(StandardCharsets.UTF_8);
        ByteBuffer info = ByteBuffer.allocate(name.length + 2 * Long.BYTES + context.length);
        info.put(name).putLong(generation).putLong(epoch).put(context);
        return Arrays.copyOf(info.array(), info.position());
    }
}
