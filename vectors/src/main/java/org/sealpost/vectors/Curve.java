package org.sealpost.vectors;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECPoint;
import org.sealpost.e2e.Base64Url;

/** P-256 without chance: points of given scalars, and signatures as RFC 6979 has them, so that a vector is the same each time it is made. */
final class Curve {
    private static final X9ECParameters P256 = SECNamedCurves.getByName("secp256r1");
    private static final ECDomainParameters DOMAIN =
            new ECDomainParameters(P256.getCurve(), P256.getG(), P256.getN(), P256.getH());
    private static final int LENGTH = 32;

    private Curve() {}

    /** The public key of a scalar as a JSON Web Key. */
    static String jwk(byte[] scalar) {
        ECPoint point = P256.getG().multiply(new BigInteger(1, scalar)).normalize();
        return "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\""
                + Base64Url.encode(octets(point.getAffineXCoord().toBigInteger())) + "\",\"y\":\""
                + Base64Url.encode(octets(point.getAffineYCoord().toBigInteger())) + "\"}";
    }

    /** R and S over an input, 64 octets. */
    static byte[] sign(byte[] scalar, byte[] input) {
        SHA256Digest digest = new SHA256Digest();
        digest.update(input, 0, input.length);
        byte[] hash = new byte[LENGTH];
        digest.doFinal(hash, 0);
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(new BigInteger(1, scalar), DOMAIN));
        BigInteger[] signature = signer.generateSignature(hash);
        byte[] both = Arrays.copyOf(octets(signature[0]), 2 * LENGTH);
        System.arraycopy(octets(signature[1]), 0, both, LENGTH, LENGTH);
        return both;
    }

    private static byte[] octets(BigInteger value) {
        byte[] source = value.toByteArray();
        byte[] target = new byte[LENGTH];
        int length = Math.min(source.length, LENGTH);
        System.arraycopy(source, source.length - length, target, LENGTH - length, length);
        return target;
    }
}
