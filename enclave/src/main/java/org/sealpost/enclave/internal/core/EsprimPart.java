package org.sealpost.enclave.internal.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.AeadPolicy;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.InnerOriginator;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionDerivation;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.e2e.SessionLimits;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.SharedObjects;
import org.sealpost.e2e.provisioning.FunctionState;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.EndPointKeys.Confirmation;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.enclave.EndPointKeys.Lineage;
import org.sealpost.enclave.EndPointKeys.Negotiation;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.EndPointKeys.WantedKey;
import org.sealpost.group.CredentialConfirmation;
import org.sealpost.onem2m.Content;
import org.sealpost.onem2m.Operation;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponsePrimitive;
import org.sealpost.onem2m.ResponseStatus;

/**
 * ESPrim with every peer: finds the channel, runs the exchange, and keeps credentials and confirmations inside. Sessions, exchanges and answers given live in
 * memory: after a restart peers start over.
 */
final class EsprimPart {
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final Duration SHARED_LIFETIME = Duration.ofMinutes(20);
    private static final int MAX_EXCHANGES = 4096;
    private static final int MAX_ANSWERS = 256;

    private final Vault vault;
    private final CredentialsPart credentials;
    private final AuthorityPart authority;
    private final Epochs epochs;
    private final KeyRing keys;
    private final RenewalPart renewals;
    private final EndingPart endings;
    private final Map<String, Channel> channels = new HashMap<>();
    private final Map<String, Exchange> exchanges = Bounded.map(MAX_EXCHANGES);
    private final Map<String, OpenedRequest.Answered> answers = Bounded.map(MAX_ANSWERS);
    private final Map<String, String> errorIds = Bounded.map(MAX_EXCHANGES);
    private final SharedObjects shared = new SharedObjects(SHARED_LIFETIME);
    private final Map<String, RandObject> beforeTheKey = Bounded.map(MAX_ANSWERS);
    private final RepeatedRequests repeated = new RepeatedRequests();

    private record Channel(String peer, String keyId, EsprimChannel esprim) {}

    /**
     * @param requestId inner rqi
     * @param nonce of a credential that was sent and has to be confirmed
     * @param vouches whether a good answer means that the server knows this state's lineage
     */
    private record Exchange(
            String peer, String keyId, String requestId, Optional<String> group, String nonce, boolean vouches) {
        Exchange(String peer, String keyId, String requestId, Optional<String> group, String nonce) {
            this(peer, keyId, requestId, group, nonce, false);
        }

        Exchange under(String key) {
            return new Exchange(peer, key, requestId, group, nonce, vouches);
        }
    }

    EsprimPart(
            Vault vault,
            CredentialsPart credentials,
            AuthorityPart authority,
            Epochs epochs,
            KeyRing keys,
            RenewalPart renewals,
            EndingPart endings) {
        this.vault = vault;
        this.credentials = credentials;
        this.authority = authority;
        this.epochs = epochs;
        this.keys = keys;
        this.renewals = renewals;
        this.endings = endings;
    }

    /** Where a MAF may give a key with the requester, with its first message, the object is made before the key. */
    String receiverRandObject(String requester) {
        boolean early = vault.state().functions.values().stream().anyMatch(f -> f.kind == FunctionState.Kind.MAF);
        if (early && keys.distributable(requester) && keys.accepted(requester).isEmpty()) {
            RandObject object = RandObject.fresh(
                    RandObject.Role.RECEIVER,
                    vault.instant().plus(LIFETIME),
                    new AeadPolicy(Aead.A256GCM).offer(),
                    vault.random());
            beforeTheKey.put(requester, object);
            return object.canonical();
        }
        RandObject issued = channel(requester).esprim().issue(vault.instant(), vault.random());
        // the requester may hold a newer key than the one in use here, or an older one
        keys.accepted(requester).forEach(key -> channel(requester, key).esprim().share(issued));
        return issued.canonical();
    }

    /** The object for all originators; it offers what any floor allows. */
    String sharedRandObject() {
        return shared.current(new AeadPolicy(Aead.A256GCM).offer(), vault.instant(), vault.random())
                .canonical();
    }

    boolean hasSession(String peer) {
        return channel(peer).esprim().ready(vault.instant());
    }

