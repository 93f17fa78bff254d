package org.sealpost.e2e.data;

import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.regex.Pattern;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * A key of ESData with its identifier, good for one use. The use decides the algorithm; what an envelope's header claims has to agree with it, so that no key can be
 * talked into another algorithm. Octets of secret keys belong to the caller, who wipes them.
 */
public sealed interface DataKey {
    /** Credential-ID or another name by which both sides know the key; stands in {@code kid}. */
    String id();

    /** What data can be encrypted with. */
    sealed interface Sealing extends DataKey permits Direct, Wrapping, Recipient {}

    /** What data can be decrypted with. */
    sealed interface Opening extends DataKey permits Direct, Wrapping, OwnRecipient {}

    /** What data can be signed with. */
    sealed interface Signing extends DataKey permits Mac, Signer {}

    /** What a signature can be verified with. */
    sealed interface Verifying extends DataKey permits Mac, Verifier {}

    /**
     * {@code dir}: the key itself encrypts (Credential-ID type 14). Its length decides between A128GCM, A192GCM and A256GCM. At most 2^32 payloads.
     *
     * @param key 16, 24 or 32 octets
     */
    record Direct(String id, byte[] key) implements Sealing, Opening {
        public Direct {
            requireId(id);
            requireAesKey(key);
        }

        @Override
        public String toString() {
            return text("Direct", id);
        }
    }

    /**
     * {@code A128KW}, {@code A192KW} or {@code A256KW} by its length: wraps the key of each payload (Credential-ID type 15).
     *
     * @param key 16, 24 or 32 octets
     */
    record Wrapping(String id, byte[] key) implements Sealing, Opening {
        public Wrapping {
            requireId(id);
            requireAesKey(key);
        }

        @Override
        public String toString() {
            return text("Wrapping", id);
        }
    }

    /**
     * A target's public key on P-256, bound to it by secure configuration and not by what an {@code e2eSecInfo} says (TS-0003 8.5.2.2.4.2).
     *
     * @param strength octets of the key wrap: 16, 24 or 32 for {@code ECDH-ES+A128KW}, {@code +A192KW}, {@code +A256KW}
     */
    record Recipient(String id, ECPublicKey key, int strength) implements Sealing {
        public Recipient {
            requireId(id);
            requireAesLength(strength);
        }

        /** With {@code ECDH-ES+A256KW}. */
        public Recipient(String id, ECPublicKey key) {
            this(id, key, MOST);
        }
    }

    /** The target's own half of {@link Recipient}; opens all three strengths. */
    record OwnRecipient(String id, PrivateKey key) implements Opening {
        public OwnRecipient {
            requireId(id);
        }

        @Override
        public String toString() {
            return text("OwnRecipient", id);
        }
    }

    /**
     * {@code HS256} (Credential-ID type 16). Whoever can verify can also sign: it proves no source among several holders.
     *
     * @param key 32 to 64 octets
     */
    record Mac(String id, byte[] key) implements Signing, Verifying {
        public Mac {
            requireId(id);
            if (key.length < MOST || key.length > 2 * MOST) {
                throw refused("a key for HS256 has 32 to 64 octets");
            }
        }

        @Override
        public String toString() {
            return text("Mac", id);
        }
    }

    /** {@code ES256}: the source's private key on P-256. */
    record Signer(String id, PrivateKey key) implements Signing {
        public Signer {
            requireId(id);
        }

        @Override
        public String toString() {
            return text("Signer", id);
        }
    }

    /** The public half of {@link Signer}, bound to the source by secure configuration. */
    record Verifier(String id, ECPublicKey key) implements Verifying {
        public Verifier {
            requireId(id);
        }
    }

    /** Octets of the longest AES key. */
    int MOST = 32;

    /** What a key identifier may look like: no white space, no control characters, nothing JSON would escape. */
    Pattern ID = Pattern.compile("[A-Za-z0-9._@:/-]{1,256}");

    private static void requireId(String id) {
        if (!ID.matcher(id).matches()) {
            throw refused("a key id has 1 to 256 letters, digits, and . _ @ : / -");
        }
    }

    private static void requireAesKey(byte[] key) {
        requireAesLength(key.length);
    }

    private static void requireAesLength(int length) {
        if (length != 16 && length != 24 && length != MOST) {
            throw refused("an AES key has 16, 24 or 32 octets");
        }
    }

    private static String text(String use, String id) {
        return use + "[" + id + "]";
    }

    private static Refusal refused(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, why);
    }
}
