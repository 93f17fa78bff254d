package org.sealpost.load.groups;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.concurrent.Callable;
import javax.crypto.Mac;
import javax.crypto.MacSpi;

/** Counts hash steps where they happen: for the time of a count it stands before the platform's HMAC-SHA256 and SHA-256, passes everything on, and counts each result. */
public final class Steps {
    private static final String NAME = "LoadSteps";
    private static final ThreadLocal<long[]> COUNT = ThreadLocal.withInitial(() -> new long[1]);

    private Steps() {}

    /** How many results the work asked for, in this thread. */
    static long of(Runnable work) {
        Provider counting = new Counting();
        Security.insertProviderAt(counting, 1);
        try {
            COUNT.get()[0] = 0;
            work.run();
            return COUNT.get()[0];
        } finally {
            Security.removeProvider(NAME);
        }
    }

    private static final class Counting extends Provider {
        private static final long serialVersionUID = 1L;

        Counting() {
            super(NAME, "1", "counts HMAC-SHA256 and SHA-256");
            put("Mac.HmacSHA256", CountedMac.class.getName());
            put("MessageDigest.SHA-256", CountedDigest.class.getName());
        }
    }

    private static <T> T platform(Callable<T> lookup) {
        try {
            return lookup.call();
        } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
            throw new IllegalStateException("the platform has no " + e.getMessage(), e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The platform's HMAC, counted. */
    public static final class CountedMac extends MacSpi {
        private final Mac mac = platform(() -> Mac.getInstance("HmacSHA256", "SunJCE"));

        @Override
        protected int engineGetMacLength() {
            return mac.getMacLength();
        }

        @Override
        protected void engineInit(Key key, AlgorithmParameterSpec params)
                throws InvalidKeyException, InvalidAlgorithmParameterException {
            mac.init(key, params);
        }

        @Override
        protected void engineUpdate(byte input) {
            mac.update(input);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            mac.update(input, offset, length);
        }

        @Override
        protected byte[] engineDoFinal() {
            COUNT.get()[0]++;
            return mac.doFinal();
        }

        @Override
        protected void engineReset() {
            mac.reset();
        }
    }

    /** The platform's SHA-256, counted. */
    public static final class CountedDigest extends MessageDigestSpi {
        private final MessageDigest digest = platform(() -> MessageDigest.getInstance("SHA-256", "SUN"));

        @Override
        protected void engineUpdate(byte input) {
            digest.update(input);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            digest.update(input, offset, length);
        }

        @Override
        protected byte[] engineDigest() {
            COUNT.get()[0]++;
            return digest.digest();
        }

        @Override
        protected void engineReset() {
            digest.reset();
        }
    }
}
