package org.sealpost.oscore;

import java.util.Optional;
import org.sealpost.e2e.ReplayWindow;
import org.sealpost.e2e.Wipe;

/** A peer as this member sees it: the Recipient Context (RFC 10021 section 2.2). Not thread-safe. */
final class Recipient {
    private final byte[] id;
    private final byte[] key;
    private final Credential credential;
    private ReplayWindow window;
    private Optional<PairwiseKeys> pairwise = Optional.empty();
    private long forgeries;

    Recipient(byte[] id, byte[] key, Credential credential, ReplayWindow window) {
        this.id = id;
        this.key = key;
        this.credential = credential;
        this.window = window;
    }

    byte[] id() {
        return id;
    }

    byte[] key() {
        return key;
    }

    Credential credential() {
        return credential;
    }

    Optional<PairwiseKeys> pairwise() {
        return pairwise;
    }

    PairwiseKeys keep(PairwiseKeys keys) {
        pairwise = Optional.of(keys);
        return keys;
    }

    void requireNew(long sequence) {
        if (!window.acceptable(sequence + 1)) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.REPLAY, "a message was received before, or is too old to tell");
        }
    }

    ReplayWindow.State window() {
        return window.state();
    }

    /** Begins anew with a message that is fresh for sure: nothing below its number counts any more. */
    void beginAt(long sequence) {
        window = ReplayWindow.of(new ReplayWindow.State(sequence + 1, -1L));
    }

    /** To be called for a message that proved authentic. */
    void record(long sequence) {
        window.record(sequence + 1);
    }

    /** Opens, and counts what is not authentic against the key's limit. */
    byte[] open(AeadAlgorithm algorithm, byte[] openingKey, byte[] nonce, byte[] aad, byte[] ciphertext) {
        if (forgeries >= algorithm.forgeryLimit()) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.EXHAUSTED,
                    "too many forgeries were sent in this peer's name: the group needs a new epoch");
        }
        try {
            return algorithm.open(openingKey, nonce, aad, ciphertext);
        } catch (OscoreFailure failure) {
            forgeries++;
            throw failure;
        }
    }

    long forgeries() {
        return forgeries;
    }

    void wipe() {
        Wipe.octets(key);
        pairwise.ifPresent(PairwiseKeys::wipe);
    }
}
