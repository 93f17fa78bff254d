package org.sealpost.e2e.data;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.ContentInfo;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * End-to-end security of data (TS-0003 8.5): protects a payload for its targets, and opens it at one of them.
 *
 * <pre>{@code
 * Envelope sealed = EsData.text("application/json", reading).signedBy(mine).encryptedFor(theirs).seal(random);
 * Opened opened = EsData.open(SecurityClass.NESTED, sealed.contentInfo(), sealed.content(), keys);
 * }</pre>
 *
 * ESData says who wrote and who may read; it does not say when. Whoever needs freshness or order puts a time or a number into the payload.
 */
public final class EsData {
    static final String SIGNED_COMPACT = "JOSE";
    static final String SIGNED_JSON = "JOSE+JSON";

    private static final Set<String> FOREIGN_TYPES = Set.of("JOSE", "JOSE+JSON");
    private static final int PARTS_OF_JWE = 5;
    private static final int PARTS_OF_JWS = 3;

    private EsData() {}

    /** A text, for example JSON. */
    public static Protection text(String mediaType, String payload) {
        return Protection.of(mediaType, ContentInfo.PLAIN_TEXT, JoseHeader.utf8(payload));
    }

    /** Octets; they are base64 inside the envelope, as {@code cnf} says, because a content is a text. */
    public static Protection octets(String mediaType, byte[] payload) {
        return Protection.of(
                mediaType, ContentInfo.BASE64_BINARY, Base64.getEncoder().encode(payload));
    }

    /**
     * Opens what a contentInstance holds.
     *
     * @param expected what the reader insists on
     * @param contentInfo {@code cnf}
     * @param content {@code con}
     * @throws Refusal 4000 when it is malformed, of another class or not what {@code cnf} says; 4112 when no key of the ring fits; 4115 when it was changed or the key is another; 4103 when a
     *     signature does not verify
     */
    public static Opened open(SecurityClass expected, String contentInfo, String content, KeyRing keys) {
        ContentInfo info = ContentInfo.parse(contentInfo);
        return switch (info.security()) {
            case 1 -> open(expected, Optional.of(info), compact(content), keys);
            case 2 -> open(expected, Optional.of(info), json(content), keys);
            case 3 -> open(expected, Optional.of(info), json(unpacked(content)), keys);
            default -> throw JoseHeader.malformed("is not what its contentInfo says: JWE or JWS, compact or JSON");
        };
    }

    /**
     * Opens the value of a custom attribute, in any packaging; what the payload is stands inside ({@code cty}). As {@link #open} otherwise.
     */
    public static Opened openAttribute(SecurityClass expected, String value, KeyRing keys) {
        Object parsed = value.indexOf('.') >= 0 && !value.startsWith("{")
                ? compact(value)
                : json(value.startsWith("{") ? value : unpacked(value));
        return open(expected, Optional.empty(), parsed, keys);
    }

    private static Opened open(SecurityClass expected, Optional<ContentInfo> info, Object parsed, KeyRing keys) {
        if (parsed instanceof JwsEnvelope signed) {
            requireClass(expected == SecurityClass.SIGNATURE_ONLY);
            return verified(signed, info, Optional.empty(), Optional.empty(), keys);
        }
        requireClass(expected != SecurityClass.SIGNATURE_ONLY);
        JweEnvelope sealed = (JweEnvelope) parsed;
        ObjectNode header = sealed.header();
        requireType(header, Labels.TYPE_DATA_ENVELOPE);
        Optional<String> inside = JoseHeader.optionalText(header, "cty")
                .filter(cty -> cty.equals(SIGNED_COMPACT) || cty.equals(SIGNED_JSON));
        requireClass(inside.isPresent() == (expected == SecurityClass.NESTED));
        JweEnvelope.Plaintext plaintext = sealed.open(keys);
        if (inside.isEmpty()) {
            return described(
                    header, info, plaintext.octets(), Optional.of(plaintext.keyId()), List.of(), sealed.associated());
        }
        String text = new String(plaintext.octets(), StandardCharsets.UTF_8);
        Object inner = inside.get().equals(SIGNED_COMPACT) ? compact(text) : json(text);
        if (!(inner instanceof JwsEnvelope signed)) {
            throw JoseHeader.malformed("holds something else than the signed data it announces");
        }
        return verified(signed, info, Optional.of(plaintext.keyId()), sealed.associated(), keys);
    }

    private static Opened verified(
            JwsEnvelope signed,
            Optional<ContentInfo> info,
            Optional<String> decryptedWith,
            Optional<byte[]> associated,
            KeyRing keys) {
        List<JwsEnvelope.Verified> signatures = signed.verify(keys);
        for (JwsEnvelope.Verified signature : signatures) {
            requireType(signature.header(), Labels.TYPE_DATA);
            requireAudience(signature.header(), decryptedWith);
        }
        ObjectNode first = signatures.get(0).header();
        boolean agree = signatures.stream()
                .allMatch(s -> same(s.header().get("cty"), first.get("cty"))
                        && same(s.header().get("ety"), first.get("ety")));
        if (!agree) {
            throw JoseHeader.malformed("is described differently by its signatures");
        }
        List<String> by = signatures.stream().map(JwsEnvelope.Verified::keyId).toList();
        return described(first, info, signed.payload(), decryptedWith, by, associated);
    }

