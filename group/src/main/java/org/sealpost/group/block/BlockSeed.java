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
 * mask (16)       from a subset's key,   context = commitment; HKDF-Expand alone, since the key is an HMAC's output (RFC 5869 3.3)
 * secret (32)     from the seed,         context = commitment</pre>
 *
 * Commitment and secret share the extract step.
 */
final class BlockSeed {
    static final int LENGTH = 16;

    private static final int SECRET = 32;

    private BlockSeed() {}

    /** The extract step, which commitment and secret begin with; 32 octets, a secret. The seed stays the caller's. */
    static byte[] extract(byte[] seed) {
        return new Hmac.Series().extract(seed, new byte[0]);
    }

    static byte[] commitment(byte[] extracted, String group, long generation, long epoch, byte[] previous) {
        return new Hmac.Series()
                .expand(
                        extracted,
                        info(Labels.BLOCK_COMMITMENT, group, generation, epoch, previous),
                        BlockHeader.COMMITMENT);
    }

    static byte[] secret(byte[] extracted, String group, BlockHeader header) {
        return new Hmac.Series()
                .expand(
                        extracted,
                        info(Labels.BLOCK_SECRET, group, header.generation(), header.epoch(), header.commitment()),
                        SECRET);
    }

    /** Hides or shows a seed with a subset's key, which it wipes. */
    static byte[] mask(byte[] seed, byte[] subsetKey, String group, BlockHeader header) {
        byte[] mask = new Hmac.Series()
                .expand(
                        subsetKey,
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
