package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.Reading;
import org.sealpost.group.Command;
import org.sealpost.group.CommandAcknowledgement;
import org.sealpost.group.CommandGate;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.SealedReading;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** What a member does with its groups' credentials: readings, commands, acknowledgements. */
final class MemberPart {
    private final Vault vault;
    private final Epochs epochs;
    private final CredentialsPart credentials;

    MemberPart(Vault vault, Epochs epochs, CredentialsPart credentials) {
        this.vault = vault;
        this.epochs = epochs;
        this.credentials = credentials;
    }

    String sealReading(String group, byte[] reading) {
        Epochs.Usable epoch = epochs.newest(group);
        long counter = counter(GroupEnvelope.Use.READING, epoch);
        SealedReading sealed =
                new SealedReading(group, epoch.epoch(), identity(), epoch.senderId(), counter, reading, vault.now());
        return GroupEnvelope.seal(
                GroupEnvelope.Use.READING,
                epoch.keys(),
                group,
                epoch.epoch(),
                new GroupEnvelope.Sender(epoch.senderId(), vault.instance(), counter),
                sealed.encode());
    }

    Reading openReading(String envelope) {
        GroupEnvelope parsed = GroupEnvelope.parse(GroupEnvelope.Use.READING, envelope);
        Epochs.OpenedEnvelope opened = epochs.open(parsed);
        Epochs.Usable epoch = opened.epoch();
        SealedReading reading = SealedReading.decode(opened.plaintext());
        boolean consistent = reading.group().equals(epoch.group())
                && reading.epoch() == epoch.epoch()
                && reading.senderId() == parsed.senderId()
                && reading.counter() == parsed.counter();
        boolean known = epoch.roster().isEmpty()
                || epoch.roster().stream()
                        .anyMatch(r -> r.identity().equals(reading.sender()) && r.senderId() == reading.senderId());
        if (!consistent || !known) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "a reading disagrees with its envelope or with the group's roster");
        }
        return new Reading(reading.group(), reading.epoch(), reading.sender(), reading.counter(), reading.reading());
    }

    CommandVerdict openCommand(String envelope) {
        try {
            GroupEnvelope parsed = GroupEnvelope.parse(GroupEnvelope.Use.COMMAND, envelope);
            Epochs.OpenedEnvelope opened = epochs.open(parsed);
            Epochs.Usable epoch = opened.epoch();
            Jws signed = Jws.parse(new String(opened.plaintext(), StandardCharsets.US_ASCII));
            Command command = gate(epoch).verify(signed);
            return decide(command, signed.delegation().isEmpty());
        } catch (Refusal refusal) {
            return new CommandVerdict.Refused(refusal.status().code(), refusal.sentence());
        }
    }

    /** What a command of an epoch is checked by, at this time. */
    CommandGate gate(Epochs.Usable epoch) {
        StateImage.Anchor anchor = credentials.anchor();
        return new CommandGate(
                Jwk.parse(anchor.rootKey()),
                anchor.server(),
                epoch.group(),
                epoch.epoch(),
                epoch.nonDelegable(),
                Optional.ofNullable(vault.state().credentials.get(epoch.group()))
                        .flatMap(StateImage.Held::commanders)
                        .orElse(0L),
                vault.now(),
                vault.clockRuns(),
                credentials.certificates());
    }

    List<CommandVerdict.Execute> unfinished() {
        return vault.state().commands.entrySet().stream()
                .filter(e -> e.getValue().acknowledgement().isEmpty())
                .flatMap(e -> e.getValue().pending().stream()
                        .map(p -> execute(e.getKey(), e.getValue().id(), p)))
                .toList();
    }

    String acknowledge(String reference, String outcome, String detail) {
        int split = reference.lastIndexOf('#');
        String commander = split < 0 ? "" : reference.substring(0, split);
        StateImage.Seen seen = Optional.ofNullable(vault.state().commands.get(commander))
                .filter(s -> reference.equals(reference(commander, s.id())))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND,
                        "there is no such command to acknowledge: a later one has taken its place"));
        if (seen.acknowledgement().isPresent()) {
            return seen.acknowledgement().get();
        }
        StateImage.Pending pending = seen.pending()
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.NOT_FOUND, "that command was for others: it is not acknowledged"));
        String sealed = seal(commander, seen.id(), pending, outcome, detail);
        vault.change(s -> s.commands.put(
                commander, new StateImage.Seen(seen.id(), seen.digest(), seen.pending(), Optional.of(sealed))));
        return sealed;
    }

    /** What is to be done with a command that was verified; its number is stored first. */
    CommandVerdict decide(Command command, boolean byServer) {
        byte[] digest = command.digest();
        String commander = command.commander();
        Optional<StateImage.Seen> last =
                Optional.ofNullable(vault.state().commands.get(commander));
        return switch (CommandGate.order(
                command.id(), last.map(StateImage.Seen::id).orElse(0L))) {
            case STALE ->
                new CommandVerdict.Refused(
                        ResponseStatus.CONFLICT.code(),
                        "a command is older than one that was accepted from its commander");
            case SEEN ->
                java.util.Arrays.equals(digest, last.orElseThrow().digest())
                        ? new CommandVerdict.Duplicate(
                                commander, command.id(), last.get().acknowledgement())
                        : new CommandVerdict.Refused(
                                ResponseStatus.CONFLICT.code(),
                                "two different commands claim one number: the later one is refused");
            case NEW ->
                vault.mayBeOfAForgottenRun(command.issuedAt())
                        ? new CommandVerdict.Refused(
                                ResponseStatus.ESPRIM_UNKNOWN_KEY_ID.code(),
                                "a command was given before this end point started: the server has to confirm first that its state is no restored copy")
                        : accept(command, digest, byServer);
        };
    }

    /** Stores the number before anyone acts. Only the server's word moves the clock: a captured agent could set it to the far future. */
    private CommandVerdict accept(Command command, byte[] digest, boolean byServer) {
        StateImage.Held held = vault.state().credentials.get(command.group());
        boolean forUs = held != null && command.target().reaches(identity(), held.zone());
        StateImage.Pending pending = new StateImage.Pending(
                command.group(), command.epoch(), command.target().print(), command.verb(), command.arguments());
        vault.change(s -> {
            s.commands.put(
                    command.commander(),
                    new StateImage.Seen(
                            command.id(), digest, forUs ? Optional.of(pending) : Optional.empty(), Optional.empty()));
            if (byServer) {
                s.timeFloor = Math.max(s.timeFloor, command.issuedAt());
            }
            return command.id();
        });
        return forUs
                ? execute(command.commander(), command.id(), pending)
                : new CommandVerdict.NotForUs(command.commander(), command.id());
    }

    private String seal(String commander, long id, StateImage.Pending pending, String outcome, String detail) {
        Epochs.Usable epoch = epochs.newest(pending.group());
        StateImage.OwnKeys own = vault.state().own.orElseThrow();
        CommandAcknowledgement acknowledgement = new CommandAcknowledgement(
                id, pending.group(), epoch.epoch(), own.identity(), commander, outcome, detail, vault.now());
        String signed = Jws.sign(
                vault.custody().signer(own.signature()),
                Labels.TYPE_ACKNOWLEDGEMENT,
                Jwk.thumbprint(Jwk.parse(own.signatureKey())),
                Map.of(),
                acknowledgement.encode());
        return GroupEnvelope.seal(
                GroupEnvelope.Use.ACKNOWLEDGEMENT,
                epoch.keys(),
                pending.group(),
                epoch.epoch(),
                new GroupEnvelope.Sender(
                        epoch.senderId(), vault.instance(), counter(GroupEnvelope.Use.ACKNOWLEDGEMENT, epoch)),
                InnerPrimitives.utf8(signed));
    }

    private long counter(GroupEnvelope.Use use, Epochs.Usable epoch) {
        return vault.nextCounter(use + " " + epoch.group() + " " + epoch.epoch());
    }

    private static CommandVerdict.Execute execute(String commander, long id, StateImage.Pending p) {
        return new CommandVerdict.Execute(
                reference(commander, id), p.group(), p.epoch(), commander, id, p.target(), p.verb(), p.arguments());
    }

    private static String reference(String commander, long id) {
        return commander + "#" + id;
    }

    private String identity() {
        return vault.state()
                .own
                .map(StateImage.OwnKeys::identity)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "this end point is not enrolled: enrol it first"));
    }
}
