package org.sealpost.oscore;

/** Opens with one key, and counts what is not authentic against the key's limit (draft-ietf-core-oscore-key-limits). Not thread-safe. */
final class FailedOpenings {
    private long count;

    byte[] open(AeadAlgorithm algorithm, byte[] key, byte[] nonce, byte[] aad, byte[] ciphertext) {
        if (count >= algorithm.forgeryLimit()) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.EXHAUSTED,
                    "too many forgeries were sent in this peer's name: the key has to be replaced, in a group by a new epoch");
        }
        try {
            return algorithm.open(key, nonce, aad, ciphertext);
        } catch (OscoreFailure failure) {
            count++;
            throw failure;
        }
    }

    long count() {
        return count;
    }
}
