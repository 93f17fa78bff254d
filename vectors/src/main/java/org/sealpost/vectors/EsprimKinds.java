package org.sealpost.vectors;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.AeadPolicy;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.InnerOriginator;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.SecurityInfo;
import org.sealpost.onem2m.Serialization;
import org.sealpost.onem2m.Timestamps;
import tools.jackson.databind.JsonNode;

/** The types of the ESPrim files. */
final class EsprimKinds {
    private static final java.util.Set<String> HEADERS =
            java.util.Set.of("alg", "enc", "kid", "cty", "ori", "rri", "oro", "rro");
    private static final Duration HOUR = Duration.ofHours(1);

    private EsprimKinds() {}

    static void addTo(Map<String, Kind> kinds) {
        kinds.put("EsprimRandObject", EsprimKinds::randObject);
        kinds.put("EsprimDerivation", EsprimKinds::derivation);
        kinds.put("EsprimObject", EsprimKinds::object);
        kinds.put("EsprimSealRequest", EsprimKinds::sealRequest);
        kinds.put("EsprimSealResponse", EsprimKinds::sealResponse);
        kinds.put("EsprimOpenRequest", EsprimKinds::openRequest);
        kinds.put("EsprimOpenResponse", EsprimKinds::openResponse);
        kinds.put("EsprimInner", EsprimKinds::inner);
        kinds.put("SecurityInfo", EsprimKinds::securityInfo);
    }

    private static Map<String, String> randObject(JsonNode group, JsonNode test) {
        RandObject.Role role = RandObject.Role.valueOf(Json.text(group, "role").toUpperCase(java.util.Locale.ROOT));
        return Map.of(
                "canonical", RandObject.parse(role, Json.text(test, "object")).canonical());
    }

    private static Map<String, String> derivation(JsonNode group, JsonNode test) {
        byte[] session = sessionKey(test);
        Aead aead = Aead.named(Json.text(test, "enc"));
        return Map.of(
                "sessionKey", Json.hex(session),
                "contentKey", Json.hex(Arrays.copyOf(session, aead.keyLength())));
    }

    private static Map<String, String> object(JsonNode group, JsonNode test) {
        byte[] header = Json.utf8(Json.text(test, "header"));
        byte[] plaintext = Json.hex(test, "plaintext");
        Aead aead = Aead.named(Json.text(test, "enc"));
        byte[] key = Arrays.copyOf(sessionKey(test), aead.keyLength());
        String object = Jwe.sealDirect(header, key, Json.hex(test, "iv"), plaintext);
        byte[] opened = Jwe.parse(Json.text(test, "object"), HEADERS).openDirect(key);
        return Map.of("object", object, "plaintext", Json.hex(opened));
    }

    private static byte[] sessionKey(JsonNode test) {
        return SessionKeys.CANONICAL_JSON_V1.derive(
                Json.hex(test, "pairwiseKey"),
                RandObject.parse(RandObject.Role.RECEIVER, Json.text(test, "receiver")),
                RandObject.parse(RandObject.Role.ORIGINATOR, Json.text(test, "originator")));
    }

    private static Map<String, String> sealRequest(JsonNode group, JsonNode test) {
        Duration lifetime = Duration.ofSeconds(Long.parseLong(Json.text(test, "lifetime")));
        RandObject receiver = RandObject.parse(RandObject.Role.RECEIVER, Json.text(test, "receiver"));
        EsprimChannel.Sealed sealed = channel(group, lifetime)
                .sealRequest(
                        Optional.of(receiver),
                        Json.hex(test, "plaintext"),
                        now(test),
                        new Script(List.of(
                                Json.text(test, "randValue"), Json.text(test, "randId"), Json.text(test, "instance"))));
        return Map.of("object", sealed.object());
    }

    private static Map<String, String> sealResponse(JsonNode group, JsonNode test) {
        EsprimChannel channel = channel(group, Duration.ofSeconds(Long.parseLong(Json.text(test, "lifetime"))));
        receivers(group).forEach(channel::share);
        // The name of the exchange is drawn between the two, and shows nowhere.
        Script random = new Script(List.of(
                Json.text(test, "instance"), "00".repeat(16), Json.text(test, "randValue"), Json.text(test, "randId")));
        EsprimChannel.Opened opened =
                channel.openRequest(Json.text(test, "request"), Timestamps.parse(Json.text(test, "received")), random);
        return Map.of(
                "object", channel.sealResponse(opened.exchange(), Json.hex(test, "plaintext"), now(test), random));
    }

