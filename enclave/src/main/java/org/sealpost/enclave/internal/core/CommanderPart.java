package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;
import org.sealpost.enclave.CommanderKeys.CommandOrder;
import org.sealpost.enclave.CommanderKeys.DelegationFacts;
import org.sealpost.enclave.CommanderKeys.SealedCommand;
import org.sealpost.group.Command;
import org.sealpost.group.CommandAcknowledgement;
import org.sealpost.group.Delegation;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.Purpose;
import org.sealpost.group.RosterEntry;
import org.sealpost.group.Target;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** What a commander does: numbers, signs and seals commands, and verifies who acknowledged them. */
final class CommanderPart {
    private static final int MAX_DELEGATIONS = 16;
    private static final int MAX_GIVEN = 64;
    private static final int ID_BLOCK = 1000;

    private final Vault vault;
    private final Epochs epochs;
    private final CredentialsPart credentials;
    private final Map<Long, Given> given = new LinkedHashMap<>();
    private long lastId;
    private long reserved;

    /**
     * A command that got its number, for its other wire form.
     *
     * @param proof that it may be given: delegation, or certificate of the server's command key
     * @param senderId that the proof names for the group
     */
    record Given(String group, Command command, String proof, Optional<Long> senderId) {}

    CommanderPart(Vault vault, Epochs epochs, CredentialsPart credentials) {
        this.vault = vault;
        this.epochs = epochs;
        this.credentials = credentials;
    }

