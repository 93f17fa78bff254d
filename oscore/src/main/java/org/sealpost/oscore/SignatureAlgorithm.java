package org.sealpost.oscore;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.util.DigestFactory;
import org.bouncycastle.util.BigIntegers;

/** The countersignatures of the group mode (RFC 10021 section 10): 64 octets both, ES256 with RFC 6979's deterministic nonce. */
public enum SignatureAlgorithm {
    EDDSA(-8),
    ES256(-7);

    /** Octets of a signature. */
    public static final int LENGTH = 64;

    private static final int HALF = LENGTH / 2;

    private final int id;

    SignatureAlgorithm(int id) {
        this.id = id;
    }

    /** COSE algorithm number. */
    public int id() {
        return id;
    }

    byte[] sign(PrivateKey key, byte[] message) {
        if (this == EDDSA && key instanceof PrivateKey.Ed25519 ed25519) {
            Ed25519Signer signer = new Ed25519Signer();
            signer.init(true, new Ed25519PrivateKeyParameters(ed25519.seed(), 0));
            signer.update(message, 0, message.length);
            return signer.generateSignature();
        }
        if (this == ES256 && key instanceof PrivateKey.Held held) {
            return held.signer().sign(message);
        }
        if (this == ES256 && key instanceof PrivateKey.P256 p256) {
            ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
            signer.init(
                    true, new ECPrivateKeyParameters(BigIntegers.fromUnsignedByteArray(p256.scalar()), Curves.P256));
            BigInteger[] pair = signer.generateSignature(digest(message));
            byte[] signature = new byte[LENGTH];
            BigIntegers.asUnsignedByteArray(pair[0], signature, 0, HALF);
            BigIntegers.asUnsignedByteArray(pair[1], signature, HALF, HALF);
            return signature;
        }
        throw new IllegalArgumentException("the private key is not of the group's signature algorithm");
    }

    boolean verify(Credential.PublicKey key, byte[] message, byte[] signature) {
        if (signature.length != LENGTH) {
            return false;
        }
        if (this == EDDSA && key instanceof Credential.Ed25519Key ed25519) {
            Ed25519Signer signer = new Ed25519Signer();
            signer.init(false, new Ed25519PublicKeyParameters(ed25519.encoded(), 0));
            signer.update(message, 0, message.length);
            return signer.verifySignature(signature);
        }
        if (this == ES256 && key instanceof Credential.P256Key p256) {
            ECDSASigner signer = new ECDSASigner();
            signer.init(false, new ECPublicKeyParameters(p256.point(), Curves.P256));
            return signer.verifySignature(
                    digest(message),
                    new BigInteger(1, Arrays.copyOf(signature, HALF)),
                    new BigInteger(1, Arrays.copyOfRange(signature, HALF, LENGTH)));
        }
        return false;
    }

    private static byte[] digest(byte[] message) {
        var sha256 = DigestFactory.createSHA256();
        sha256.update(message, 0, message.length);
        byte[] digest = new byte[HALF];
        sha256.doFinal(digest, 0);
        return digest;
    }
}
