package org.sealpost.vectors;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionKeys;

/** RandObjects as octets, session keys, content keys, and whole objects bit for bit. */
final class EsprimDerivationVectors {
    private static final long SEED = 0x5ea1_0001L;
    private static final String EXAMPLE_KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private static final String EXAMPLE_RECEIVER =
            "{\"esri\":\"U-R0001\",\"esrv\":\"ra0a1a2a3a4a5a6a7a8a9aaabacadaeaf\",\"esrx\":\"20301231T235959\",\"esks\":[1],\"espa\":[12]}";
    private static final String EXAMPLE_ORIGINATOR =
            "{\"esri\":\"U-O0001\",\"esrv\":\"rb0b1b2b3b4b5b6b7b8b9babbbcbdbebf\",\"esrx\":\"20301231T235900\",\"esk\":1,\"espa\":[12]}";
    private static final String EXAMPLE_KEY_ID = "dev17.espr1@server.example.org";
    private static final String EXAMPLE_REQUEST =
            "{\"op\":2,\"to\":\"/in-cse/cse-in/gcs/dev17/la\",\"fr\":\"/mn-cse/Cdev17\",\"rqi\":\"q0001\",\"ot\":\"20300101T000000\",\"rvi\":\"3\"}";
    private static final String EXAMPLE_RESPONSE =
            "{\"rsc\":2000,\"rqi\":\"q0001\",\"pc\":{\"m2m:cin\":{\"cnf\":\"application/json:0\",\"con\":\"{}\"}},\"rvi\":\"3\"}";

    private final Random random = new Random(SEED);
    private final Sheet sheet = new Sheet(
                    "ESPrim",
                    "docs/vectors.md",
                    "RandObjects of ESPrim (TS-0003 8.4.3.1), sessionESPrimKey (10.3.8.2), and ESPrim Objects bit for bit (8.4.3.2).",
                    "How octets come about is docs/protocol.md section 3d; the standard leaves it open.")
            .note("Canonical", "The object as it enters the derivation, from any spelling of the same values.")
            .note("Malformed", "Not a RandObject: it has to be refused before anything is derived.")
            .note("Example", "The worked example: the simplest case, with values that show where they go.")
            .note("Random", "Pseudorandom inputs.")
            .note("ListOrder", "Lists enter the derivation in the order sent.")
            .note("KeyLength", "A128GCM and A192GCM take the leftmost octets of the session key.");

    private EsprimDerivationVectors() {}

    static byte[] make() {
        EsprimDerivationVectors made = new EsprimDerivationVectors();
        made.canonicalReceivers();
        made.canonicalOriginators();
        made.derivations();
        made.objects();
        return made.sheet.print();
    }

    private void canonicalReceivers() {
        Sheet.Group g = sheet.group("EsprimRandObject").put("role", "receiver");
        canonical(g, "as it is", EXAMPLE_RECEIVER, EXAMPLE_RECEIVER);
        canonical(
                g,
                "members in another order, with white space",
                " { \"espa\" : [ 12 ] ,\n \"esks\":[1],\"esrx\":\"20301231T235959\",\t\"esrv\":\"ra0a1a2a3a4a5a6a7a8a9aaabacadaeaf\",\"esri\":\"U-R0001\" } ",
                EXAMPLE_RECEIVER);
        canonical(
                g,
                "escapes that stand for the same text",
                EXAMPLE_RECEIVER.replace("U-R", "\\u0055-R"),
                EXAMPLE_RECEIVER);
        canonical(
                g,
                "a fraction of a second is cut off",
                EXAMPLE_RECEIVER.replace("T235959", "T235959,999"),
                EXAMPLE_RECEIVER);
        canonical(
                g,
                "a text that holds the object",
                "\"" + EXAMPLE_RECEIVER.replace("\"", "\\\"") + "\"",
                EXAMPLE_RECEIVER);
        canonical(g, "shared", EXAMPLE_RECEIVER.replace("U-R", "S-R"), EXAMPLE_RECEIVER.replace("U-R", "S-R"));
        String all = EXAMPLE_RECEIVER.replace("[12]", "[12,11,10]");
        canonical(g, "all algorithms", all, all);
        String weakestFirst = EXAMPLE_RECEIVER.replace("[12]", "[10,11,12]");
        canonical(g, "all algorithms the other way round stay so", weakestFirst, weakestFirst);
        String unknown = EXAMPLE_RECEIVER.replace("[12]", "[12,99]").replace("[1]", "[1,7]");
        canonical(g, "numbers of algorithms that do not exist yet", unknown, unknown);
        String leap = EXAMPLE_RECEIVER.replace("20301231", "20320229");
        canonical(g, "the 29th of February of a leap year", leap, leap);
        malformed(g, EXAMPLE_RECEIVER, "esks");
    }

