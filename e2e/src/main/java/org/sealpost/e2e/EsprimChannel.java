package org.sealpost.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * ESPrim between two end points that share one pairwise key, both halves (TS-0003 8.4.2, TS-0004 7.6.2): issues receiver RandObjects, derives sessions,
 * seals and opens requests and responses, and renews sessions in band. Without I/O: time and randomness come as arguments. Everything is in memory and is given up at a restart, so no
 * counter needs to survive. Refusals change nothing. Not thread-safe.
 */
public final class EsprimChannel {
    /** How many own receiver objects, sessions in each role, and unanswered exchanges are kept: a flood can't grow memory. */
    static final int MAX_KEPT = 16;

    private static final int INSTANCE_BOUND = 1 << 24;
    private static final int HANDLE_OCTETS = 16;

    private final String keyId;
    private final byte[] pairwiseKey;
    private final AeadPolicy policy;
    private final SessionLimits limits;
    private final Instant keyExpiry;
    private final SessionDerivation derivation;
    private final IssuedObjects issued;
    private final Map<String, EsprimSession> receiving = bounded();
    private final Map<String, RandObject> announced = bounded();
    private final Map<String, Exchange> exchanges = bounded();
    private final ArrayDeque<RandObject> offeredByPeer = new ArrayDeque<>();
    private Optional<Originating> current = Optional.empty();
    private long started;

    /**
     * @param ours the session, when it was started here
     * @param next a session that the request announces for later
     */
    private record Exchange(EsprimSession session, Aead aead, Optional<Originating> ours, Optional<Originating> next) {}

    /** A session that was started here, what was chosen for all of it, and which one it was: a late answer never brings an earlier one back. */
    private record Originating(EsprimSession session, AeadPolicy.Choice choice, long number) {}

    /**
     * A sealed request.
     *
     * @param exchange handle for {@link #openResponse}
     * @param choice the content encryption and why
     */
    public record Sealed(String exchange, String object, AeadPolicy.Choice choice) {}

    /** An opened request; {@code exchange} is the handle for {@link #sealResponse}. */
    public record Opened(String exchange, byte[] plaintext) {}

    /**
     * A channel.
     *
     * @param keyId pairwiseESPrimKeyID; characters that JSON need not escape
     * @param pairwiseKey 32 octets, owned by the channel from now on
     * @param lifetime of RandObjects issued here
     */
    public EsprimChannel(
            String keyId, byte[] pairwiseKey, AeadPolicy policy, Duration lifetime, SessionDerivation derivation) {
        this(
                keyId,
                pairwiseKey,
                Instant.MAX,
                policy,
                SessionLimits.lasting(lifetime),
                new SharedObjects(lifetime),
                derivation);
    }

