package org.sealpost.enclave.internal.core;

import java.time.Instant;
import java.util.ArrayDeque;
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

    Optional<StateImage.DistributedKey> find(String keyId) {
        return Optional.ofNullable(vault.state().distributed.get(keyId)).filter(k -> vault.now() < k.notAfter());
    }

    /** The one with this peer that lasts longest. */
    Optional<StateImage.DistributedKey> with(String peer) {
        return vault.state().distributed.values().stream()
                .filter(k -> k.peer().equals(peer) && vault.now() < k.notAfter())
                .max(java.util.Comparator.comparingLong(StateImage.DistributedKey::notAfter));
    }

    /** True when a question is due: the key is not here, and not too many questions failed lately. */
    boolean wanted(String keyId) {
        while (!failures.isEmpty() && failures.peekFirst() <= vault.now() - MINUTE) {
            failures.removeFirst();
        }
        return find(keyId).isEmpty() && failures.size() < MOST_FAILURES;
    }

    void failed() {
        failures.addLast(vault.now());
    }

    /** Derives and keeps the pairwise key; forgets those that have expired. */
    void learn(String keyId, ConnectionKey given) {
        EnrolmentPart.requireAbsolute(given.peer());
        if (given.key().length != EnrolmentPart.KEY
                || !Instant.ofEpochSecond(vault.now()).isBefore(given.notAfter())) {
            Wipe.octets(given.key());
            throw new Refusal(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "a MAF gave a key that is not usable");
        }
        byte[] pairwise = vault.observed("pairwise-key", given.peer(), DistributedKey.pairwise(given.key(), keyId));
        vault.observed("connection-key", given.peer(), given.key().clone());
        Wipe.octets(given.key());
        vault.change(s -> {
            s.distributed.values().removeIf(k -> vault.now() >= k.notAfter());
            return Optional.ofNullable(s.distributed.put(
                    keyId,
                    new StateImage.DistributedKey(
                            keyId, given.peer(), pairwise, given.notAfter().getEpochSecond())));
        });
    }
}
