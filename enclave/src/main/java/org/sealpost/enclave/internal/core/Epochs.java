package org.sealpost.enclave.internal.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.RosterEntry;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** The epochs whose keys this compartment has: as a member, or as the authority of a group. */
final class Epochs {
    private final Vault vault;
    private final Map<String, EpochKeys> derived = new HashMap<>();
    private final Map<String, Roster> rosters = new HashMap<>();

    /** A group's roster at its authority, as of a revision of the state. */
    private record Roster(long revision, List<RosterEntry> entries, Map<String, RosterEntry> byIdentity) {}

    Epochs(Vault vault) {
        this.vault = vault;
    }

    /**
     * An epoch ready to be used.
     *
     * @param notAfter epoch seconds
     * @param roster whose acknowledgements and readings can be told apart; empty for ordinary members
     */
    record Usable(
            String group,
            long epoch,
            EpochKeys keys,
            long senderId,
            long notAfter,
            List<String> nonDelegable,
            List<RosterEntry> roster) {}

    /** The newest epoch of a group. */
    Usable newest(String group) {
        return find(group, Optional.empty())
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                        "there is no credential of this group here: it has to be delivered first"));
    }

    /** An epoch of a group whose keys are here. */
    Optional<Usable> usable(String group, long number) {
        return find(group, Optional.of(number));
    }

    /** The member of that identity in an epoch's roster. */
    Optional<RosterEntry> member(Usable epoch, String identity) {
        Roster known = rosters.get(epoch.group());
        return known != null && known.entries() == epoch.roster()
                ? Optional.ofNullable(known.byIdentity().get(identity))
                : epoch.roster().stream()
                        .filter(r -> r.identity().equals(identity))
                        .findFirst();
    }

    /** An envelope that was opened, and the epoch whose key did. */
    record OpenedEnvelope(Usable epoch, byte[] plaintext) {}

    /** Opens with the epoch that an envelope names. Groups whose identifiers end alike share a key id: each is tried, and only the right key opens. */
    OpenedEnvelope open(GroupEnvelope envelope) {
        List<Usable> candidates = groups().stream()
                .filter(envelope::names)
                .flatMap(group -> find(group, Optional.of(envelope.epoch())).stream())
                .toList();
        Refusal last = new Refusal(
                ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                "there is no valid credential here for epoch " + envelope.epoch() + " of that group");
        for (Usable candidate : candidates) {
            try {
                return new OpenedEnvelope(candidate, envelope.open(candidate.keys()));
            } catch (Refusal refusal) {
                last = refusal;
            }
        }
        throw last;
    }

    /** The derived keys of an epoch; derived once. */
    EpochKeys keys(String group, StateImage.Epoch epoch) {
        return derived.computeIfAbsent(group + " " + epoch.number(), k -> {
            EpochKeys keys = vault.custody().epochKeys(epoch.secret(), group, epoch.number());
            String owner = group + " epoch " + epoch.number();
            vault.observed("group-command-key", owner, keys.command());
            vault.observed("group-acknowledgement-key", owner, keys.acknowledgement());
            vault.observed("group-reading-key", owner, keys.reading());
            vault.observed("group-confirmation-key", owner, keys.confirmation());
            vault.observed("group-oscore-key", owner, keys.oscore());
            return keys;
        });
    }

    /** Forgets derived keys of epochs that are gone. */
    void forget(String group) {
        derived.entrySet().removeIf(e -> {
            boolean gone = e.getKey().startsWith(group + " ");
            if (gone) {
                e.getValue().wipe();
            }
            return gone;
        });
    }

    /** All groups whose keys are here. */
    List<String> groups() {
        return java.util.stream.Stream.concat(
                        vault.state().credentials.keySet().stream(),
                        vault.state().authority.stream().flatMap(a -> a.groups.keySet().stream()))
                .distinct()
                .toList();
    }

    private Optional<Usable> find(String group, Optional<Long> number) {
        return asMember(group, number).or(() -> asAuthority(group, number));
    }

    private Optional<Usable> asMember(String group, Optional<Long> number) {
        return Optional.ofNullable(vault.state().credentials.get(group))
                .flatMap(held -> pick(held.current(), held.previous(), number)
                        .map(epoch -> new Usable(
                                group,
                                epoch.number(),
                                keys(group, epoch),
                                held.senderId(),
                                epoch.until(),
                                held.nonDelegable(),
                                held.roster())));
    }

    private Optional<Usable> asAuthority(String group, Optional<Long> number) {
        return vault.state()
                .authority
                .flatMap(authority -> Optional.ofNullable(authority.groups.get(group))
                        .filter(g -> g.current().isPresent())
                        .flatMap(g -> pick(g.current().orElseThrow(), g.previous(), number)
                                .map(epoch -> new Usable(
                                        group,
                                        epoch.number(),
                                        keys(group, epoch),
                                        AuthorityPart.SERVER_SENDER_ID,
                                        epoch.until(),
                                        List.of(),
                                        roster(authority, group, g)))));
    }

    /** Made anew when the state has changed: a roster is as long as the group, and asked for with each acknowledgement. */
    private List<RosterEntry> roster(StateImage.Authority authority, String name, StateImage.Group group) {
        long revision = vault.state().revision;
        Roster known = rosters.get(name);
        if (known == null || known.revision() != revision) {
            List<RosterEntry> entries = AuthorityPart.roster(authority, group);
            Map<String, RosterEntry> byIdentity = new HashMap<>();
            entries.forEach(e -> byIdentity.put(e.identity(), e));
            known = new Roster(revision, entries, byIdentity);
            rosters.put(name, known);
        }
        return known.entries();
    }

    private Optional<StateImage.Epoch> pick(
            StateImage.Epoch current, Optional<StateImage.Epoch> previous, Optional<Long> number) {
        long wanted = number.orElse(current.number());
        long now = vault.now();
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(current), previous.stream())
                .filter(e -> e.number() == wanted && now <= e.until())
                .findFirst();
    }
}
