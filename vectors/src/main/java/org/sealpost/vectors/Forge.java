package org.sealpost.vectors;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.onem2m.Timestamps;

/**
 * Makes ESPrim Objects of any kind, right and wrong ones: one pairwise key, one pair of RandObjects, and a protected header whose members can be
 * changed at will. Every random octet comes from the seed. Not thread-safe.
 */
final class Forge {
    static final int REQUEST = 0;
    static final int RESPONSE = 1;
    static final String REQUEST_TYPE = "vnd.onem2m-preq+json";
    static final String RESPONSE_TYPE = "vnd.onem2m-prsp+json";

    final String keyId;
    final byte[] pairwiseKey;
    final RandObject receiver;
    final RandObject originator;
    final Aead aead;

    Forge(String keyId, byte[] pairwiseKey, RandObject receiver, RandObject originator, Aead aead) {
        this.keyId = keyId;
        this.pairwiseKey = pairwiseKey;
        this.receiver = receiver;
        this.originator = originator;
        this.aead = aead;
    }

    static byte[] octets(Random random, int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    static RandObject randObject(
            RandObject.Role role,
            String kind,
            Random random,
            String expiry,
            List<Integer> keyGeneration,
            Integer... aeads) {
        return new RandObject(
                role,
                kind + HexFormat.of().formatHex(octets(random, 12)),
                "r" + HexFormat.of().formatHex(octets(random, 16)),
                at(expiry),
                keyGeneration,
                List.of(aeads));
    }

    static Instant at(String timestamp) {
        return Timestamps.parse(timestamp);
    }

    Forge originator(RandObject other) {
        return new Forge(keyId, pairwiseKey, receiver, other, aead);
    }

    Forge receiver(RandObject other) {
        return new Forge(keyId, pairwiseKey, other, originator, aead);
    }

    Forge pairwiseKey(byte[] other) {
        return new Forge(keyId, other, receiver, originator, aead);
    }

    Forge aead(Aead other) {
        return new Forge(keyId, pairwiseKey, receiver, originator, other);
    }

    byte[] contentKey() {
        byte[] session = SessionKeys.CANONICAL_JSON_V1.derive(pairwiseKey, receiver, originator);
        return Arrays.copyOf(session, aead.keyLength());
    }

    /** The header of a first request. */
    Header request() {
        return new Header()
                .raw("alg", "\"dir\"")
                .raw("enc", quoted(aead.name()))
                .raw("kid", quoted(keyId))
                .raw("cty", quoted(REQUEST_TYPE))
                .raw("ori", quoted(originator.id()))
                .raw("rri", quoted(receiver.id()))
                .raw("oro", originator.canonical());
    }

    /** The header of a response. */
    Header response() {
        return request().raw("cty", quoted(RESPONSE_TYPE)).without("oro");
    }

    /** A whole object under this session's key. */
    String seal(String header, byte[] iv, byte[] plaintext) {
        return seal(Json.utf8(header), contentKey(), iv, plaintext);
    }

    /** A whole object; with a cipher of its own, because vectors use an IV twice and a cipher that is kept refuses to. */
    static String seal(byte[] header, byte[] key, byte[] iv, byte[] plaintext) {
        String first = Base64Url.encode(header);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
            cipher.updateAAD(first.getBytes(StandardCharsets.US_ASCII));
            byte[] sealed = cipher.doFinal(plaintext);
            return first + ".." + Base64Url.encode(iv) + "."
                    + Base64Url.encode(Arrays.copyOf(sealed, plaintext.length)) + "."
                    + Base64Url.encode(Arrays.copyOfRange(sealed, plaintext.length, sealed.length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no AES-GCM", e);
        }
    }

    static byte[] iv(int direction, int instance, long counter) {
        return ByteBuffer.allocate(12)
                .putInt(direction << 24 | instance)
                .putLong(counter)
                .array();
    }

    static String quoted(String text) {
        return '"' + text + '"';
    }

    /** One of the five parts of a compact object replaced. */
    static String part(String object, int index, String by) {
        String[] parts = object.split("\\.", -1);
        parts[index] = by;
        return String.join(".", parts);
    }

    /** The object with one bit of the octets of a part turned over. */
    static String flipped(String object, int part, int octet) {
        byte[] octets = java.util.Base64.getUrlDecoder().decode(object.split("\\.", -1)[part]);
        octets[octet < 0 ? octets.length + octet : octet] ^= 1;
        return part(object, part, Base64Url.encode(octets));
    }

    /** A protected header as text, member by member; values are JSON as it stands. */
    static final class Header {
        private final Map<String, String> members = new LinkedHashMap<>();

        Header raw(String name, String json) {
            members.put(name, json);
            return this;
        }

        Header without(String name) {
            members.remove(name);
            return this;
        }

        String text() {
            StringBuilder s = new StringBuilder("{");
            members.forEach((name, json) -> s.append(s.length() == 1 ? "" : ",")
                    .append(quoted(name))
                    .append(':')
                    .append(json));
            return s.append('}').toString();
        }

        /** The members the other way round, with white space. */
        String spaced() {
            StringBuilder s = new StringBuilder();
            members.forEach(
                    (name, json) -> s.insert(0, "\n  " + quoted(name) + " : " + json + (s.length() == 0 ? "" : " ,")));
            return "{" + s + "\n}";
        }
    }
}
