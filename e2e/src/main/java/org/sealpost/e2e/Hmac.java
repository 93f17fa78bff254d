package org.sealpost.e2e;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104) and HKDF-SHA256 (RFC 5869) over the platform's Mac. */
public final class Hmac {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int LENGTH = 32;

    private Hmac() {}

    /** HMAC-SHA256 over the concatenation of the parts; 32 octets. */
    public static byte[] sha256(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no HmacSHA256", e);
        }
    }

    /**
     * HKDF: extract with an empty salt, then expand.
     *
     * @param length octets wanted, 1 to 8160
     */
    public static byte[] hkdf(byte[] keyMaterial, byte[] salt, byte[] info, int length) {
        if (length < 1 || length > 255 * LENGTH) {
            throw new IllegalArgumentException("HKDF gives 1 to 8160 octets");
        }
        byte[] pseudoRandomKey = sha256(salt.length == 0 ? new byte[LENGTH] : salt, keyMaterial);
        byte[] output = new byte[length];
        byte[] block = new byte[0];
        for (int i = 1, at = 0; at < length; i++) {
            byte[] next = sha256(pseudoRandomKey, block, info, new byte[] {(byte) i});
            Wipe.octets(block);
            block = next;
            int take = Math.min(LENGTH, length - at);
            System.arraycopy(block, 0, output, at, take);
            at += take;
        }
        Wipe.octets(block, pseudoRandomKey);
        return output;
    }
}
