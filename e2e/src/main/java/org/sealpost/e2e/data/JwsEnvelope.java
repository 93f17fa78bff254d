package org.sealpost.e2e.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Es256;
import org.sealpost.e2e.Hmac;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JWS of ESData (RFC 7515; TS-0003 8.5.3.3) in compact or JSON serialisation, with one signature or several. {@code alg} is always protected; nothing but {@code kid} may stand in an unprotected
 * header.
 */
final class JwsEnvelope {
    /** How many signatures one envelope may have. */
    static final int MOST_SIGNATURES = 64;

    private static final String MAC = "HS256";
    private static final String SIGNATURE = "ES256";
    private static final Set<String> PROTECTED = Set.of("alg", "kid", "typ", "cty", "ety", "aud");
    private static final Set<String> UNPROTECTED = Set.of("kid");
    private static final Set<String> MEMBERS = Set.of("payload", "protected", "header", "signature", "signatures");
    private static final Set<String> SIGNATURE_MEMBERS = Set.of("protected", "header", "signature");

    /** All that TS-0003 8.5.3.3 lists; those we don't verify may stand beside one that we do. */
    private static final Set<String> ALGORITHMS =
            Set.of("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", SIGNATURE, "ES384", "ES512");

    private final String payload;
    private final List<Signature> signatures;

    private record Signature(String protectedHeader, ObjectNode header, String keyId, byte[] octets) {}

    /** A signature that verified. */
    record Verified(String keyId, ObjectNode header) {}

    private JwsEnvelope(String payload, List<Signature> signatures) {
        this.payload = payload;
        this.signatures = signatures;
        check();
    }

    /** Signs with each key; {@code common} holds {@code typ} and what describes the payload. */
    static String sign(ObjectNode common, List<DataKey.Signing> keys, Packaging packaging, byte[] octets) {
        if (keys.size() > 1 && !packaging.many()) {
            throw JoseHeader.malformed("with several signatures is packed as general JSON");
        }
        if (keys.size() > MOST_SIGNATURES
                || keys.stream().map(DataKey::id).distinct().count() < keys.size()) {
            throw JoseHeader.malformed("has at most " + MOST_SIGNATURES + " signatures, each with another key");
        }
        String payload = Base64Url.encode(octets);
        List<Signature> made =
                keys.stream().map(key -> sign(common, key, payload)).toList();
        if (packaging == Packaging.COMPACT) {
            Signature only = made.get(0);
            return only.protectedHeader + "." + payload + "." + Base64Url.encode(only.octets);
        }
        ObjectNode o = JoseHeader.object().put("payload", payload);
        if (packaging.many()) {
            var list = o.putArray("signatures");
            made.forEach(s -> put(list.addObject(), s));
        } else {
            put(o, made.get(0));
        }
        return new String(JoseHeader.JSON.encodeTree(o), StandardCharsets.UTF_8);
    }

    static JwsEnvelope ofCompact(String[] parts) {
        ObjectNode header = JoseHeader.decode(parts[0], PROTECTED);
        return new JwsEnvelope(
                parts[1],
                List.of(new Signature(parts[0], header, JoseHeader.keyId(header), Base64Url.decode(parts[2]))));
    }

    static JwsEnvelope ofJson(JsonNode tree) {
        Members m = Members.of(tree, "a JWS", MEMBERS);
        List<Signature> signatures = new ArrayList<>();
        if (tree.has("signatures")) {
            if (tree.has("signature")
                    || tree.has("protected")
                    || tree.has("header")
                    || !tree.get("signatures").isArray()) {
                throw JoseHeader.malformed("mixes the forms for one and for several signatures");
            }
            for (JsonNode signature : tree.get("signatures")) {
                signatures.add(signature(Members.of(signature, "a signature of a JWS", SIGNATURE_MEMBERS)));
            }
        } else {
            signatures.add(signature(m));
        }
        return new JwsEnvelope(m.text("payload"), signatures);
    }

