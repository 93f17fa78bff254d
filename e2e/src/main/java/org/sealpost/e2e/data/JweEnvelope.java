package org.sealpost.e2e.data;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.EcdhEs;
import org.sealpost.e2e.Gcm;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.Wipe;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JWE of ESData (RFC 7516; TS-0003 8.5.3.2) in compact or JSON serialisation, for one target or several. With one target everything stands in the protected header; with several, {@code alg},
 * {@code kid} and {@code epk} stand in each target's own header and everything else is protected.
 */
final class JweEnvelope {
    /** How many targets one envelope may have. */
    static final int MOST_RECIPIENTS = 1024;

    private static final String DIRECT = "dir";
    private static final String AGREEMENT = "ECDH-ES+A";
    private static final String WRAP = "KW";
    private static final byte[] NONE = new byte[0];
    private static final Set<String> PROTECTED = Set.of("alg", "enc", "kid", "typ", "cty", "ety", "epk", "apu", "apv");
    private static final Set<String> OWN = Set.of("alg", "kid", "epk", "apu", "apv");
    private static final Set<String> MEMBERS =
            Set.of("protected", "header", "encrypted_key", "recipients", "aad", "iv", "ciphertext", "tag");
    private static final Set<String> RECIPIENT_MEMBERS = Set.of("header", "encrypted_key");

