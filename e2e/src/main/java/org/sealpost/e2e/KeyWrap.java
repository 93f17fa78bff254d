package org.sealpost.e2e;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** AES Key Wrap with 256-bit keys (RFC 3394), for keys of 32 octets: 40 octets when wrapped. */
public final class KeyWrap {
    /** Octets of a wrapped key. */
    public static final int WRAPPED_LENGTH = 40;

    private KeyWrap() {}

    public static byte[] wrap(byte[] wrappingKey, byte[] key) {
        try {
            Cipher cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.WRAP_MODE, new SecretKeySpec(wrappingKey, "AES"));
            return cipher.wrap(new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform can't wrap AES keys", e);
        }
    }

    /**
     * Unwraps.
     *
     * @throws Refusal 4000 for another length, 4115 when it was not wrapped with this key
     */
    public static byte[] unwrap(byte[] wrappingKey, byte[] wrapped) {
        if (wrapped.length != WRAPPED_LENGTH) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a wrapped key is not " + WRAPPED_LENGTH + " octets long");
        }
        try {
            Cipher cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(wrappingKey, "AES"));
            return cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_BAD_MAC,
                    "a wrapped key is not authentic: it was sealed for another end point");
        }
    }
}
