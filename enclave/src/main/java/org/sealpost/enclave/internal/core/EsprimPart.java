package org.sealpost.enclave.internal.core;

import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.AeadPolicy;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.InnerOriginator;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionDerivation;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.enclave.AuthorityKeys.GroupPolicy;
import org.sealpost.enclave.EndPointKeys.Confirmation;
import org.sealpost.enclave.EndPointKeys.LaterEpoch;
import org.sealpost.enclave.EndPointKeys.Lineage;
import org.sealpost.enclave.EndPointKeys.Negotiation;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
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
    private static final int MAX_EXCHANGES = 4096;
    private static final int MAX_ANSWERS = 256;

    private final Vault vault;
    private final CredentialsPart credentials;
    private final AuthorityPart authority;
    private final Epochs epochs;
    private final Map<String, Channel> channels = new HashMap<>();
    private final Map<String, Exchange> exchanges = bounded(MAX_EXCHANGES);
    private final Map<String, OpenedRequest.Answered> answers = bounded(MAX_ANSWERS);

    private record Channel(String keyId, EsprimChannel esprim) {}

    /**
     * @param requestId inner rqi
     * @param nonce of a credential that was sent and has to be confirmed
     * @param vouches whether a good answer means that the server knows this state's lineage
     */
    private record Exchange(String peer, String requestId, Optional<String> group, String nonce, boolean vouches) {
        Exchange(String peer, String requestId, Optional<String> group, String nonce) {
            this(peer, requestId, group, nonce, false);
        }
    }

    EsprimPart(Vault vault, CredentialsPart credentials, AuthorityPart authority, Epochs epochs) {
        this.vault = vault;
        this.credentials = credentials;
        this.authority = authority;
        this.epochs = epochs;
    }

    String receiverRandObject(String requester) {
        return channel(requester)
                .esprim()
                .issue(vault.instant(), vault.random())
                .canonical();
    }

    boolean hasSession(String peer) {
        return channel(peer).esprim().ready(vault.instant());
    }

    SealedRequest sealRequest(String peer, Optional<String> receiver, byte[] inner) {
        RequestPrimitive request = InnerPrimitives.request(inner);
        InnerOriginator.require(request, own());
        return seal(peer, receiver, inner, new Exchange(peer, request.requestId(), Optional.empty(), ""));
    }

    SealedRequest sealCredential(String member, Optional<String> receiver, String group) {
        String nonce = nonce();
        String requestId = "c" + nonce;
        String path = credentialPath(member, group);
        Content credential =
                InnerPrimitives.contentInstance(InnerPrimitives.CREDENTIAL, authority.credential(member, group, nonce));
        RequestPrimitive inner = InnerPrimitives.notify(
                InnerPrimitives.spRelative(member),
                InnerPrimitives.spRelative(own()),
                requestId,
                InnerPrimitives.notification(credential, path));
        return seal(
                member,
                receiver,
                InnerPrimitives.CODEC.encode(inner),
                new Exchange(member, requestId, Optional.of(group), nonce));
    }

    SealedRequest sealConfirmation(String group) {
        String nonce = nonce();
        CredentialConfirmation proof = credentials.confirm(group, nonce);
        String server = credentials.anchor().server();
        RequestPrimitive inner = InnerPrimitives.notify(
                credentialPath(own(), group), InnerPrimitives.spRelative(own()), "k" + nonce, confirmation(proof));
        return seal(
                server,
                Optional.empty(),
                InnerPrimitives.CODEC.encode(inner),
                new Exchange(server, "k" + nonce, Optional.empty(), "", true));
    }

    String sealCredentialResponse(String exchange, String requestId, String group) {
        Exchange open = exchange(exchange);
        Content credential = InnerPrimitives.contentInstance(
                InnerPrimitives.CREDENTIAL, authority.credential(open.peer(), group, nonce()));
        return sealResponse(exchange, InnerPrimitives.ok(requestId, Optional.of(credential)));
    }

    String sealResponse(String exchange, byte[] inner) {
        Exchange open = exchange(exchange);
        String sealed = channel(open.peer()).esprim().sealResponse(exchange, inner, vault.instant(), vault.random());
        exchanges.remove(exchange);
        return sealed;
    }

    OpenedRequest openRequest(String object) {
        String digest = Base64.getEncoder().encodeToString(EnrolmentPart.sha256(InnerPrimitives.utf8(object)));
        OpenedRequest.Answered before = answers.get(digest);
        if (before != null) {
            return new OpenedRequest.Answered(
                    before.peer(), before.sealedResponse(), Optional.empty(), Optional.empty());
        }
        String peer = "";
        try {
            peer = peerOf(EsprimChannel.keyIdOf(object));
            EsprimChannel.Opened opened = channel(peer).esprim().openRequest(object, vault.instant(), vault.random());
            OpenedRequest result = process(peer, opened);
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
            byte[] plaintext = channel(open.peer()).esprim().openResponse(exchange, object, vault.instant());
            exchanges.remove(exchange);
            ResponsePrimitive response = InnerPrimitives.CODEC.decodeResponse(plaintext);
            if (!response.requestId().equals(open.requestId())) {
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
        Optional.ofNullable(channels.remove(peer)).ifPresent(c -> c.esprim().wipe());
    }

    private OpenedRequest process(String peer, EsprimChannel.Opened opened) {
        exchanges.put(opened.exchange(), new Exchange(peer, "", Optional.empty(), ""));
        RequestPrimitive inner = InnerPrimitives.request(opened.plaintext());
        InnerOriginator.require(inner, peer);
        Optional<String> credential = InnerPrimitives.contentOf(inner.content(), InnerPrimitives.CREDENTIAL);
        Optional<String> confirmation = InnerPrimitives.contentOf(inner.content(), InnerPrimitives.CONFIRMATION);
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
        return new OpenedRequest.Inner(opened.exchange(), peer, opened.plaintext());
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
        if (!peer.equals(credentials.anchor().server())) {
            throw new Refusal(ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE, "only the server gives credentials");
        }
        return credentials.install(credential);
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
                        proof.lineage().revision()));
    }

    private SealedRequest seal(String peer, Optional<String> receiver, byte[] inner, Exchange exchange) {
        Optional<RandObject> object = receiver.map(r -> RandObject.parse(RandObject.Role.RECEIVER, r));
        EsprimChannel.Sealed sealed =
                channel(peer).esprim().sealRequest(object, inner, vault.instant(), vault.random());
        exchanges.put(sealed.exchange(), exchange);
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
            return channel(peer)
                    .esprim()
                    .sealError(object, InnerPrimitives.refused(refusal, "unknown"), vault.instant(), vault.random());
        } catch (Refusal unsealable) {
            return Optional.empty();
        }
    }

    private Channel channel(String peer) {
        String keyId;
        byte[] pairwise;
        if (vault.state().authority.isPresent()) {
            StateImage.Peer known = authority.peer(peer);
            keyId = known.keyId();
            pairwise = known.pairwise();
        } else {
            StateImage.Anchor anchor = credentials.anchor();
            if (!anchor.server().equals(peer)) {
                throw new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID,
                        "there is no pairwise key with that end point, only with the server");
            }
            keyId = anchor.keyId();
            pairwise = anchor.pairwise();
        }
        Channel existing = channels.get(peer);
        if (existing != null && existing.keyId().equals(keyId)) {
            return existing;
        }
        forget(peer);
        AeadPolicy policy = new AeadPolicy(floor(peer));
        Channel made =
                new Channel(keyId, new EsprimChannel(keyId, pairwise.clone(), policy, LIFETIME, derivation(peer)));
        channels.put(peer, made);
        return made;
    }

    private SessionDerivation derivation(String peer) {
        return (pairwise, receiver, originator) -> vault.observed(
                "session-key", peer, SessionKeys.CANONICAL_JSON_V1.derive(pairwise, receiver, originator));
    }

    /** At the authority the strongest floor of the peer's groups; elsewhere what the standard's default is. */
    private Aead floor(String peer) {
        return vault.state()
                .authority
                .flatMap(a -> a.groups.values().stream()
                        .filter(g ->
                                g.members().stream().anyMatch(m -> m.identity().equals(peer)))
                        .map(StateImage.Group::policy)
                        .map(GroupPolicy::algorithmFloor)
                        .map(Aead::named)
                        .max(java.util.Comparator.naturalOrder()))
                .orElse(Aead.A256GCM);
    }

    private String peerOf(String keyId) {
        Optional<String> peer = vault.state().authority.isPresent()
                ? authority.authority().peers.values().stream()
                        .filter(p -> p.keyId().equals(keyId))
                        .map(StateImage.Peer::identity)
                        .findFirst()
                : vault.state().anchor.filter(a -> a.keyId().equals(keyId)).map(StateImage.Anchor::server);
        return peer.orElseThrow(() -> new Refusal(
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

    private static <V> Map<String, V> bounded(int most) {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > most;
            }
        };
    }
}
