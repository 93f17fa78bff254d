package org.sealpost.enclave.internal.core;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sealpost.enclave.EndPointKeys.Installation;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.RekeyScheme;
import org.sealpost.group.block.Latest;
import org.sealpost.group.block.MemberEpochs;
import org.sealpost.group.tree.Coverage;
import org.sealpost.group.tree.MemberLabels;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** A member's epochs that come by blocks and notices: from anybody, believed for their signatures, stored before use, never back. */
final class BlocksPart {
    private final Vault vault;
    private final Epochs epochs;

    BlocksPart(Vault vault, Epochs epochs) {
        this.vault = vault;
        this.epochs = epochs;
    }

    /** Takes what a cache keeps of a group; refusals change nothing. */
    EpochVerdict take(String group, byte[] octets) {
        StateImage.Held held = vault.state().credentials.get(group);
        if (held == null || held.tree().isEmpty()) {
            return refused(
                    MemberEpochs.Fault.GENERATION,
                    new Refusal(
                            ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                            "there are no labels of this group here: fetch a credential from the server"));
        }
        StateImage.HeldTree tree = held.tree().get();
        if (vault.now() > tree.blockKeyUntil()) {
            return refused(
                    MemberEpochs.Fault.OVER,
                    new Refusal(
                            ResponseStatus.REQUEST_TIMEOUT,
                            "the certificate of the key for blocks is over: fetch a credential from the server"));
        }
        Latest latest;
        try {
            latest = Latest.decode(octets);
        } catch (Refusal malformed) {
            return refused(MemberEpochs.Fault.FORGED, malformed);
        }
        List<MemberEpochs.Labels> labels = tree.labels().stream()
                .map(l -> new MemberEpochs.Labels(l.generation(), labels(l, held.senderId())))
                .toList();
        MemberEpochs.Outcome outcome =
                new MemberEpochs(group, tree.blockKey(), labels, now(held, tree)).take(latest, vault.now());
        labels.forEach(l -> l.labels().wipe());
        if (outcome instanceof MemberEpochs.Outcome.Refused refused) {
            return refused(refused.fault(), refused.refusal());
        }
        if (outcome instanceof MemberEpochs.Outcome.Moved moved) {
            return move(group, held, tree, moved);
        }
        learn(group, held, tree, ((MemberEpochs.Outcome.Known) outcome).held().coverage());
        return installed(group, false);
    }

    private EpochVerdict move(
            String group, StateImage.Held held, StateImage.HeldTree tree, MemberEpochs.Outcome.Moved moved) {
        MemberEpochs.Held next = moved.held();
        vault.observed("epoch-secret", group + " epoch " + next.epoch(), next.secret());
        long overlap = moved.overlap() ? tree.overlap() : 0;
        Optional<StateImage.Epoch> previous = Optional.of(held.current())
                .filter(e -> overlap > 0)
                .map(e -> new StateImage.Epoch(e.number(), e.secret(), Math.min(vault.now() + overlap, e.until())));
        StateImage.Epoch current = new StateImage.Epoch(next.epoch(), next.secret(), next.notAfter());
        vault.change(s -> s.credentials.put(
                group,
                new StateImage.Held(
                        current,
                        previous,
                        held.senderId(),
                        held.zone(),
                        vault.now(),
                        held.nonDelegable(),
                        held.roster(),
                        Optional.of(next.commanders()),
                        Optional.of(with(tree, next)))));
        epochs.forget(group);
        return installed(group, true);
    }

    private void learn(String group, StateImage.Held held, StateImage.HeldTree tree, Coverage coverage) {
        if (!coverage.bounds().equals(tree.coverage())) {
            vault.change(s -> s.credentials.put(
                    group,
                    new StateImage.Held(
                            held.current(),
                            held.previous(),
                            held.senderId(),
                            held.zone(),
                            held.notBefore(),
                            held.nonDelegable(),
                            held.roster(),
                            held.commanders(),
                            Optional.of(with(tree, now(held, tree).knowing(coverage))))));
        }
    }

    private EpochVerdict installed(String group, boolean fresh) {
        StateImage.Epoch current = java.util.Objects.requireNonNull(
                        vault.state().credentials.get(group))
                .current();
        EpochKeys keys = epochs.keys(group, current);
        return new EpochVerdict.Installed(new Installation(group, current.number(), keys.keyCheckValue(), fresh));
    }

    private static MemberEpochs.Held now(StateImage.Held held, StateImage.HeldTree tree) {
        return new MemberEpochs.Held(
                held.current().number(),
                held.current().secret(),
                held.current().until(),
                tree.blockEpoch(),
                tree.block(),
                held.commanders().orElse(0L),
                new Coverage(tree.coverage()));
    }

    private static StateImage.HeldTree with(StateImage.HeldTree tree, MemberEpochs.Held next) {
        return new StateImage.HeldTree(
                tree.blockKey(),
                tree.blockKeyUntil(),
                next.blockEpoch(),
                next.block(),
                tree.overlap(),
                next.coverage().bounds(),
                tree.labels());
    }

    private static MemberLabels labels(StateImage.HeldLabels l, long leaf) {
        return new MemberLabels(
                RekeyScheme.named(l.scheme()).tree().orElseThrow(),
                l.height(),
                leaf,
                l.labels().clone());
    }

    private static EpochVerdict refused(MemberEpochs.Fault fault, Refusal refusal) {
        return new EpochVerdict.Refused(
                fault.name().toLowerCase(Locale.ROOT), refusal.status().code(), refusal.sentence());
    }
}