    SealedRequest sealRequest(String peer, Optional<String> receiver, byte[] inner) {
        RequestPrimitive request = InnerPrimitives.request(inner);
        InnerOriginator.require(request, own());
        return seal(peer, receiver, inner, new Exchange(peer, "", request.requestId(), Optional.empty(), ""));
    }

    SealedRequest sealCredential(String member, Optional<String> receiver, String group) {
        requireForwardSecrecy(member);
        String nonce = nonce();
        String requestId = "c" + nonce;
        // first: it refuses a group or a member that is none, of which no path could be made
        Content credential =
                InnerPrimitives.contentInstance(InnerPrimitives.CREDENTIAL, authority.credential(member, group, nonce));
        RequestPrimitive inner = InnerPrimitives.notify(
                InnerPrimitives.spRelative(member),
                InnerPrimitives.spRelative(own()),
                requestId,
                InnerPrimitives.notification(credential, credentialPath(member, group)));
        return seal(
                member,
                receiver,
                InnerPrimitives.CODEC.encode(inner),
                new Exchange(member, "", requestId, Optional.of(group), nonce));
    }

    /** The word that a group is no more, to one that was a member; the answer is an ordinary inner response. */
    SealedRequest sealEnding(String member, Optional<String> receiver, String group) {
        String requestId = "x" + nonce();
        RequestPrimitive inner = InnerPrimitives.notify(
                InnerPrimitives.spRelative(member),
                InnerPrimitives.spRelative(own()),
                requestId,
                InnerPrimitives.contentInstance(InnerPrimitives.ENDING, endings.statement(group)));
        return seal(
                member,
                receiver,
                InnerPrimitives.CODEC.encode(inner),
                new Exchange(member, "", requestId, Optional.empty(), ""));
    }

    /** The next message of a renewal to a device. */
    SealedRequest sealRenewal(String peer, Optional<String> receiver) {
        boolean agreed = !keys.standing(peer).pending.isEmpty();
        SealedRequest sealed = sealRenewal(peer, receiver, renewals.message(peer));
        Negotiation chosen = agreed ? renewals.next(peer).negotiation() : sealed.negotiation();
        return new SealedRequest(sealed.exchange(), sealed.esprimObject(), chosen);
    }

    private SealedRequest sealRenewal(String peer, Optional<String> receiver, String text) {
        String requestId = "n" + nonce();
        RequestPrimitive inner = InnerPrimitives.notify(
                InnerPrimitives.spRelative(peer),
                InnerPrimitives.spRelative(own()),
                requestId,
                InnerPrimitives.contentInstance(RenewalPart.CONTENT_INFO, text));
        return seal(
                peer,
                receiver,
                InnerPrimitives.CODEC.encode(inner),
                new Exchange(peer, "", requestId, Optional.empty(), ""));
    }

    SealedRequest sealConfirmation(String group, Optional<String> receiver) {
        String server = credentials.anchor().server();
        String nonce = nonce();
        CredentialConfirmation proof = credentials.confirm(group, nonce);
        RequestPrimitive inner = InnerPrimitives.notify(
                credentialPath(own(), group), InnerPrimitives.spRelative(own()), "k" + nonce, confirmation(proof));
        return seal(
                server,
                receiver,
                InnerPrimitives.CODEC.encode(inner),
                new Exchange(server, "", "k" + nonce, Optional.empty(), "", true));
    }

