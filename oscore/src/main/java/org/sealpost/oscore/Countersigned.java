package org.sealpost.oscore;

import java.util.Arrays;

/**
 * A payload of the group mode: ciphertext | encrypted countersignature (64).
 */
record Countersigned(byte[] ciphertext, byte[] signature) {
    static Countersigned of(byte[] payload) {
        int length = payload.length - SignatureAlgorithm.LENGTH;
        if (length < 0) {
            throw new OscoreFailure(OscoreFailure.Reason.MALFORMED, "a payload is shorter than its countersignature");
        }
        return new Countersigned(Arrays.copyOf(payload, length), Arrays.copyOfRange(payload, length, payload.length));
    }
}
