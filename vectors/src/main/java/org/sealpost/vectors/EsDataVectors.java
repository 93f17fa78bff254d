package org.sealpost.vectors;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.EcdhEs;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.KeyWrap;

/** Data envelopes (TS-0003 8.5) of each key management, signature, packaging and class, and what a reader refuses. */
final class EsDataVectors {
    private static final byte[] READING = Json.utf8("{\"temperature\":21.5}");
    private static final String TYPE = "application/json";

    private final Random random = new Random(0x5ea1_0005L);
    private final byte[] direct = Forge.octets(random, 32);
    private final byte[] wrapping = Forge.octets(random, 32);
    private final byte[] mac = Forge.octets(random, 32);
    private final byte[] recipient = Forge.octets(random, 32);
    private final byte[] signer = Forge.octets(random, 32);
    private final Sheet sheet = new Sheet(
                    "ESData",
                    "docs/vectors.md",
                    "Protected data (TS-0003 8.5) as a reader sees it who holds the keys of the group and expects a class.")
            .note("Encrypted", "Encryption only, one target.")
            .note("Several", "Several targets, or several signatures.")
            .note("Signed", "Signature only.")
            .note("Nested", "Signed, then encrypted.")
            .note("Class", "Of another class than the reader expects.")
            .note("Tampered", "Not authentic.")
            .note("Unknown", "No key of the reader is named.")
            .note("Algorithm", "An algorithm that is not listed, or that the key is not for.")
            .note("Header", "A header that must not be there, or is missing.")
            .note("ContentInfo", "Not what contentInfo says.")
            .note("Audience", "Signed for other targets.");
    private final Sheet.Group g = sheet.group("EsDataOpen");

    private EsDataVectors() {}

    static byte[] make() {
        EsDataVectors made = new EsDataVectors();
        made.keys();
        made.encrypted();
        made.signed();
        made.nested();
        made.refused();
        return made.sheet.print();
    }

    private void keys() {
        var list = g.objects("keys");
        list.addObject().put("use", "direct").put("kid", "14-d@x").put("key", Json.hex(direct));
        list.addObject()
                .put("use", "direct")
                .put("kid", "14-d16@x")
                .put("key", Json.hex(java.util.Arrays.copyOf(direct, 16)));
        for (int length : new int[] {16, 24, 32}) {
            list.addObject()
                    .put("use", "wrapping")
                    .put("kid", "15-w" + length + "@x")
                    .put("key", Json.hex(java.util.Arrays.copyOf(wrapping, length)));
        }
        list.addObject().put("use", "mac").put("kid", "16-m@x").put("key", Json.hex(mac));
        list.addObject().put("use", "recipient").put("kid", "//x/cse/Cme").put("scalar", Json.hex(recipient));
        list.addObject().put("use", "verifier").put("kid", "//x/cse/Cyou").put("jwk", Curve.jwk(signer));
    }

    private void encrypted() {
        for (int length : new int[] {16, 24, 32}) {
            for (String enc : List.of("A128GCM", "A192GCM", "A256GCM")) {
                opens(
                        "Encrypted",
                        "A" + 8 * length + "KW with " + enc,
                        "ENCRYPTION_ONLY",
                        compact(wrapped(length, enc)));
            }
        }
        opens("Encrypted", "direct", "ENCRYPTION_ONLY", compact(directly("14-d@x", direct, "A256GCM")));
        opens(
                "Encrypted",
                "direct, 16 octets",
                "ENCRYPTION_ONLY",
                compact(directly("14-d16@x", java.util.Arrays.copyOf(direct, 16), "A128GCM")));
        for (int length : new int[] {16, 24, 32}) {
            opens("Encrypted", "ECDH-ES+A" + 8 * length + "KW", "ENCRYPTION_ONLY", compact(agreed(length)));
        }
        Jwe one = wrapped(32, "A256GCM");
        String flattened =
                "{\"protected\":\"" + one.header + "\",\"encrypted_key\":\"" + one.key + "\"," + one.rest() + "}";
        opens("Encrypted", "flattened JSON", "ENCRYPTION_ONLY", flattened, TYPE + ":0:2");
        opens(
                "Encrypted",
                "flattened JSON in base64",
                "ENCRYPTION_ONLY",
                Base64.getEncoder().encodeToString(Json.utf8(flattened)),
                TYPE + ":0:3");
        String general = "{\"protected\":\"" + one.header + "\",\"recipients\":[{\"encrypted_key\":\"" + one.key
                + "\"}]," + one.rest() + "}";
        opens("Encrypted", "general JSON", "ENCRYPTION_ONLY", general, TYPE + ":0:2");
        opens("Several", "for a stranger and for the reader", "ENCRYPTION_ONLY", several(), TYPE + ":0:2");
    }

