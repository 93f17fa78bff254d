package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** AES-GCM as JOSE uses it (RFC 7518 5.3): IV of 12 octets, tag of 16, the associated data an ASCII text. Thread-safe. */
public final class Gcm {
    /** Octets of an IV. */
    public static final int IV_LENGTH = 12;

    /** Octets of a tag. */
    public static final int TAG_LENGTH = 16;

    /** One cipher for each thread: making one costs more than using it. */
    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(Gcm::cipher);

    private Gcm() {}

    /**
     * Ciphertext followed by the tag.
     *
     * @throws Refusal 5211 when the platform can't encrypt: a key of another length, or the IV that was used last
     */
    public static byte[] seal(byte[] key, byte[] iv, String associated, byte[] plaintext) {
        return run(Cipher.ENCRYPT_MODE, key, iv, associated, plaintext);
    }

    /**
     * The plaintext.
     *
     * @param sealed ciphertext followed by the tag
     * @throws Refusal 4115 when the tag is wrong, 5210 when the platform can't decrypt: a key of another length
     */
    public static byte[] open(byte[] key, byte[] iv, String associated, byte[] sealed) {
        return run(Cipher.DECRYPT_MODE, key, iv, associated, sealed);
    }

    private static byte[] run(int mode, byte[] key, byte[] iv, String associated, byte[] input) {
        Cipher cipher = CIPHER.get();
        try {
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(8 * TAG_LENGTH, iv));
            cipher.updateAAD(associated.getBytes(StandardCharsets.US_ASCII));
            return cipher.doFinal(input);
        } catch (AEADBadTagException e) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_BAD_MAC,
                    "a sealed object is not authentic: wrong key, or changed on the way");
        } catch (GeneralSecurityException e) {
            throw mode == Cipher.DECRYPT_MODE
                    ? new Refusal(
                            ResponseStatus.ESPRIM_DECRYPTION_ERROR, "a sealed object can't be decrypted with this key")
                    : new Refusal(
                            ResponseStatus.ESPRIM_ENCRYPTION_ERROR,
                            "nothing can be encrypted with this key, or its IV was used before");
        }
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no AES-GCM", e);
        }
    }
}
