package org.sealpost.oscore;

import java.util.Optional;
import org.sealpost.e2e.ReplayWindow;
import org.sealpost.e2e.Wipe;

/** A peer as this member sees it: the Recipient Context (RFC 10021 section 2.2). Not thread-safe. */
final class Recipient {
    private final byte[] id;
    private final byte[] key;
    private final Credential credential;
    private final FailedOpenings failures;
    private ReplayWindow window;
    private Optional<PairwiseKeys> pairwise = Optional.empty();

    Recipient(byte[] id, byte[] key, Credential credential, ReplayWindow window, FailedOpenings failures) {
        this.id = id;
        this.key = key;
        this.credential = credential;
        this.window = window;
        this.failures = failures;
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

    FailedOpenings failures() {
        return failures;
    }

    void wipe() {
        Wipe.octets(key);
        pairwise.ifPresent(PairwiseKeys::wipe);
    }
}
