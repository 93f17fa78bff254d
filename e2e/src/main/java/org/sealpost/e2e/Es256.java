package org.sealpost.e2e;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/** ES256 (RFC 7518 3.4): ECDSA on P-256 with SHA-256, the signature as 64 octets R | S. */
public final class Es256 {
    /** Octets of a signature. */
    public static final int LENGTH = 64;

    private static final String JCA_NAME = "SHA256withECDSAinP1363Format";

    /** The curve, set up once. */
    private static final class Curve {
        static final ECDomainParameters P256 = new ECDomainParameters(CustomNamedCurves.getByName("secp256r1"));
    }

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

    /**
     * True when the signature is the key's over exactly this input; never throws for a malformed one. The library's curve takes a tenth of the time of the platform's (JDK 17), and since all that goes
     * in is public, how long it takes tells nothing; signing stays with the platform.
     */
    public static boolean verifies(PublicKey key, byte[] input, byte[] signature) {
        if (signature.length != LENGTH || !(key instanceof ECPublicKey point)) {
            return false;
        }
        try {
            ECDSASigner verifier = new ECDSASigner();
            verifier.init(
                    false,
                    new ECPublicKeyParameters(
                            Curve.P256
                                    .getCurve()
                                    .createPoint(
                                            point.getW().getAffineX(),
                                            point.getW().getAffineY()),
                            Curve.P256));
            return verifier.verifySignature(Sha256.of(input), half(signature, 0), half(signature, LENGTH / 2));
        } catch (IllegalArgumentException notOnTheCurve) {
            return false;
        }
    }

    private static BigInteger half(byte[] signature, int from) {
        return new BigInteger(1, Arrays.copyOfRange(signature, from, from + LENGTH / 2));
    }
}
