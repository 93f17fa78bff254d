package org.sealpost.e2e;

import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.util.BigIntegers;

/** ES256 (RFC 7518 3.4): ECDSA on P-256 with SHA-256, the signature as 64 octets R | S. */
public final class Es256 {
    /** Octets of a signature. */
    public static final int LENGTH = 64;

    private static final int HALF = LENGTH / 2;

    /** The curve, set up once. */
    private static final class Curve {
        static final ECDomainParameters P256 = new ECDomainParameters(CustomNamedCurves.getByName("secp256r1"));
    }

    private Es256() {}

    /**
     * Signs with a key of this process. The nonce follows from key and input (RFC 6979): a device whose random numbers are bad at its first start does not give its key away, and the same input has the
     * same signature. The library takes a sixth of the platform's time (JDK 17); how it multiplies and inverts does not depend on the nonce's bits ({@code docs/decisions}, signatures by the library).
     *
     * @throws IllegalArgumentException when the key is not one of P-256 whose scalar can be read
     */
    public static byte[] sign(PrivateKey key, byte[] input) {
        if (!(key instanceof ECPrivateKey own)) {
            throw new IllegalArgumentException("ES256 needs a private key on P-256");
        }
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(own.getS(), Curve.P256));
        BigInteger[] halves = signer.generateSignature(Sha256.of(input));
        byte[] signature = new byte[LENGTH];
        BigIntegers.asUnsignedByteArray(halves[0], signature, 0, HALF);
        BigIntegers.asUnsignedByteArray(halves[1], signature, HALF, HALF);
        return signature;
    }

    /**
     * True when the signature is the key's over exactly this input; never throws for a malformed one. The library's curve takes a tenth of the time of the platform's (JDK 17).
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
            return verifier.verifySignature(Sha256.of(input), half(signature, 0), half(signature, HALF));
        } catch (IllegalArgumentException notOnTheCurve) {
            return false;
        }
    }

    private static BigInteger half(byte[] signature, int from) {
        return new BigInteger(1, Arrays.copyOfRange(signature, from, from + HALF));
    }
}
