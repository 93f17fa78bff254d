package org.sealpost.enclave.internal.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PairwiseFacts;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The pairwise keys with each peer: the one in use and those agreed on but not proved yet.
 *
 * <p>A key is agreed on at the device first, and at the server only when the device has shown that it stored it. From then on the server sends under the new key alone, while it still accepts the old one;
 * the device sends under the old one. A valid message under the new key proves to its receiver that the sender has it: the receiver makes it the one in use, and wipes the old. So at every moment, whatever was
 * lost or repeated and whoever died, both have a key that the other one takes.
 *
 * <p>With an end point that no enrolment brought together with this one, the keys that a MAF distributed are the accepted ones. A key that came with a message never adds to those of an enrolment: a MAF could speak as the server then.
 *
 * <p>A device keeps one agreed key for each way of renewal: a late message of one way can't push out the key of the other that the server already counts on.
 */
final class KeyRing {
    private final Vault vault;
    private final DistributedKeys distributed;

    KeyRing(Vault vault) {
        this.vault = vault;
        this.distributed = new DistributedKeys(vault);
    }

    /** A key with the peer it is shared with. */
    record Found(String peer, StateImage.PairwiseKey key) {}

    /** The key to send under. */
    StateImage.PairwiseKey sending(String peer) {
        Optional<StateImage.PairwiseKey> given =
                distributable(peer) ? distributed.with(peer).stream().findFirst() : Optional.empty();
        if (given.isPresent()) {
            return given.get();
        }
        StateImage.PairwiseKey current = current(peer);
        if (isAuthority()) {
            Optional<StateImage.PairwiseKey> agreed =
                    standing(peer).pending.values().stream().findFirst();
            if (agreed.isPresent()) {
                return usable(agreed.get());
            }
        }
        return usable(current);
    }

    /** How often a peer was enrolled, at the authority. */
    int generation(String peer) {
        return Optional.ofNullable(vault.state().authority.orElseThrow().peers.get(peer))
                .map(StateImage.Peer::generation)
                .orElse(0);
    }

