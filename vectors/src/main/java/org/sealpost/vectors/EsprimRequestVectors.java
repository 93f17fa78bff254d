package org.sealpost.vectors;

import java.util.List;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.RandObject;

/** Requests as a receiver sees them: TS-0003 8.4.2 C.6 and the codes of TS-0004 table 7.6.2-1. */
final class EsprimRequestVectors extends EsprimObjectVectors {
    private final RandObject shared =
            Forge.randObject(RandObject.Role.RECEIVER, "S-", random, "20300102T000000", List.of(1), 12);
    private final RandObject expired = Forge.randObject(RandObject.Role.RECEIVER, "U-", random, NOW, List.of(1), 12);

    private EsprimRequestVectors() {
        super(
                0x5ea1_0003L,
                Forge.REQUEST,
                "20300101T003000",
                Json.utf8(
                        "{\"op\":2,\"to\":\"/in-cse/cse-in/gcs/gw-north.door-1/fire-doors/la\",\"fr\":\"/gw-north/Cdoor-1\",\"rqi\":\"1\",\"rvi\":\"3\"}"),
                "ESPrim Objects that carry requests, as their receiver sees them (TS-0003 8.4.2 C.6, TS-0004 table 7.6.2-1).",
                "A test begins with the state of its group and nothing else: its receivers' objects are known, no session is.",
                "Objects in \"before\" come first and are opened; those in \"refusedBefore\" come next and are refused, and change nothing.");
        sheet.note("Announced", "A new originator's object in a running session: the next session begins with it.")
                .note("Unknown", "A RandObject is not known here.")
                .note(
                        "Option",
                        "An algorithm that was not agreed, or an originator's object that exceeds the receiver's.")
                .note("NoSideEffect", "What was refused before left no trace.");
    }

    static byte[] make() {
        EsprimRequestVectors made = new EsprimRequestVectors();
        Sheet.Group g = made.group(Aead.A256GCM, made.forge.receiver, made.shared, made.expired);
        made.rightOnes(g);
        made.spellings(g, Forge.REQUEST_TYPE);
        made.shapes(g);
        made.encodings(g);
        made.headers(g);
        made.mediaTypes(g);
        made.identifiers(g);
        made.options(g);
        made.tampering(g);
        made.replays(g);
        made.precedence(g);
        made.announcements(g);
        made.weakerAlgorithms();
        return made.sheet.print();
    }

    @Override
    Forge.Header header() {
        return forge.request();
    }

    private Sheet.Group group(Aead floor, RandObject... receivers) {
        return sheet.group("EsprimOpenRequest")
                .put("keyId", KEY_ID)
                .put("pairwiseKey", Json.hex(forge.pairwiseKey))
                .put("floor", floor.name())
                .put(
                        "receivers",
                        java.util.Arrays.stream(receivers)
                                .map(RandObject::canonical)
                                .toList());
    }

    private String later(long counter) {
        return sealed(header().without("oro"), counter);
    }