    /**
     * A channel.
     *
     * @param keyId pairwiseESPrimKeyID; characters that JSON need not escape
     * @param pairwiseKey 32 octets, owned by the channel from now on
     * @param keyExpiry pairwiseESPrimKeyLifetime: when the key ends, and every session with it
     * @param shared what this end point publishes for everybody
     */
    public EsprimChannel(
            String keyId,
            byte[] pairwiseKey,
            Instant keyExpiry,
            AeadPolicy policy,
            SessionLimits limits,
            SharedObjects shared,
            SessionDerivation derivation) {
        if (!keyId.matches("[A-Za-z0-9._-]{1,128}@[A-Za-z0-9.-]{1,128}")) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a pairwise key id is not of the form NAME@FQDN");
        }
        this.keyId = keyId;
        this.pairwiseKey = pairwiseKey;
        this.policy = policy;
        this.keyExpiry = keyExpiry;
        this.limits = limits;
        this.issued = new IssuedObjects(shared);
        this.derivation = derivation;
    }

    /** The pairwise key id that an ESPrim Object names, to find its channel; 4000 when it is malformed. */
    public static String keyIdOf(String object) {
        return EsprimHeader.of(Jwe.parse(object, EsprimHeader.NAMES)).keyId();
    }

    /** Issues a receiver RandObject to the peer (8.4.2 B.2e). */
    public RandObject issue(Instant now, RandomGenerator random) {
        requireKey(now);
        RandObject object = RandObject.fresh(
                RandObject.Role.RECEIVER, earlier(now.plus(limits.lifetime()), keyExpiry), policy.offer(), random);
        issued.add(object);
        return object;
    }

    /** Takes an own receiver object that was made elsewhere: one that several channels share (8.4.2 B.1). */
    public void share(RandObject own) {
        if (own.role() != RandObject.Role.RECEIVER) {
            throw new IllegalArgumentException("only a receiver's RandObject can be shared");
        }
        issued.add(own);
    }

    /** True when a confirmed session, or a receiver object that the peer gave in band, is there to seal a request with. */
    public boolean ready(Instant now) {
        return currentSession(now).isPresent() || peerObject(now).isPresent();
    }

    /**
     * Seals a request: with the peer's receiver object to start a session, else in the current one. A session that has used half of its messages announces its
     * successor in band; it takes over once the peer has answered that request.
     *
     * @throws Refusal 4114 when there is neither, 4111 when the peer's list holds nothing at or above the floor, 4112 when the pairwise key has expired
     */
    public Sealed sealRequest(Optional<RandObject> receiver, byte[] plaintext, Instant now, RandomGenerator random) {
        requireKey(now);
        Optional<RandObject> fresh =
                receiver.or(() -> currentSession(now).isPresent() ? Optional.empty() : peerObject(now));
        Originating chosen = fresh.map(r -> start(r, now, random))
                .or(() -> currentSession(now))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_RECV_RAND_ID,
                        "there is no session: ask the peer for a RandObject first"));
        EsprimSession session = chosen.session;
        Aead aead = chosen.choice.aead();
        boolean renew =
                session.confirmed() && session.halfUsed() && peerObject(now).isEmpty();
        Optional<Originating> next = renew ? Optional.of(start(session.receiver, now, random)) : Optional.empty();
        EsprimHeader header = new EsprimHeader(
                aead.name(),
                keyId,
                Optional.of(EsprimHeader.REQUEST_TYPE),
                session.originator.id(),
                session.receiver.id(),
                session.confirmed() ? next.map(n -> n.session.originator) : Optional.of(session.originator),
                Optional.empty());
        String object = session.seal(header.octets(), aead, plaintext);
        return new Sealed(
                remember(new Exchange(session, aead, Optional.of(chosen), next), random), object, chosen.choice);
    }

    /** Opens a request of the peer; the checks run in the order of TS-0003 8.4.2 C.6. */
    public Opened openRequest(String object, Instant now, RandomGenerator random) {
        Jwe jwe = Jwe.parse(object, EsprimHeader.NAMES);
        EsprimHeader header = EsprimHeader.of(jwe);
        requireKeyId(header, now);
        header.requireContentType(EsprimHeader.REQUEST_TYPE);
        if (header.receiverObject().isPresent()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a request carries a receiver's RandObject");
        }
        String id = sessionId(header);
        Optional<EsprimSession> known = Optional.ofNullable(receiving.get(id));
        RandObject receiver = known.map(s -> s.receiver)
                .filter(r -> now.isBefore(r.expiry()))
                .or(() -> issued.find(header.receiverId(), now))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_RECV_RAND_ID,
                        "the receiver's RandObject is unknown or expired: ask for a new one"));
        EsprimSession session = known.orElseGet(() -> accept(header, receiver, now, random));
        if (!session.usable(now)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_ORIG_RAND_ID,
                    "the originator's RandObject has expired: send a new one");
        }
        Optional<RandObject> announcement = announcement(header, session, now);
        Aead aead = agreed(header, session);
        byte[] plaintext = session.open(jwe, aead);
        if (known.isEmpty()) {
            receiving.put(id, session);
            issued.served(receiver, session.originator, now);
        }
        announcement.ifPresent(a -> announced.put(a.id(), a));
        String handle = remember(new Exchange(session, aead, Optional.empty(), Optional.empty()), random);
        return new Opened(handle, plaintext);
    }

    /** True when the session of an exchange began with an object for this peer alone, and not with a shared one. */
    public boolean unshared(String exchange) {
        return Optional.ofNullable(exchanges.get(exchange))
                .filter(e -> e.session.receiver.unshared())
                .isPresent();
    }

    /**
     * Seals the response of an exchange that {@link #openRequest} opened; offers a new RandObject when half of the session's life or half of its messages is over.
     */
    public String sealResponse(String exchange, byte[] plaintext, Instant now, RandomGenerator random) {
        Exchange open = exchange(exchange, false);
        boolean old = open.session.halfUsed()
                || now.isAfter(open.session.expiry().minus(limits.lifetime().dividedBy(2)));
        EsprimHeader header = new EsprimHeader(
                open.aead.name(),
                keyId,
                Optional.of(EsprimHeader.RESPONSE_TYPE),
                open.session.originator.id(),
                open.session.receiver.id(),
                Optional.empty(),
                old ? Optional.of(issue(now, random)) : Optional.empty());
        String object = open.session.seal(header.octets(), open.aead, plaintext);
        exchanges.remove(exchange);
        return object;
    }

    /**
     * Opens the response of an exchange that {@link #sealRequest} started (8.4.2 C.11).
     *
     * @throws Refusal when its identifiers are not those of the exchange, the session has expired (4113) or the key has (4112), or it is not authentic (4115); the
     *     exchange stays open for the true answer
     */
    public byte[] openResponse(String exchange, String object, Instant now) {
        Exchange open = exchange(exchange, true);
        Jwe jwe = Jwe.parse(object, EsprimHeader.NAMES);
        EsprimHeader header = EsprimHeader.of(jwe);
        requireKeyId(header, now);
        header.requireContentType(EsprimHeader.RESPONSE_TYPE);
        if (header.originatorObject().isPresent()
                || !header.originatorId().equals(open.session.originator.id())
                || !header.receiverId().equals(open.session.receiver.id())
                || !header.enc().equals(open.aead.name())) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a response belongs to another session");
        }
        if (!now.isBefore(open.session.expiry())) {
            throw new Refusal(ResponseStatus.ESPRIM_UNKNOWN_ORIG_RAND_ID, "the session has expired: start a new one");
        }
        byte[] plaintext = open.session.open(jwe, open.aead);
        exchanges.remove(exchange);
        open.next.ifPresent(n -> n.session.confirm());
        Optional<Originating> newest = open.next.or(() -> open.ours);
        if (current.isEmpty() || newest.orElseThrow().number > current.get().number) {
            current = newest;
        }
        header.receiverObject().ifPresent(this::keepOffer);
        return plaintext;
    }

    /** Forgets the current originating session, so that the next request starts a new one. */
    public void abandonSession() {
        current = Optional.empty();
        offeredByPeer.clear();
    }

    /**
     * Seals an error about an object that could not be processed, when the object names a session that proved itself. So many for each session only, because anybody can name one.
     */
    public Optional<String> sealError(String object, byte[] plaintext, Instant now, RandomGenerator random) {
        EsprimHeader header = EsprimHeader.of(Jwe.parse(object, EsprimHeader.NAMES));
        EsprimSession session = receiving.get(sessionId(header));
        if (session == null || !session.usable(now) || !now.isBefore(keyExpiry)) {
            return Optional.empty();
        }
        Aead aead = agreed(header, session);
        if (!session.mayReportError()) {
            return Optional.empty();
        }
        String exchange = remember(new Exchange(session, aead, Optional.empty(), Optional.empty()), random);
        return Optional.of(sealResponse(exchange, plaintext, now, random));
    }

    /** Overwrites the keys; the channel is of no use afterwards. */
    public void wipe() {
        Wipe.octets(pairwiseKey);
        receiving.values().forEach(EsprimSession::wipe);
        current.ifPresent(o -> o.session.wipe());
        exchanges.values().forEach(e -> {
            e.session.wipe();
            e.next.ifPresent(n -> n.session.wipe());
        });
    }

    private Originating start(RandObject receiver, Instant now, RandomGenerator random) {
        if (!now.isBefore(receiver.expiry())) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_RECV_RAND_ID, "the peer's RandObject has expired: ask for a new one");
        }
        if (issued.find(receiver.id(), now).isPresent()) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_IMPERSONATION_ERROR,
                    "the peer's RandObject is one of this end point's own: somebody sent it back");
        }
        if (!receiver.keyGeneration().contains(RandObject.HMAC_SHA256)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                    "the peer does not offer HMAC-SHA256 for the session key");
        }
        AeadPolicy.Choice choice = policy.choose(receiver.aeads());
        // The receiver's expiry, not one of our own: a device whose clock is behind could make no session that the peer
        // believes in.
        Instant expiry = earlier(receiver.expiry(), keyExpiry);
        RandObject originator = RandObject.fresh(
                RandObject.Role.ORIGINATOR, expiry, List.of(choice.aead().id()), random);
        return new Originating(session(receiver, originator, EsprimSession.REQUEST, random), choice, ++started);
    }

    private EsprimSession accept(EsprimHeader header, RandObject receiver, Instant now, RandomGenerator random) {
        RandObject originator = Optional.ofNullable(announced.get(header.originatorId()))
                .or(header::originatorObject)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_ORIG_RAND_ID,
                        "the originator's RandObject is unknown: send it in full"));
        if (!originator.id().equals(header.originatorId())) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "ori is not the identifier of the RandObject beside it");
        }
        requireWithin(originator, receiver, now);
        issued.requireUnserved(receiver, originator);
        return session(receiver, originator, EsprimSession.RESPONSE, random);
    }

    /** A new originator's object in a request of a running session (8.4.3.2): recorded once the request has proved authentic. */
    private Optional<RandObject> announcement(EsprimHeader header, EsprimSession session, Instant now) {
        Optional<RandObject> other = header.originatorObject().filter(o -> !o.equals(session.originator));
        if (other.filter(o -> o.id().equals(header.originatorId())).isPresent()) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "an originator's RandObject has changed under its identifier");
        }
        other.ifPresent(o -> requireWithin(o, session.receiver, now));
        return other;
    }

    private static void requireWithin(RandObject originator, RandObject receiver, Instant now) {
        if (!now.isBefore(originator.expiry())) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_ORIG_RAND_ID,
                    "the originator's RandObject has expired: send a new one");
        }
        if (originator.expiry().isAfter(receiver.expiry())
                || !receiver.keyGeneration().containsAll(originator.keyGeneration())
                || !receiver.aeads().containsAll(originator.aeads())) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                    "the originator's RandObject exceeds what the receiver's offers");
        }
    }

    private EsprimSession session(RandObject receiver, RandObject originator, int direction, RandomGenerator random) {
        byte[] key = derivation.derive(pairwiseKey, receiver, originator);
        return new EsprimSession(
                receiver, originator, key, random.nextInt(INSTANCE_BOUND), direction, limits.messages());
    }

    private Aead agreed(EsprimHeader header, EsprimSession session) {
        Aead aead = Aead.named(header.enc());
        if (!session.originator.aeads().contains(aead.id()) || !policy.accepts(aead)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNSUPPORTED_OPTION, "the content encryption is not among those agreed");
        }
        return aead;
    }

    private void requireKey(Instant now) {
        if (!now.isBefore(keyExpiry)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "the pairwise key has expired: renew it, or enrol again");
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private void requireKeyId(EsprimHeader header, Instant now) {
        requireKey(now);
        if (!header.keyId().equals(keyId)) {
            throw new Refusal(ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "the pairwise key id is not known here");
        }
    }

    private Optional<Originating> currentSession(Instant now) {
        return current.filter(s -> s.session.confirmed() && s.session.usable(now));
    }

    private Optional<RandObject> peerObject(Instant now) {
        offeredByPeer.removeIf(o -> !now.isBefore(o.expiry()));
        return Optional.ofNullable(offeredByPeer.peekLast());
    }

    private void keepOffer(RandObject offer) {
        offeredByPeer.addLast(offer);
        if (offeredByPeer.size() > 2) {
            offeredByPeer.removeFirst();
        }
    }

    private String remember(Exchange exchange, RandomGenerator random) {
        byte[] name = new byte[HANDLE_OCTETS];
        random.nextBytes(name);
        String handle = HexFormat.of().formatHex(name);
        exchanges.put(handle, exchange);
        return handle;
    }

    private Exchange exchange(String handle, boolean ours) {
        Exchange open = exchanges.get(handle);
        if (open == null || open.ours.isPresent() != ours) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "there is no such exchange: it was answered, or the end point restarted");
        }
        return open;
    }

    private static String sessionId(EsprimHeader header) {
        return header.originatorId() + "/" + header.receiverId();
    }

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MAX_KEPT;
            }
        };
    }

    /** For tests that look at what a refusal changed: sizes of all tables. */
    Map<String, Integer> sizes() {
        Map<String, Integer> sizes = new HashMap<>();
        sizes.put("issued", issued.size());
        sizes.put("receiving", receiving.size());
        sizes.put("exchanges", exchanges.size());
        return sizes;
    }
}
