package org.sealpost.e2e;

import java.security.PrivateKey;

/** Signs with ES256 (RFC 7518 3.4) under a key that the caller need not see: it may lie in a token. */
@FunctionalInterface
public interface Es256Signer {
    /**
     * Signs SHA-256 of the input.
     *
     * @return 64 octets, R and S
     */
    byte[] sign(byte[] input);

    /** Signs with a key of this process. */
    static Es256Signer of(PrivateKey key) {
        return input -> Es256.sign(key, input);
    }
}