    byte[] payload() {
        return Base64Url.decode(payload);
    }

    /**
     * Verifies every signature whose key is in the ring.
     *
     * @return those, at least one
     * @throws Refusal 4112 when no key is known, 4000 when a key is for another algorithm, 4103 when any of them does not verify
     */
    List<Verified> verify(KeyRing keys) {
        List<Verified> verified = new ArrayList<>();
        for (Signature signature : signatures) {
            Optional<DataKey.Verifying> key = keys.verifying(signature.keyId);
            if (key.isPresent()) {
                verify(signature, key.get());
                verified.add(new Verified(signature.keyId, signature.header));
            }
        }
        if (verified.isEmpty()) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                    "data is signed with keys that are not known here: bind the source's key first");
        }
        return verified;
    }

    private void verify(Signature signature, DataKey.Verifying key) {
        String algorithm = JoseHeader.text(signature.header, "alg");
        byte[] input = input(signature.protectedHeader, payload);
        boolean good;
        if (key instanceof DataKey.Mac mac) {
            requireAlgorithm(algorithm.equals(MAC));
            good = MessageDigest.isEqual(Hmac.sha256(mac.key(), input), signature.octets);
        } else {
            requireAlgorithm(algorithm.equals(SIGNATURE));
            good = Es256.verifies(((DataKey.Verifier) key).key(), input, signature.octets);
        }
        if (!good) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "a signature does not verify: the data is not authentic");
        }
    }

    private static Signature sign(ObjectNode common, DataKey.Signing key, String payload) {
        ObjectNode header = JoseHeader.object();
        header.put("alg", key instanceof DataKey.Mac ? MAC : SIGNATURE).put("kid", key.id());
        header.setAll(common);
        String protectedHeader = JoseHeader.encode(header);
        byte[] input = input(protectedHeader, payload);
        byte[] octets = key instanceof DataKey.Mac mac
                ? Hmac.sha256(mac.key(), input)
                : Es256.sign(((DataKey.Signer) key).key(), input);
        return new Signature(protectedHeader, header, key.id(), octets);
    }

    private static Signature signature(Members m) {
        String protectedHeader = m.text("protected");
        ObjectNode header = JoseHeader.decode(protectedHeader, PROTECTED);
        Optional<ObjectNode> other = m.get("header").map(h -> JoseHeader.check(h, UNPROTECTED));
        if (other.filter(o -> o.has("kid")).isPresent() && header.has("kid")) {
            throw JoseHeader.malformed("has a header twice, protected and not");
        }
        String keyId = JoseHeader.keyId(header.has("kid") ? header : other.orElse(header));
        return new Signature(protectedHeader, header, keyId, Base64Url.decode(m.text("signature")));
    }

    private void check() {
        if (signatures.isEmpty() || signatures.size() > MOST_SIGNATURES) {
            throw JoseHeader.malformed("has no signature, or more than " + MOST_SIGNATURES);
        }
        Set<String> ids = new HashSet<>();
        for (Signature signature : signatures) {
            if (!ALGORITHMS.contains(JoseHeader.text(signature.header, "alg"))) {
                throw JoseHeader.malformed("names a signature algorithm that TS-0003 8.5.3.3 does not list");
            }
            if (!ids.add(signature.keyId)) {
                throw JoseHeader.malformed("names a key twice");
            }
        }
    }

    private static void put(ObjectNode o, Signature signature) {
        o.put("protected", signature.protectedHeader).put("signature", Base64Url.encode(signature.octets));
    }

    private static void requireAlgorithm(boolean fits) {
        if (!fits) {
            throw JoseHeader.malformed("names an algorithm that its key is not for");
        }
    }

    private static byte[] input(String protectedHeader, String payload) {
        return (protectedHeader + "." + payload).getBytes(StandardCharsets.US_ASCII);
    }
}
