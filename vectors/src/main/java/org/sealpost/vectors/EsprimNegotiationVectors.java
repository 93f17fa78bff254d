package org.sealpost.vectors;

import java.util.List;
import java.util.Random;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.RandObject;

/** What an originator makes of a receiver's object, bit for bit; and the kinds of security information. */
final class EsprimNegotiationVectors {
    private static final long SEED = 0x5ea1_0002L;
    private static final String NOW = "20300101T000000";
    private static final String KEY_ID = "gw-north.door-1.1@sealpost.example";
    private static final byte[] PLAINTEXT = Json.utf8(
            "{\"op\":2,\"to\":\"/in-cse/cse-in/gcs/gw-north.door-1/fire-doors/la\",\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"1\",\"rvi\":\"3\"}");

    private final Random random = new Random(SEED);
    private final Sheet sheet = new Sheet(
                    "ESPrim",
                    "docs/vectors.md",
                    "The originator's first request from a receiver's RandObject (TS-0003 8.4.2 B.2g to C.3), and m2m:seci (TS-0004 6.3.5.48).")
            .note(
                    "Strongest",
                    "The strongest algorithm that both sides accept is used; the originator's list holds it alone.")
            .note("Floor", "Nothing in the receiver's list reaches the floor.")
            .note("KeyGeneration", "The receiver does not offer HMAC-SHA256.")
            .note("Expired", "The receiver's object has expired.")
            .note(
                    "Lifetime",
                    "The originator's object expires with the receiver's, whatever lifetime the originator's own receiver objects have.")
            .note("SecurityInfo", "A kind of security information that ESPrim uses.")
            .note("OtherKind", "Security information that is not processed.")
            .note("Malformed", "No security information.");

    private EsprimNegotiationVectors() {}

    static byte[] make() {
        EsprimNegotiationVectors made = new EsprimNegotiationVectors();
        for (Aead floor : Aead.values()) {
            made.choices(floor);
        }
        made.securityInfo();
        return made.sheet.print();
    }

    private void choices(Aead floor) {
        byte[] key = Forge.octets(random, 32);
        Sheet.Group g = sheet.group("EsprimSealRequest")
                .put("keyId", KEY_ID)
                .put("pairwiseKey", Json.hex(key))
                .put("floor", floor.name());
        List<Integer[]> offers = List.of(
                new Integer[] {12},
                new Integer[] {11},
                new Integer[] {10},
                new Integer[] {10, 11, 12},
                new Integer[] {10, 11},
                new Integer[] {99, 11},
                new Integer[] {99});
        for (Integer[] offer : offers) {
            RandObject receiver = receiver("20300101T010000", List.of(1), offer);
            int best = List.of(offer).stream()
                    .filter(o -> o <= 12)
                    .mapToInt(Integer::intValue)
                    .max()
                    .orElse(0);
            if (best >= floor.id()) {
                sealed(
                        g.valid("Strongest", "offer " + List.of(offer)),
                        key,
                        receiver,
                        Aead.values()[best - 10],
                        3600,
                        "20300101T010000");
            } else {
                start(g.invalid(4111, "Floor", "offer " + List.of(offer)), receiver, 3600);
            }
        }
        if (floor != Aead.A256GCM) {
            return;
        }
        sealed(
                g.valid("Lifetime", "own lifetime is shorter"),
                key,
                receiver("20300101T010000", List.of(1), 12),
                Aead.A256GCM,
                600,
                "20300101T010000");
        sealed(
                g.valid("Lifetime", "own lifetime is longer"),
                key,
                receiver("20300101T000500", List.of(1), 12),
                Aead.A256GCM,
                600,
                "20300101T000500");
        sealed(
                g.valid("Lifetime", "a shared object"),
                key,
                Forge.randObject(RandObject.Role.RECEIVER, "S-", random, "20300102T000000", List.of(1), 12),
                Aead.A256GCM,
                600,
                "20300102T000000");
        sealed(
                g.valid("Strongest", "HMAC-SHA256 among other key generations"),
                key,
                receiver("20300101T010000", List.of(9, 1), 12),
                Aead.A256GCM,
                600,
                "20300101T010000");
        start(
                g.invalid(4111, "KeyGeneration", "another key generation alone"),
                receiver("20300101T010000", List.of(2), 12),
                600);
        start(g.invalid(4114, "Expired", "in the second of its expiry"), receiver(NOW, List.of(1), 12), 600);
        start(g.invalid(4114, "Expired", "long past"), receiver("20290101T000000", List.of(1), 12), 600);
        start(
                g.invalid(4114, "Expired", "expired and below the floor: expiry is looked at first"),
                receiver("20290101T000000", List.of(1), 10),
                600);
    }