    DelegationFacts acceptDelegation(String compact) {
        Delegation delegation =
                Delegation.verify(compact, Jwk.parse(credentials.anchor().rootKey()), vault.now());
        StateImage.OwnKeys own = vault.state().own.orElseThrow();
        if (!delegation.agent().equals(own.identity())
                || !Jwk.print(delegation.key()).equals(own.signatureKey())) {
            throw new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "a delegation is for another agent");
        }
        vault.change(s -> {
            s.delegations.remove(delegation.id());
            s.delegations.put(delegation.id(), compact);
            while (s.delegations.size() > MAX_DELEGATIONS) {
                s.delegations.remove(s.delegations.keySet().iterator().next());
            }
            return delegation.id();
        });
        return facts(delegation);
    }

    SealedCommand seal(CommandOrder order) {
        Epochs.Usable epoch = epochs.newest(order.group());
        Target target = Target.parse(order.target());
        Command.checked(order.arguments());
        boolean server = vault.state()
                .authority
                .filter(a -> a.groups.containsKey(order.group()))
                .isPresent();
        Map<String, String> proof = server ? serverProof() : delegationFor(order, target);
        long id = nextId();
        Command command = new Command(
                id,
                order.group(),
                epoch.epoch(),
                target,
                order.verb(),
                order.arguments(),
                identity(server),
                vault.now(),
                order.notAfter());
        remember(order.group(), command, proof, server);
        String signed = sign(server, proof, command);
        String envelope = GroupEnvelope.seal(
                GroupEnvelope.Use.COMMAND,
                epoch.keys(),
                order.group(),
                epoch.epoch(),
                new GroupEnvelope.Sender(
                        epoch.senderId(),
                        vault.instance(),
                        vault.nextCounter(GroupEnvelope.Use.COMMAND + " " + order.group() + " " + epoch.epoch())),
                InnerPrimitives.utf8(signed));
        List<String> expected = epoch.roster().stream()
                .filter(r -> target.reaches(r.identity(), r.zone()))
                .map(RosterEntry::identity)
                .toList();
        return new SealedCommand(id, envelope, expected);
    }

    Acknowledgement open(String envelope) {
        GroupEnvelope parsed = GroupEnvelope.parse(GroupEnvelope.Use.ACKNOWLEDGEMENT, envelope);
        Epochs.OpenedEnvelope opened = epochs.open(parsed);
        Epochs.Usable epoch = opened.epoch();
        Jws signed = Jws.parse(new String(opened.plaintext(), StandardCharsets.US_ASCII));
        String claimed = CommandAcknowledgement.decode(signed.payload()).member();
        RosterEntry member = epochs.member(epoch, claimed)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                        "an acknowledgement comes from nobody in the group's roster"));
        CommandAcknowledgement a =
                CommandAcknowledgement.decode(signed.verify(Jwk.parse(member.key()), Labels.TYPE_ACKNOWLEDGEMENT));
        boolean server = vault.state()
                .authority
                .filter(x -> x.groups.containsKey(epoch.group()))
                .isPresent();
        if (!a.commander().equals(identity(server))) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an acknowledgement answers another commander");
        }
        if (!a.group().equals(epoch.group()) || a.epoch() != epoch.epoch()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an acknowledgement disagrees with its envelope");
        }
        return new Acknowledgement(a.member(), a.group(), a.commandId(), a.epoch(), a.outcome(), a.detail(), a.at());
    }

    /** A number above all that were given, also before a crash: numbers are reserved in blocks, one write for many. No number is below the time in milliseconds. */
    private long nextId() {
        long next = Math.max(lastId + 1, vault.now() * 1000);
        if (next > reserved) {
            next = vault.change(s -> {
                long first = Math.max(s.lastCommandId + 1, vault.now() * 1000);
                s.lastCommandId = first + ID_BLOCK - 1;
                return first;
            });
            reserved = next + ID_BLOCK - 1;
        }
        lastId = next;
        return next;
    }

    /** A command of this run. */
    Given given(long commandId) {
        return Optional.ofNullable(given.get(commandId))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.NOT_FOUND, "a command of that number is not remembered: give it anew"));
    }

    private void remember(String group, Command command, Map<String, String> proof, boolean server) {
        String said = proof.values().iterator().next();
        Optional<Long> senderId = server
                ? Optional.of(AuthorityPart.SERVER_SENDER_ID)
                : Optional.ofNullable(
                        Delegation.verify(said, Jwk.parse(credentials.anchor().rootKey()), vault.now())
                                .senderIds()
                                .get(group));
        given.put(command.id(), new Given(group, command, said, senderId));
        if (given.size() > MAX_GIVEN) {
            given.remove(given.keySet().iterator().next());
        }
    }

    private Map<String, String> delegationFor(CommandOrder order, Target target) {
        List<String> newestFirst = new ArrayList<>(vault.state().delegations.values());
        java.util.Collections.reverse(newestFirst);
        Refusal last = new Refusal(
                ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                "this agent has no delegation for that group: the server has to give it one");
        for (String compact : newestFirst) {
            try {
                Delegation delegation = Delegation.verify(
                        compact, Jwk.parse(credentials.anchor().rootKey()), vault.now());
                if (delegation.groups().contains(order.group())) {
                    delegation.requireAllows(order.group(), target, order.verb(), vault.now());
                    return Map.of("dlg", compact);
                }
            } catch (Refusal refusal) {
                last = refusal;
            }
        }
        throw last;
    }

    private Map<String, String> serverProof() {
        return Map.of("pct", purpose().certificate());
    }

    StateImage.PurposeKey purpose() {
        return java.util.Objects.requireNonNull(
                vault.state().authority.orElseThrow().purposes.get(Purpose.COMMAND.use()));
    }

    private String sign(boolean server, Map<String, String> proof, Command command) {
        byte[] reference =
                server ? purpose().scalar() : vault.state().own.orElseThrow().signature();
        String key = server ? purpose().key() : vault.state().own.orElseThrow().signatureKey();
        return Jws.sign(
                vault.custody().signer(reference),
                Labels.TYPE_COMMAND,
                Jwk.thumbprint(Jwk.parse(key)),
                proof,
                command.encode());
    }

    private String identity(boolean server) {
        return server
                ? vault.state().authority.orElseThrow().identity
                : vault.state().own.orElseThrow().identity();
    }

    static DelegationFacts facts(Delegation d) {
        return new DelegationFacts(d.id(), d.agent(), d.groups(), d.verbs(), d.zones(), d.notAfter());
    }
}
