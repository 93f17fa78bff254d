package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;

/**
 * Derivation of the sessionESPrimKey (TS-0003 10.3.8.2). How a RandObject becomes octets is not in the standard; the readings have names so that
 * a peer's other reading can be tried without touching the protocol.
 */
public enum SessionKeys implements SessionDerivation {
    /** The whole object as {@link RandObject#canonical()}: algorithm lists and expiry are bound into the key. The default. */
    CANONICAL_JSON_V1 {
        @Override
        byte[] octets(RandObject object) {
            return object.canonical().getBytes(StandardCharsets.UTF_8);
        }
    },
    /** Only the random values; binds nothing else. For interoperability trials, never chosen by itself. */
    RANDOM_VALUES_ONLY {
        @Override
        byte[] octets(RandObject object) {
            return object.value().getBytes(StandardCharsets.UTF_8);
        }
    };

    abstract byte[] octets(RandObject object);

    /** The session key, 32 octets: HMAC-SHA256(pairwise key, receiver object | originator object | label). */
    @Override
    public byte[] derive(byte[] pairwiseKey, RandObject receiver, RandObject originator) {
        return Hmac.sha256(
                pairwiseKey,
                octets(receiver),
                octets(originator),
                Labels.SESSION_ESPRIM_KEY.getBytes(StandardCharsets.US_ASCII));
    }
}
