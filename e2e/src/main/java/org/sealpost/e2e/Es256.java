package org.sealpost.e2e;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** ES256 (RFC 7518 3.4): ECDSA on P-256 with SHA-256, the signature as 64 octets R | S. */
public final class Es256 {
    /** Octets of a signature. */
    public static final int LENGTH = 64;

    private static final String JCA_NAME = "SHA256withECDSAinP1363Format";

    private Es256() {}

    public static byte[] sign(PrivateKey key, byte[] input) {
        try {
            Signature signer = Signature.getInstance(JCA_NAME);
            signer.initSign(key);
            signer.update(input);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform can't sign with ES256", e);
        }
    }

    /** True when the signature is the key's over exactly this input; never throws for a malformed one. */
    public static boolean verifies(PublicKey key, byte[] input, byte[] signature) {
        if (signature.length != LENGTH) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(JCA_NAME);
            verifier.initVerify(key);
            verifier.update(input);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
