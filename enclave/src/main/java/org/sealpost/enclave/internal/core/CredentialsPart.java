package org.sealpost.enclave.internal.core;

import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EndPointKeys.Installation;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.group.CredentialConfirmation;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupCredential;
import org.sealpost.group.KnownCertificates;
import org.sealpost.group.Purpose;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** What a member holds: opens and installs credentials, never goes back, and proves that it holds them. */
final class CredentialsPart {
    private final Vault vault;
    private final Epochs epochs;
    private final EndingPart endings;
    private final KnownCertificates certificates = new KnownCertificates();

    CredentialsPart(Vault vault, Epochs epochs, EndingPart endings) {
        this.vault = vault;
        this.epochs = epochs;
        this.endings = endings;
    }

    /** What became of a credential that is authentic. */
    sealed interface Outcome {
        /** Installed, with the proof for the server. */
        record Installed(Installation installation, CredentialConfirmation confirmation) implements Outcome {}

        /** Not installed, because what is here is later, or another secret of the same epoch. */
        record Later(Installation held, Refusal refusal) implements Outcome {}
    }

    /** Verifies, unwraps, checks and installs a credential; refusals change nothing. */
    Outcome install(String signed) {
        StateImage.Anchor anchor = anchor();
        String identity = vault.state().own.orElseThrow().identity();
        byte[] payload = certificates.verifyObject(
                Jws.parse(signed),
                Labels.TYPE_CREDENTIAL,
                Purpose.CREDENTIAL,
                Jwk.parse(anchor.rootKey()),
                vault.now());
        GroupCredential credential = GroupCredential.decode(payload);
        if (!credential.recipient().equals(identity)) {
            throw new Refusal(ResponseStatus.ESPRIM_IMPERSONATION_ERROR, "a credential is for another member");
        }
        if (vault.now() > credential.notAfter()) {
            throw new Refusal(ResponseStatus.REQUEST_TIMEOUT, "a credential has expired");
        }
        endings.requireGoesOn(credential.group());
        byte[] secret = vault.custody()
                .acceptEpochSecret(
                        anchor.wrapping(),
                        credential.wrappedSecret(),
                        credential.group() + " epoch " + credential.epoch());
        if (credential.tree().isEmpty()) {
            return install(credential, secret, identity, Optional.empty());
        }
        LabelsOfMember.Taken taken = LabelsOfMember.take(
                vault,
                certificates,
                anchor,
                identity,
                credential,
                credential.tree().get());
        String given = vault.custody()
                .epochKeys(secret, credential.group(), credential.epoch())
                .keyCheckValue();
        Wipe.octets(secret);
        EpochKeys boxed = EpochKeys.derive(taken.secret(), credential.group(), credential.epoch());
        if (!boxed.keyCheckValue().equals(given)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a credential's labels come with another epoch's secret");
        }
        boxed.wipe();
        return install(credential, taken.secret(), identity, Optional.of(taken.tree()));
    }

    /** The proof for a credential that is installed, with a nonce of its own. */
    CredentialConfirmation confirm(String group, String nonce) {
        Epochs.Usable newest = epochs.newest(group);
        String identity = vault.state().own.orElseThrow().identity();
        return CredentialConfirmation.of(
                group, newest.epoch(), newest.keys(), identity, nonce, vault.lineage(), generation(group));
    }

    List<HeldCredential> held() {
        return vault.state().credentials.entrySet().stream()
                .map(e -> new HeldCredential(
                        e.getKey(),
                        e.getValue().current().number(),
                        epochs.keys(e.getKey(), e.getValue().current()).keyCheckValue(),
                        e.getValue().notBefore(),
                        e.getValue().current().until(),
                        e.getValue().senderId(),
                        e.getValue().zone()))
                .toList();
    }

    /** The server's certificates that were verified in this run. */
    KnownCertificates certificates() {
        return certificates;
    }

    StateImage.Anchor anchor() {
        return vault.state()
                .anchor
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "this end point is not enrolled: enrol it first"));
    }

    /** The newest generation of a group's tree that labels are here of; 0 for none. */
    private long generation(String group) {
        return Optional.ofNullable(vault.state().credentials.get(group))
                .flatMap(StateImage.Held::tree)
                .map(t -> t.labels().stream()
                        .mapToLong(StateImage.HeldLabels::generation)
                        .max()
                        .orElse(0))
                .orElse(0L);
    }

    private Outcome install(
            GroupCredential credential, byte[] secret, String identity, Optional<StateImage.HeldTree> tree) {
        String group = credential.group();
        EpochKeys keys = vault.custody().epochKeys(secret, group, credential.epoch());
        Optional<StateImage.Held> held =
                Optional.ofNullable(vault.state().credentials.get(group));
        long highest = held.map(h -> h.current().number()).orElse(0L);
        boolean fresh = credential.epoch() > highest;
        if (credential.epoch() < highest) {
            Wipe.octets(secret);
            return later(
                    group,
                    held.orElseThrow(),
                    "a credential is of an earlier epoch than the one installed: epochs never go back");
        }
        if (!fresh && !sameSecret(group, held.orElseThrow().current(), keys)) {
            Wipe.octets(secret);
            return later(
                    group,
                    held.orElseThrow(),
                    "two credentials with different secrets claim one epoch: the issuer has to draw a later one");
        }
        vault.change(s -> {
            s.credentials.put(group, held(credential, secret, held, fresh, tree));
            s.timeFloor = Math.max(s.timeFloor, credential.notBefore());
            return group;
        });
        epochs.forget(group);
        Installation installation = new Installation(group, credential.epoch(), keys.keyCheckValue(), fresh);
        return new Outcome.Installed(
                installation,
                CredentialConfirmation.of(
                        group,
                        credential.epoch(),
                        keys,
                        identity,
                        credential.nonce(),
                        vault.lineage(),
                        generation(group)));
    }

    private Outcome later(String group, StateImage.Held held, String sentence) {
        Installation installation = new Installation(
                group,
                held.current().number(),
                epochs.keys(group, held.current()).keyCheckValue(),
                false);
        return new Outcome.Later(installation, new Refusal(ResponseStatus.CONFLICT, sentence));
    }

    private StateImage.Held held(
            GroupCredential credential,
            byte[] secret,
            Optional<StateImage.Held> before,
            boolean fresh,
            Optional<StateImage.HeldTree> tree) {
        long until = vault.now() + credential.overlap();
        Optional<StateImage.Epoch> previous = !fresh
                ? before.flatMap(StateImage.Held::previous)
                : before.filter(h -> credential.overlap() > 0)
                        .map(h -> new StateImage.Epoch(
                                h.current().number(),
                                h.current().secret(),
                                Math.min(until, h.current().until())));
        return new StateImage.Held(
                new StateImage.Epoch(credential.epoch(), secret, credential.notAfter()),
                previous,
                credential.senderId(),
                credential.zone(),
                credential.notBefore(),
                credential.nonDelegable(),
                credential.roster(),
                Optional.of(credential.commanders()),
                tree);
    }

    private boolean sameSecret(String group, StateImage.Epoch installed, EpochKeys keys) {
        return epochs.keys(group, installed).keyCheckValue().equals(keys.keyCheckValue());
    }
}
