package org.sealpost.enclave.internal.core;

import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.DistributedKey;
import org.sealpost.e2e.Wipe;

/** Pairwise keys that a MAF distributed, with end points that this one was not enrolled with. Kept until they expire. */
final class DistributedKeys {
    /** Anybody can write a key id: so many questions that brought nothing, then none for a minute. */
    private static final int MOST_UNANSWERED = 8;

    private static final long MINUTE = 60;

    private final Vault vault;
    private final Deque<Question> unanswered = new ArrayDeque<>();

    /** @param asked epoch seconds */
    private record Question(String keyId, long asked) {}

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

    /** Counts a question about a key as one that brings nothing, until {@link #take}; false when there were too many of those lately: then nobody is asked. */
    boolean mayAsk(String keyId) {
        while (!unanswered.isEmpty() && unanswered.peekFirst().asked() <= vault.now() - MINUTE) {
            unanswered.removeFirst();
        }
        return unanswered.size() < MOST_UNANSWERED && unanswered.add(new Question(keyId, vault.now()));
    }

    /**
     * Derives and keeps the pairwise key, inside of a change; those that have expired are gone.
     *
     * @param key Kc, 32 octets
     * @param notAfter end of its lifetime, epoch seconds, and of the pairwise key
     * @return false when it was here already: then sessions under it go on
     */
    boolean take(StateImage state, String keyId, String peer, byte[] key, long notAfter) {
        EnrolmentPart.requireAbsolute(peer);
        unanswered.removeIf(q -> q.keyId().equals(keyId));
        vault.observed("connection-key", peer, key.clone());
        byte[] pairwise = vault.observed("pairwise-key", peer, DistributedKey.pairwise(key, keyId));
        boolean known = Optional.ofNullable(state.distributed.get(keyId))
                .filter(k -> k.peer().equals(peer) && MessageDigest.isEqual(k.pairwise(), pairwise))
                .isPresent();
        if (known) {
            Wipe.octets(pairwise);
            return false;
        }
        state.distributed.values().stream()
                .filter(k -> k.keyId().equals(keyId) || vault.now() >= k.notAfter())
                .map(StateImage.DistributedKey::keyId)
                .toList()
                .forEach(gone -> end(state, gone));
        state.distributed.put(keyId, new StateImage.DistributedKey(keyId, peer, pairwise, vault.now(), notAfter));
        return true;
    }

    /** The MAF ended a key, or nobody needs it any more; inside of a change. */
    boolean end(StateImage state, String keyId) {
        Optional<StateImage.DistributedKey> gone = Optional.ofNullable(state.distributed.remove(keyId));
        gone.ifPresent(k -> Wipe.octets(k.pairwise()));
        return gone.isPresent();
    }
}