    String sealCredentialResponse(String exchange, String requestId, String group) {
        Exchange open = exchange(exchange);
        if (!channel(open).esprim().unshared(exchange)) {
            repeated.forget(exchange);
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNKNOWN_RECV_RAND_ID,
                    "a credential is given only in a session that began with a RandObject for this member alone");
        }
        requireForwardSecrecy(open.peer());
        Content credential = InnerPrimitives.contentInstance(
                InnerPrimitives.CREDENTIAL, authority.credential(open.peer(), group, nonce()));
        return sealResponse(exchange, InnerPrimitives.ok(requestId, Optional.of(credential)));
    }

    String sealResponse(String exchange, byte[] inner) {
        Exchange open = exchange(exchange);
        String sealed = channel(open).esprim().sealResponse(exchange, inner, vault.instant(), vault.random());
        exchanges.remove(exchange);
        repeated.answered(exchange, inner);
        return sealed;
    }

    /** The key of a request that is not known here, and that a MAF of ours may have (TS-0003 8.4.2 C.6a). */
    Optional<WantedKey> wantedKey(String object) {
        KeyIdentifier id;
        try {
            id = KeyIdentifier.parse(EsprimChannel.keyIdOf(object));
        } catch (Refusal notOfAFunction) {
            return Optional.empty();
        }
        return vault.state().functions.values().stream()
                .filter(f -> f.kind == FunctionState.Kind.MAF && id.issuedBy(f.fqdn))
                .findFirst()
                .filter(maf ->
                        keys.find(id.text()).isEmpty() && keys.distributed().mayAsk(id.text()))
                .map(maf -> new WantedKey(maf.fqdn, id.text()));
    }

    OpenedRequest openRequest(String object) {
        String digest = Base64.getEncoder().encodeToString(Sha256.of(InnerPrimitives.utf8(object)));
        OpenedRequest.Answered before = answers.get(digest);
        if (before != null) {
            return new OpenedRequest.Answered(
                    before.peer(), before.sealedResponse(), Optional.empty(), Optional.empty());
        }
        String peer = "";
        try {
            KeyRing.Found key = found(EsprimChannel.keyIdOf(object));
            peer = key.peer();
            EsprimChannel.Opened opened =
                    channel(peer, key.key()).esprim().openRequest(object, vault.instant(), vault.random());
            proved(peer, key.key().keyId());
            OpenedRequest result = process(peer, key.key().keyId(), opened);
            if (result instanceof OpenedRequest.Answered answered) {
                answers.put(digest, answered);
            }
            return result;
        } catch (Refusal refusal) {
            return new OpenedRequest.Refused(
                    refusal.status().code(), refusal.sentence(), sealedError(peer, object, refusal));
        }
    }

    OpenedResponse openResponse(String exchange, String object) {
        try {
            Exchange open = exchange(exchange);
            byte[] plaintext = channel(open).esprim().openResponse(exchange, object, vault.instant());
            exchanges.remove(exchange);
            proved(open.peer(), open.keyId());
            ResponsePrimitive response = InnerPrimitives.CODEC.decodeResponse(plaintext);
            String errorId = errorIds.remove(exchange);
            boolean error =
                    response.requestId().equals(errorId) && !response.status().successful();
            if (!error && !response.requestId().equals(open.requestId())) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "an inner response answers another request");
            }
            if (open.vouches() && response.status() == ResponseStatus.OK) {
                vault.vouch();
            }
            return open.group().isPresent() ? confirmed(open, response) : installedOr(open.peer(), response, plaintext);
        } catch (Refusal refusal) {
            return new OpenedResponse.Refused(refusal.status().code(), refusal.sentence());
        }
    }

    /** Forgets the channel of a peer whose key changed or was revoked. */
    void forget(String peer) {
        channels.values().stream()
                .filter(c -> c.peer().equals(peer))
                .forEach(c -> c.esprim().wipe());
        channels.values().removeIf(c -> c.peer().equals(peer));
        renewals.forget(peer);
    }

    /** A valid message under this key: keys that it supersedes are gone, with their sessions. */
    private void proved(String peer, String keyId) {
        dropped(keys.proved(peer, keyId));
    }

    private void dropped(List<String> keyIds) {
        for (String gone : keyIds) {
            Optional.ofNullable(channels.remove(gone)).ifPresent(c -> c.esprim().wipe());
            exchanges.values().removeIf(e -> e.keyId().equals(gone));
        }
    }

    private OpenedRequest process(String peer, String keyId, EsprimChannel.Opened opened) {
        exchanges.put(opened.exchange(), new Exchange(peer, keyId, "", Optional.empty(), ""));
        RequestPrimitive inner = InnerPrimitives.request(opened.plaintext());
        InnerOriginator.require(inner, peer);
        Optional<String> credential = InnerPrimitives.contentOf(inner.content(), InnerPrimitives.CREDENTIAL);
        Optional<String> confirmation = InnerPrimitives.contentOf(inner.content(), InnerPrimitives.CONFIRMATION);
        Optional<String> renewal = InnerPrimitives.contentOf(inner.content(), RenewalPart.CONTENT_INFO);
        if (renewal.isPresent() && inner.operation() == Operation.NOTIFY) {
            return renewed(peer, keyId, opened.exchange(), inner.requestId(), renewal.get());
        }
        Optional<String> ending = InnerPrimitives.contentOf(inner.content(), InnerPrimitives.ENDING);
        if (ending.isPresent() && vault.state().authority.isEmpty()) {
            requireServer(peer);
            endings.forget(ending.get(), credentials.anchor());
            return new OpenedRequest.Answered(
                    peer,
                    sealResponse(opened.exchange(), InnerPrimitives.ok(inner.requestId(), Optional.empty())),
                    Optional.empty(),
                    Optional.empty());
        }
        if (credential.isPresent()) {
            CredentialsPart.Outcome outcome = install(peer, credential.get());
            if (outcome instanceof CredentialsPart.Outcome.Later later) {
                return new OpenedRequest.Refused(
                        later.refusal().status().code(),
                        later.refusal().sentence(),
                        Optional.of(sealResponse(opened.exchange(), later(later, inner.requestId()))));
            }
            var installed = (CredentialsPart.Outcome.Installed) outcome;
            byte[] answer = InnerPrimitives.ok(inner.requestId(), Optional.of(confirmation(installed.confirmation())));
            return new OpenedRequest.Answered(
                    peer,
                    sealResponse(opened.exchange(), answer),
                    Optional.of(installed.installation()),
                    Optional.empty());
        }
        if (confirmation.isPresent()
                && inner.operation() == Operation.NOTIFY
                && vault.state().authority.isPresent()) {
            Optional<LaterEpoch> later = laterThanHere(peer, confirmation.get());
            if (later.isPresent()) {
                byte[] refused = InnerPrimitives.refused(
                        new Refusal(ResponseStatus.CONFLICT, "this epoch is later than the authority's own"),
                        inner.requestId());
                return new OpenedRequest.Later(sealResponse(opened.exchange(), refused), later.get());
            }
            Confirmation verified = verify(peer, confirmation.get());
            byte[] answer = InnerPrimitives.ok(inner.requestId(), Optional.empty());
            return new OpenedRequest.Answered(
                    peer, sealResponse(opened.exchange(), answer), Optional.empty(), Optional.of(verified));
        }
        Optional<byte[]> before = repeated.begin(peer, inner.requestId(), opened.plaintext(), opened.exchange());
        if (before.isPresent()) {
            return new OpenedRequest.Answered(
                    peer, sealResponse(opened.exchange(), before.get()), Optional.empty(), Optional.empty());
        }
        return new OpenedRequest.Inner(opened.exchange(), peer, InnerPrimitives.CODEC.encode(inner));
    }

    private OpenedRequest renewed(String peer, String keyId, String exchange, String requestId, String text) {
        Optional<Content> answer;
        if (vault.state().authority.isPresent()) {
            renewals.capabilities(peer, text);
            answer = Optional.empty();
        } else {
            answer = Optional.of(
                    InnerPrimitives.contentInstance(RenewalPart.CONTENT_INFO, renewals.answer(peer, keyId, text)));
        }
        return new OpenedRequest.Answered(
                peer,
                sealResponse(exchange, InnerPrimitives.ok(requestId, answer)),
                Optional.empty(),
                Optional.empty());
    }

    private OpenedResponse confirmed(Exchange open, ResponsePrimitive response) {
        Optional<String> later = InnerPrimitives.contentOf(response.content(), InnerPrimitives.LATER_EPOCH);
        if (response.status() == ResponseStatus.CONFLICT && later.isPresent()) {
            var held = org.sealpost.group.LaterEpoch.decode(InnerPrimitives.utf8(later.get()));
            if (!held.group().equals(open.group().orElseThrow())) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "a refusal speaks of another group");
            }
            return new OpenedResponse.Later(new LaterEpoch(open.peer(), held.group(), held.epoch()));
        }
        if (response.status() != ResponseStatus.OK) {
            throw new Refusal(response.status(), response.sentence());
        }
        String content = InnerPrimitives.contentOf(response.content(), InnerPrimitives.CONFIRMATION)
                .orElseThrow(
                        () -> new Refusal(ResponseStatus.BAD_REQUEST, "the answer to a credential is no confirmation"));
        if (!CredentialConfirmation.decode(InnerPrimitives.utf8(content))
                .nonce()
                .equals(open.nonce())) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a confirmation answers another credential");
        }
        return new OpenedResponse.Confirmed(verify(open.peer(), content));
    }

    private OpenedResponse installedOr(String peer, ResponsePrimitive response, byte[] plaintext) {
        Optional<String> credential = InnerPrimitives.contentOf(response.content(), InnerPrimitives.CREDENTIAL);
        Optional<String> renewal = InnerPrimitives.contentOf(response.content(), RenewalPart.CONTENT_INFO);
        if (renewal.isPresent() && vault.state().authority.isPresent()) {
            renewals.answered(peer, renewal.get());
            return new OpenedResponse.Renewal(keys.facts(peer));
        }
        if (credential.isEmpty()) {
            return new OpenedResponse.Inner(peer, plaintext);
        }
        // What is held when it is later than what came: confirming it tells the server.
        CredentialsPart.Outcome outcome = install(peer, credential.get());
        return new OpenedResponse.Installed(
                outcome instanceof CredentialsPart.Outcome.Installed installed
                        ? installed.installation()
                        : ((CredentialsPart.Outcome.Later) outcome).held());
    }

    /** The answer to a credential that is older than what is here. */
    private static byte[] later(CredentialsPart.Outcome.Later later, String requestId) {
        var held = new org.sealpost.group.LaterEpoch(
                later.held().group(), later.held().epoch());
        return InnerPrimitives.CODEC.encode(ResponsePrimitive.refused(later.refusal(), requestId)
                .withContent(InnerPrimitives.contentInstance(
                        InnerPrimitives.LATER_EPOCH,
                        new String(held.encode(), java.nio.charset.StandardCharsets.UTF_8))));
    }

    /** An epoch that a member confirms and that was never drawn here: this state is older than it should be. */
    private Optional<LaterEpoch> laterThanHere(String member, String content) {
        CredentialConfirmation proof = CredentialConfirmation.decode(InnerPrimitives.utf8(content));
        return Optional.ofNullable(authority.authority().groups.get(proof.group()))
                .filter(g -> g.members().stream().anyMatch(m -> m.identity().equals(member)))
                .flatMap(StateImage.Group::current)
                .filter(current -> proof.epoch() > current.number())
                .map(current -> new LaterEpoch(member, proof.group(), proof.epoch()));
    }

    private CredentialsPart.Outcome install(String peer, String credential) {
        requireServer(peer);
        return credentials.install(credential);
    }

    private void requireServer(String peer) {
        if (!peer.equals(credentials.anchor().server())) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "only the server gives credentials, and ends groups");
        }
    }

    private Confirmation verify(String member, String content) {
        CredentialConfirmation proof = CredentialConfirmation.decode(InnerPrimitives.utf8(content));
        StateImage.Group group = Optional.ofNullable(
                        authority.authority().groups.get(proof.group()))
                .filter(g -> g.members().stream().anyMatch(m -> m.identity().equals(member)))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                        "a confirmation is for a group that its sender is not in"));
        StateImage.Epoch current = group.current()
                .filter(e -> e.number() == proof.epoch())
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.CONFLICT, "a confirmation is for an epoch that is not current"));
        if (!proof.provesFor(epochs.keys(proof.group(), current), member)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_BAD_MAC,
                    "a confirmation does not prove that its sender holds the credential");
        }
        return new Confirmation(
                member,
                proof.group(),
                proof.epoch(),
                proof.keyCheckValue(),
                new Lineage(
                        proof.lineage().run(),
                        proof.lineage().instance(),
                        proof.lineage().base(),
                        proof.lineage().revision()),
                proof.generation());
    }

    private SealedRequest seal(String peer, Optional<String> receiver, byte[] inner, Exchange exchange) {
        Optional<RandObject> object = receiver.map(r -> RandObject.parse(RandObject.Role.RECEIVER, r));
        Channel channel = channel(peer);
        EsprimChannel.Sealed sealed = channel.esprim().sealRequest(object, inner, vault.instant(), vault.random());
        exchanges.put(sealed.exchange(), exchange.under(channel.keyId()));
        errorIds.put(sealed.exchange(), InnerPrimitives.errorId(sealed.object()));
        AeadPolicy.Choice choice = sealed.choice();
        return new SealedRequest(
                sealed.exchange(),
                sealed.object(),
                new Negotiation(choice.offered(), "ESPrim " + choice.aead(), choice.reason()));
    }

    private Optional<String> sealedError(String peer, String object, Refusal refusal) {
        if (peer.isEmpty()) {
            return Optional.empty();
        }
        try {
            return channel(peer, found(EsprimChannel.keyIdOf(object)).key())
                    .esprim()
                    .sealError(
                            object,
                            InnerPrimitives.refused(refusal, InnerPrimitives.errorId(object)),
                            vault.instant(),
                            vault.random());
        } catch (Refusal unsealable) {
            return Optional.empty();
        }
    }

    /** A floor of the policy: a credential that is to stay secret later is not sealed under a key that was never renewed. */
    private void requireForwardSecrecy(String member) {
        if (keys.policy(member).forwardSecret() && !keys.forwardSecret(member)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                    "the policy wants a forward-secret pairwise key for this credential, and this member's is from "
                            + keys.current(member).origin() + " or too old: renew it first");
        }
    }

    /** The channel to send in. */
    private Channel channel(String peer) {
        return channel(peer, keys.sending(peer));
    }

    /** The channel that an exchange began in. */
    private Channel channel(Exchange exchange) {
        return channel(exchange.peer(), found(exchange.keyId()).key());
    }

    private Channel channel(String peer, StateImage.PairwiseKey key) {
        return channels.computeIfAbsent(key.keyId(), id -> new Channel(peer, id, made(peer, key)));
    }

    private EsprimChannel made(String peer, StateImage.PairwiseKey key) {
        EsprimChannel made = new EsprimChannel(
                key.keyId(),
                key.key().clone(),
                key.until() > 0 ? Instant.ofEpochSecond(key.until()) : Instant.MAX,
                new AeadPolicy(floor(peer)),
                SessionLimits.lasting(LIFETIME),
                shared,
                derivation(peer));
        Optional.ofNullable(beforeTheKey.remove(peer)).ifPresent(made::share);
        return made;
    }

    private SessionDerivation derivation(String peer) {
        return (pairwise, receiver, originator) -> vault.observed(
                "session-key", peer, SessionKeys.CANONICAL_JSON_V1.derive(pairwise, receiver, originator));
    }

    /** The strongest floor of the peer's policy and groups; without any, what the standard's default is. */
    private Aead floor(String peer) {
        Optional<Aead> policy = keys.standing(peer).policy.map(p -> Aead.named(p.algorithmFloor()));
        return vault.state()
                .authority
                .flatMap(a -> java.util.stream.Stream.concat(
                                policy.stream(),
                                a.groups.values().stream()
                                        .filter(g -> g.members().stream()
                                                .anyMatch(m -> m.identity().equals(peer)))
                                        .map(StateImage.Group::policy)
                                        .map(GroupPolicy::algorithmFloor)
                                        .map(Aead::named))
                        .max(java.util.Comparator.naturalOrder()))
                .or(() -> policy)
                .orElse(Aead.A256GCM);
    }

    private KeyRing.Found found(String keyId) {
        return keys.find(keyId)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                        "the pairwise key id is not known here: enrol the end point again"));
    }

    private Exchange exchange(String handle) {
        return Optional.ofNullable(exchanges.get(handle))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_ORIG_RAND_ID,
                        "there is no such exchange: it was answered, or the end point restarted"));
    }

    private String own() {
        return vault.state()
                .authority
                .map(a -> a.identity)
                .or(() -> vault.state().own.map(StateImage.OwnKeys::identity))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "this end point is not enrolled: enrol it first"));
    }

    private String credentialPath(String member, String group) {
        String server = vault.state()
                .authority
                .map(a -> a.identity)
                .orElseGet(() -> credentials.anchor().server());
        String base = group.substring(0, group.lastIndexOf('/'));
        return InnerPrimitives.spRelative(base.startsWith(server) ? base : server) + "/gcs/"
                + InnerPrimitives.nameOf(member) + group.substring(group.lastIndexOf('/'));
    }

    private static Content confirmation(CredentialConfirmation proof) {
        return InnerPrimitives.contentInstance(
                InnerPrimitives.CONFIRMATION, new String(proof.encode(), java.nio.charset.StandardCharsets.UTF_8));
    }

    private String nonce() {
        return java.util.HexFormat.of().formatHex(vault.randomOctets(12));
    }
}
