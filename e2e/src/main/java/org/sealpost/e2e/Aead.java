package org.sealpost.e2e;

import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Content encryption of ESPrim (m2m:esprimProtocolAndAlgID, TS-0004 6.3.4.2.41), weakest first. */
public enum Aead {
    A128GCM(10, 16),
    A192GCM(11, 24),
    A256GCM(12, 32);

    private final int id;
    private final int keyLength;

    Aead(int id, int keyLength) {
        this.id = id;
        this.keyLength = keyLength;
    }

    /** The number in {@code espa}. */
    public int id() {
        return id;
    }

    /** Octets of its key: the leftmost of the session key. */
    public int keyLength() {
        return keyLength;
    }

    /**
     * By the JWE name.
     *
     * @throws Refusal 4111 when it is none of these
     */
    public static Aead named(String enc) {
        for (Aead aead : values()) {
            if (aead.name().equals(enc)) {
                return aead;
            }
        }
        throw new Refusal(
                ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                "the content encryption is not one of A128GCM, A192GCM, A256GCM");
    }
}
