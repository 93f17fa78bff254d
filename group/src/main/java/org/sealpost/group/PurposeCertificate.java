package org.sealpost.group;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.Map;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The root's statement that a key serves one purpose.
 *
 * @param key the certified public key
 * @param notBefore epoch seconds
 * @param notAfter epoch seconds
 */
public record PurposeCertificate(Purpose purpose, ECPublicKey key, long notBefore, long notAfter) {
    /** Signs this with the root key; compact JWS. */
    public String sign(Es256Signer root, String rootKeyId) {
        return sign(root, rootKeyId, purpose.use(), Jwk.print(key), notBefore, notAfter);
    }

    /**
     * Verifies a certificate.
     *
     * @param now epoch seconds
     * @throws Refusal 4103 when the root did not sign it, or it is for another purpose or time
     */
    public static PurposeCertificate verify(String compact, Purpose expected, PublicKey root, long now) {
        Members m = verify(compact, expected.use(), root, now);
        return new PurposeCertificate(expected, Jwk.parse(m.text("key")), m.integer("nbf"), m.integer("exp"));
    }

    /** A certificate's octets; the key is a JWK as text. */
    static String sign(Es256Signer root, String rootKeyId, String use, String key, long notBefore, long notAfter) {
        var o = Json.object().put("use", use).put("nbf", notBefore).put("exp", notAfter);
        o.put("key", key);
        return Jws.sign(root, Labels.TYPE_PURPOSE, rootKeyId, Map.of(), Json.write(o));
    }

    /** What a certificate for this use says; refused as above. */
    static Members verify(String compact, String use, PublicKey root, long now) {
        byte[] payload = Jws.parse(compact).verify(root, Labels.TYPE_PURPOSE);
        Members m = Versioned.open(Json.read(payload), "a purpose certificate", "use", "key", "nbf", "exp");
        if (!m.text("use").equals(use) || now < m.integer("nbf") || now > m.integer("exp")) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "a signing key is certified for another purpose or time");
        }
        return m;
    }

    /** Whether it is for this purpose and time (epoch seconds). */
    boolean serves(Purpose expected, long now) {
        return purpose == expected && now >= notBefore && now <= notAfter;
    }

    /** The payload of an object that was signed by a key with this purpose; its certificate stands in {@code pct}. */
    public static byte[] verifyObject(Jws object, String type, Purpose purpose, PublicKey root, long now) {
        return new KnownCertificates().verifyObject(object, type, purpose, root, now);
    }
}
