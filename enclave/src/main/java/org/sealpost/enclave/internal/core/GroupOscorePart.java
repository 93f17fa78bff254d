package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.ReplayWindow;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedAnswer;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedCommand;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedVerdict;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.group.Command;
import org.sealpost.group.CommandAcknowledgement;
import org.sealpost.group.Delegation;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.oscore.Coap;
import org.sealpost.oscore.CoapMessage;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.Exchange;
import org.sealpost.oscore.GroupAlgorithms;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.GroupMember;
import org.sealpost.oscore.Mode;
import org.sealpost.oscore.OscoreFailure;
import org.sealpost.oscore.OscoreOption;
import org.sealpost.oscore.PrivateKey;
import org.sealpost.oscore.ProtectedMessage;
import org.sealpost.oscore.ReceivedRequest;

/**
 * Group OSCORE with an epoch's keys. Group mode alone: the private keys lie with a custody that signs. Numbers are reserved on disk before they are used, and a sender's window is on disk before its message has
 * an effect. An end point whose state may be a restored copy sends nothing: its numbers may have been used.
 */
final class GroupOscorePart {
    private static final GroupAlgorithms ALGORITHMS = OscoreMaterial.ALGORITHMS;
    private static final byte[] PATH = "cmd".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] JSON = {50};
    private static final List<CoapMessage.Option> COMMAND_OPTIONS =
            List.of(new CoapMessage.Option(Coap.URI_PATH, PATH), new CoapMessage.Option(Coap.CONTENT_FORMAT, JSON));
    private static final int MAX_EXCHANGES = 1024;
    private static final int MAX_WINDOWS = 4096;

    private final Vault vault;
    private final Epochs epochs;
    private final CredentialsPart credentials;
    private final MemberPart member;
    private final CommanderPart commands;
    private final KnownCommanders commanders;
    private final Map<String, Seat> seats = new HashMap<>();
    private final Map<String, Sent> sent = Bounded.map(MAX_EXCHANGES);
    private final Map<String, Received> received = Bounded.map(MAX_EXCHANGES);
    private long exchanges;

    /** This end point in one epoch of a group. */
    private record Seat(GroupContext context, GroupMember member) {
        void wipe() {
            member.wipe();
            context.wipe();
        }
    }

    private record Sent(String group, long epoch, long commandId, Exchange exchange) {}

    private record Received(String group, ReceivedRequest request) {}

    GroupOscorePart(
            Vault vault, Epochs epochs, CredentialsPart credentials, MemberPart member, CommanderPart commands) {
        this.vault = vault;
        this.epochs = epochs;
        this.credentials = credentials;
        this.member = member;
        this.commands = commands;
        this.commanders = new KnownCommanders(vault);
    }

    String learn(String proof) {
        KnownCommanders.Commander known = commanders.learn(proof, credentials.anchor());
        // Who was remembered with another key is looked up again.
        forgetSeats();
        return known.identity();
    }

    ProtectedCommand protect(long commandId) {
        return guarded(() -> {
            CommanderPart.Given given = commands.given(commandId);
            Epochs.Usable epoch = epochs.newest(given.group());
            if (epoch.epoch() != given.command().epoch()) {
                throw new Refusal(
                        ResponseStatus.CONFLICT, "the group went over to another epoch: give the command anew");
            }
            requireSenderId(given, epoch);
            GroupMember.ProtectedRequest request = seat(epoch)
                    .member()
                    .protectRequest(
                            new CoapMessage(
                                    Coap.POST, COMMAND_OPTIONS, given.command().encode()),
                            number(epoch));
            String exchange = "o" + ++exchanges;
            sent.put(exchange, new Sent(given.group(), epoch.epoch(), commandId, request.exchange()));
            return new ProtectedCommand(
                    exchange, request.message().option(), request.message().payload(), given.proof());
        });
    }

    Acknowledgement openAcknowledgement(String exchange, byte[] option, byte[] payload) {
        return guarded(() -> {
            Sent request = Optional.ofNullable(sent.get(exchange))
                    .orElseThrow(() -> new Refusal(
                            ResponseStatus.NOT_FOUND, "an answer belongs to no command that is remembered"));
            Epochs.Usable epoch = OscoreOption.parse(option)
                    .kidContext()
                    .map(this::epoch)
                    .or(() -> epochs.usable(request.group(), request.epoch()))
                    .orElseThrow(GroupOscorePart::unknown);
            GroupMember.OpenedResponse opened =
                    seat(epoch).member().openResponse(request.exchange(), new ProtectedMessage(option, payload));
            CommandAcknowledgement a =
                    CommandAcknowledgement.decode(opened.message().payload());
            long leaf = OscoreMaterial.leaf(opened.server());
            boolean itsOwn = epoch.roster().stream()
                    .anyMatch(r -> r.senderId() == leaf && r.identity().equals(a.member()));
            if (!itsOwn
                    || opened.message().code() != Coap.CHANGED
                    || !a.group().equals(request.group())
                    || a.commandId() != request.commandId()
                    || !a.commander().equals(identity(epoch))) {
                throw new Refusal(
                        ResponseStatus.BAD_REQUEST,
                        "an acknowledgement disagrees with who sent it, or with its command");
            }
            return new Acknowledgement(
                    a.member(), a.group(), a.commandId(), a.epoch(), a.outcome(), a.detail(), a.at());
        });
    }

    ProtectedVerdict open(byte[] option, byte[] payload) {
        try {
            return opened(new ProtectedMessage(option, payload));
        } catch (OscoreFailure failure) {
            return refused(failure.reason().code(), refusal(failure));
        } catch (Refusal refusal) {
            return refused(OscoreFailure.Reason.UNKNOWN_CONTEXT.code(), refusal);
        }
    }

    ProtectedAnswer protectAcknowledgement(String exchange, String acknowledgement) {
        return guarded(() -> {
            Received request = Optional.ofNullable(received.get(exchange))
                    .orElseThrow(() -> new Refusal(
                            ResponseStatus.NOT_FOUND, "there is no such exchange to answer in: it is too long ago"));
            byte[] content = own(acknowledgement);
            Epochs.Usable epoch = epochs.newest(request.group());
            ProtectedMessage answer = seat(epoch)
                    .member()
                    .protectResponse(
                            request.request(),
                            Mode.GROUP,
                            new CoapMessage(
                                    Coap.CHANGED, List.of(new CoapMessage.Option(Coap.CONTENT_FORMAT, JSON)), content),
                            OptionalLong.of(number(epoch)));
            return new ProtectedAnswer(answer.option(), answer.payload());
        });
    }

    private ProtectedVerdict opened(ProtectedMessage message) {
        OscoreOption option = OscoreOption.parse(message.option());
        Epochs.Usable epoch = option.kidContext().map(this::epoch).orElseThrow(GroupOscorePart::unknown);
        Seat seat = seat(epoch);
        ReceivedRequest request = seat.member().openRequest(message);
        keepWindow(seat, request);
        CoapMessage inner = request.message();
        boolean command = inner.code() == Coap.POST
                && inner.options().stream()
                        .anyMatch(o -> o.number() == Coap.URI_PATH && Arrays.equals(o.value(), PATH));
        if (!command) {
            throw new Refusal(ResponseStatus.OPERATION_NOT_ALLOWED, "a member takes commands, and nothing else");
        }
        CommandVerdict verdict = verdict(epoch, request, inner.payload());
        if (verdict instanceof CommandVerdict.Refused) {
            return new ProtectedVerdict(Optional.empty(), OscoreFailure.Reason.NOT_AUTHENTIC.code(), verdict);
        }
        String exchange = "i" + ++exchanges;
        received.put(exchange, new Received(epoch.group(), request));
        return new ProtectedVerdict(Optional.of(exchange), Coap.CHANGED, verdict);
    }

    private CommandVerdict verdict(Epochs.Usable epoch, ReceivedRequest request, byte[] payload) {
        long leaf = OscoreMaterial.leaf(request.sender());
        List<Delegation> delegations = new ArrayList<>();
        commanders
                .of(epoch.group(), leaf, credentials.anchor())
                .forEach(c -> c.delegation().ifPresent(delegations::add));
        boolean server = leaf == AuthorityPart.SERVER_SENDER_ID;
        try {
            Command command = member.gate(epoch).verify(payload, server ? Optional.empty() : Optional.of(delegations));
            return member.decide(command, server);
        } catch (Refusal refusal) {
            return new CommandVerdict.Refused(refusal.status().code(), refusal.sentence());
        }
    }

    /** A delegation says under which Sender ID its agent signs; with another one no member would know the key. */
    private void requireSenderId(CommanderPart.Given given, Epochs.Usable epoch) {
        boolean fits = given.senderId().filter(id -> id == epoch.senderId()).isPresent();
        if (!fits) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "this agent's delegation names another leaf of the group: the server has to renew it");
        }
    }

    private void keepWindow(Seat seat, ReceivedRequest request) {
        String key = hex(request.gid()) + " " + hex(request.sender());
        ReplayWindow.State window = seat.member().window(request.sender()).orElseThrow();
        vault.change(s -> {
            s.oscoreWindows.put(key, window);
            while (s.oscoreWindows.size() > MAX_WINDOWS) {
                s.oscoreWindows.remove(s.oscoreWindows.keySet().iterator().next());
            }
            return key;
        });
    }

    private Epochs.Usable epoch(byte[] gid) {
        return epochs.groups().stream()
                .flatMap(group -> {
                    long number = OscoreMaterial.epoch(group, gid);
                    return number == 0 ? java.util.stream.Stream.empty() : epochs.usable(group, number).stream();
                })
                .findFirst()
                .orElseThrow(GroupOscorePart::unknown);
    }

    private Seat seat(Epochs.Usable epoch) {
        String key = epoch.group() + " " + epoch.epoch() + " " + epoch.keys().keyCheckValue();
        Seat there = seats.get(key);
        if (there != null) {
            return there;
        }
        // An epoch that ended takes its keys along.
        seats.entrySet().removeIf(e -> {
            boolean over = e.getKey().startsWith(epoch.group() + " ")
                    && epochs.usable(epoch.group(), Long.parseLong(e.getKey().split(" ", -1)[1]))
                            .isEmpty();
            if (over) {
                e.getValue().wipe();
            }
            return over;
        });
        Seat seat = take(epoch);
        seats.put(key, seat);
        return seat;
    }

    private Seat take(Epochs.Usable epoch) {
        String owner = epoch.group() + " epoch " + epoch.epoch();
        OscoreMaterial material = OscoreMaterial.of(epoch.keys(), epoch.group(), epoch.epoch(), ALGORITHMS);
        vault.observed("oscore-master-secret", owner, material.masterSecret());
        GroupContext context = new GroupContext(
                ALGORITHMS,
                material.gid(),
                material.masterSecret(),
                material.masterSalt(),
                manager().octets());
        vault.observed("oscore-signature-encryption-key", owner, context.signatureEncryptionKey());
        byte[] own = OscoreMaterial.senderId(epoch.senderId());
        vault.observed("oscore-sender-key", owner + " leaf " + epoch.senderId(), context.senderKey(own));
        GroupMember seat = new GroupMember(context, identity(epoch, own), kid -> {
            Optional<Credential> found = credential(epoch, OscoreMaterial.leaf(kid));
            found.ifPresent(c -> vault.observed(
                    "oscore-sender-key", owner + " leaf " + OscoreMaterial.leaf(kid), context.senderKey(kid)));
            return found;
        });
        String gid = hex(material.gid()) + " ";
        vault.state().oscoreWindows.forEach((key, window) -> {
            if (key.startsWith(gid)) {
                seat.restore(HexFormat.of().parseHex(key.substring(gid.length())), window);
            }
        });
        return new Seat(context, seat);
    }

    private GroupMember.Identity identity(Epochs.Usable epoch, byte[] senderId) {
        if (isAuthority(epoch)) {
            StateImage.PurposeKey key = commands.purpose();
            return new GroupMember.Identity(
                    senderId,
                    new PrivateKey.Held(vault.custody().signer(key.scalar())),
                    Credential.of(identity(epoch), Jwk.parse(key.key())));
        }
        StateImage.OwnKeys own = vault.state().own.orElseThrow();
        return new GroupMember.Identity(
                senderId,
                new PrivateKey.Held(vault.custody().signer(own.signature())),
                Credential.of(own.identity(), Jwk.parse(own.signatureKey())));
    }

    private Optional<Credential> credential(Epochs.Usable epoch, long leaf) {
        if (!isAuthority(epoch)) {
            Optional<Credential> commander = commanders.of(epoch.group(), leaf, credentials.anchor()).stream()
                    .map(c -> Credential.of(c.identity(), c.key()))
                    .findFirst();
            if (commander.isPresent()) {
                return commander;
            }
        }
        return epoch.roster().stream()
                .filter(r -> r.senderId() == leaf)
                .map(r -> Credential.of(r.identity(), Jwk.parse(r.key())))
                .findFirst();
    }

    private Credential manager() {
        return vault.state()
                .authority
                .map(a -> Credential.of(a.identity, Jwk.parse(a.rootKey)))
                .orElseGet(() -> Credential.of(
                        credentials.anchor().server(),
                        Jwk.parse(credentials.anchor().rootKey())));
    }

    private boolean isAuthority(Epochs.Usable epoch) {
        return vault.state()
                .authority
                .filter(a -> a.groups.containsKey(epoch.group()))
                .isPresent();
    }

    private String identity(Epochs.Usable epoch) {
        return isAuthority(epoch)
                ? vault.state().authority.orElseThrow().identity
                : vault.state().own.orElseThrow().identity();
    }

    /** A number of this sender that was never used, on disk before it is. */
    private long number(Epochs.Usable epoch) {
        if (!vault.vouched()) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                    "this end point's state may be a restored copy, whose numbers were used: the server has to confirm first that it is none");
        }
        return vault.nextCounter("OSCORE " + epoch.group() + " " + epoch.epoch());
    }

    /** What an acknowledgement of this end point says. */
    private byte[] own(String acknowledgement) {
        Epochs.OpenedEnvelope opened =
                epochs.open(GroupEnvelope.parse(GroupEnvelope.Use.ACKNOWLEDGEMENT, acknowledgement));
        CommandAcknowledgement said =
                CommandAcknowledgement.decode(Jws.parse(new String(opened.plaintext(), StandardCharsets.US_ASCII))
                        .payload());
        if (!said.member().equals(vault.state().own.orElseThrow().identity())) {
            throw new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "an acknowledgement is another member's");
        }
        return said.encode();
    }

    /** Derives everything anew when it is needed next. */
    void forgetSeats() {
        seats.values().forEach(Seat::wipe);
        seats.clear();
    }

    private static ProtectedVerdict refused(int code, Refusal refusal) {
        return new ProtectedVerdict(
                Optional.empty(),
                code,
                new CommandVerdict.Refused(refusal.status().code(), refusal.sentence()));
    }

    private static <T> T guarded(Supplier<T> call) {
        try {
            return call.get();
        } catch (OscoreFailure failure) {
            throw refusal(failure);
        }
    }

    private static Refusal refusal(OscoreFailure failure) {
        ResponseStatus status = switch (failure.reason()) {
            case MALFORMED -> ResponseStatus.BAD_REQUEST;
            case UNKNOWN_CONTEXT -> ResponseStatus.ESPRIM_UNKNOWN_KEY_ID;
            case REPLAY -> ResponseStatus.CONFLICT;
            case NOT_AUTHENTIC -> ResponseStatus.ESPRIM_BAD_MAC;
            case UNSUPPORTED -> ResponseStatus.ESPRIM_UNSUPPORTED_OPTION;
            case EXHAUSTED -> ResponseStatus.OPERATION_NOT_ALLOWED;
        };
        return new Refusal(status, String.valueOf(failure.getMessage()));
    }

    private static Refusal unknown() {
        return new Refusal(
                ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "a message is of a group or epoch whose credential is not here");
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }
}
