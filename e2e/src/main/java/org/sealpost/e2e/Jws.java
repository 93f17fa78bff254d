package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JWS in compact serialisation with ES256 (RFC 7515, RFC 7518 3.4; TS-0003 8.5.3.3). Parsing proves nothing: {@link #verify} does.
 *
 * @param signingInput the octets that are signed
 * @param type {@code typ}
 * @param keyId {@code kid}
 * @param certificate {@code pct}: purpose certificate of the signing key, a compact JWS
 * @param delegation {@code dlg}: delegation of the signing key, a compact JWS
 * @param payload the signed octets
 * @param signature 64 octets
 */
public record Jws(
        byte[] signingInput,
        String type,
        String keyId,
        Optional<String> certificate,
        Optional<String> delegation,
        byte[] payload,
        byte[] signature) {
    private static final int MAX_LENGTH = 1 << 18;
    private static final Set<String> HEADERS = Set.of("alg", "typ", "kid", "pct", "dlg");

    /**
     * Signs.
     *
     * @param extra further headers: {@code pct} or {@code dlg}
     */
    public static String sign(PrivateKey key, String type, String keyId, Map<String, String> extra, byte[] payload) {
        return sign(Es256Signer.of(key), type, keyId, extra, payload);
    }

    /** As {@link #sign(PrivateKey, String, String, Map, byte[])}, with a key that may lie elsewhere. */
    public static String sign(Es256Signer key, String type, String keyId, Map<String, String> extra, byte[] payload) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        header.put("alg", "ES256").put("typ", type).put("kid", keyId);
        extra.forEach(header::put);
        String input = Base64Url.encode(PrimitiveCodec.of(Serialization.JSON).encodeTree(header)) + "."
                + Base64Url.encode(payload);
        return input + "." + Base64Url.encode(key.sign(input.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * Takes a compact JWS apart.
     *
     * @throws Refusal 4000 when it is malformed, not ES256, or has a header that is not known
     */
    public static Jws parse(String compact) {
        String[] parts = compact.split("\\.", -1);
        if (compact.length() > MAX_LENGTH || parts.length != 3) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a signed object is not a compact JWS");
        }
        Members header = Members.of(
                PrimitiveCodec.of(Serialization.JSON).decodeTree(Base64Url.decode(parts[0])), "a JWS header", HEADERS);
        byte[] signature = Base64Url.decode(parts[2]);
        if (!header.text("alg").equals("ES256") || signature.length != Es256.LENGTH) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a signed object is not signed with ES256");
        }
        return new Jws(
                (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII),
                header.text("typ"),
                header.text("kid"),
                header.optionalText("pct"),
                header.optionalText("dlg"),
                Base64Url.decode(parts[1]),
                signature);
    }

    /** True when the signature is the key's over exactly this object. */
    public boolean verifies(PublicKey key) {
        return Es256.verifies(key, signingInput, signature);
    }

    /**
     * The payload, once type and signature are right.
     *
     * @throws Refusal 4103 otherwise
     */
    public byte[] verify(PublicKey key, String expectedType) {
        if (!type.equals(expectedType) || !verifies(key)) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "a signature does not verify: the object is not authentic");
        }
        return payload;
    }
}