    private RandObject receiver(String expiry, List<Integer> keyGeneration, Integer... aeads) {
        return Forge.randObject(RandObject.Role.RECEIVER, "U-", random, expiry, keyGeneration, aeads);
    }

    private Sheet.Test start(Sheet.Test test, RandObject receiver, int lifetime) {
        return start(
                test,
                receiver,
                lifetime,
                Json.hex(Forge.octets(random, 16)),
                Json.hex(Forge.octets(random, 12)),
                Json.hex(Forge.octets(random, 3)));
    }

    private static Sheet.Test start(
            Sheet.Test test, RandObject receiver, int lifetime, String value, String id, String instance) {
        return test.put("now", NOW)
                .put("lifetime", String.valueOf(lifetime))
                .put("receiver", receiver.canonical())
                .put("randValue", value)
                .put("randId", id)
                .put("instance", instance)
                .put("plaintext", PLAINTEXT);
    }

    private void sealed(Sheet.Test test, byte[] key, RandObject receiver, Aead aead, int lifetime, String expiry) {
        String value = Json.hex(Forge.octets(random, 16));
        String id = Json.hex(Forge.octets(random, 12));
        int instance = random.nextInt(1 << 24);
        RandObject originator = new RandObject(
                RandObject.Role.ORIGINATOR, "U-" + id, "r" + value, Forge.at(expiry), List.of(1), List.of(aead.id()));
        Forge forge = new Forge(KEY_ID, key, receiver, originator, aead);
        byte[] iv = Forge.iv(Forge.REQUEST, instance, 1);
        start(test, receiver, lifetime, value, id, Json.hex(java.util.Arrays.copyOfRange(iv, 1, 4)))
                .put("object", forge.seal(forge.request().text(), iv, PLAINTEXT));
    }

    private void securityInfo() {
        Sheet.Group g = sheet.group("SecurityInfo");
        String ero = receiver("20300101T010000", List.of(1), 12).canonical();
        info(g, "asks for a RandObject", "3", "{\"sit\":3}");
        info(g, "brings one", "4", "{\"sit\":4,\"ero\":" + ero + "}");
        info(g, "carries an object", "5", "{\"sit\":5,\"epo\":\"a..b.c.d\"}");
        other(g, 4000, "Malformed", "asks for a RandObject and brings one", "{\"sit\":3,\"ero\":" + ero + "}");
        other(g, 4000, "Malformed", "brings none", "{\"sit\":4}");
        other(g, 4000, "Malformed", "brings a text", "{\"sit\":4,\"ero\":\"x\"}");
        other(
                g,
                4000,
                "Malformed",
                "brings a RandObject and an object",
                "{\"sit\":4,\"ero\":" + ero + ",\"epo\":\"a..b.c.d\"}");
        other(g, 4000, "Malformed", "carries nothing", "{\"sit\":5}");
        other(g, 4000, "Malformed", "carries a number", "{\"sit\":5,\"epo\":5}");
        other(g, 4000, "Malformed", "no type", "{\"epo\":\"a..b.c.d\"}");
        other(g, 4000, "Malformed", "a type that there is not", "{\"sit\":9}");
        other(g, 4000, "Malformed", "a type as text", "{\"sit\":\"5\",\"epo\":\"a..b.c.d\"}");
        other(g, 4000, "Malformed", "a member that nobody knows", "{\"sit\":3,\"key\":\"x\"}");
        for (int type : new int[] {1, 2, 7, 8}) {
            other(g, 5001, "OtherKind", "type " + type, "{\"sit\":" + type + "}");
        }
    }

    private static void info(Sheet.Group g, String comment, String sit, String value) {
        String content = "{\"m2m:seci\":" + value + "}";
        g.valid("SecurityInfo", comment).put("content", content).put("sit", sit).put("canonical", content);
    }

    private static void other(Sheet.Group g, int status, String flag, String comment, String value) {
        g.invalid(status, flag, comment).put("content", "{\"m2m:seci\":" + value + "}");
    }
}