    /** Takes the transfer encoding off, once envelope and {@code cnf} agree on what there is. */
    private static Opened described(
            ObjectNode header,
            Optional<ContentInfo> info,
            byte[] octets,
            Optional<String> decryptedWith,
            List<String> verifiedWith,
            Optional<byte[]> associated) {
        Optional<String> type = JoseHeader.optionalText(header, "cty");
        int encoding = encoding(header);
        boolean ours = JoseHeader.optionalText(header, "typ")
                .filter(t -> !FOREIGN_TYPES.contains(t))
                .isPresent();
        boolean same = info.isEmpty()
                || (type.map(EsData::mediaType)
                                .orElse(info.get().mediaType())
                                .equals(info.get().mediaType())
                        && (info.get().encoding() == encoding || !ours));
        if (!same || (ours && type.isEmpty())) {
            throw JoseHeader.malformed("is not what its contentInfo says: somebody changed it on the way");
        }
        int transfer = ours || info.isEmpty() ? encoding : info.get().encoding();
        String mediaType = info.map(ContentInfo::mediaType)
                .or(() -> type.map(EsData::mediaType))
                .orElse("application/octet-stream");
        byte[] payload =
                transfer == ContentInfo.PLAIN_TEXT ? octets : base64(new String(octets, StandardCharsets.US_ASCII));
        return new Opened(payload, mediaType, decryptedWith, verifiedWith, associated);
    }

    private static int encoding(ObjectNode header) {
        JsonNode value = header.get("ety");
        if (value == null) {
            return ContentInfo.PLAIN_TEXT;
        }
        if (!value.isInt() || value.asInt() < ContentInfo.BASE64_TEXT || value.asInt() > ContentInfo.BASE64_BINARY) {
            throw JoseHeader.malformed("has a header ety that is neither 1 nor 2");
        }
        return value.asInt();
    }

    /** RFC 7515 4.1.10: without a slash, {@code application/} was left out. */
    private static String mediaType(String contentType) {
        return contentType.indexOf('/') < 0 ? "application/" + contentType : contentType;
    }

    /** Ours, or none that says anything: a signature for another purpose is never taken for data. */
    private static void requireType(ObjectNode header, String ours) {
        boolean fits = JoseHeader.optionalText(header, "typ")
                .map(t -> t.equals(ours) || FOREIGN_TYPES.contains(t))
                .orElse(true);
        if (!fits) {
            throw JoseHeader.malformed("is an object made for another purpose");
        }
    }

    /** A signed payload names whom it was encrypted for, so that a reader can't encrypt it anew for somebody else in its author's name. */
    private static void requireAudience(ObjectNode header, Optional<String> decryptedWith) {
        JsonNode audience = header.get("aud");
        boolean ours = JoseHeader.optionalText(header, "typ")
                .filter(Labels.TYPE_DATA::equals)
                .isPresent();
        if (audience == null) {
            if (ours && decryptedWith.isPresent()) {
                throw JoseHeader.malformed("was signed to be read by all, and encrypted by somebody else");
            }
            return;
        }
        boolean named = audience.isArray()
                && decryptedWith
                        .filter(id -> StreamSupport.stream(audience.spliterator(), false)
                                .anyMatch(a -> a.isString() && a.asString().equals(id)))
                        .isPresent();
        if (!named) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "data was signed for other targets, and handed on by one of them");
        }
    }

    private static Object compact(String text) {
        String[] parts = text.length() > Jwe.MAX_LENGTH ? new String[0] : text.split("\\.", -1);
        return switch (parts.length) {
            case PARTS_OF_JWE -> JweEnvelope.ofCompact(parts);
            case PARTS_OF_JWS -> JwsEnvelope.ofCompact(parts);
            default -> throw JoseHeader.malformed("is neither a compact JWE nor a compact JWS");
        };
    }

    private static Object json(String text) {
        if (text.length() > Jwe.MAX_LENGTH) {
            throw JoseHeader.malformed("is longer than " + Jwe.MAX_LENGTH + " characters");
        }
        JsonNode tree = JoseHeader.JSON.decodeTree(JoseHeader.utf8(text));
        return tree.has("payload") ? JwsEnvelope.ofJson(tree) : JweEnvelope.ofJson(tree);
    }

    private static String unpacked(String base64) {
        return new String(base64(base64), StandardCharsets.UTF_8);
    }

    /** base64 with padding (RFC 4648 4), one spelling for each value. */
    private static byte[] base64(String text) {
        try {
            byte[] octets = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(octets).equals(text)) {
                return octets;
            }
        } catch (IllegalArgumentException e) {
            // answered below, without the library's text: it quotes the input
        }
        throw JoseHeader.malformed("is not canonical base64");
    }

    private static void requireClass(boolean fits) {
        if (!fits) {
            throw JoseHeader.malformed("is of another security class than is expected here");
        }
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return one == null ? other == null : one.equals(other);
    }
}