    private void canonicalOriginators() {
        Sheet.Group g = sheet.group("EsprimRandObject").put("role", "originator");
        canonical(g, "as it is", EXAMPLE_ORIGINATOR, EXAMPLE_ORIGINATOR);
        canonical(
                g,
                "a whole number written with a fraction of zero",
                EXAMPLE_ORIGINATOR.replace("\"esk\":1", "\"esk\":1.0"),
                EXAMPLE_ORIGINATOR);
        canonical(
                g,
                "a text that holds the object",
                "\"" + EXAMPLE_ORIGINATOR.replace("\"", "\\\"") + "\"",
                EXAMPLE_ORIGINATOR);
        bad(g, "esk is a list", EXAMPLE_ORIGINATOR.replace("\"esk\":1", "\"esk\":[1]"));
        bad(g, "esks in place of esk", EXAMPLE_ORIGINATOR.replace("\"esk\":1", "\"esks\":[1]"));
        bad(g, "esk is no whole number", EXAMPLE_ORIGINATOR.replace("\"esk\":1", "\"esk\":1.5"));
        bad(g, "esk is a text", EXAMPLE_ORIGINATOR.replace("\"esk\":1", "\"esk\":\"1\""));
        malformed(g, EXAMPLE_ORIGINATOR, "esk");
    }

    private void canonical(Sheet.Group g, String comment, String object, String canonical) {
        g.valid("Canonical", comment).put("object", object).put("canonical", canonical);
    }

    private void bad(Sheet.Group g, String comment, String object) {
        g.invalid(4000, "Malformed", comment).put("object", object);
    }

    private void malformed(Sheet.Group g, String good, String keyGeneration) {
        String id = good.contains("U-R") ? "U-R0001" : "U-O0001";
        String value = good.replaceAll(".*\"esrv\":\"([^\"]*)\".*", "$1");
        bad(g, "neither shared nor unshared", good.replace(id, "X-0001"));
        bad(g, "an identifier of nothing but its mark", good.replace(id, "U-"));
        bad(g, "an identifier with a character that would need escaping", good.replace(id, "U-a\\\"b"));
        bad(g, "an identifier of 65 characters after its mark", good.replace(id, "U-" + "a".repeat(65)));
        bad(
                g,
                "a value with upper-case digits",
                good.replace(value, value.replace("a", "A").replace("b", "B")));
        bad(g, "a value of 120 bits", good.replace(value, value.substring(0, 31)));
        bad(g, "a value of 136 bits", good.replace(value, value + "00"));
        bad(g, "a value without its letter", good.replace(value, value.substring(1)));
        bad(g, "an expiry relative to nothing", good.replaceAll("\"esrx\":\"[^\"]*\"", "\"esrx\":\"3600000\""));
        bad(g, "an expiry as a number", good.replaceAll("\"esrx\":\"[^\"]*\"", "\"esrx\":3600000"));
        bad(
                g,
                "an expiry with punctuation",
                good.replaceAll("\"esrx\":\"[^\"]*\"", "\"esrx\":\"2030-12-31T23:59:59Z\""));
        bad(g, "the 31st of February", good.replace("1231", "0231"));
        bad(g, "the 29th of February of no leap year", good.replace("20301231", "20310229"));
        bad(g, "no expiry", good.replaceAll("\"esrx\":\"[^\"]*\",", ""));
        bad(g, "no value", good.replaceAll("\"esrv\":\"[^\"]*\",", ""));
        bad(g, "no identifier", good.replaceAll("\"esri\":\"[^\"]*\",", ""));
        bad(g, "no key generation", good.replaceAll(",\"" + keyGeneration + "\":[^,]*", ""));
        bad(g, "no list of algorithms", good.replaceAll(",\"espa\":[^}]*", ""));
        bad(g, "an empty list of algorithms", good.replace("[12]", "[]"));
        bad(g, "a list of seventeen", good.replace("[12]", "[12,12,12,12,12,12,12,12,12,12,12,12,12,12,12,12,12]"));
        bad(g, "a list with a text", good.replace("[12]", "[\"12\"]"));
        bad(g, "a list with a null", good.replace("[12]", "[null]"));
        bad(g, "a member that nobody knows", good.replace("}", ",\"x\":1}"));
        bad(g, "a member twice", good.replace("}", ",\"espa\":[12]}"));
        bad(g, "a null", good.replace("[12]", "null"));
        bad(g, "an array", "[" + good + "]");
        bad(g, "cut off", good.substring(0, good.length() - 1));
        bad(g, "something behind its end", good + "{}");
        bad(g, "empty", "");
    }

