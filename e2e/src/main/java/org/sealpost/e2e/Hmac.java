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
        return new Series().sha256(key, parts);
    }

    /**
     * HKDF: extract with an empty salt, then expand.
     *
     * @param length octets wanted, 1 to 8160
     */
    public static byte[] hkdf(byte[] keyMaterial, byte[] salt, byte[] info, int length) {
        return new Series().hkdf(keyMaterial, salt, info, length);
    }

    /**
     * Many computations one after another, for which the platform's Mac is looked up once: that takes longer than the computation. It knows the last key until it is given the next. Not thread-safe.
     */
    public static final class Series {
        private final Mac mac;

        /** Looks the platform's Mac up. */
        public Series() {
            try {
                mac = Mac.getInstance(ALGORITHM);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the platform has no HmacSHA256", e);
            }
        }

        /** As {@link Hmac#sha256}. */
        public byte[] sha256(byte[] key, byte[]... parts) {
            try {
                mac.init(new SecretKeySpec(key, ALGORITHM));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the platform's HmacSHA256 takes no key", e);
            }
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        }

        /** As {@link Hmac#hkdf}. */
        public byte[] hkdf(byte[] keyMaterial, byte[] salt, byte[] info, int length) {
            byte[] pseudoRandomKey = extract(keyMaterial, salt);
            try {
                return expand(pseudoRandomKey, info, length);
            } finally {
                Wipe.octets(pseudoRandomKey);
            }
        }

        /** The first half of HKDF, for several outputs of one key material; 32 octets, a secret. */
        public byte[] extract(byte[] keyMaterial, byte[] salt) {
            return sha256(salt.length == 0 ? new byte[LENGTH] : salt, keyMaterial);
        }

        /** The second half of HKDF; the key stays the caller's. */
        public byte[] expand(byte[] pseudoRandomKey, byte[] info, int length) {
            if (length < 1 || length > 255 * LENGTH) {
                throw new IllegalArgumentException("HKDF gives 1 to 8160 octets");
            }
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
            Wipe.octets(block);
            return output;
        }
    }
}