    private static Map<String, String> openRequest(JsonNode group, JsonNode test) {
        EsprimChannel channel = channel(group, HOUR);
        receivers(group).forEach(channel::share);
        Script random = new Script(List.of());
        Instant before = test.has("beforeAt") ? Timestamps.parse(Json.text(test, "beforeAt")) : now(test);
        for (String earlier : Json.texts(test, "before")) {
            accepted(() -> channel.openRequest(earlier, before, random));
        }
        for (String earlier : Json.texts(test, "refusedBefore")) {
            refused(() -> channel.openRequest(earlier, before, random));
        }
        return Map.of(
                "plaintext",
                Json.hex(channel.openRequest(Json.text(test, "object"), now(test), random)
                        .plaintext()));
    }

    private static Map<String, String> openResponse(JsonNode group, JsonNode test) {
        Instant sent = Timestamps.parse(Json.text(group, "sent"));
        RandObject originator = RandObject.parse(RandObject.Role.ORIGINATOR, Json.text(group, "originator"));
        EsprimChannel channel = channel(group, Duration.between(sent, originator.expiry()));
        // The test's number as the instance: a cipher that is kept refuses to use an IV twice.
        String instance = String.format("%06x", test.path("tcId").asInt());
        Script random = new Script(
                List.of(originator.value().substring(1), originator.id().substring(2), instance));
        RandObject receiver = RandObject.parse(RandObject.Role.RECEIVER, Json.text(group, "receiver"));
        String exchange = channel.sealRequest(Optional.of(receiver), new byte[] {1}, sent, random)
                .exchange();
        for (String earlier : Json.texts(test, "before")) {
            String open = exchange;
            accepted(() -> channel.openResponse(open, earlier, sent));
            exchange = channel.sealRequest(Optional.empty(), new byte[] {1}, sent, random)
                    .exchange();
        }
        String last = exchange;
        for (String earlier : Json.texts(test, "refusedBefore")) {
            refused(() -> channel.openResponse(last, earlier, sent));
        }
        return Map.of("plaintext", Json.hex(channel.openResponse(last, Json.text(test, "object"), now(test))));
    }

    private static Map<String, String> inner(JsonNode group, JsonNode test) {
        byte[] octets = Json.utf8(Json.text(test, "inner"));
        return Map.of(
                "from",
                InnerOriginator.require(
                        PrimitiveCodec.of(Serialization.JSON).decodeRequest(octets), Json.text(group, "peer")));
    }

    private static Map<String, String> securityInfo(JsonNode group, JsonNode test) {
        PrimitiveCodec codec = PrimitiveCodec.of(Serialization.JSON);
        SecurityInfo info = SecurityInfo.of(codec.decodeContent(Json.utf8(Json.text(test, "content"))));
        return Map.of(
                "canonical",
                Json.utf8(codec.encode(info.toContent())),
                "sit",
                String.valueOf(info.toContent().value().get("sit").asInt()));
    }

    private static EsprimChannel channel(JsonNode group, Duration lifetime) {
        return new EsprimChannel(
                Json.text(group, "keyId"),
                Json.hex(group, "pairwiseKey"),
                new AeadPolicy(Aead.named(Json.text(group, "floor"))),
                lifetime,
                SessionKeys.CANONICAL_JSON_V1);
    }

    private static List<RandObject> receivers(JsonNode group) {
        return Json.texts(group, "receivers").stream()
                .map(r -> RandObject.parse(RandObject.Role.RECEIVER, r))
                .toList();
    }

    private static Instant now(JsonNode test) {
        return Timestamps.parse(Json.text(test, "now"));
    }

    private static void accepted(Runnable earlier) {
        try {
            earlier.run();
        } catch (Refusal refusal) {
            throw new BadVector("an object before it is refused with " + refusal);
        }
    }

    private static void refused(Runnable earlier) {
        try {
            earlier.run();
        } catch (Refusal asItHasToBe) {
            return;
        }
        throw new BadVector("an object before it is accepted, and has to be refused");
    }
}
