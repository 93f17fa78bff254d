package org.sealpost.oscore;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.CCMBlockCipher;
import org.bouncycastle.crypto.modes.CCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * Content encryption, with its COSE number (RFC 9053 section 4), its lengths in octets, and how often one key may be used (draft-ietf-core-oscore-key-limits). AES-CCM comes from BouncyCastle, since the
 * platform has none; the others from the platform.
 */
public enum AeadAlgorithm {
    AES_CCM_16_64_128(10, 16, 13, 8, 1L << 20, 1L << 14),
    AES_CCM_16_128_128(30, 16, 13, 16, 1L << 20, 1L << 20),
    A128GCM(1, 16, 12, 16, 1L << 20, 1L << 20),
    A256GCM(3, 32, 12, 16, 1L << 20, 1L << 20),
    CHACHA20_POLY1305(24, 32, 12, 16, 1L << 20, 1L << 20);

    private final int id;
    private final int keyLength;
    private final int nonceLength;
    private final int tagLength;
    private final long encryptions;
    private final long forgeries;

    AeadAlgorithm(int id, int keyLength, int nonceLength, int tagLength, long encryptions, long forgeries) {
        this.id = id;
        this.keyLength = keyLength;
        this.nonceLength = nonceLength;
        this.tagLength = tagLength;
        this.encryptions = encryptions;
        this.forgeries = forgeries;
    }

    /** COSE algorithm number. */
    public int id() {
        return id;
    }

    public int keyLength() {
        return keyLength;
    }

    public int nonceLength() {
        return nonceLength;
    }

    public int tagLength() {
        return tagLength;
    }

    /** How many messages one key may protect. */
    public long encryptionLimit() {
        return encryptions;
    }

    /** How many forgeries against one key may be turned away before the group should be rekeyed. */
    public long forgeryLimit() {
        return forgeries;
    }

    /** Ciphertext with its tag behind it. */
    byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext) {
        try {
            return run(Cipher.ENCRYPT_MODE, key, nonce, aad, plaintext);
        } catch (GeneralSecurityException | InvalidCipherTextException e) {
            throw new IllegalStateException("the platform can't encrypt with " + this, e);
        }
    }

    /**
     * The plaintext.
     *
     * @throws OscoreFailure when it is not authentic
     */
    byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] ciphertext) {
        if (ciphertext.length < tagLength) {
            throw new OscoreFailure(OscoreFailure.Reason.MALFORMED, "a protected payload is shorter than its tag");
        }
        try {
            return run(Cipher.DECRYPT_MODE, key, nonce, aad, ciphertext);
        } catch (GeneralSecurityException | InvalidCipherTextException e) {
            throw new OscoreFailure(OscoreFailure.Reason.NOT_AUTHENTIC, "a protected message is not authentic");
        }
    }

    private byte[] run(int mode, byte[] key, byte[] nonce, byte[] aad, byte[] input)
            throws GeneralSecurityException, InvalidCipherTextException {
        return switch (this) {
            case AES_CCM_16_64_128, AES_CCM_16_128_128 -> ccm(mode == Cipher.ENCRYPT_MODE, key, nonce, aad, input);
            case A128GCM, A256GCM ->
                platform("AES/GCM/NoPadding", "AES", new GCMParameterSpec(tagLength * 8, nonce), mode, key, aad, input);
            case CHACHA20_POLY1305 ->
                platform("ChaCha20-Poly1305", "ChaCha20", new IvParameterSpec(nonce), mode, key, aad, input);
        };
    }

    private byte[] ccm(boolean seal, byte[] key, byte[] nonce, byte[] aad, byte[] input)
            throws InvalidCipherTextException {
        CCMModeCipher cipher = CCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(seal, new AEADParameters(new KeyParameter(key), tagLength * 8, nonce, aad));
        byte[] output = new byte[cipher.getOutputSize(input.length)];
        int length = cipher.processBytes(input, 0, input.length, output, 0);
        length += cipher.doFinal(output, length);
        return length == output.length ? output : Arrays.copyOf(output, length);
    }

    private static byte[] platform(
            String transformation,
            String keyName,
            AlgorithmParameterSpec parameters,
            int mode,
            byte[] key,
            byte[] aad,
            byte[] input)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(mode, new SecretKeySpec(key, keyName), parameters);
        cipher.updateAAD(aad);
        return cipher.doFinal(input);
    }
}
