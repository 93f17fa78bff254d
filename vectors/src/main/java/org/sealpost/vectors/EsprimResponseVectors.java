package org.sealpost.vectors;

import java.util.List;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.RandObject;

/** Responses as an originator sees them (TS-0003 8.4.2 C.11), and as a receiver makes them (C.8), bit for bit. */
final class EsprimResponseVectors extends EsprimObjectVectors {
    private EsprimResponseVectors() {
        super(
                0x5ea1_0004L,
                Forge.RESPONSE,
                "20300101T010000",
                Json.utf8(
                        "{\"rsc\":2000,\"rqi\":\"1\",\"pc\":{\"m2m:cin\":{\"cnf\":\"application/json:0\",\"con\":\"{}\"}},\"rvi\":\"3\"}"),
                "ESPrim Objects that carry responses, as the originator sees them (TS-0003 8.4.2 C.11), and as the receiver makes them (C.8).",
                "A test to be opened begins with one request sent and not answered; each object in \"before\" answers a request, and another is sent.",
                "Objects in \"refusedBefore\" come next, are refused, and change nothing.");
        sheet.note("Session", "The response belongs to another session.")
                .note("Refresh", "A new receiver's object comes with the response.")
                .note("NoSideEffect", "What was refused before left no trace.");
    }

    static byte[] make() {
        EsprimResponseVectors made = new EsprimResponseVectors();
        Sheet.Group g = made.sheet
                .group("EsprimOpenResponse")
                .put("keyId", KEY_ID)
                .put("pairwiseKey", Json.hex(made.forge.pairwiseKey))
                .put("floor", "A256GCM")
                .put("receiver", made.forge.receiver.canonical())
                .put("originator", made.forge.originator.canonical())
                .put("sent", NOW);
        made.rightOnes(g);
        made.spellings(g, Forge.RESPONSE_TYPE);
        made.shapes(g);
        made.encodings(g);
        made.headers(g);
        made.others(g);
        made.tampering(g);
        made.replays(g);
        made.sealed();
        return made.sheet.print();
    }

    @Override
    Forge.Header header() {
        return forge.response();
    }

    private void rightOnes(Sheet.Group g) {
        opens(g, "Valid", "the first response of a session", right(1));
        opens(g, "Valid", "the second", right(2)).put("before", List.of(right(1)));
        opens(g, "Valid", "in the last second of the session", right(1)).put("now", "20300101T005959");
        RandObject fresh = Forge.randObject(RandObject.Role.RECEIVER, "U-", random, "20300101T020000", List.of(1), 12);
        opens(g, "Refresh", "with a new receiver's object", sealed(header().raw("rro", fresh.canonical()), 1));
        opens(
                g,
                "Refresh",
                "with a new receiver's object as a text",
                sealed(header().raw("rro", "\"" + fresh.canonical().replace("\"", "\\\"") + "\""), 1));
        refuses(
                g,
                4000,
                "Refresh",
                "with a new receiver's object that is malformed",
                sealed(header().raw("rro", fresh.canonical().replace("[12]", "[]")), 1));
        refuses(
                g,
                4000,
                "Refresh",
                "with a new receiver's object that is null",
                sealed(header().raw("rro", "null"), 1));
        refuses(
                g,
                4000,
                "Refresh",
                "with an originator's object in its place",
                sealed(header().raw("rro", forge.originator.canonical()), 1));
    }

