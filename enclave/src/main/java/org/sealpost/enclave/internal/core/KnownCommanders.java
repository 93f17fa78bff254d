package org.sealpost.enclave.internal.core;

import java.security.interfaces.ECPublicKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.group.Delegation;
import org.sealpost.group.Purpose;
import org.sealpost.group.PurposeCertificate;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Who commands, as a member knows it: from delegations and the certificate of the server's command key, all signed by the server and public. Nothing else makes a sender a commander. */
final class KnownCommanders {
    private static final int MAX = 32;

    private final Vault vault;
    private final Map<String, Commander> verified = new HashMap<>();

    /**
     * A commander.
     *
     * @param senderIds leaf in each group
     * @param delegation empty for the server itself
     */
    record Commander(String identity, ECPublicKey key, Map<String, Long> senderIds, Optional<Delegation> delegation) {}

    KnownCommanders(Vault vault) {
        this.vault = vault;
    }

    /** Verifies and stores what the server says of a commander. */
    Commander learn(String proof, StateImage.Anchor anchor) {
        Commander commander = verify(proof, anchor);
        boolean ours = commander.delegation().isEmpty()
                || commander.senderIds().keySet().stream().anyMatch(vault.state().credentials::containsKey);
        if (!ours) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                    "a commander is announced for groups whose credential is not here, or without a leaf in them");
        }
        String id = commander.delegation().map(Delegation::id).orElse(anchor.server());
        if (proof.equals(vault.state().commanderProofs.get(id))) {
            return commander;
        }
        vault.change(s -> {
            s.commanderProofs.put(id, proof);
            if (s.commanderProofs.size() > MAX) {
                s.commanderProofs.remove(oldest(s.commanderProofs, anchor));
            }
            return id;
        });
        return commander;
    }

    /** The commander on a leaf of a group with all of its delegations there, newest first. An older word of the server with another key counts no more, whoever plays it back. */
    List<Commander> of(String group, long leaf, StateImage.Anchor anchor) {
        List<Commander> found = vault.state().commanderProofs.values().stream()
                .flatMap(proof -> known(proof, anchor).stream())
                .filter(c -> c.delegation().isEmpty()
                        ? leaf == AuthorityPart.SERVER_SENDER_ID
                        : Long.valueOf(leaf).equals(c.senderIds().get(group)))
                .sorted(Comparator.comparingLong(KnownCommanders::since).reversed())
                .toList();
        return found.stream().filter(c -> c.key().equals(found.get(0).key())).toList();
    }

    private Optional<Commander> known(String proof, StateImage.Anchor anchor) {
        Commander commander = verified.get(anchor.rootKeyId() + proof);
        if (commander != null) {
            return Optional.of(commander);
        }
        try {
            return Optional.of(verify(proof, anchor));
        } catch (Refusal over) {
            // its signing key's certificate has ended, or the root is another one since
            return Optional.empty();
        }
    }

    private String oldest(Map<String, String> proofs, StateImage.Anchor anchor) {
        return proofs.entrySet().stream()
                .min(Comparator.comparingLong(e ->
                        known(e.getValue(), anchor).map(KnownCommanders::since).orElse(0L)))
                .orElseThrow()
                .getKey();
    }

    private static long since(Commander commander) {
        return commander.delegation().map(Delegation::notBefore).orElse(Long.MAX_VALUE);
    }

    private Commander verify(String proof, StateImage.Anchor anchor) {
        ECPublicKey root = Jwk.parse(anchor.rootKey());
        Commander commander = Jws.parse(proof).type().equals(Labels.TYPE_PURPOSE)
                ? new Commander(
                        anchor.server(),
                        PurposeCertificate.verify(proof, Purpose.COMMAND, root, vault.now())
                                .key(),
                        Map.of(),
                        Optional.empty())
                : of(Delegation.verify(proof, root, vault.now()));
        if (verified.size() > 2 * MAX) {
            verified.clear();
        }
        verified.put(anchor.rootKeyId() + proof, commander);
        return commander;
    }

    private static Commander of(Delegation delegation) {
        return new Commander(delegation.agent(), delegation.key(), delegation.senderIds(), Optional.of(delegation));
    }
}
