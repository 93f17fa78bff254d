package org.sealpost.e2e;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** AES Key Wrap (RFC 3394). A wrapped key is 8 octets longer than the key; unless a length is given, keys have 32 octets. */
public final class KeyWrap {
    /** Octets of a wrapped key of 32. */
    public static final int WRAPPED_LENGTH = 40;

    private static final int OVERHEAD = 8;

    private KeyWrap() {}

    /** Wraps a key of 16, 24 or 32 octets with one of 16, 24 or 32. */
    public static byte[] wrap(byte[] wrappingKey, byte[] key) {
        try {
            Cipher cipher = Cipher.getInstance("AESWrap");
            cipher.init(Cipher.WRAP_MODE, new SecretKeySpec(wrappingKey, "AES"));
            return cipher.wrap(new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform can't wrap AES keys", e);
        }
    }

    /** Unwraps a key of 32 octets; as {@link #unwrap(byte[], byte[], int)}. */
    public static byte[] unwrap(byte[] wrappingKey, byte[] wrapped) {
        return unwrap(wrappingKey, wrapped, WRAPPED_LENGTH - OVERHEAD);
    }

    /**
     * Unwraps.
     *
     * @param length octets of the key
     * @throws Refusal 4000 for another length, 4115 when it was not wrapped with this key
     */
    public static byte[] unwrap(byte[] wrappingKey, byte[] wrapped, int length) {
        if (wrapped.length != length + OVERHEAD) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "a wrapped key is not " + (length + OVERHEAD) + " octets long");
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