    private void derivations() {
        Sheet.Group g = sheet.group("EsprimDerivation");
        derivation(
                g,
                "Example",
                "the worked example",
                Json.hex(Json.object().put("k", EXAMPLE_KEY), "k"),
                EXAMPLE_RECEIVER,
                EXAMPLE_ORIGINATOR,
                Aead.A256GCM);
        byte[] key = Forge.octets(random, 32);
        for (Aead aead : Aead.values()) {
            derivation(g, "KeyLength", aead.name(), key, receiver(12, 11, 10), originator(aead.id()), aead);
        }
        String receiver = receiver(12, 11);
        String originator = originator(11);
        derivation(g, "ListOrder", "a list", key, receiver, originator, Aead.A192GCM);
        derivation(
                g,
                "ListOrder",
                "the same list the other way round gives another key",
                key,
                receiver.replace("[12,11]", "[11,12]"),
                originator,
                Aead.A192GCM);
        derivation(
                g,
                "ListOrder",
                "a list cut short gives another key",
                key,
                receiver.replace("[12,11]", "[11]"),
                originator,
                Aead.A192GCM);
        for (int i = 1; i <= 8; i++) {
            Aead aead = Aead.values()[random.nextInt(3)];
            derivation(
                    g,
                    "Random",
                    "pseudorandom " + i,
                    Forge.octets(random, 32),
                    receiver(12, 11, 10),
                    originator(aead.id()),
                    aead);
        }
    }

    private void derivation(
            Sheet.Group g, String flag, String comment, byte[] key, String receiver, String originator, Aead aead) {
        byte[] session = session(key, receiver, originator);
        g.valid(flag, comment)
                .put("pairwiseKey", key)
                .put("receiver", receiver)
                .put("originator", originator)
                .put("enc", aead.name())
                .put("sessionKey", session)
                .put("contentKey", Arrays.copyOf(session, aead.keyLength()));
    }

    private void objects() {
        Sheet.Group g = sheet.group("EsprimObject");
        byte[] key = Json.hex(Json.object().put("k", EXAMPLE_KEY), "k");
        String begin = "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"kid\":\"" + EXAMPLE_KEY_ID + "\",\"cty\":\"";
        String ids = "\",\"ori\":\"U-O0001\",\"rri\":\"U-R0001\"";
        object(
                g,
                "Example",
                "the request of the worked example",
                key,
                EXAMPLE_RECEIVER,
                EXAMPLE_ORIGINATOR,
                Aead.A256GCM,
                begin + Forge.REQUEST_TYPE + ids + ",\"oro\":" + EXAMPLE_ORIGINATOR + "}",
                Forge.iv(0, 1, 1),
                Json.utf8(EXAMPLE_REQUEST));
        object(
                g,
                "Example",
                "the response of the worked example",
                key,
                EXAMPLE_RECEIVER,
                EXAMPLE_ORIGINATOR,
                Aead.A256GCM,
                begin + Forge.RESPONSE_TYPE + ids + "}",
                Forge.iv(1, 1, 1),
                Json.utf8(EXAMPLE_RESPONSE));
        for (Aead aead : Aead.values()) {
            for (int length : new int[] {1, 15, 16, 17, 1000}) {
                String receiver = receiver(12, 11, 10);
                String originator = originator(aead.id());
                String header = "{\"alg\":\"dir\",\"enc\":\"" + aead.name()
                        + "\",\"kid\":\"k@sealpost.example\",\"ori\":\""
                        + RandObject.parse(RandObject.Role.ORIGINATOR, originator)
                                .id() + "\",\"rri\":\""
                        + RandObject.parse(RandObject.Role.RECEIVER, receiver).id() + "\"}";
                object(
                        g,
                        "Random",
                        aead.name() + ", " + length + " octets",
                        Forge.octets(random, 32),
                        receiver,
                        originator,
                        aead,
                        header,
                        Forge.iv(random.nextInt(2), random.nextInt(1 << 24), 1 + random.nextInt(1 << 20)),
                        Forge.octets(random, length));
            }
        }
    }

    private void object(
            Sheet.Group g,
            String flag,
            String comment,
            byte[] key,
            String receiver,
            String originator,
            Aead aead,
            String header,
            byte[] iv,
            byte[] plaintext) {
        byte[] contentKey = Arrays.copyOf(session(key, receiver, originator), aead.keyLength());
        g.valid(flag, comment)
                .put("pairwiseKey", key)
                .put("receiver", receiver)
                .put("originator", originator)
                .put("enc", aead.name())
                .put("header", header)
                .put("iv", iv)
                .put("plaintext", plaintext)
                .put("object", Forge.seal(Json.utf8(header), contentKey, iv, plaintext));
    }

    private static byte[] session(byte[] key, String receiver, String originator) {
        return SessionKeys.CANONICAL_JSON_V1.derive(
                key,
                RandObject.parse(RandObject.Role.RECEIVER, receiver),
                RandObject.parse(RandObject.Role.ORIGINATOR, originator));
    }

    private String receiver(Integer... aeads) {
        return Forge.randObject(RandObject.Role.RECEIVER, "U-", random, "20310101T000000", List.of(1), aeads)
                .canonical();
    }

    private String originator(Integer... aeads) {
        return Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, "20301231T235000", List.of(1), aeads)
                .canonical();
    }
}
