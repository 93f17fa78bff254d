package org.sealpost.group;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The root's statement that an Ed25519 key signs epoch blocks and notices, and nothing else: a purpose certificate (see {@link PurposeCertificate}) with {@code use} "block", whose key is a
 * JWK of RFC 8037. Blocks are COSE with Ed25519, because devices verify one for each epoch and because the same block has to come out octet for octet whoever makes it.
 *
 * @param key 32 octets
 * @param notBefore epoch seconds
 * @param notAfter epoch seconds
 */
public record BlockCertificate(byte[] key, long notBefore, long notAfter) {
    /** Octets of an Ed25519 public key. */
    public static final int KEY_LENGTH = 32;

    private static final String USE = "block";
    private static final Set<String> KEY_MEMBERS = Set.of("crv", "kty", "x");

    /** Signs this with the root key; compact JWS. */
    public String sign(Es256Signer root, String rootKeyId) {
        String jwk = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + Base64Url.encode(key) + "\"}";
        return PurposeCertificate.sign(root, rootKeyId, USE, jwk, notBefore, notAfter);
    }

    /**
     * Verifies a certificate.
     *
     * @param now epoch seconds
     * @throws Refusal 4103 when the root did not sign it, or it is for another purpose or time
     */
    public static BlockCertificate verify(String compact, PublicKey root, long now) {
        Members m = PurposeCertificate.verify(compact, USE, root, now);
        Members key =
                Members.of(Json.read(m.text("key").getBytes(StandardCharsets.UTF_8)), "a key for blocks", KEY_MEMBERS);
        byte[] x = Base64Url.decode(key.text("x"));
        if (!key.text("kty").equals("OKP") || !key.text("crv").equals("Ed25519") || x.length != KEY_LENGTH) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a key for blocks is not an Ed25519 key");
        }
        return new BlockCertificate(x, m.integer("nbf"), m.integer("exp"));
    }
}
