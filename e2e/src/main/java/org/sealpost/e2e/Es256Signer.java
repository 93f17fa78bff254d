package org.sealpost.e2e;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

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
        return input -> {
            try {
                Signature signer = Signature.getInstance(Jws.JCA_NAME);
                signer.initSign(key);
                signer.update(input);
                return signer.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the platform can't sign with ES256", e);
            }
        };
    }
}
