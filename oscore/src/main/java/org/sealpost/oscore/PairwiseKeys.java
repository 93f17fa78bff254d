package org.sealpost.oscore;

import org.sealpost.e2e.Wipe;

/**
 * Keys of the pairwise mode between a member and one peer (RFC 10021 section 2.5.1); secrets of the two.
 *
 * @param to for messages to the peer
 * @param from for messages of the peer
 */
public record PairwiseKeys(byte[] to, byte[] from) {
    /** Overwrites both. */
    public void wipe() {
        Wipe.octets(to, from);
    }

    @Override
    public String toString() {
        return "PairwiseKeys";
    }
}