    private void signed() {
        opens("Signed", "HS256", "SIGNATURE_ONLY", hs256("16-m@x", ""));
        opens("Signed", "ES256", "SIGNATURE_ONLY", es256(""));
        String[] parts = es256("").split("\\.");
        String flattened = "{\"payload\":\"" + parts[1] + "\",\"protected\":\"" + parts[0] + "\",\"signature\":\""
                + parts[2] + "\"}";
        opens("Signed", "flattened JSON", "SIGNATURE_ONLY", flattened, TYPE + ":0:2");
        String[] other = hs256("16-m@x", "").split("\\.");
        String general =
                "{\"payload\":\"" + parts[1] + "\",\"signatures\":[{\"protected\":\"" + parts[0] + "\",\"signature\":\""
                        + parts[2] + "\"},{\"protected\":\"" + other[0] + "\",\"signature\":\"" + other[2] + "\"}]}";
        opens("Several", "two signatures", "SIGNATURE_ONLY", general, TYPE + ":0:2");
        String bad = general.replace(other[2], Base64Url.encode(new byte[32]));
        refuses(4103, "Tampered", "two signatures, one of which does not verify", "SIGNATURE_ONLY", bad, TYPE + ":0:2");
    }

    private void nested() {
        String audience = ",\"aud\":[\"15-w32@x\"]";
        opens("Nested", "ES256 in A256KW", "NESTED", nested(es256(audience)));
        opens("Nested", "HS256 in A256KW", "NESTED", nested(hs256("16-m@x", audience)));
        refuses(
                4103,
                "Audience",
                "signed for another target",
                "NESTED",
                nested(es256(",\"aud\":[\"15-w16@x\"]")),
                TYPE + ":0:1");
        refuses(4000, "Audience", "signed for everybody", "NESTED", nested(es256("")), TYPE + ":0:1");
        refuses(
                4103,
                "Tampered",
                "the inner signature does not verify",
                "NESTED",
                nested(broken(es256(audience))),
                TYPE + ":0:1");
        refuses(
                4000,
                "Class",
                "nested, and encryption only is expected",
                "ENCRYPTION_ONLY",
                nested(es256(audience)),
                TYPE + ":0:1");
    }

