package org.sealpost.oscore;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.e2e.ReplayWindow;
import org.sealpost.e2e.Wipe;

/**
 * One member of a group in one epoch (RFC 10021): protects and opens requests and responses in group mode and pairwise mode. A silent server is a member without an {@link Identity}: it opens
 * requests in group mode and answers none. Sequence numbers come in as arguments; whoever gives them has stored that they are used. A refusal changes nothing. Not thread-safe.
 */
public final class GroupMember {
    private static final int UNAUTHORIZED = 0x81;

    /** Whoever spreads forgeries over more names than these has that many keys to guess at. */
    private static final int MAX_COUNTED = 4096;

    private final GroupContext context;
    private final Optional<Identity> identity;
    private final Optional<byte[]> senderKey;
    private final CredentialSource credentials;
    private final Map<String, Recipient> recipients = new HashMap<>();
    private final Map<String, ReplayWindow.State> restored = new HashMap<>();
    private final Map<String, FailedOpenings> failures = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, FailedOpenings> eldest) {
            return size() > MAX_COUNTED;
        }
    };
    private final EchoChallenges echo = new EchoChallenges();

    /**
     * Who a member is when it sends.
     *
     * @param senderId up to 7 octets (6 with a nonce of 12), its own in this epoch
     * @param privateKey belonging to the credential; a secret
     */
    public record Identity(byte[] senderId, PrivateKey privateKey, Credential credential) {}

    /** An ordinary member. */
    public GroupMember(GroupContext context, Identity identity, CredentialSource credentials) {
        this(context, Optional.of(identity), credentials);
    }

    /** A member, or without an identity a silent server. */
    public GroupMember(GroupContext context, Optional<Identity> identity, CredentialSource credentials) {
        this.context = context;
        this.identity = identity;
        this.senderKey = identity.map(i -> context.senderKey(i.senderId()));
        this.credentials = credentials;
    }

    /** A request and the exchange that its responses belong to. */
    public record ProtectedRequest(ProtectedMessage message, Exchange exchange) {}

    /** A response, and whose it is. */
    public record OpenedResponse(CoapMessage message, byte[] server) {}

    /**
     * Protects a request for all members.
     *
     * @param sequence never used before under this context
     */
    public ProtectedRequest protectRequest(CoapMessage message, long sequence) {
        Identity own = requireIdentity();
        RequestIdentity request = request(own, sequence);
        byte[] option = option(true, request).encode();
        byte[] payload = seal(own, request, request.partialIv(), own.senderId(), option, message, true);
        return new ProtectedRequest(
                new ProtectedMessage(option, payload), new Exchange(request, Mode.GROUP, Optional.empty()));
    }

    /** Protects a request for one member. */
    public ProtectedRequest protectRequest(CoapMessage message, byte[] server, long sequence) {
        Identity own = requireIdentity();
        RequestIdentity request = request(own, sequence);
        byte[] option = option(false, request).encode();
        byte[] payload =
                sealPairwise(own, recipient(server), request, request.partialIv(), own.senderId(), option, message);
        return new ProtectedRequest(
                new ProtectedMessage(option, payload),
                new Exchange(request, Mode.PAIRWISE, Optional.of(server.clone())));
    }

    /**
     * Opens a request of either mode.
     *
     * @throws OscoreFailure the countersignature is checked before anything is decrypted, and the replay window moves only for what is authentic
     */
    public ReceivedRequest openRequest(ProtectedMessage message) {
        return attempt(message, Optional.empty()) instanceof Attempt.Opened opened
                ? opened.request()
                : unsynchronised();
    }

    /** What came of a request when windows may be lost. */
    public sealed interface Attempt {
        /** A request in order. */
        record Opened(ReceivedRequest request) implements Attempt {}

        /**
         * A request that is authentic, and may be old: to be answered with {@link #challenge}, not to be acted on.
         *
         * @param echo what the sender has to repeat, in a request to this member alone
         */
        record Unsure(ReceivedRequest request, byte[] echo) implements Attempt {}
    }

    /** Windows were lost, or may be of an earlier state: from now on each sender has to show first that it is alive (RFC 10021 section 9). */
    public void distrustWindows() {
        echo.begin();
    }

    /** The response to a request of a sender that has to show that it is alive: 4.01 with Echo. */
    public static CoapMessage challenge(byte[] value) {
        return new CoapMessage(
                UNAUTHORIZED, java.util.List.of(new CoapMessage.Option(EchoChallenges.OPTION, value)), new byte[0]);
    }

    /**
     * As {@link #openRequest}, after {@link #distrustWindows}.
     *
     * @param fresh 8 random octets, for a challenge where one is needed
     */
    public Attempt attempt(ProtectedMessage message, byte[] fresh) {
        return attempt(message, Optional.of(fresh));
    }

    private Attempt attempt(ProtectedMessage message, Optional<byte[]> fresh) {
        OscoreOption option = OscoreOption.parse(message.option());
        byte[] partialIv = option.partialIv().orElseThrow(() -> malformed("a request has no partial IV"));
        byte[] kid = option.kid().orElseThrow(() -> malformed("a request has no kid"));
        requireContext(option.kidContext().orElseThrow(() -> malformed("a request in a group has no kid context")));
        RequestIdentity request = new RequestIdentity(kid, partialIv, context.gid());
        long sequence = PartialIv.sequence(partialIv);
        Recipient sender = recipient(kid);
        boolean unsure = echo.needs(name(kid));
        if (!unsure) {
            sender.requireNew(sequence);
        } else if (fresh.isEmpty() || identity.isEmpty()) {
            unsynchronised();
        }
        byte[] plaintext = option.group()
                ? open(sender, request, partialIv, kid, message, true)
                : openPairwise(sender, request, partialIv, kid, message);
        CoapMessage inner = CoapMessage.of(plaintext);
        if (!inner.isRequest()) {
            throw malformed("a request holds a response");
        }
        Mode mode = option.group() ? Mode.GROUP : Mode.PAIRWISE;
        if (!unsure) {
            sender.record(sequence);
        } else if (echo.answers(name(kid), inner)) {
            sender.beginAt(sequence);
        } else {
            return new Attempt.Unsure(
                    ReceivedRequest.answeredWithNumbersOnly(inner, request, mode),
                    echo.ask(name(kid), fresh.orElseThrow()));
        }
        keep(sender);
        return new Attempt.Opened(new ReceivedRequest(inner, request, mode));
    }

    private static ReceivedRequest unsynchronised() {
        throw new OscoreFailure(
                OscoreFailure.Reason.REPLAY,
                "which messages were received is not known: the sender has to show first that it is alive");
    }

    /**
     * Protects a response. This member's context may be a later one than the request's: then it says so with its Gid (RFC 10021 section 7.3).
     *
     * @param sequence of its own; empty for the first response under the request's own context
     */
    public ProtectedMessage protectResponse(
            ReceivedRequest request, Mode mode, CoapMessage message, OptionalLong sequence) {
        Identity own = requireIdentity();
        RequestIdentity asked = request.identity();
        if (asked.deterministic() && mode != Mode.GROUP) {
            throw new IllegalArgumentException(
                    "a deterministic request is answered in group mode: its client has no key");
        }
        boolean moved = !Arrays.equals(asked.kidContext(), context.gid());
        if (sequence.isEmpty()) {
            if (moved) {
                throw new IllegalStateException("a response under another context needs a sequence number of its own");
            }
            request.takeNonce();
        }
        Optional<byte[]> ownIv =
                sequence.isPresent() ? Optional.of(PartialIv.of(usable(sequence.getAsLong()))) : Optional.empty();
        byte[] option = new OscoreOption(
                        mode == Mode.GROUP,
                        ownIv,
                        moved ? Optional.of(context.gid()) : Optional.empty(),
                        mode == Mode.GROUP || request.mode() == Mode.GROUP
                                ? Optional.of(own.senderId())
                                : Optional.empty())
                .encode();
        byte[] partialIv = ownIv.orElse(asked.partialIv());
        byte[] generator = ownIv.isPresent() ? own.senderId() : asked.kid();
        byte[] payload = mode == Mode.GROUP
                ? seal(own, asked, partialIv, generator, option, message, false)
                : sealPairwise(own, recipient(asked.kid()), asked, partialIv, generator, option, message);
        return new ProtectedMessage(option, payload);
    }

    /** Opens a response to a request that this end point sent, in this context or an earlier one. */
    public OpenedResponse openResponse(Exchange exchange, ProtectedMessage message) {
        OscoreOption option = OscoreOption.parse(message.option());
        requireContext(option.kidContext().orElse(exchange.request().kidContext()));
        byte[] kid =
                option.kid().or(exchange::server).orElseThrow(() -> malformed("a response does not say who sends it"));
        if (exchange.server().isPresent() && !Arrays.equals(exchange.server().get(), kid)) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.NOT_AUTHENTIC, "a response comes from another member than the one asked");
        }
        if (exchange.request().deterministic()
                && (!option.group() || option.partialIv().isEmpty())) {
            throw malformed(
                    "a response to a deterministic request is countersigned, under a number of the server's own");
        }
        long number = option.partialIv().map(PartialIv::sequence).orElse(-1L);
        exchange.requireNew(kid, number);
        Recipient sender = recipient(kid);
        byte[] partialIv = option.partialIv().orElse(exchange.request().partialIv());
        byte[] generator =
                option.partialIv().isPresent() ? kid : exchange.request().kid();
        byte[] plaintext = option.group()
                ? open(sender, exchange.request(), partialIv, generator, message, false)
                : openPairwise(sender, exchange.request(), partialIv, generator, message);
        CoapMessage inner = CoapMessage.of(plaintext);
        if (inner.isRequest()) {
            throw malformed("a response holds a request");
        }
        exchange.record(kid, number);
        keep(sender);
        return new OpenedResponse(inner, kid);
    }

    /** The keys of the pairwise mode with a peer; secrets, the caller's copies to wipe. For whoever keeps account of them. */
    public PairwiseKeys pairwiseKeys(byte[] peer) {
        pairwiseEncryption();
        PairwiseKeys keys = pairwise(recipient(peer));
        return new PairwiseKeys(keys.to().clone(), keys.from().clone());
    }

    /** Which numbers of a sender were received, to be stored before its message has an effect; empty for one that none was received of. */
    public Optional<ReplayWindow.State> window(byte[] sender) {
        return Optional.ofNullable(recipients.get(name(sender))).map(Recipient::window);
    }

    /** Goes on from what was stored; to be called before anything of that sender is opened. */
    public void restore(byte[] sender, ReplayWindow.State window) {
        restored.put(name(sender), window);
    }

    /** How many forgeries came in a peer's name; a reason to rekey long before the limit (RFC 10021 section 13). */
    public long forgeries(byte[] senderId) {
        return Optional.ofNullable(failures.get(name(senderId)))
                .map(FailedOpenings::count)
                .orElse(0L);
    }

    /** Overwrites this member's keys; those of context and identity are their owners'. */
    public void wipe() {
        senderKey.ifPresent(Wipe::octets);
        recipients.values().forEach(Recipient::wipe);
        recipients.clear();
    }

    private byte[] seal(
            Identity own,
            RequestIdentity request,
            byte[] partialIv,
            byte[] generator,
            byte[] option,
            CoapMessage message,
            boolean isRequest) {
        AeadAlgorithm algorithm = groupEncryption();
        byte[] external = Aad.group(context, request, option, own.credential());
        byte[] ciphertext = algorithm.seal(
                senderKey.orElseThrow(),
                context.nonce(generator, partialIv, algorithm),
                Aad.encryption(external),
                message.plaintext());
        byte[] signature = signature().sign(own.privateKey(), Aad.countersignature(external, ciphertext));
        xor(signature, context.keystream(partialIv, generator, isRequest));
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(ciphertext);
        payload.writeBytes(signature);
        return payload.toByteArray();
    }

    private byte[] open(
            Recipient sender,
            RequestIdentity request,
            byte[] partialIv,
            byte[] generator,
            ProtectedMessage message,
            boolean isRequest) {
        AeadAlgorithm algorithm = groupEncryption();
        Countersigned parts = Countersigned.of(message.payload());
        byte[] external = Aad.group(context, request, message.option(), sender.credential());
        byte[] signature = parts.signature();
        xor(signature, context.keystream(partialIv, generator, isRequest));
        if (!signature()
                .verify(sender.credential().key(), Aad.countersignature(external, parts.ciphertext()), signature)) {
            throw new OscoreFailure(OscoreFailure.Reason.NOT_AUTHENTIC, "a countersignature does not verify");
        }
        return opened(
                sender,
                algorithm,
                sender.key(),
                context.nonce(generator, partialIv, algorithm),
                Aad.encryption(external),
                parts.ciphertext());
    }

    private byte[] sealPairwise(
            Identity own,
            Recipient peer,
            RequestIdentity request,
            byte[] partialIv,
            byte[] generator,
            byte[] option,
            CoapMessage message) {
        AeadAlgorithm algorithm = pairwiseEncryption();
        return algorithm.seal(
                pairwise(peer).to(),
                context.nonce(generator, partialIv, algorithm),
                Aad.encryption(Aad.group(context, request, option, own.credential())),
                message.plaintext());
    }

    private byte[] openPairwise(
            Recipient sender, RequestIdentity request, byte[] partialIv, byte[] generator, ProtectedMessage message) {
        AeadAlgorithm algorithm = pairwiseEncryption();
        return opened(
                sender,
                algorithm,
                pairwise(sender).from(),
                context.nonce(generator, partialIv, algorithm),
                Aad.encryption(Aad.group(context, request, message.option(), sender.credential())),
                message.payload());
    }

    private PairwiseKeys pairwise(Recipient peer) {
        Identity own = requireIdentity();
        return peer.pairwise().orElseGet(() -> {
            byte[] secret =
                    KeyAgreement.agree(own.privateKey(), peer.credential().key());
            byte[] mine = own.credential().octets();
            byte[] theirs = peer.credential().octets();
            try {
                return peer.keep(new PairwiseKeys(
                        pairwiseKey(senderKey.orElseThrow(), own.senderId(), mine, theirs, secret),
                        pairwiseKey(peer.key(), peer.id(), theirs, mine, secret)));
            } finally {
                Wipe.octets(secret);
            }
        });
    }

    private byte[] pairwiseKey(byte[] key, byte[] id, byte[] sender, byte[] receiver, byte[] secret) {
        byte[] material = new byte[sender.length + receiver.length + secret.length];
        System.arraycopy(sender, 0, material, 0, sender.length);
        System.arraycopy(receiver, 0, material, sender.length, receiver.length);
        System.arraycopy(secret, 0, material, sender.length + receiver.length, secret.length);
        try {
            return Derivation.pairwiseKey(key, material, id, context.gid(), pairwiseEncryption());
        } finally {
            Wipe.octets(material);
        }
    }

    private byte[] opened(
            Recipient sender, AeadAlgorithm algorithm, byte[] key, byte[] nonce, byte[] aad, byte[] ciphertext) {
        try {
            return sender.failures().open(algorithm, key, nonce, aad, ciphertext);
        } catch (OscoreFailure failure) {
            // Counted also for a peer that nothing authentic came from yet.
            failures.putIfAbsent(name(sender.id()), sender.failures());
            throw failure;
        }
    }

    private Recipient recipient(byte[] id) {
        Recipient known = recipients.get(name(id));
        if (known != null) {
            return known;
        }
        Credential credential = credentials
                .credential(id)
                .filter(c ->
                        identity.isEmpty() || !Arrays.equals(id, identity.get().senderId()))
                .orElseThrow(() -> new OscoreFailure(
                        OscoreFailure.Reason.UNKNOWN_CONTEXT, "a message names a sender that is no member"));
        return new Recipient(
                id.clone(),
                context.senderKey(id),
                credential,
                Optional.ofNullable(restored.get(name(id)))
                        .map(ReplayWindow::of)
                        .orElseGet(ReplayWindow::new),
                Optional.ofNullable(failures.get(name(id))).orElseGet(FailedOpenings::new));
    }

    /** A peer is remembered once a message of its proved authentic: forgeries with made-up names cost no memory. */
    private void keep(Recipient recipient) {
        recipients.putIfAbsent(name(recipient.id()), recipient);
    }

    private RequestIdentity request(Identity own, long sequence) {
        return new RequestIdentity(own.senderId(), PartialIv.of(usable(sequence)), context.gid());
    }

    private OscoreOption option(boolean group, RequestIdentity request) {
        return new OscoreOption(
                group, Optional.of(request.partialIv()), Optional.of(request.kidContext()), Optional.of(request.kid()));
    }

    private long usable(long sequence) {
        if (sequence < 0
                || sequence >= PartialIv.END
                || sequence >= context.algorithms().main().encryptionLimit()) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.EXHAUSTED,
                    "the sender's key protected as many messages as it may: the group needs a new epoch");
        }
        return sequence;
    }

    private void requireContext(byte[] gid) {
        if (!Arrays.equals(gid, context.gid())) {
            throw new OscoreFailure(
                    OscoreFailure.Reason.UNKNOWN_CONTEXT, "a message belongs to another group or epoch");
        }
    }

    private Identity requireIdentity() {
        return identity.orElseThrow(
                () -> new OscoreFailure(OscoreFailure.Reason.UNSUPPORTED, "a silent server sends nothing"));
    }

    private AeadAlgorithm groupEncryption() {
        return context.algorithms()
                .group()
                .orElseThrow(() -> new OscoreFailure(OscoreFailure.Reason.UNSUPPORTED, "the group has no group mode"));
    }

    private AeadAlgorithm pairwiseEncryption() {
        return context.algorithms()
                .pairwise()
                .orElseThrow(
                        () -> new OscoreFailure(OscoreFailure.Reason.UNSUPPORTED, "the group has no pairwise mode"));
    }

    private SignatureAlgorithm signature() {
        return context.algorithms().signature().orElseThrow();
    }

    private static void xor(byte[] octets, byte[] keystream) {
        for (int i = 0; i < octets.length; i++) {
            octets[i] ^= keystream[i];
        }
    }

    private static String name(byte[] id) {
        return HexFormat.of().formatHex(id);
    }

    private static OscoreFailure malformed(String sentence) {
        return new OscoreFailure(OscoreFailure.Reason.MALFORMED, sentence);
    }
}
