package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a key gets into an end point's enclave so that a token can take it in without showing it to anybody: wrapped (RFC 3394) under a key that both sides agree on, with an ephemeral key pair of the
 * sender's and the recipient's agreement key. The agreed x-coordinate Z is used as an AES-256 key; the wrapping key is AES(Z, context), two blocks, where context is SHA-256 over label and both
 * public keys. PKCS#11 tokens do exactly this inside (CKM_ECDH1_DERIVE, CKM_AES_ECB_ENCRYPT_DATA, CKM_AES_KEY_WRAP); HKDF they can't.
 */
public final class WrappingAgreement {
    private WrappingAgreement() {}

    /**
     * A key on its way.
     *
     * @param ephemeral the sender's public key
     * @param wrapped {@value KeyWrap#WRAPPED_LENGTH} octets
     */
    public record Wrapped(ECPublicKey ephemeral, byte[] wrapped) {}

    /** Wraps a key of 32 octets for the holder of an agreement key. */
    public static Wrapped wrap(ECPublicKey recipient, byte[] key, SecureRandom random) {
        KeyPair pair = Jwk.generate(random);
        ECPublicKey ephemeral = (ECPublicKey) pair.getPublic();
        byte[] shared = P256Agreement.of(pair.getPrivate()).agree(recipient);
        byte[] wrapping = derive(shared, context(ephemeral, recipient));
        try {
            return new Wrapped(ephemeral, KeyWrap.wrap(wrapping, key));
        } finally {
            Wipe.octets(shared, wrapping);
        }
    }

    /**
     * Unwraps with an agreement key of this process.
     *
     * @throws org.sealpost.onem2m.Refusal 4000 for another length, 4115 when it was wrapped for somebody else
     */
    public static byte[] unwrap(P256Agreement own, ECPublicKey recipient, Wrapped wrapped) {
        byte[] shared = own.agree(wrapped.ephemeral());
        byte[] wrapping = derive(shared, context(wrapped.ephemeral(), recipient));
        try {
            return KeyWrap.unwrap(wrapping, wrapped.wrapped());
        } finally {
            Wipe.octets(shared, wrapping);
        }
    }

    /** What the derivation is bound to; 32 octets, public. */
    public static byte[] context(ECPublicKey ephemeral, ECPublicKey recipient) {
        String text = Labels.WRAPPING_AGREEMENT + "\0" + Jwk.print(ephemeral) + "\0" + Jwk.print(recipient);
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** AES as a pseudo-random function on two blocks that are never used twice under one key; not an encryption of data, which ECB would be wrong for. */
    @SuppressWarnings("InsecureCryptoUsage")
    private static byte[] derive(byte[] shared, byte[] context) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(shared, "AES"));
            return cipher.doFinal(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no AES", e);
        }
    }
}
