package org.sealpost.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.AeadPolicy;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionKeys;

/**
 * ESPrim against what the platform's ciphers cost alone, over the same octets. One operation = one message of {@value #OCTETS} octets sealed by one end
 * point and opened by the other.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class EsprimBenchmark {
    static final int OCTETS = 1024;
    private static final String KEY_ID = "dev.espr1@sealpost.example";
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final int KEY_LENGTH = 32;

    /** Two end points with a confirmed session, both with the randomness that the enclave uses. */
    @State(Scope.Thread)
    public static class Pair {
        private final SecureRandom random = new SecureRandom();
        private final EsprimChannel server = channel();
        private final EsprimChannel device = channel();
        final byte[] message = octets(OCTETS);

        public Pair() {
            EsprimChannel.Sealed first =
                    server.sealRequest(Optional.of(device.issue(NOW, random)), message, NOW, random);
            EsprimChannel.Opened opened = device.openRequest(first.object(), NOW, random);
            String answer = device.sealResponse(opened.exchange(), message, NOW, random);
            server.openResponse(first.exchange(), answer, NOW);
        }

        String seal() {
            return server.sealRequest(Optional.empty(), message, NOW, random).object();
        }

        byte[] open(String object) {
            return device.openRequest(object, NOW, random).plaintext();
        }

        private static EsprimChannel channel() {
            return new EsprimChannel(
                    KEY_ID,
                    octets(KEY_LENGTH),
                    new AeadPolicy(Aead.A256GCM),
                    Duration.ofHours(1),
                    SessionKeys.CANONICAL_JSON_V1);
        }
    }

    /** AES-256-GCM and HMAC-SHA256 from the platform, objects and keys reused; the header of a real ESPrim Object as associated data. */
    @State(Scope.Thread)
    public static class Raw {
        private static final int TAG_BITS = 128;
        private final byte[] message = octets(OCTETS);
        private final SecretKeySpec key = new SecretKeySpec(octets(KEY_LENGTH), "AES");
        private final byte[] associated;
        private final Cipher cipher;
        private final Mac mac;
        private long counter;

        public Raw() {
            String object = new Pair().seal();
            associated = object.substring(0, object.indexOf('.')).getBytes(StandardCharsets.US_ASCII);
            try {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
                mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(octets(KEY_LENGTH), "HmacSHA256"));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the platform lacks what is to be measured", e);
            }
        }

        byte[] sealedAndOpened() throws GeneralSecurityException {
            counter++;
            return crypt(Cipher.DECRYPT_MODE, crypt(Cipher.ENCRYPT_MODE, message));
        }

        byte[] sealedAndOpenedWithMac() throws GeneralSecurityException {
            counter++;
            byte[] sealed = crypt(Cipher.ENCRYPT_MODE, message);
            byte[] sent = mac.doFinal(sealed);
            if (!MessageDigest.isEqual(sent, mac.doFinal(sealed))) {
                throw new GeneralSecurityException("the code does not verify");
            }
            return crypt(Cipher.DECRYPT_MODE, sealed);
        }

        private byte[] crypt(int mode, byte[] input) throws GeneralSecurityException {
            byte[] iv = ByteBuffer.allocate(12).putInt(0).putLong(counter).array();
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, iv));
            cipher.updateAAD(associated);
            return cipher.doFinal(input);
        }
    }

    /** What a session key is made of. */
    @State(Scope.Thread)
    public static class Derivation {
        private final SecureRandom random = new SecureRandom();
        private final byte[] pairwise = octets(KEY_LENGTH);
        private final RandObject receiver = object(RandObject.Role.RECEIVER);
        private final RandObject originator = object(RandObject.Role.ORIGINATOR);

        private RandObject object(RandObject.Role role) {
            return RandObject.fresh(role, NOW, new AeadPolicy(Aead.A256GCM).offer(), random);
        }
    }

    /** ESPrim in a running session. */
    @Benchmark
    public byte[] esprim(Pair pair) {
        return pair.open(pair.seal());
    }

    /** The baseline: encrypt, authenticate, verify, decrypt. */
    @Benchmark
    public byte[] gcmAndHmac(Raw raw) throws GeneralSecurityException {
        return raw.sealedAndOpenedWithMac();
    }

    /** The limit: AES-GCM alone. */
    @Benchmark
    public byte[] gcm(Raw raw) throws GeneralSecurityException {
        return raw.sealedAndOpened();
    }

    /** The sessionESPrimKey from a pairwise key and two RandObjects (TS-0003 10.3.8.2). */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public byte[] sessionDerivation(Derivation in) {
        return SessionKeys.CANONICAL_JSON_V1.derive(in.pairwise, in.receiver, in.originator);
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, (byte) 'x');
        return octets;
    }
}
