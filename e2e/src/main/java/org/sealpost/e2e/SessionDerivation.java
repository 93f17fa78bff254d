package org.sealpost.e2e;

/** Derives the key of an ESPrim session; {@link SessionKeys} are the ways there are. */
@FunctionalInterface
public interface SessionDerivation {
    /** The session key, 32 octets, for a pairwise key and the RandObjects of both sides. */
    byte[] derive(byte[] pairwiseKey, RandObject receiver, RandObject originator);
}
