package org.sealpost.oscore;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.e2e.Wipe;

/**
 * The static-static Diffie-Hellman of the pairwise mode (RFC 10021 section 2.5.1): X25519 over mapped Ed25519 keys, or P-256, both with cofactor one or
 * cleared. COSE number -27 (ECDH-SS + HKDF-256).
 */
final class KeyAgreement {
    /** COSE algorithm number. */
    static final int ID = -27;

    private static final int LENGTH = 32;
    private static final BigInteger FIELD = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    private KeyAgreement() {}

    /** 32 octets; a secret. */
    static byte[] agree(PrivateKey own, Credential.PublicKey peer) {
        if (own instanceof PrivateKey.Ed25519 mine && peer instanceof Credential.Ed25519Key theirs) {
            return x25519(mine.seed(), theirs.encoded());
        }
        if (own instanceof PrivateKey.P256 mine && peer instanceof Credential.P256Key theirs) {
            ECPoint shared = theirs.point()
                    .multiply(BigIntegers.fromUnsignedByteArray(mine.scalar()))
                    .normalize();
            if (shared.isInfinity()) {
                throw weak();
            }
            return BigIntegers.asUnsignedByteArray(
                    LENGTH, shared.getAffineXCoord().toBigInteger());
        }
        throw new OscoreFailure(
                OscoreFailure.Reason.UNSUPPORTED,
                "the peer's key is of another curve than ours, or ours lies where it signs only");
    }

    private static byte[] x25519(byte[] seed, byte[] peer) {
        byte[] hash = new byte[64];
        SHA512Digest sha512 = new SHA512Digest();
        sha512.update(seed, 0, seed.length);
        sha512.doFinal(hash, 0);
        try {
            return x25519Of(hash, montgomery(peer));
        } finally {
            Wipe.octets(hash);
        }
    }

    /** X25519 (RFC 7748 section 5) of the first 32 octets; refuses a secret of zeros. */
    static byte[] x25519Of(byte[] scalar, byte[] u) {
        byte[] secret = new byte[LENGTH];
        try {
            new X25519PrivateKeyParameters(scalar, 0).generateSecret(new X25519PublicKeyParameters(u, 0), secret, 0);
            return secret;
        } catch (IllegalStateException allZero) {
            throw weak();
        }
    }

    /** u = (1 + y) / (1 - y), little endian; not defined for y = 1 and useless for y = -1. */
    private static byte[] montgomery(byte[] edwards) {
        byte[] bigEndian = reversed(edwards);
        bigEndian[0] &= 0x7f;
        BigInteger y = new BigInteger(1, bigEndian);
        if (y.equals(BigInteger.ONE) || y.equals(FIELD.subtract(BigInteger.ONE)) || y.compareTo(FIELD) >= 0) {
            throw weak();
        }
        BigInteger u = BigInteger.ONE
                .add(y)
                .multiply(BigInteger.ONE.subtract(y).mod(FIELD).modInverse(FIELD))
                .mod(FIELD);
        return reversed(BigIntegers.asUnsignedByteArray(LENGTH, u));
    }

    private static byte[] reversed(byte[] octets) {
        byte[] copy = Arrays.copyOf(octets, octets.length);
        for (int i = 0; i < copy.length / 2; i++) {
            byte last = copy[copy.length - 1 - i];
            copy[copy.length - 1 - i] = copy[i];
            copy[i] = last;
        }
        return copy;
    }

    private static OscoreFailure weak() {
        return new OscoreFailure(OscoreFailure.Reason.NOT_AUTHENTIC, "the peer's key gives no secret to share");
    }
}
