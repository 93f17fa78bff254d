package org.sealpost.enclave.attacks;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionKeys;
import tools.jackson.databind.json.JsonMapper;

/**
 * A session of ESPrim in the hands of somebody who holds the pairwise key: seals under it what it likes, with tags that are right.
 *
 * @param key of the session
 */
record Resealed(byte[] key) {
    private static final Set<String> HEADERS = Set.of("alg", "enc", "kid", "cty", "ori", "rri", "oro", "rro");

    /**
     * The session that a request began.
     *
     * @param receiver the RandObject that it was sealed for
     */
    static Resealed sessionOf(String request, String receiver, byte[] pairwise) {
        RandObject originator = RandObject.parse(
                RandObject.Role.ORIGINATOR,
                JsonMapper.shared().readTree(header(request)).get("oro"));
        return new Resealed(SessionKeys.CANONICAL_JSON_V1.derive(
                pairwise, RandObject.parse(RandObject.Role.RECEIVER, receiver), originator));
    }

    /** The protected header of an object. */
    static String header(String object) {
        return new String(Base64Url.decode(object.substring(0, object.indexOf('.'))), StandardCharsets.UTF_8);
    }

    String open(String object) {
        return new String(Jwe.parse(object, HEADERS).openDirect(key), StandardCharsets.UTF_8);
    }

    /** The object with another content. */
    String with(String object, byte[] content) {
        return seal(object, Base64Url.decode(object.substring(0, object.indexOf('.'))), content);
    }

    /** The object under another header. */
    String under(String object, byte[] header) {
        return seal(object, header, Jwe.parse(object, HEADERS).openDirect(key));
    }

    private String seal(String object, byte[] header, byte[] content) {
        byte[] iv = Base64Url.decode(object.split("\\.", -1)[2]);
        // the platform refuses the IV that it used last under a key
        Jwe.sealDirect(header, key, new byte[iv.length], new byte[1]);
        return Jwe.sealDirect(header, key, iv, content);
    }
}
