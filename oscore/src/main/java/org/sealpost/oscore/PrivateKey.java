package org.sealpost.oscore;

import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Wipe;

/** A member's private key; the octets belong to it and are overwritten by {@link #wipe}. */
public sealed interface PrivateKey {
    /** Overwrites the key; it is of no use afterwards. */
    void wipe();

    /**
     * Ed25519 (RFC 8032).
     *
     * @param seed 32 octets; a secret
     */
    record Ed25519(byte[] seed) implements PrivateKey {
        @Override
        public void wipe() {
            Wipe.octets(seed);
        }

        @Override
        public String toString() {
            return "Ed25519";
        }
    }

    /**
     * A key on P-256 that lies elsewhere, in a token for example: it signs, and so serves the group mode alone.
     */
    record Held(Es256Signer signer) implements PrivateKey {
        @Override
        public void wipe() {
            // its holder's business
        }

        @Override
        public String toString() {
            return "Held";
        }
    }

    /**
     * NIST P-256.
     *
     * @param scalar 32 octets, big endian; a secret
     */
    record P256(byte[] scalar) implements PrivateKey {
        @Override
        public void wipe() {
            Wipe.octets(scalar);
        }

        @Override
        public String toString() {
            return "P256";
        }
    }
}