    private void refused() {
        String right = compact(wrapped(32, "A256GCM"));
        refuses(4000, "Class", "encrypted, and a signature is expected", "SIGNATURE_ONLY", right, TYPE + ":0:1");
        refuses(4000, "Class", "encrypted, and a signature inside is expected", "NESTED", right, TYPE + ":0:1");
        refuses(4000, "Class", "signed, and encryption is expected", "ENCRYPTION_ONLY", es256(""), TYPE + ":0:1");
        refuses(
                4115,
                "Tampered",
                "a bit of the ciphertext",
                "ENCRYPTION_ONLY",
                Forge.flipped(right, 3, 0),
                TYPE + ":0:1");
        refuses(4115, "Tampered", "a bit of the tag", "ENCRYPTION_ONLY", Forge.flipped(right, 4, -1), TYPE + ":0:1");
        refuses(
                4115,
                "Tampered",
                "a bit of the wrapped key",
                "ENCRYPTION_ONLY",
                Forge.flipped(right, 1, 0),
                TYPE + ":0:1");
        refuses(4115, "Tampered", "a bit of the IV", "ENCRYPTION_ONLY", Forge.flipped(right, 2, 0), TYPE + ":0:1");
        refuses(4103, "Tampered", "ES256, a bit of the signature", "SIGNATURE_ONLY", broken(es256("")), TYPE + ":0:1");
        refuses(
                4103,
                "Tampered",
                "HS256, a bit of the MAC",
                "SIGNATURE_ONLY",
                broken(hs256("16-m@x", "")),
                TYPE + ":0:1");
        refuses(
                4112,
                "Unknown",
                "another wrapping key",
                "ENCRYPTION_ONLY",
                compact(wrapped("15-other@x", 32, "A256GCM", "")),
                TYPE + ":0:1");
        refuses(4112, "Unknown", "another signer", "SIGNATURE_ONLY", hs256("16-other@x", ""), TYPE + ":0:1");
        refuses(
                4112,
                "Unknown",
                "a MAC key named for encryption",
                "ENCRYPTION_ONLY",
                compact(wrapped("16-m@x", 32, "A256GCM", "")),
                TYPE + ":0:1");
        refuses(
                4000,
                "Algorithm",
                "A128KW with a key of 32 octets",
                "ENCRYPTION_ONLY",
                compact(header(wrapped(32, "A256GCM"), "A256KW", "A128KW")),
                TYPE + ":0:1");
        refuses(
                4000,
                "Algorithm",
                "a wrapping key used directly",
                "ENCRYPTION_ONLY",
                compact(directly("15-w32@x", wrapping, "A256GCM")),
                TYPE + ":0:1");
        refuses(
                4000,
                "Algorithm",
                "dir with an encrypted key",
                "ENCRYPTION_ONLY",
                compact(header(wrapped(32, "A256GCM"), "A256KW", "dir")),
                TYPE + ":0:1");
        refuses(
                4000,
                "Algorithm",
                "PBES2",
                "ENCRYPTION_ONLY",
                compact(header(wrapped(32, "A256GCM"), "A256KW", "PBES2-HS256+A128KW")),
                TYPE + ":0:1");
        refuses(
                4111,
                "Algorithm",
                "AES-CBC",
                "ENCRYPTION_ONLY",
                compact(header(wrapped(32, "A256GCM"), "A256GCM\"", "A128CBC-HS256\"")),
                TYPE + ":0:1");
        refuses(
                4000,
                "Algorithm",
                "alg none",
                "SIGNATURE_ONLY",
                es256("")
                        .replace(
                                es256("").split("\\.")[0],
                                Base64Url.encode(Json.utf8("{\"alg\":\"none\",\"kid\":\"//x/cse/Cyou\"}"))),
                TYPE + ":0:1");
        String confused = Base64Url.encode(
                        Json.utf8(
                                "{\"alg\":\"HS256\",\"kid\":\"//x/cse/Cyou\",\"typ\":\"sealpost-data+jws\",\"cty\":\"application/json\"}"))
                + "." + Base64Url.encode(READING);
        refuses(
                4000,
                "Algorithm",
                "a public key as a MAC key",
                "SIGNATURE_ONLY",
                confused + "." + Base64Url.encode(Hmac.sha256(Json.utf8(Curve.jwk(signer)), Json.utf8(confused))),
                TYPE + ":0:1");
        for (String more : List.of("\"crit\":[\"x\"],\"x\":1", "\"zip\":\"DEF\"", "\"p2c\":1", "\"b64\":false")) {
            refuses(
                    4000,
                    "Header",
                    more,
                    "ENCRYPTION_ONLY",
                    compact(wrapped("15-w32@x", 32, "A256GCM", "," + more)),
                    TYPE + ":0:1");
        }
        opens(
                "Encrypted",
                "a key in the header is not looked at",
                "ENCRYPTION_ONLY",
                compact(wrapped("15-w32@x", 32, "A256GCM", ",\"jku\":\"https://x/\"")));
        refuses(
                4000,
                "Header",
                "no kid",
                "SIGNATURE_ONLY",
                Base64Url.encode(Json.utf8("{\"alg\":\"ES256\"}"))
                        + es256("").substring(es256("").indexOf('.')),
                TYPE + ":0:1");
        refuses(
                4000,
                "Header",
                "made for another purpose",
                "SIGNATURE_ONLY",
                signed(
                        "{\"alg\":\"ES256\",\"kid\":\"//x/cse/Cyou\",\"typ\":\"sealpost-command+jws\",\"cty\":\"application/json\"}",
                        new byte[0]),
                TYPE + ":0:1");
        refuses(4000, "ContentInfo", "another media type", "ENCRYPTION_ONLY", right, "text/plain:0:1");
        refuses(4000, "ContentInfo", "another encoding", "ENCRYPTION_ONLY", right, TYPE + ":2:1");
        refuses(4000, "ContentInfo", "JSON, and it is compact", "ENCRYPTION_ONLY", right, TYPE + ":0:2");
        refuses(4000, "ContentInfo", "not protected", "ENCRYPTION_ONLY", right, TYPE + ":0:0");
    }

    /** A JWE with one target, its parts encoded. */
    private record Jwe(
            String header, String key, String iv, String ciphertext, String tag, byte[] contentKey, byte[] plaintext) {
        String rest() {
            return "\"iv\":\"" + iv + "\",\"ciphertext\":\"" + ciphertext + "\",\"tag\":\"" + tag + "\"";
        }
    }

    private Jwe seal(String header, byte[] contentKey, byte[] encryptedKey, byte[] plaintext) {
        String[] parts = Forge.seal(Json.utf8(header), contentKey, Forge.octets(random, 12), plaintext)
                .split("\\.", -1);
        return new Jwe(parts[0], Base64Url.encode(encryptedKey), parts[2], parts[3], parts[4], contentKey, plaintext);
    }

    /** The same key and plaintext under a header with something replaced. */
    private Jwe header(Jwe jwe, String what, String by) {
        String text = new String(Base64Url.decode(jwe.header), StandardCharsets.UTF_8).replace(what, by);
        return seal(text, jwe.contentKey, Base64Url.decode(jwe.key), jwe.plaintext);
    }

    private static String compact(Jwe jwe) {
        return String.join(".", jwe.header, jwe.key, jwe.iv, jwe.ciphertext, jwe.tag);
    }

