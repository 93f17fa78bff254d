package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
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
        boolean old = held().stream().anyMatch(d -> replaces(d, delegation) && !d.id().equals(delegation.id()));
        if (old) {
            return facts(delegation);
        }
        List<String> over = held().stream()
                .filter(d -> replaces(delegation, d))
                .map(Delegation::id)
                .toList();
        vault.change(s -> {
            over.forEach(s.delegations::remove);
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
        boolean server = isServer(order.group());
        Map<String, String> proof = server ? serverProof() : delegationFor(order.group(), target, order.verb());
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
        return sealed(command, proof, server, epoch);
    }

    /** The command again, when it needs another delegation or epoch by now. */
    Optional<SealedCommand> renew(long commandId) {
        Given old = given.get(commandId);
        if (old == null) {
            return Optional.empty();
        }
        Command command = old.command();
        Epochs.Usable epoch = epochs.newest(old.group());
        boolean server = isServer(old.group());
        Map<String, String> proof =
                server ? serverProof() : delegationFor(old.group(), command.target(), command.verb());
        if (command.epoch() == epoch.epoch() && proof.containsValue(old.proof())) {
            return Optional.empty();
        }
        return Optional.of(sealed(command.inEpoch(epoch.epoch()), proof, server, epoch));
    }

    private SealedCommand sealed(Command command, Map<String, String> proof, boolean server, Epochs.Usable epoch) {
        remember(command.group(), command, proof, server);
        String signed = sign(server, proof, command);
        String envelope = GroupEnvelope.seal(
                GroupEnvelope.Use.COMMAND,
                epoch.keys(),
                command.group(),
                epoch.epoch(),
                new GroupEnvelope.Sender(
                        epoch.senderId(),
                        vault.instance(),
                        vault.nextCounter(GroupEnvelope.Use.COMMAND + " " + command.group() + " " + epoch.epoch())),
                InnerPrimitives.utf8(signed));
        List<String> expected = epoch.roster().stream()
                .filter(r -> command.target().reaches(r.identity(), r.zone()))
                .map(RosterEntry::identity)
                .toList();
        return new SealedCommand(command.id(), envelope, expected);
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
        boolean server = isServer(epoch.group());
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

    private Map<String, String> delegationFor(String group, Target target, String verb) {
        long version = Optional.ofNullable(vault.state().credentials.get(group))
                .flatMap(StateImage.Held::commanders)
                .orElse(0L);
        Refusal last = new Refusal(
                ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                "this agent has no delegation for that group: the server has to give it one");
        for (String compact : newestFirst(group)) {
            try {
                Delegation delegation = Delegation.verify(
                        compact, Jwk.parse(credentials.anchor().rootKey()), vault.now());
                delegation.requireNotRevoked(group, version);
                delegation.requireAllows(group, target, verb, vault.now());
                return Map.of("dlg", compact);
            } catch (Refusal refusal) {
                last = refusal;
            }
        }
        throw last;
    }

    /** Delegations for a group; they may have come in any order. */
    private List<String> newestFirst(String group) {
        record Entry(String compact, Delegation delegation) {}
        List<Entry> all = new ArrayList<>();
        vault.state()
                .delegations
                .values()
                .forEach(compact -> parsed(compact)
                        .filter(d -> d.groups().contains(group))
                        .ifPresent(d -> all.add(0, new Entry(compact, d))));
        all.sort(Comparator.comparingLong((Entry e) -> e.delegation().versions().getOrDefault(group, 0L))
                .thenComparingLong(e -> e.delegation().notBefore())
                .reversed());
        return all.stream().map(Entry::compact).toList();
    }

    private List<Delegation> held() {
        return vault.state().delegations.values().stream()
                .flatMap(compact -> parsed(compact).stream())
                .toList();
    }

    private Optional<Delegation> parsed(String compact) {
        try {
            return Optional.of(
                    Delegation.verify(compact, Jwk.parse(credentials.anchor().rootKey()), vault.now()));
        } catch (Refusal over) {
            // its signing key's certificate has ended, or the root is another one since
            return Optional.empty();
        }
    }

    /** Whether a delegation says the same as another one, later. */
    private static boolean replaces(Delegation later, Delegation earlier) {
        boolean same = later.groups().equals(earlier.groups())
                && later.verbs().equals(earlier.verbs())
                && later.zones().equals(earlier.zones());
        boolean upToDate = later.groups().stream()
                .allMatch(g -> later.versions().getOrDefault(g, 0L)
                        >= earlier.versions().getOrDefault(g, 0L));
        return same && upToDate && later.notBefore() > earlier.notBefore();
    }

    private boolean isServer(String group) {
        return vault.state().authority.filter(a -> a.groups.containsKey(group)).isPresent();
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