    private void others(Sheet.Group g) {
        refuses(
                g,
                4112,
                "KeyId",
                "another key",
                sealed(header().raw("kid", "\"gw-north.door-2.1@sealpost.example\""), 1));
        refuses(
                g,
                4000,
                "Session",
                "another originator's object",
                sealed(header().raw("ori", "\"U-000000000000000000000000\""), 1));
        refuses(
                g,
                4000,
                "Session",
                "another receiver's object",
                sealed(header().raw("rri", "\"U-000000000000000000000000\""), 1));
        refuses(g, 4000, "Session", "another algorithm", sealed(header().raw("enc", "\"A128GCM\""), 1));
        refuses(g, 4000, "Session", "an algorithm that there is not", sealed(header().raw("enc", "\"none\""), 1));
        refuses(
                g,
                4000,
                "Session",
                "the originator's object in a response",
                sealed(header().raw("oro", forge.originator.canonical()), 1));
        refuses(g, 4000, "MediaType", "a request", sealed(header().raw("cty", Forge.quoted(Forge.REQUEST_TYPE)), 1));
        refuses(g, 4015, "MediaType", "CBOR", sealed(header().raw("cty", "\"vnd.onem2m-prsp+cbor\""), 1));
        refuses(g, 4015, "MediaType", "XML", sealed(header().raw("cty", "\"vnd.onem2m-prsp+xml\""), 1));
        refuses(g, 4113, "Expiry", "in the second of the session's expiry", right(1))
                .put("now", "20300101T010000");
        refuses(
                        g,
                        4000,
                        "Precedence",
                        "of another session and after the expiry",
                        sealed(header().raw("ori", "\"U-000000000000000000000000\""), 1))
                .put("now", "20300101T010000");
        refuses(g, 4113, "Precedence", "tampered with, after the expiry", Forge.flipped(right(1), 4, 0))
                .put("now", "20300101T010000");
        String request = forge.seal(forge.request().text(), Forge.iv(Forge.REQUEST, 1, 1), plaintext());
        refuses(g, 4000, "Direction", "the request sent back", request);
        String without = forge.seal(forge.response().text(), Forge.iv(Forge.REQUEST, 1, 1), plaintext());
        refuses(g, 4115, "Direction", "a request under the header of a response", without);
    }

    private void replays(Sheet.Group g) {
        refuses(g, 4000, "Replay", "the answer to the request before", right(1)).put("before", List.of(right(1)));
        refuses(g, 4000, "Replay", "counter zero", right(0));
        opens(g, "Window", "late by 63", right(2)).put("before", List.of(right(1), right(65)));
        refuses(g, 4000, "Replay", "late by 64", right(2)).put("before", List.of(right(1), right(66)));
        refuses(
                        g,
                        4000,
                        "Replay",
                        "another instance of the sender within a session",
                        forge.seal(header().text(), Forge.iv(1, INSTANCE + 1, 2), plaintext()))
                .put("before", List.of(right(1)));
        opens(g, "NoSideEffect", "a forgery did not close the exchange", right(1))
                .put("refusedBefore", List.of(Forge.flipped(right(1), 4, 0), Forge.flipped(right(1L << 40), 3, 0)));
    }

    private void sealed() {
        String expiry = "20300101T010000";
        RandObject all = Forge.randObject(RandObject.Role.RECEIVER, "U-", random, expiry, List.of(1), 12, 11, 10);
        Sheet.Group g = sheet.group("EsprimSealResponse")
                .put("keyId", KEY_ID)
                .put("pairwiseKey", Json.hex(forge.pairwiseKey))
                .put("floor", "A128GCM")
                .put("receivers", List.of(all.canonical()));
        for (Aead aead : Aead.values()) {
            RandObject originator =
                    Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, expiry, List.of(1), aead.id());
            Forge by = forge.receiver(all).originator(originator).aead(aead);
            response(g, by, "Valid", aead + " in the first half of the session's life", "20300101T003000", false);
            response(g, by, "Refresh", aead + " in the second half, with a new object", "20300101T003001", true);
        }
    }

    private void response(Sheet.Group g, Forge by, String flag, String comment, String now, boolean refresh) {
        String value = Json.hex(Forge.octets(random, 16));
        String id = Json.hex(Forge.octets(random, 12));
        int instance = random.nextInt(1 << 24);
        byte[] iv = Forge.iv(Forge.RESPONSE, instance, 1);
        Forge.Header header = by.response();
        if (refresh) {
            RandObject fresh = new RandObject(
                    RandObject.Role.RECEIVER,
                    "U-" + id,
                    "r" + value,
                    Forge.at(now).plusSeconds(3600),
                    List.of(1),
                    List.of(12, 11, 10));
            header.raw("rro", fresh.canonical());
        }
        g.valid(flag, comment)
                .put("received", NOW)
                .put("request", by.seal(by.request().text(), Forge.iv(Forge.REQUEST, 7, 1), Json.utf8("{}")))
                .put("now", now)
                .put("lifetime", "3600")
                .put("randValue", value)
                .put("randId", id)
                .put("instance", Json.hex(java.util.Arrays.copyOfRange(iv, 1, 4)))
                .put("plaintext", plaintext())
                .put("object", by.seal(header.text(), iv, plaintext()));
    }
}
