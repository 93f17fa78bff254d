package org.sealpost.enclave.internal.core;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.DistributedKey;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.internal.MafKeys.ConnectionKey;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Pairwise keys that a MAF distributed, with end points that this one was not enrolled with. Kept until they expire. */
final class DistributedKeys {
    /** Anybody can write a key id: so many questions that brought nothing, then none for a minute. */
    private static final int MOST_FAILURES = 8;

    private static final long MINUTE = 60;

    private final Vault vault;
    private final ArrayDeque<Long> failures = new ArrayDeque<>();

    DistributedKeys(Vault vault) {
        this.vault = vault;
    }

    /** The key with this id, until it expires. */
    Optional<KeyRing.Found> find(String keyId) {
        return Optional.ofNullable(vault.state().distributed.get(keyId))
                .filter(k -> vault.now() < k.notAfter())
                .map(k -> new KeyRing.Found(k.peer(), k.key()));
    }

    /** Those with this peer, the one that lasts longest first. */
    List<StateImage.PairwiseKey> with(String peer) {
        return vault.state().distributed.values().stream()
                .filter(k -> k.peer().equals(peer) && vault.now() < k.notAfter())
                .sorted(Comparator.comparingLong(StateImage.DistributedKey::notAfter)
                        .reversed())
                .map(StateImage.DistributedKey::key)
                .toList();
    }

    /** Whether another question may be asked: not too many failed lately. */
    boolean wanted() {
        while (!failures.isEmpty() && failures.peekFirst() <= vault.now() - MINUTE) {
            failures.removeFirst();
        }
        return failures.size() < MOST_FAILURES;
    }

    void failed() {
        failures.addLast(vault.now());
    }

    /** A question that was counted as one that brings nothing brought a key. */
    void answered() {
        failures.pollLast();
    }

    /**
     * Derives and keeps the pairwise key; wipes those that have expired, and one of the same id.
     *
     * @return ids of keys that are gone
     */
    List<String> learn(String keyId, ConnectionKey given) {
        try {
            List<StateImage.DistributedKey> gone = vault.change(s -> take(s, keyId, given));
            gone.forEach(k -> Wipe.octets(k.pairwise()));
            return gone.stream().map(StateImage.DistributedKey::keyId).toList();
        } finally {
            Wipe.octets(given.key());
        }
    }

    /**
     * As {@link #learn}, inside of a change.
     *
     * @return those that are gone
     */
    List<StateImage.DistributedKey> take(StateImage state, String keyId, ConnectionKey given) {
        EnrolmentPart.requireAbsolute(given.peer());
        if (given.key().length != EnrolmentPart.KEY || !vault.instant().isBefore(given.notAfter())) {
            failed();
            throw new Refusal(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "a MAF gave a key that is not usable");
        }
        vault.observed("connection-key", given.peer(), given.key().clone());
        byte[] pairwise = vault.observed("pairwise-key", given.peer(), DistributedKey.pairwise(given.key(), keyId));
        List<StateImage.DistributedKey> gone = state.distributed.values().stream()
                .filter(k -> k.keyId().equals(keyId) || vault.now() >= k.notAfter())
                .toList();
        state.distributed.values().removeAll(gone);
        state.distributed.put(
                keyId,
                new StateImage.DistributedKey(
                        keyId,
                        given.peer(),
                        pairwise,
                        vault.now(),
                        given.notAfter().getEpochSecond()));
        return gone;
    }
}
