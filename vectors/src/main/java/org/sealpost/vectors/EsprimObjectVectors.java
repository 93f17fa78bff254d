package org.sealpost.vectors;

import java.util.List;
import java.util.Random;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.RandObject;

/** What requests and responses share: the cast, and everything that is wrong with an object whichever way it goes. */
abstract class EsprimObjectVectors {
    static final String NOW = "20300101T000000";
    static final String KEY_ID = "gw-north.door-1.1@sealpost.example";
    static final int INSTANCE = 0x0a0b0c;

    final Random random;
    final Sheet sheet;
    final Forge forge;
    private final int direction;
    private final byte[] plaintext;

    EsprimObjectVectors(long seed, int direction, String originatorsExpiry, byte[] plaintext, String... header) {
        this.random = new Random(seed);
        this.direction = direction;
        this.plaintext = plaintext;
        this.forge = new Forge(
                KEY_ID,
                Forge.octets(random, 32),
                Forge.randObject(RandObject.Role.RECEIVER, "U-", random, "20300101T010000", List.of(1), 12),
                Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, originatorsExpiry, List.of(1), 12),
                Aead.A256GCM);
        this.sheet = new Sheet("ESPrim", "docs/vectors.md", header)
                .note("Valid", "Has to be opened.")
                .note("Spelling", "Another spelling of a right object: has to be opened.")
                .note("Shape", "No compact JWE with direct encryption, a 96-bit IV and a 128-bit tag.")
                .note("Encoding", "base64url that encoding would not yield: an object must not have two spellings.")
                .note(
                        "Header",
                        "A protected header that is not strict JSON, lacks a parameter, or has one that is not known.")
                .note("MediaType", "The inner primitive is of another kind or in another serialisation.")
                .note("KeyId", "The pairwise key is not known.")
                .note("Tampered", "Changed on the way, or sealed with another key.")
                .note("Direction", "The IV says that the object went the other way.")
                .note(
                        "Replay",
                        "The counter was used before, is too old to tell, or comes from another instance of the sender.")
                .note("Window", "Out of order, and not too late.")
                .note("Expiry", "A RandObject has expired.")
                .note("Precedence", "Several things are wrong: the status is that of the first check.");
    }

    /** The right header of this direction. */
    abstract Forge.Header header();

    Forge.Header header(Forge by) {
        return direction == Forge.REQUEST ? by.request() : by.response();
    }

    byte[] iv(long counter) {
        return Forge.iv(direction, INSTANCE, counter);
    }

    byte[] plaintext() {
        return plaintext.clone();
    }

    /** A right object with this counter. */
    String right(long counter) {
        return sealed(header(), counter);
    }

    String sealed(Forge.Header header, long counter) {
        return forge.seal(header.text(), iv(counter), plaintext);
    }

    Sheet.Test opens(Sheet.Group g, String flag, String comment, String object) {
        return g.valid(flag, comment).put("now", NOW).put("object", object).put("plaintext", plaintext);
    }

    Sheet.Test refuses(Sheet.Group g, int status, String flag, String comment, String object) {
        return g.invalid(status, flag, comment).put("now", NOW).put("object", object);
    }

    void spellings(Sheet.Group g, String type) {
        opens(g, "Spelling", "no content type", sealed(header().without("cty"), 1));
        opens(
                g,
                "Spelling",
                "content type with application/",
                sealed(header().raw("cty", "\"application/" + type + "\""), 1));
        opens(
                g,
                "Spelling",
                "header members the other way round, with white space",
                forge.seal(header().spaced(), iv(1), plaintext));
        opens(
                g,
                "Spelling",
                "an escape in the header",
                forge.seal(header().text().replace("\"dir\"", "\"d\\u0069r\""), iv(1), plaintext));
        for (int length : new int[] {1, 16, 4096}) {
            byte[] other = Forge.octets(random, length);
            g.valid("Valid", length + " octets")
                    .put("now", NOW)
                    .put("object", forge.seal(header().text(), iv(1), other))
                    .put("plaintext", other);
        }
        opens(g, "Valid", "the highest counter that a sender can reach", right(Long.MAX_VALUE));
        opens(
                g,
                "Valid",
                "another instance of the sender",
                forge.seal(header().text(), Forge.iv(direction, 0xffffff, 1), plaintext));
    }

    void shapes(Sheet.Group g) {
        String right = right(1);
        String tag = right.substring(right.lastIndexOf('.') + 1);
        refuses(g, 4000, "Shape", "empty", "");
        refuses(g, 4000, "Shape", "four parts", right.substring(0, right.lastIndexOf('.')));
        refuses(g, 4000, "Shape", "six parts", right + "." + tag);
        refuses(g, 4000, "Shape", "a JWS", "e30.e30.AA");
        refuses(g, 4000, "Shape", "JSON serialisation", "{\"protected\":\"e30\",\"ciphertext\":\"AA\"}");
        refuses(g, 4000, "Shape", "no header", Forge.part(right, 0, ""));
        refuses(g, 4000, "Shape", "no ciphertext", Forge.part(right, 3, ""));
        refuses(g, 4000, "Shape", "an encrypted key", Forge.part(right, 1, Base64Url.encode(new byte[40])));
        refuses(g, 4000, "Shape", "no IV", Forge.part(right, 2, ""));
        refuses(g, 4000, "Shape", "an IV of 11 octets", Forge.part(right, 2, Base64Url.encode(new byte[11])));
        refuses(g, 4000, "Shape", "an IV of 13 octets", Forge.part(right, 2, Base64Url.encode(new byte[13])));
        refuses(g, 4000, "Shape", "an IV of 16 octets", Forge.part(right, 2, Base64Url.encode(new byte[16])));
        refuses(g, 4000, "Shape", "no tag", Forge.part(right, 4, ""));
        refuses(g, 4000, "Shape", "a tag of 12 octets", Forge.part(right, 4, tag.substring(0, 16)));
        refuses(g, 4000, "Shape", "a tag of 15 octets", Forge.part(right, 4, tag.substring(0, 20)));
        refuses(g, 4000, "Shape", "a tag of 17 octets", Forge.part(right, 4, Base64Url.encode(new byte[17])));
    }

    void encodings(Sheet.Group g) {
        String right = right(1);
        String[] parts = right.split("\\.", -1);
        refuses(g, 4000, "Encoding", "padding behind the tag", right + "==");
        refuses(g, 4000, "Encoding", "padding behind the header", Forge.part(right, 0, padded(parts[0])));
        refuses(g, 4000, "Encoding", "a line break at the end", right + "\n");
        refuses(
                g,
                4000,
                "Encoding",
                "a blank in the ciphertext",
                Forge.part(right, 3, parts[3].substring(0, 4) + " " + parts[3].substring(4)));
        refuses(g, 4000, "Encoding", "the alphabet of plain base64", Forge.part(right, 3, "+" + parts[3].substring(1)));
        refuses(
                g,
                4000,
                "Encoding",
                "bits behind the last octet of the tag",
                Forge.part(right, 4, lastBitSet(parts[4])));
        refuses(g, 4000, "Encoding", "a length that no octets have", Forge.part(right, 3, "AAAAA"));
        refuses(g, 4000, "Encoding", "a letter beyond ASCII", Forge.part(right, 3, "\u00e9" + parts[3].substring(1)));
    }

    void headers(Sheet.Group g) {
        for (String name : List.of("alg", "enc", "kid", "ori", "rri")) {
            refuses(g, 4000, "Header", "no " + name, sealed(header().without(name), 1));
            refuses(g, 4000, "Header", name + " is a number", sealed(header().raw(name, "1"), 1));
        }
        refuses(g, 4000, "Header", "cty is null", sealed(header().raw("cty", "null"), 1));
        refuses(g, 4000, "Header", "cty is an array", sealed(header().raw("cty", "[\"vnd.onem2m-preq+json\"]"), 1));
        for (String alg : List.of("A256KW", "A256GCMKW", "ECDH-ES", "none", "DIR", "")) {
            refuses(g, 4000, "Header", "alg is \"" + alg + "\"", sealed(header().raw("alg", Forge.quoted(alg)), 1));
        }
        refuses(g, 4000, "Header", "compression", sealed(header().raw("zip", "\"DEF\""), 1));
        refuses(
                g,
                4000,
                "Header",
                "a critical header",
                sealed(header().raw("crit", "[\"exp\"]").raw("exp", "1"), 1));
        refuses(g, 4000, "Header", "an empty list of critical headers", sealed(header().raw("crit", "[]"), 1));
        refuses(
                g,
                4000,
                "Header",
                "a parameter that nobody knows",
                sealed(header().raw("x5u", "\"https://sealpost.example/\""), 1));
        refuses(g, 4000, "Header", "a parameter of key agreement", sealed(header().raw("epk", "{}"), 1));
        String text = header().text();
        refuses(
                g,
                4000,
                "Header",
                "a parameter twice",
                forge.seal(text.replace("{\"alg\"", "{\"alg\":\"dir\",\"alg\""), iv(1), plaintext));
        refuses(
                g,
                4000,
                "Header",
                "a parameter twice, once with an escape",
                forge.seal(text.replace("{\"alg\"", "{\"\\u0061lg\":\"dir\",\"alg\""), iv(1), plaintext));
        refuses(g, 4000, "Header", "something behind its end", forge.seal(text + " {}", iv(1), plaintext));
        refuses(g, 4000, "Header", "a comma too many", forge.seal(text.replaceFirst("}$", ",}"), iv(1), plaintext));
        refuses(g, 4000, "Header", "a comment", forge.seal("/**/" + text, iv(1), plaintext));
        refuses(g, 4000, "Header", "single quotes", forge.seal(text.replace('"', '\''), iv(1), plaintext));
        refuses(g, 4000, "Header", "an array", forge.seal("[" + text + "]", iv(1), plaintext));
        refuses(g, 4000, "Header", "a text", forge.seal("\"dir\"", iv(1), plaintext));
        refuses(g, 4000, "Header", "a byte order mark", forge.seal("\ufeff" + text, iv(1), plaintext));
        refuses(g, 4000, "Header", "half of a surrogate pair", sealed(header().raw("kid", "\"\\ud800\""), 1));
        refuses(g, 4000, "Header", "a control character in a text", sealed(header().raw("kid", "\"a\nb\""), 1));
        refuses(g, 4000, "Header", "no UTF-8", Forge.part(right(1), 0, Base64Url.encode(latin1(text))));
    }

    void tampering(Sheet.Group g) {
        String right = right(1);
        refuses(g, 4115, "Tampered", "first bit of the ciphertext", Forge.flipped(right, 3, 0));
        refuses(g, 4115, "Tampered", "last bit of the ciphertext", Forge.flipped(right, 3, -1));
        refuses(g, 4115, "Tampered", "first octet of the tag", Forge.flipped(right, 4, 0));
        refuses(g, 4115, "Tampered", "last octet of the tag", Forge.flipped(right, 4, -1));
        refuses(g, 4115, "Tampered", "a tag of zeros", Forge.part(right, 4, Base64Url.encode(new byte[16])));
        refuses(g, 4115, "Tampered", "instance in the IV", Forge.flipped(right, 2, 3));
        refuses(g, 4115, "Tampered", "counter in the IV", Forge.flipped(right, 2, 11));
        refuses(
                g,
                4115,
                "Tampered",
                "an octet of ciphertext less",
                Forge.part(right, 3, cut(right.split("\\.", -1)[3], 1)));
        refuses(
                g,
                4115,
                "Tampered",
                "ciphertext of another message",
                Forge.part(right, 3, right(2).split("\\.", -1)[3]));
        refuses(g, 4115, "Tampered", "tag of another message", Forge.part(right, 4, right(2).split("\\.", -1)[4]));
        refuses(
                g,
                4115,
                "Tampered",
                "content type taken from the header",
                Forge.part(right, 0, encoded(header().without("cty"))));
        refuses(
                g,
                4115,
                "Tampered",
                "header spelled otherwise",
                Forge.part(right, 0, Base64Url.encode(Json.utf8(header().spaced()))));
        byte[] other = Forge.octets(random, 32);
        refuses(
                g,
                4115,
                "Tampered",
                "another pairwise key",
                forge.pairwiseKey(other).seal(header().text(), iv(1), plaintext));
        refuses(
                g,
                4115,
                "Tampered",
                "the pairwise key itself used as the content key",
                Forge.seal(Json.utf8(header().text()), forge.pairwiseKey, iv(1), plaintext));
        RandObject r = forge.receiver;
        RandObject wider =
                new RandObject(r.role(), r.id(), r.value(), r.expiry(), r.keyGeneration(), List.of(12, 11, 10));
        refuses(
                g,
                4115,
                "Tampered",
                "the receiver's list changed on its way to the originator",
                forge.receiver(wider).seal(header().text(), iv(1), plaintext));
        RandObject longer =
                new RandObject(r.role(), r.id(), r.value(), r.expiry().plusSeconds(60), r.keyGeneration(), r.aeads());
        refuses(
                g,
                4115,
                "Tampered",
                "the receiver's expiry changed on its way to the originator",
                forge.receiver(longer).seal(header().text(), iv(1), plaintext));
        RandObject replaced =
                new RandObject(r.role(), r.id(), "r" + "0".repeat(32), r.expiry(), r.keyGeneration(), r.aeads());
        refuses(
                g,
                4115,
                "Tampered",
                "the receiver's random value changed on its way to the originator",
                forge.receiver(replaced).seal(header().text(), iv(1), plaintext));
        refuses(
                g,
                4115,
                "Direction",
                "sealed under the IV of the other direction",
                forge.seal(header().text(), Forge.iv(1 - direction, INSTANCE, 1), plaintext));
    }

    static String encoded(Forge.Header header) {
        return Base64Url.encode(Json.utf8(header.text()));
    }

    private static String padded(String part) {
        return part + "=".repeat((4 - part.length() % 4) % 4) + (part.length() % 4 == 0 ? "=" : "");
    }

    /** The same octets with a bit set that stands for none. */
    private static String lastBitSet(String part) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(part.charAt(part.length() - 1));
        return part.substring(0, part.length() - 1) + alphabet.charAt(last | 1);
    }

    private static String cut(String part, int octets) {
        byte[] all = java.util.Base64.getUrlDecoder().decode(part);
        return Base64Url.encode(java.util.Arrays.copyOf(all, all.length - octets));
    }

    private static byte[] latin1(String text) {
        return text.replace(KEY_ID, "\u00e9" + KEY_ID).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