    private Jwe directly(String kid, byte[] key, String enc) {
        return seal(
                "{\"alg\":\"dir\",\"kid\":\"" + kid + "\",\"enc\":\"" + enc + tail(TYPE, ""),
                key,
                new byte[0],
                READING);
    }

    private Jwe wrapped(int length, String enc) {
        return wrapped("15-w" + length + "@x", length, enc, "");
    }

    private Jwe wrapped(String kid, int length, String enc, String more) {
        byte[] contentKey = Forge.octets(random, Integer.parseInt(enc.substring(1, 4)) / 8);
        byte[] with = java.util.Arrays.copyOf(wrapping, length);
        return seal(
                "{\"alg\":\"A" + 8 * length + "KW\",\"kid\":\"" + kid + "\",\"enc\":\"" + enc + tail(TYPE, more),
                contentKey,
                KeyWrap.wrap(with, contentKey),
                READING);
    }

    private Jwe agreed(int length) {
        String alg = "ECDH-ES+A" + 8 * length + "KW";
        byte[] ephemeral = Forge.octets(random, 32);
        byte[] contentKey = Forge.octets(random, 32);
        byte[] key = EcdhEs.agree(
                Jwk.privateKey(ephemeral), Jwk.parse(Curve.jwk(recipient)), alg, length, new byte[0], new byte[0]);
        return seal(
                "{\"alg\":\"" + alg + "\",\"kid\":\"//x/cse/Cme\",\"epk\":" + Curve.jwk(ephemeral)
                        + ",\"enc\":\"A256GCM" + tail(TYPE, ""),
                contentKey,
                KeyWrap.wrap(key, contentKey),
                READING);
    }

    private String several() {
        byte[] contentKey = Forge.octets(random, 32);
        Jwe jwe = seal("{\"enc\":\"A256GCM" + tail(TYPE, ""), contentKey, new byte[0], READING);
        String stranger = "{\"header\":{\"alg\":\"A256KW\",\"kid\":\"15-other@x\"},\"encrypted_key\":\""
                + Base64Url.encode(KeyWrap.wrap(direct, contentKey)) + "\"}";
        String reader = "{\"header\":{\"alg\":\"A256KW\",\"kid\":\"15-w32@x\"},\"encrypted_key\":\""
                + Base64Url.encode(KeyWrap.wrap(wrapping, contentKey)) + "\"}";
        return "{\"protected\":\"" + jwe.header + "\",\"recipients\":[" + stranger + "," + reader + "]," + jwe.rest()
                + "}";
    }

    private String nested(String signed) {
        byte[] contentKey = Forge.octets(random, 32);
        return compact(seal(
                "{\"alg\":\"A256KW\",\"kid\":\"15-w32@x\",\"enc\":\"A256GCM" + tail("JOSE", ""),
                contentKey,
                KeyWrap.wrap(wrapping, contentKey),
                Json.utf8(signed)));
    }

    private static String tail(String contentType, String more) {
        return "\",\"typ\":\"sealpost-data+jwe\",\"cty\":\"" + contentType + "\"" + more + "}";
    }

    private String hs256(String kid, String more) {
        return signed(
                "{\"alg\":\"HS256\",\"kid\":\"" + kid + "\",\"typ\":\"sealpost-data+jws\",\"cty\":\"" + TYPE + "\""
                        + more + "}",
                mac);
    }

    private String es256(String more) {
        return signed(
                "{\"alg\":\"ES256\",\"kid\":\"//x/cse/Cyou\",\"typ\":\"sealpost-data+jws\",\"cty\":\"" + TYPE + "\""
                        + more + "}",
                new byte[0]);
    }

    /** With the MAC key, or with the signer's where there is none. */
    private String signed(String header, byte[] macKey) {
        String input = Base64Url.encode(Json.utf8(header)) + "." + Base64Url.encode(READING);
        byte[] signature =
                macKey.length > 0 ? Hmac.sha256(macKey, Json.utf8(input)) : Curve.sign(signer, Json.utf8(input));
        return input + "." + Base64Url.encode(signature);
    }

    private static String broken(String signed) {
        return Forge.flipped(signed, 2, 5);
    }

    private void opens(String flag, String comment, String expects, String content) {
        opens(flag, comment, expects, content, TYPE + ":0:1");
    }

    private void opens(String flag, String comment, String expects, String content, String contentInfo) {
        g.valid(flag, comment)
                .put("expects", expects)
                .put("contentInfo", contentInfo)
                .put("content", content)
                .put("payload", READING)
                .put("mediaType", TYPE);
    }

    private void refuses(int status, String flag, String comment, String expects, String content, String contentInfo) {
        g.invalid(status, flag, comment)
                .put("expects", expects)
                .put("contentInfo", contentInfo)
                .put("content", content);
    }
}