    /** All key management that TS-0003 8.5.3.2 lists; RSA is somebody else's, never ours. */
    private static final Set<String> ALGORITHMS = Set.of(
            DIRECT, "A128KW", "A192KW", "A256KW", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW", "RSA-OAEP-256");

    private final String protectedHeader;
    private final ObjectNode header;
    private final List<Recipient> recipients;
    private final Optional<byte[]> associated;
    private final byte[] iv;
    private final byte[] sealed;

    /** A target: its headers and the protected ones together, and the wrapped key. */
    private record Recipient(ObjectNode header, byte[] encryptedKey) {
        String keyId() {
            return JoseHeader.keyId(header);
        }

        String algorithm() {
            return JoseHeader.text(header, "alg");
        }
    }

    /** The plaintext and the identifier of the key that opened it. */
    record Plaintext(byte[] octets, String keyId) {}

    private JweEnvelope(
            String protectedHeader,
            ObjectNode header,
            List<Recipient> recipients,
            Optional<byte[]> associated,
            byte[] iv,
            byte[] sealed) {
        this.protectedHeader = protectedHeader;
        this.header = header;
        this.recipients = recipients;
        this.associated = associated;
        this.iv = iv;
        this.sealed = sealed;
        check();
    }

    /** Encrypts; {@code common} holds {@code typ} and what describes the plaintext. */
    static String seal(
            ObjectNode common,
            List<DataKey.Sealing> targets,
            Aead aead,
            Packaging packaging,
            Optional<byte[]> associated,
            byte[] plaintext,
            SecureRandom random) {
        requireTargets(targets, packaging, associated);
        boolean direct = targets.get(0) instanceof DataKey.Direct;
        byte[] contentKey = direct ? ((DataKey.Direct) targets.get(0)).key().clone() : octets(random, aead.keyLength());
        Aead encryption = direct ? ofLength(contentKey.length) : aead;
        try {
            List<Recipient> made = new ArrayList<>();
            for (DataKey.Sealing target : targets) {
                made.add(wrap(target, contentKey, random));
            }
            ObjectNode header = JoseHeader.object();
            if (made.size() == 1) {
                header.setAll(made.get(0).header);
            }
            header.put("enc", encryption.name()).setAll(common);
            String protectedHeader = JoseHeader.encode(header);
            byte[] iv = octets(random, Gcm.IV_LENGTH);
            byte[] sealed = Gcm.seal(contentKey, iv, authenticated(protectedHeader, associated), plaintext);
            return write(protectedHeader, made, packaging, associated, iv, sealed);
        } finally {
            Wipe.octets(contentKey);
        }
    }

    /** Takes a compact envelope apart; opens nothing. */
    static JweEnvelope ofCompact(String[] parts) {
        ObjectNode header = JoseHeader.decode(parts[0], PROTECTED);
        Recipient only = new Recipient(header, Base64Url.decode(parts[1]));
        return new JweEnvelope(
                parts[0],
                header,
                List.of(only),
                Optional.empty(),
                Base64Url.decode(parts[2]),
                concatenated(Base64Url.decode(parts[3]), Base64Url.decode(parts[4])));
    }

    /** Takes a JSON envelope apart, flattened or general; opens nothing. */
    static JweEnvelope ofJson(JsonNode tree) {
        Members m = Members.of(tree, "a JWE", MEMBERS);
        String protectedHeader = m.text("protected");
        ObjectNode header = JoseHeader.decode(protectedHeader, PROTECTED);
        List<Recipient> recipients = new ArrayList<>();
        if (tree.has("recipients")) {
            if (tree.has("header")
                    || tree.has("encrypted_key")
                    || !tree.get("recipients").isArray()) {
                throw JoseHeader.malformed("mixes the forms for one and for several targets");
            }
            for (JsonNode recipient : tree.get("recipients")) {
                recipients.add(recipient(header, Members.of(recipient, "a recipient of a JWE", RECIPIENT_MEMBERS)));
            }
        } else {
            recipients.add(recipient(header, m));
        }
        return new JweEnvelope(
                protectedHeader,
                header,
                recipients,
                m.optionalText("aad").map(Base64Url::decode),
                Base64Url.decode(m.text("iv")),
                concatenated(Base64Url.decode(m.text("ciphertext")), Base64Url.decode(m.text("tag"))));
    }

    /** The protected header. */
    ObjectNode header() {
        return header;
    }

    Optional<byte[]> associated() {
        return associated;
    }

    /**
     * Opens for the first target whose key is in the ring.
     *
     * @throws Refusal 4112 when there is none, 4000 when the key is for another algorithm, 4115 when it is not authentic
     */
    Plaintext open(KeyRing keys) {
        for (Recipient recipient : recipients) {
            Optional<DataKey.Opening> key = keys.opening(recipient.keyId());
            if (key.isPresent()) {
                return new Plaintext(open(recipient, key.get()), recipient.keyId());
            }
        }
        throw new Refusal(
                ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                "data is protected for others: none of its key ids is known here");
    }

    private byte[] open(Recipient recipient, DataKey.Opening key) {
        Aead aead = Aead.named(JoseHeader.text(header, "enc"));
        byte[] contentKey = contentKey(recipient, key, aead);
        try {
            return Gcm.open(contentKey, iv, authenticated(protectedHeader, associated), sealed);
        } finally {
            Wipe.octets(contentKey);
        }
    }

    private static byte[] contentKey(Recipient recipient, DataKey.Opening key, Aead aead) {
        String algorithm = recipient.algorithm();
        if (key instanceof DataKey.Direct direct) {
            requireAlgorithm(algorithm.equals(DIRECT) && direct.key().length == aead.keyLength());
            return direct.key().clone();
        }
        if (key instanceof DataKey.Wrapping wrapping) {
            requireAlgorithm(algorithm.equals("A" + 8 * wrapping.key().length + WRAP));
            return KeyWrap.unwrap(wrapping.key(), recipient.encryptedKey, aead.keyLength());
        }
        requireAlgorithm(algorithm.startsWith(AGREEMENT));
        int strength = Integer.parseInt(algorithm.substring(AGREEMENT.length(), AGREEMENT.length() + 3)) / 8;
        JsonNode ephemeral = recipient.header.get("epk");
        if (ephemeral == null) {
            throw JoseHeader.malformed("lacks its header epk");
        }
        byte[] agreed = EcdhEs.agree(
                ((DataKey.OwnRecipient) key).key(),
                Jwk.parse(ephemeral),
                algorithm,
                strength,
                JoseHeader.optionalOctets(recipient.header, "apu"),
                JoseHeader.optionalOctets(recipient.header, "apv"));
        try {
            return KeyWrap.unwrap(agreed, recipient.encryptedKey, aead.keyLength());
        } finally {
            Wipe.octets(agreed);
        }
    }

    /** A target's own headers in a fixed order, and the content key for it. */
    private static Recipient wrap(DataKey.Sealing target, byte[] contentKey, SecureRandom random) {
        ObjectNode own = JoseHeader.object();
        if (target instanceof DataKey.Direct) {
            return new Recipient(own.put("alg", DIRECT).put("kid", target.id()), NONE);
        }
        if (target instanceof DataKey.Wrapping wrapping) {
            own.put("alg", "A" + 8 * wrapping.key().length + WRAP).put("kid", target.id());
            return new Recipient(own, KeyWrap.wrap(wrapping.key(), contentKey));
        }
        DataKey.Recipient recipient = (DataKey.Recipient) target;
        String algorithm = AGREEMENT + 8 * recipient.strength() + WRAP;
        KeyPair ephemeral = Jwk.generate(random);
        own.put("alg", algorithm).put("kid", target.id());
        own.set("epk", JoseHeader.JSON.decodeTree(JoseHeader.utf8(Jwk.print((ECPublicKey) ephemeral.getPublic()))));
        byte[] agreed =
                EcdhEs.agree(ephemeral.getPrivate(), recipient.key(), algorithm, recipient.strength(), NONE, NONE);
        try {
            return new Recipient(own, KeyWrap.wrap(agreed, contentKey));
        } finally {
            Wipe.octets(agreed);
        }
    }

    private static String write(
            String protectedHeader,
            List<Recipient> recipients,
            Packaging packaging,
            Optional<byte[]> associated,
            byte[] iv,
            byte[] sealed) {
        String ciphertext = Base64Url.encode(Arrays.copyOf(sealed, sealed.length - Gcm.TAG_LENGTH));
        String tag = Base64Url.encode(Arrays.copyOfRange(sealed, sealed.length - Gcm.TAG_LENGTH, sealed.length));
        if (packaging == Packaging.COMPACT) {
            return protectedHeader + "." + Base64Url.encode(recipients.get(0).encryptedKey) + "." + Base64Url.encode(iv)
                    + "." + ciphertext + "." + tag;
        }
        ObjectNode o = JoseHeader.object().put("protected", protectedHeader);
        if (packaging.many()) {
            var list = o.putArray("recipients");
            for (Recipient recipient : recipients) {
                ObjectNode entry = list.addObject();
                if (recipients.size() > 1) {
                    entry.set("header", recipient.header);
                }
                putKey(entry, recipient);
            }
        } else {
            putKey(o, recipients.get(0));
        }
        associated.ifPresent(a -> o.put("aad", Base64Url.encode(a)));
        o.put("iv", Base64Url.encode(iv)).put("ciphertext", ciphertext).put("tag", tag);
        return new String(JoseHeader.JSON.encodeTree(o), StandardCharsets.UTF_8);
    }

    private static void putKey(ObjectNode o, Recipient recipient) {
        if (recipient.encryptedKey.length > 0) {
            o.put("encrypted_key", Base64Url.encode(recipient.encryptedKey));
        }
    }

    private static Recipient recipient(ObjectNode header, Members m) {
        ObjectNode all = header.deepCopy();
        m.get("header").map(h -> JoseHeader.check(h, OWN)).ifPresent(own -> {
            for (String name : own.propertyNames()) {
                if (all.has(name)) {
                    throw JoseHeader.malformed("has a header twice, protected and not");
                }
                all.set(name, own.get(name));
            }
        });
        Optional<String> key = m.optionalText("encrypted_key");
        if (key.filter(String::isEmpty).isPresent()) {
            throw JoseHeader.malformed("has an empty encrypted_key, which is left out");
        }
        return new Recipient(all, key.map(Base64Url::decode).orElse(NONE));
    }

    /** What holds for every envelope, whoever opens it. */
    private void check() {
        if (iv.length != Gcm.IV_LENGTH || sealed.length < Gcm.TAG_LENGTH) {
            throw JoseHeader.malformed("has an IV or tag of the wrong length");
        }
        if (recipients.isEmpty() || recipients.size() > MOST_RECIPIENTS) {
            throw JoseHeader.malformed("is for nobody, or for more than " + MOST_RECIPIENTS + " targets");
        }
        Set<String> ids = new HashSet<>();
        for (Recipient recipient : recipients) {
            String algorithm = recipient.algorithm();
            if (!ALGORITHMS.contains(algorithm)) {
                throw JoseHeader.malformed("names a key management that TS-0003 8.5.3.2 does not list");
            }
            boolean direct = algorithm.equals(DIRECT);
            if (direct && recipients.size() > 1 || direct == recipient.encryptedKey.length > 0) {
                throw JoseHeader.malformed("is directly encrypted and yet has an encrypted key or several targets, or"
                        + " is not and has no key");
            }
            if (!ids.add(recipient.keyId())) {
                throw JoseHeader.malformed("names a key twice");
            }
        }
    }

    private static void requireTargets(
            List<DataKey.Sealing> targets, Packaging packaging, Optional<byte[]> associated) {
        if (targets.size() > 1 && !packaging.many()) {
            throw JoseHeader.malformed("for several targets is packed as general JSON");
        }
        if (targets.size() > 1 && targets.stream().anyMatch(DataKey.Direct.class::isInstance)) {
            throw JoseHeader.malformed("is encrypted directly for a single key only (TS-0003 8.5.2.2.1)");
        }
        if (targets.size() > MOST_RECIPIENTS) {
            throw JoseHeader.malformed("has at most " + MOST_RECIPIENTS + " targets");
        }
        if (targets.stream().map(DataKey::id).distinct().count() < targets.size()) {
            throw JoseHeader.malformed("names a key twice");
        }
        if (associated.isPresent() && packaging == Packaging.COMPACT) {
            throw JoseHeader.malformed("with associated data is packed as JSON");
        }
    }

    private static void requireAlgorithm(boolean fits) {
        if (!fits) {
            throw JoseHeader.malformed("names an algorithm that its key is not for");
        }
    }

    private static String authenticated(String protectedHeader, Optional<byte[]> associated) {
        return protectedHeader + associated.map(a -> "." + Base64Url.encode(a)).orElse("");
    }

    private static Aead ofLength(int octets) {
        return Arrays.stream(Aead.values())
                .filter(a -> a.keyLength() == octets)
                .findFirst()
                .orElseThrow();
    }

    private static byte[] concatenated(byte[] ciphertext, byte[] tag) {
        if (tag.length != Gcm.TAG_LENGTH) {
            throw JoseHeader.malformed("has an IV or tag of the wrong length");
        }
        byte[] sealed = Arrays.copyOf(ciphertext, ciphertext.length + tag.length);
        System.arraycopy(tag, 0, sealed, ciphertext.length, tag.length);
        return sealed;
    }

    private static byte[] octets(SecureRandom random, int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }
}
