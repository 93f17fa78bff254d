package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Set;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JWE in compact serialisation (RFC 7516), in the two forms Sealpost uses: direct encryption, and ECDH-ES with AES key wrap on
 * P-256; content encryption always AES-GCM (TS-0003 8.5.3.2). Strict: no {@code zip}, no {@code crit}, no header that the
 * caller does not name, canonical base64url.
 *
 * @param protectedHeader the header as it came, base64url; it is the additional authenticated data
 * @param header the header, parsed
 * @param encryptedKey empty for direct encryption
 * @param iv 12 octets
 * @param ciphertext never empty
 * @param tag 16 octets
 */
public record Jwe(
        String protectedHeader, JsonNode header, byte[] encryptedKey, byte[] iv, byte[] ciphertext, byte[] tag) {
    static final int IV_LENGTH = Gcm.IV_LENGTH;
    static final int TAG_LENGTH = Gcm.TAG_LENGTH;
    /** Characters of the longest object that is looked at. */
    public static final int MAX_LENGTH = 1 << 20;

    private static final int KEY_LENGTH = 32;
    private static final byte[] NONE = new byte[0];
    private static final String AGREE = "ECDH-ES+A256KW";

    /**
     * Takes a compact JWE apart; opens nothing.
     *
     * @param knownHeaders all header parameters it may have
     * @throws Refusal 4000 when it is malformed
     */
    public static Jwe parse(String compact, Set<String> knownHeaders) {
        String[] parts = split(compact);
        JsonNode header = PrimitiveCodec.of(Serialization.JSON).decodeTree(Base64Url.decode(parts[0]));
        Members.of(header, "a JWE header", knownHeaders);
        return of(parts, header);
    }

    static String[] split(String compact) {
        String[] parts = compact.length() > MAX_LENGTH ? new String[0] : compact.split("\\.", -1);
        if (parts.length != 5 || parts[0].isEmpty() || parts[3].isEmpty()) {
            throw malformed("is not a compact JWE");
        }
        return parts;
    }

    static Jwe of(String[] parts, JsonNode header) {
        Jwe jwe = new Jwe(
                parts[0],
                header,
                Base64Url.decode(parts[1]),
                Base64Url.decode(parts[2]),
                Base64Url.decode(parts[3]),
                Base64Url.decode(parts[4]));
        if (jwe.iv.length != IV_LENGTH || jwe.tag.length != TAG_LENGTH) {
            throw malformed("has an IV or tag of the wrong length");
        }
        return jwe;
    }

    /** A header as text, or a refusal with 4000. */
    public String text(String name) {
        JsonNode value = header.get(name);
        if (value == null || !value.isString()) {
            throw malformed("lacks its header " + name);
        }
        return value.asString();
    }

    /**
     * Seals with the key itself ({@code alg} dir).
     *
     * @param headerJson the whole protected header; must say {@code dir} and the {@code enc} that fits the key
     */
    public static String sealDirect(byte[] headerJson, byte[] key, byte[] iv, byte[] plaintext) {
        String protectedHeader = Base64Url.encode(headerJson);
        return compact(protectedHeader, new byte[0], iv, Gcm.seal(key, iv, protectedHeader, plaintext));
    }

    /**
     * Opens direct encryption.
     *
     * @throws Refusal 4000 when there is an encrypted key, 4115 when the tag is wrong
     */
    public byte[] openDirect(byte[] key) {
        if (!text("alg").equals("dir") || encryptedKey.length != 0) {
            throw malformed("is not directly encrypted");
        }
        return open(key);
    }

    /** Seals to a public key (ECDH-ES+A256KW, A256GCM) with an ephemeral key pair. */
    public static String sealTo(ObjectNode header, ECPublicKey recipient, SecureRandom random, byte[] plaintext) {
        KeyPair ephemeral = Jwk.generate(random);
        header.put("alg", AGREE).put("enc", "A256GCM");
        header.set(
                "epk",
                PrimitiveCodec.of(Serialization.JSON)
                        .decodeTree(
                                Jwk.print((ECPublicKey) ephemeral.getPublic()).getBytes(StandardCharsets.UTF_8)));
        byte[] key = EcdhEs.agree(ephemeral.getPrivate(), recipient, AGREE, KEY_LENGTH, NONE, NONE);
        try {
            return sealWithFreshKey(header, key, random, plaintext);
        } finally {
            Wipe.octets(key);
        }
    }

    /** Opens what {@link #sealTo} sealed. */
    public byte[] openFrom(PrivateKey recipient) {
        return openFrom(P256Agreement.of(recipient));
    }

    /** As {@link #openFrom(PrivateKey)}, with a key that may lie elsewhere. */
    public byte[] openFrom(P256Agreement recipient) {
        JsonNode ephemeral = header.get("epk");
        if (!text("alg").equals(AGREE) || !text("enc").equals("A256GCM") || ephemeral == null) {
            throw malformed("is not sealed with ECDH-ES+A256KW");
        }
        byte[] key = EcdhEs.agree(recipient, Jwk.parse(ephemeral), AGREE, KEY_LENGTH, NONE, NONE);
        try {
            return openUnwrapping(key);
        } finally {
            Wipe.octets(key);
        }
    }

    /** A header object to fill. */
    public static ObjectNode newHeader(String type, String keyId) {
        return JsonNodeFactory.instance.objectNode().put("typ", type).put("kid", keyId);
    }

    private static String sealWithFreshKey(
            ObjectNode header, byte[] wrappingKey, SecureRandom random, byte[] plaintext) {
        byte[] contentKey = new byte[KEY_LENGTH];
        byte[] iv = new byte[IV_LENGTH];
        random.nextBytes(contentKey);
        random.nextBytes(iv);
        try {
            String protectedHeader =
                    Base64Url.encode(PrimitiveCodec.of(Serialization.JSON).encodeTree(header));
            return compact(
                    protectedHeader,
                    KeyWrap.wrap(wrappingKey, contentKey),
                    iv,
                    Gcm.seal(contentKey, iv, protectedHeader, plaintext));
        } finally {
            Wipe.octets(contentKey);
        }
    }

    private byte[] openUnwrapping(byte[] wrappingKey) {
        if (encryptedKey.length != KEY_LENGTH + 8) {
            throw malformed("has a wrapped key of the wrong length");
        }
        byte[] contentKey = KeyWrap.unwrap(wrappingKey, encryptedKey);
        try {
            return open(contentKey);
        } finally {
            Wipe.octets(contentKey);
        }
    }

    private byte[] open(byte[] key) {
        byte[] sealed = new byte[ciphertext.length + tag.length];
        System.arraycopy(ciphertext, 0, sealed, 0, ciphertext.length);
        System.arraycopy(tag, 0, sealed, ciphertext.length, tag.length);
        return Gcm.open(key, iv, protectedHeader, sealed);
    }

    private static String compact(String protectedHeader, byte[] encryptedKey, byte[] iv, byte[] sealed) {
        byte[] ciphertext = java.util.Arrays.copyOf(sealed, sealed.length - TAG_LENGTH);
        byte[] tag = java.util.Arrays.copyOfRange(sealed, sealed.length - TAG_LENGTH, sealed.length);
        return protectedHeader + "." + Base64Url.encode(encryptedKey) + "." + Base64Url.encode(iv) + "."
                + Base64Url.encode(ciphertext) + "." + Base64Url.encode(tag);
    }

    private static Refusal malformed(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "a sealed object " + why);
    }
}