    private void rightOnes(Sheet.Group g) {
        opens(g, "Valid", "the first request of a session", right(1));
        opens(g, "Valid", "the second, with identifiers alone", later(2)).put("before", List.of(right(1)));
        opens(g, "Valid", "the second, with the whole object again", right(2)).put("before", List.of(right(1)));
        opens(
                g,
                "Spelling",
                "the originator's object as a text",
                sealed(header().raw("oro", "\"" + forge.originator.canonical().replace("\"", "\\\"") + "\""), 1));
        opens(
                g,
                "Spelling",
                "the originator's object in another order",
                sealed(header().raw("oro", reordered(forge.originator)), 1));
        Forge withShared = forge.receiver(shared);
        opens(
                g,
                "Valid",
                "a shared receiver's object",
                withShared.seal(withShared.request().text(), iv(1), plaintext()));
        RandObject second =
                Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, "20300101T002000", List.of(1), 12);
        Forge other = forge.originator(second);
        opens(
                        g,
                        "Valid",
                        "a second session with the same receiver's object",
                        other.seal(other.request().text(), Forge.iv(0, 9, 1), plaintext()))
                .put("before", List.of(right(1)));
        RandObject equal = until("20300101T010000");
        Forge longest = forge.originator(equal);
        opens(
                g,
                "Valid",
                "expires in the same second as the receiver's object",
                longest.seal(longest.request().text(), iv(1), plaintext()));
        RandObject soon = until("20300101T000001");
        Forge last = forge.originator(soon);
        opens(
                g,
                "Valid",
                "in the last second of the originator's object",
                last.seal(last.request().text(), iv(1), plaintext()));
    }

    private void mediaTypes(Sheet.Group g) {
        refuses(g, 4000, "MediaType", "a response", sealed(header().raw("cty", Forge.quoted(Forge.RESPONSE_TYPE)), 1));
        refuses(g, 4000, "MediaType", "a resource", sealed(header().raw("cty", "\"vnd.onem2m-res+json\""), 1));
        refuses(g, 4000, "MediaType", "plain JSON", sealed(header().raw("cty", "\"application/json\""), 1));
        refuses(g, 4015, "MediaType", "CBOR", sealed(header().raw("cty", "\"vnd.onem2m-preq+cbor\""), 1));
        refuses(g, 4015, "MediaType", "XML", sealed(header().raw("cty", "\"vnd.onem2m-preq+xml\""), 1));
        refuses(g, 4015, "MediaType", "text", sealed(header().raw("cty", "\"text/plain\""), 1));
        refuses(g, 4015, "MediaType", "empty", sealed(header().raw("cty", "\"\""), 1));
    }

    private void identifiers(Sheet.Group g) {
        refuses(
                g,
                4112,
                "KeyId",
                "another key",
                sealed(header().raw("kid", "\"gw-north.door-2.1@sealpost.example\""), 1));
        refuses(
                g,
                4112,
                "KeyId",
                "an older key of the same device",
                sealed(header().raw("kid", "\"gw-north.door-1.0@sealpost.example\""), 1));
        refuses(g, 4112, "KeyId", "empty", sealed(header().raw("kid", "\"\""), 1));
        refuses(
                g,
                4114,
                "Unknown",
                "a receiver's object that was never issued",
                sealed(header().raw("rri", "\"U-000000000000000000000000\""), 1));
        refuses(
                g,
                4114,
                "Unknown",
                "a receiver's object that was marked shared on the way",
                sealed(header().raw("rri", Forge.quoted(forge.receiver.id().replace("U-", "S-"))), 1));
        Forge past = forge.receiver(expired).originator(until("20291231T235959"));
        refuses(
                g,
                4114,
                "Expiry",
                "the receiver's object, in the second of its expiry",
                past.seal(past.request().text(), iv(1), plaintext()));
        refuses(g, 4114, "Expiry", "the receiver's object, within a session", later(2))
                .put("now", "20300101T010000")
                .put("beforeAt", NOW)
                .put("before", List.of(right(1)));
        refuses(g, 4113, "Unknown", "no object of the originator, and no session", later(1));
        refuses(
                        g,
                        4113,
                        "Unknown",
                        "another originator's identifier within a session",
                        sealed(header().without("oro").raw("ori", "\"U-000000000000000000000000\""), 2))
                .put("before", List.of(right(1)));
        refuses(
                        g,
                        4113,
                        "Unknown",
                        "a session of another receiver's object",
                        sealed(header().without("oro").raw("rri", Forge.quoted(shared.id())), 2))
                .put("before", List.of(right(1)));
        refuses(
                g,
                4000,
                "Header",
                "ori is not the identifier of the object beside it",
                sealed(header().raw("ori", "\"U-000000000000000000000000\""), 1));
        refuses(
                g,
                4000,
                "Header",
                "the receiver's object in a request",
                sealed(header().raw("rro", forge.receiver.canonical()), 1));
        refuses(g, 4000, "Header", "the originator's object is null", sealed(header().raw("oro", "null"), 1));
        refuses(
                g,
                4000,
                "Header",
                "the originator's object is a receiver's",
                sealed(header().raw("oro", forge.receiver.canonical()), 1));
        refuses(
                g,
                4000,
                "Header",
                "the originator's object expires relative to nothing",
                sealed(header().raw("oro", forge.originator.canonical().replace("20300101T003000", "PT1H")), 1));
        Forge now = forge.originator(until(NOW));
        refuses(
                g,
                4113,
                "Expiry",
                "the originator's object, in the second of its expiry",
                now.seal(now.request().text(), iv(1), plaintext()));
        refuses(g, 4113, "Expiry", "the originator's object, within a session", later(2))
                .put("now", "20300101T003000")
                .put("beforeAt", NOW)
                .put("before", List.of(right(1)));
    }

    private void options(Sheet.Group g) {
        Forge later = forge.originator(until("20300101T010001"));
        refuses(
                g,
                4111,
                "Option",
                "the originator's object outlives the receiver's by a second",
                later.seal(later.request().text(), iv(1), plaintext()));
        Forge keyGeneration = forge.originator(
                Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, "20300101T003000", List.of(2), 12));
        refuses(
                g,
                4111,
                "Option",
                "another key generation",
                keyGeneration.seal(keyGeneration.request().text(), iv(1), plaintext()));
        Forge wider = forge.originator(
                Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, "20300101T003000", List.of(1), 12, 11));
        refuses(
                g,
                4111,
                "Option",
                "the originator's list is wider than the receiver's",
                wider.seal(wider.request().text(), iv(1), plaintext()));
        Forge weaker = forge.originator(
                        Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, "20300101T003000", List.of(1), 10))
                .aead(Aead.A128GCM);
        refuses(
                g,
                4111,
                "Option",
                "the originator lists what the receiver does not",
                weaker.seal(weaker.request().text(), iv(1), plaintext()));
        for (String enc : List.of("A128GCM", "A192GCM", "A128CBC-HS256", "A256CBC-HS512", "C20P", "a256gcm", "")) {
            refuses(g, 4111, "Option", "enc is \"" + enc + "\"", sealed(header().raw("enc", Forge.quoted(enc)), 1));
        }
    }

    private void replays(Sheet.Group g) {
        refuses(g, 4000, "Replay", "the same object again", right(1)).put("before", List.of(right(1)));
        refuses(g, 4000, "Replay", "the same counter with identifiers alone", later(1))
                .put("before", List.of(right(1)));
        refuses(g, 4000, "Replay", "counter zero", right(0));
        refuses(g, 4000, "Replay", "a counter with its highest bit set", right(Long.MIN_VALUE + 5));
        opens(g, "Window", "late by 63", later(2)).put("before", List.of(right(1), later(65)));
        refuses(g, 4000, "Replay", "late by 64", later(2)).put("before", List.of(right(1), later(66)));
        refuses(g, 4000, "Replay", "late, for the second time", later(2))
                .put("before", List.of(right(1), later(65), later(2)));
        opens(g, "Window", "far ahead", later(1L << 40)).put("before", List.of(right(1)));
        refuses(g, 4000, "Replay", "the first after one far ahead", later(2))
                .put("before", List.of(right(1), later(1L << 40)));
        refuses(
                        g,
                        4000,
                        "Replay",
                        "another instance of the sender within a session",
                        forge.seal(header().text(), Forge.iv(0, INSTANCE + 1, 2), plaintext()))
                .put("before", List.of(right(1)));
        opens(g, "NoSideEffect", "a forgery with a high counter moved no window", later(2))
                .put("before", List.of(right(1)))
                .put("refusedBefore", List.of(Forge.flipped(later(1L << 40), 4, 0)));
        opens(g, "NoSideEffect", "a forgery before the first object started no session", right(1))
                .put("refusedBefore", List.of(Forge.flipped(right(1), 4, 0)));
        refuses(g, 4113, "NoSideEffect", "a forgery left no originator's object behind", later(1))
                .put("refusedBefore", List.of(Forge.flipped(right(1), 4, 0)));
        opens(g, "NoSideEffect", "a replay left the session as it was", later(2))
                .put("before", List.of(right(1)))
                .put("refusedBefore", List.of(right(1)));
    }

    private void precedence(Sheet.Group g) {
        Forge.Header everything = header().raw("kid", "\"x@sealpost.example\"")
                .raw("cty", "\"text/plain\"")
                .raw("rri", "\"U-0\"")
                .without("oro")
                .raw("enc", "\"none\"");
        refuses(g, 4112, "Precedence", "everything is wrong but the form", sealed(everything, 0));
        refuses(
                g,
                4015,
                "Precedence",
                "the same with the right key",
                sealed(everything.raw("kid", Forge.quoted(KEY_ID)), 0));
        refuses(g, 4114, "Precedence", "and the right content type", sealed(everything.without("cty"), 0));
        refuses(
                g,
                4113,
                "Precedence",
                "and the right receiver's object",
                sealed(everything.raw("rri", Forge.quoted(forge.receiver.id())), 0));
        refuses(
                g,
                4111,
                "Precedence",
                "and the originator's object",
                sealed(everything.raw("oro", forge.originator.canonical()), 0));
        Forge.Header right = everything.raw("enc", "\"A256GCM\"");
        refuses(
                g,
                4115,
                "Precedence",
                "and the algorithm, but of the other direction and tampered with",
                Forge.flipped(forge.seal(right.text(), Forge.iv(1, INSTANCE, 0), plaintext()), 4, 0));
        refuses(g, 4115, "Precedence", "tampered with, and a counter of zero", Forge.flipped(sealed(right, 0), 4, 0));
        refuses(g, 4000, "Precedence", "authentic, with a counter of zero", sealed(right, 0));
        refuses(g, 4115, "Precedence", "tampered with, and received before", Forge.flipped(right(1), 4, 0))
                .put("before", List.of(right(1)));
        refuses(
                g,
                4000,
                "Precedence",
                "an IV of the wrong length, and a key that is not known",
                Forge.part(sealed(header().raw("kid", "\"x@sealpost.example\""), 1), 2, "AAAA"));
    }

    private void weakerAlgorithms() {
        RandObject all =
                Forge.randObject(RandObject.Role.RECEIVER, "U-", random, "20300101T010000", List.of(1), 12, 11, 10);
        RandObject any =
                Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, "20300101T003000", List.of(1), 10, 11, 12);
        for (Aead floor : Aead.values()) {
            Sheet.Group g = group(floor, all);
            for (Aead aead : Aead.values()) {
                Forge one = forge.receiver(all)
                        .aead(aead)
                        .originator(Forge.randObject(
                                RandObject.Role.ORIGINATOR, "U-", random, "20300101T003000", List.of(1), aead.id()));
                String object = one.seal(one.request().text(), iv(1), plaintext());
                Forge several = forge.receiver(all).aead(aead).originator(any);
                String anyObject = several.seal(several.request().text(), iv(1), plaintext());
                if (aead.id() >= floor.id()) {
                    opens(g, "Valid", aead + " above the floor " + floor, object);
                    opens(g, "Valid", aead + " out of a list of three, above the floor " + floor, anyObject);
                } else {
                    refuses(g, 4111, "Option", aead + " below the floor " + floor, object);
                    refuses(g, 4111, "Option", aead + " out of a list of three, below the floor " + floor, anyObject);
                }
            }
            Forge alone = forge.receiver(all)
                    .originator(Forge.randObject(
                            RandObject.Role.ORIGINATOR, "U-", random, "20300101T003000", List.of(1), 12));
            refuses(
                    g,
                    4111,
                    "Option",
                    "authentic with an encryption that the originator's object does not list, floor " + floor,
                    alone.aead(Aead.A128GCM)
                            .seal(alone.aead(Aead.A128GCM).request().text(), iv(1), plaintext()));
            Forge strong = forge.receiver(all).originator(any);
            String downgraded = Forge.part(
                    strong.seal(strong.request().text(), iv(1), plaintext()),
                    0,
                    encoded(strong.request().raw("enc", "\"A128GCM\"")));
            refuses(
                    g,
                    floor == Aead.A128GCM ? 4115 : 4111,
                    floor == Aead.A128GCM ? "Tampered" : "Option",
                    "enc lowered on the way, floor " + floor,
                    downgraded);
        }
    }

    /** The next session, announced in a running one (8.4.3.2). */
    private void announcements(Sheet.Group g) {
        RandObject next = until("20300101T004000");
        Forge then = forge.originator(next);
        String announcing = sealed(header().raw("oro", next.canonical()), 2);
        String byIdentifier =
                then.seal(then.request().without("oro").text(), Forge.iv(Forge.REQUEST, 5, 1), plaintext());
        opens(g, "Announced", "a request that announces the next session", announcing)
                .put("before", List.of(right(1)));
        opens(g, "Announced", "the next session, by its identifier alone", byIdentifier)
                .put("before", List.of(right(1), announcing));
        refuses(g, 4113, "Announced", "the same without an announcement", byIdentifier)
                .put("before", List.of(right(1)));
        refuses(g, 4113, "NoSideEffect", "an announcement that was tampered with", byIdentifier)
                .put("before", List.of(right(1)))
                .put("refusedBefore", List.of(Forge.flipped(announcing, 4, 0)));
        RandObject longer = until("20300101T010001");
        refuses(
                        g,
                        4111,
                        "Announced",
                        "an object that outlives the receiver's",
                        sealed(header().raw("oro", longer.canonical()), 2))
                .put("before", List.of(right(1)));
        refuses(
                        g,
                        4113,
                        "Announced",
                        "an object that has expired",
                        sealed(header().raw("oro", until(NOW).canonical()), 2))
                .put("before", List.of(right(1)));
        RandObject o = forge.originator;
        RandObject changed =
                new RandObject(o.role(), o.id(), "r" + "0".repeat(32), o.expiry(), o.keyGeneration(), o.aeads());
        refuses(
                        g,
                        4000,
                        "Announced",
                        "the session's own object, changed under its identifier",
                        sealed(header().raw("oro", changed.canonical()), 2))
                .put("before", List.of(right(1)));
    }

    private RandObject until(String expiry) {
        return Forge.randObject(RandObject.Role.ORIGINATOR, "U-", random, expiry, List.of(1), 12);
    }

    private static String reordered(RandObject o) {
        return "{\"espa\":[12],\"esk\":1,\"esrx\":\"20300101T003000\",\"esrv\":\"" + o.value() + "\",\"esri\":\""
                + o.id() + "\"}";
    }
}