    /** The key in use, also when it has expired. */
    StateImage.PairwiseKey current(String peer) {
        StateImage.Standing standing = standing(peer);
        if (isAuthority()) {
            StateImage.Peer known = Optional.ofNullable(
                            vault.state().authority.orElseThrow().peers.get(peer))
                    .orElseThrow(() -> new Refusal(
                            ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                            "that end point is not enrolled here: enrol it first"));
            return new StateImage.PairwiseKey(
                    known.keyId(), known.pairwise(), standing.origin, standing.since, standing.until);
        }
        StateImage.Anchor anchor = vault.state()
                .anchor
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "this end point is not enrolled: enrol it first"));
        if (!anchor.server().equals(peer)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                    "there is no pairwise key with that end point, only with the server");
        }
        return new StateImage.PairwiseKey(
                anchor.keyId(), anchor.pairwise(), standing.origin, standing.since, standing.until);
    }

    /** All keys of a peer that messages are accepted under. */
    List<StateImage.PairwiseKey> accepted(String peer) {
        if (distributable(peer)) {
            return distributed.with(peer);
        }
        List<StateImage.PairwiseKey> keys = new ArrayList<>();
        keys.add(current(peer));
        keys.addAll(standing(peer).pending.values());
        keys.removeIf(this::expired);
        return keys;
    }

    /** The key with this id. */
    Optional<Found> find(String keyId) {
        Optional<String> using = isAuthority()
                ? vault.state().authority.orElseThrow().peers.values().stream()
                        .filter(p -> p.keyId().equals(keyId))
                        .map(StateImage.Peer::identity)
                        .findFirst()
                : vault.state().anchor.filter(a -> a.keyId().equals(keyId)).map(StateImage.Anchor::server);
        Optional<Found> current = using.map(peer -> new Found(peer, current(peer)));
        return current.or(() -> agreed(keyId))
                .filter(found -> !expired(found.key()))
                .or(() -> distributed.find(keyId).filter(found -> distributable(found.peer())));
    }

    /** Keys that a MAF distributed. */
    DistributedKeys distributed() {
        return distributed;
    }

    /** Whether a MAF may give keys with this peer: there is no enrolment with it. */
    boolean distributable(String peer) {
        return !peers().contains(peer);
    }

    private Optional<Found> agreed(String keyId) {
        for (var standing : vault.state().standings.entrySet()) {
            for (StateImage.PairwiseKey key : standing.getValue().pending.values()) {
                if (key.keyId().equals(keyId)) {
                    return Optional.of(new Found(standing.getKey(), key));
                }
            }
        }
        return Optional.empty();
    }

    /** Stores a key that was agreed on, before anybody is told. */
    void agreed(String peer, StateImage.PairwiseKey key, java.util.function.Consumer<StateImage.Standing> also) {
        if (find(key.keyId()).isPresent()) {
            throw new Refusal(ResponseStatus.CONFLICT, "a renewal gives a key id that is in use");
        }
        vault.observed("pairwise-key", peer, key.key());
        vault.change(s -> {
            StateImage.Standing standing = s.standings.computeIfAbsent(peer, p -> new StateImage.Standing());
            if (s.authority.isPresent()) {
                standing.pending.clear();
            }
            Optional.ofNullable(standing.pending.put(key.origin(), key)).ifPresent(k -> Wipe.octets(k.key()));
            also.accept(standing);
            return peer;
        });
    }

    /**
     * A valid message came under this key. When it was agreed on, it is the one in use from now on, and all others are wiped.
     *
     * @return ids of keys that are gone
     */
    List<String> proved(String peer, String keyId) {
        StateImage.Standing standing = standing(peer);
        Optional<StateImage.PairwiseKey> agreed = standing.pending.values().stream()
                .filter(k -> k.keyId().equals(keyId))
                .findFirst();
        if (agreed.isEmpty()) {
            return List.of();
        }
        StateImage.PairwiseKey key = agreed.get();
        List<StateImage.PairwiseKey> old = new ArrayList<>(standing.pending.values());
        old.add(current(peer));
        old.remove(key);
        vault.change(s -> {
            StateImage.Standing changed = s.standings.computeIfAbsent(peer, p -> new StateImage.Standing());
            changed.pending.clear();
            changed.origin = key.origin();
            changed.since = key.since();
            changed.until = key.until();
            s.authority.ifPresentOrElse(
                    a -> a.peers.computeIfPresent(peer, (id, p) -> p.withKey(key.keyId(), key.key())),
                    () -> s.anchor = s.anchor.map(a -> a.withKey(key.keyId(), key.key())));
            return key;
        });
        old.forEach(k -> Wipe.octets(k.key()));
        return old.stream().map(StateImage.PairwiseKey::keyId).toList();
    }

    /** What is known of the keys with a peer beyond the one in use; an empty one for a stranger. */
    StateImage.Standing standing(String peer) {
        return vault.state().standings.getOrDefault(peer, new StateImage.Standing());
    }

    PeerPolicy policy(String peer) {
        return standing(peer).policy.orElseGet(PeerPolicy::open);
    }

    /** Whether the key in use was renewed, and lately enough. */
    boolean forwardSecret(String peer) {
        StateImage.Standing standing = standing(peer);
        long every = policy(peer).everySeconds();
        return !standing.origin.equals(RenewalKeys.ENROLMENT)
                && (every == 0 || vault.now() - standing.since <= 2 * every);
    }

    PairwiseFacts facts(String peer) {
        StateImage.PairwiseKey current = current(peer);
        StateImage.Standing standing = standing(peer);
        return new PairwiseFacts(
                peer,
                current.keyId(),
                current.origin(),
                current.since(),
                current.until(),
                forwardSecret(peer),
                standing.pending.values().stream().findFirst().map(StateImage.PairwiseKey::keyId),
                standing.mechanisms);
    }

    List<String> peers() {
        return vault.state()
                .authority
                .map(a -> List.copyOf(a.peers.keySet()))
                .orElseGet(
                        () -> vault.state().anchor.map(a -> List.of(a.server())).orElse(List.of()));
    }

    boolean isAuthority() {
        return vault.state().authority.isPresent();
    }

    private StateImage.PairwiseKey usable(StateImage.PairwiseKey key) {
        if (expired(key)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                    "the pairwise key has expired: it has to be renewed by certificate, or the end point enrolled again");
        }
        return key;
    }

    private boolean expired(StateImage.PairwiseKey key) {
        return key.until() > 0 && vault.now() >= key.until();
    }
}
