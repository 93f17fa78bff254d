package org.sealpost.enclave.internal.core;

import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.RenewalExchange;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EndPointKeys.Negotiation;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;
import org.sealpost.enclave.RenewalKeys.RenewalStep;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which way a key is renewed, and the contents of the messages inside ESPrim: offer and answer of an ephemeral agreement, the proof of an agreed key, what a device can. Ephemeral private keys live here,
 * in memory, until the answer comes.
 */
final class RenewalPart {
    static final String CONTENT_INFO = RenewalKeys.CAPABILITIES;

    private static final Set<String> MEMBERS = Set.of("v", "step", "mech", "crt");

    /** How far the number of an offer may be above the one before: whoever stole a key once must not use up the numbers for good. */
    private static final long LARGEST_STEP = 1 << 20;

    private final Vault vault;
    private final KeyRing keys;
    private final CertificatePart certificates;
    private final Map<String, Open> open = new HashMap<>();

    /** An offer that was not answered yet. */
    private record Open(RenewalExchange.Offer offer, String text, byte[] scalar) {}

    RenewalPart(Vault vault, KeyRing keys, CertificatePart certificates) {
        this.vault = vault;
        this.keys = keys;
        this.certificates = certificates;
    }

    void setPolicies(Map<String, PeerPolicy> policies) {
        policies.forEach((peer, policy) -> {
            EnrolmentPart.requireAbsolute(peer);
            org.sealpost.e2e.Aead.named(policy.algorithmFloor());
            policy.mechanisms().stream()
                    .filter(m -> !List.of(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL)
                            .contains(m))
                    .findFirst()
                    .ifPresent(m -> {
                        throw new Refusal(ResponseStatus.BAD_REQUEST, "there is no way of renewal called " + m);
                    });
        });
        vault.change(s -> {
            policies.forEach((peer, policy) ->
                    s.standings.computeIfAbsent(peer, p -> new StateImage.Standing()).policy = Optional.of(policy));
            return policies;
        });
    }

    RenewalStep next(String peer) {
        StateImage.Standing standing = keys.standing(peer);
        List<String> allowed = keys.policy(peer).mechanisms();
        List<String> can = can(standing);
        String offered = String.join(" ", can);
        if (!standing.pending.isEmpty()) {
            String way = standing.pending.keySet().iterator().next();
            return new RenewalStep(
                    RenewalKeys.PROVE,
                    new Negotiation(offered, "renewal " + way, "a key is agreed on and waits for its proof"));
        }
        keys.current(peer);
        String way = allowed.stream()
                .filter(can::contains)
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                        "the policy allows " + (allowed.isEmpty() ? "no renewal" : String.join(" ", allowed))
                                + ", the device can " + offered
                                + ": give it a certificate, or allow another way"));
        String reason = "strongest of the policy's (" + String.join(" ", allowed) + ") that the device can go";
        List<String> rejected = new ArrayList<>(allowed);
        rejected.removeAll(can);
        if (!rejected.isEmpty()) {
            reason += "; rejected " + String.join(" ", rejected) + ": the device can't";
        }
        List<String> forbidden = new ArrayList<>(can);
        forbidden.removeAll(allowed);
        if (!forbidden.isEmpty()) {
            reason += "; rejected " + String.join(" ", forbidden) + ": not allowed by the policy";
        }
        return new RenewalStep(way, new Negotiation(offered, "renewal " + way, reason));
    }

    /**
     * The message to seal now: an offer under the old key, or the proof under the agreed one.
     *
     * @throws Refusal 4005 at an end point that is not the server
     */
    String message(String peer) {
        CertificatePart.authority(vault.state());
        return keys.standing(peer).pending.isEmpty() ? offer(peer) : proof(peer);
    }

    /** At the device: what to answer to a message of a renewal. */
    String answer(String peer, String keyId, String text) {
        String step = step(text);
        return switch (step) {
            case "offer" -> answerOffer(peer, keyId, text);
            case "prove" -> answerProof(text);
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "a device takes offers and proofs of a renewal");
        };
    }

    /** At the server: a device said what it can. */
    void capabilities(String peer, String text) {
        Members m = message(text, "can");
        learn(peer, RenewalExchange.mechanisms(m));
    }

    /** At the server: the answer to {@link #message}. */
    void answered(String peer, String text) {
        Open offered = open.get(peer);
        if (text.startsWith("{")) {
            Members m = message(text, "proved");
            learn(peer, RenewalExchange.mechanisms(m));
            return;
        }
        RenewalExchange.Answer answer = RenewalExchange.Answer.parse(text);
        if (offered == null || answer.number() != offered.offer().number()) {
            throw new Refusal(ResponseStatus.CONFLICT, "an answer belongs to a renewal that was given up");
        }
        open.remove(peer);
        try {
            StateImage.PairwiseKey old = keys.current(peer);
            if (!old.keyId().equals(offered.offer().oldKeyId())) {
                throw new Refusal(ResponseStatus.CONFLICT, "an answer belongs to a renewal of an earlier key");
            }
            RenewalExchange.Keys derived = RenewalExchange.derive(
                    old.key(), offered.scalar(), answer.ephemeralKey(), offered.text(), answer.body());
            if (!MessageDigest.isEqual(derived.proof(offered.text(), answer.body()), answer.proof())) {
                derived.wipe();
                throw new Refusal(
                        ResponseStatus.ESPRIM_BAD_MAC, "an answer to a renewal does not prove that the keys are equal");
            }
            Wipe.octets(derived.confirmation());
            agree(peer, offered.offer().newKeyId(), derived.key(), s -> s.mechanisms = answer.mechanisms());
        } finally {
            Wipe.octets(offered.scalar());
        }
    }

    /** Forgets what is open with a peer whose keys changed. */
    void forget(String peer) {
        Optional.ofNullable(open.remove(peer)).ifPresent(o -> Wipe.octets(o.scalar()));
        certificates.forget(peer);
    }

    /** What this device says that it can. */
    String capabilities() {
        return text(begin("can"), own());
    }

    private String offer(String peer) {
        if (!next(peer).way().equals(RenewalKeys.EPHEMERAL)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNSUPPORTED_OPTION, "a stronger way of renewal is possible: take that one");
        }
        StateImage.PairwiseKey old = keys.current(peer);
        long number = vault.change(s -> ++s.standings.computeIfAbsent(peer, p -> new StateImage.Standing()).number);
        KeyPair pair = Jwk.generate(vault.random());
        byte[] scalar = vault.observed("ephemeral-key", peer, Jwk.scalar((ECPrivateKey) pair.getPrivate()));
        String server = vault.state().authority.orElseThrow().identity;
        RenewalExchange.Offer offer = new RenewalExchange.Offer(
                number,
                server,
                peer,
                old.keyId(),
                InnerPrimitives.nameOf(peer) + ".espr"
                        + keys.generation(peer) + "r" + number + "@"
                        + InnerPrimitives.domainOf(server),
                Jwk.print((ECPublicKey) pair.getPublic()),
                keys.policy(peer).mechanisms(),
                can(keys.standing(peer)));
        forget(peer);
        open.put(peer, new Open(offer, offer.print(), scalar));
        return offer.print();
    }

    private String answerOffer(String peer, String keyId, String text) {
        RenewalExchange.Offer offer = RenewalExchange.Offer.parse(text);
        StateImage.PairwiseKey old = keys.current(peer);
        String own = vault.state().own.orElseThrow().identity();
        if (!offer.server().equals(peer)
                || !offer.device().equals(own)
                || !offer.oldKeyId().equals(old.keyId())
                || !keyId.equals(old.keyId())) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an offer to renew is for another key or end point");
        }
        if (offer.number() <= keys.standing(peer).number) {
            throw new Refusal(ResponseStatus.CONFLICT, "an offer to renew is older than one that was answered");
        }
        if (offer.number() - keys.standing(peer).number > LARGEST_STEP) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "an offer to renew has a number that is too far above the one before");
        }
        requireStrongest(offer);
        KeyPair pair = Jwk.generate(vault.random());
        byte[] scalar = vault.observed("ephemeral-key", peer, Jwk.scalar((ECPrivateKey) pair.getPrivate()));
        try {
            String body = RenewalExchange.Answer.body(offer.number(), Jwk.print((ECPublicKey) pair.getPublic()), own());
            RenewalExchange.Keys derived = RenewalExchange.derive(old.key(), scalar, offer.ephemeralKey(), text, body);
            byte[] proof = derived.proof(text, body);
            Wipe.octets(derived.confirmation());
            agree(peer, offer.newKeyId(), derived.key(), s -> s.number = offer.number());
            return new RenewalExchange.Answer(body, proof).print();
        } finally {
            Wipe.octets(scalar);
        }
    }

    /** The server must not go a weaker way than it allows and knows to be possible: both stand in its offer. */
    private void requireStrongest(RenewalExchange.Offer offer) {
        String strongest = offer.mechanisms().stream()
                .filter(offer.known()::contains)
                .filter(own()::contains)
                .findFirst()
                .orElse(RenewalKeys.EPHEMERAL);
        if (!strongest.equals(RenewalKeys.EPHEMERAL) || !offer.mechanisms().contains(RenewalKeys.EPHEMERAL)) {
            throw new Refusal(
                    ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                    "a weaker way of renewal was chosen than both sides can go: " + strongest + " is possible");
        }
    }

    private String proof(String peer) {
        ObjectNode o = begin("prove");
        certificates.due(peer).ifPresent(c -> o.put("crt", c));
        return text(o, keys.policy(peer).mechanisms());
    }

    private String answerProof(String text) {
        Members m = message(text, "prove");
        m.texts("mech");
        m.optionalText("crt").ifPresent(certificates::install);
        return text(begin("proved"), own());
    }

    private void agree(String peer, String keyId, byte[] key, java.util.function.Consumer<StateImage.Standing> also) {
        keys.agreed(peer, new StateImage.PairwiseKey(keyId, key, RenewalKeys.EPHEMERAL, vault.now(), 0), also);
    }

    private void learn(String peer, List<String> mechanisms) {
        if (!keys.standing(peer).mechanisms.equals(mechanisms)) {
            vault.change(s -> s.standings.computeIfAbsent(peer, p -> new StateImage.Standing()).mechanisms =
                    new ArrayList<>(mechanisms));
        }
    }

    /** Ways that this end point can go, strongest first. */
    private List<String> own() {
        return certificates.present()
                ? List.of(RenewalKeys.CERTIFICATE, RenewalKeys.EPHEMERAL)
                : List.of(RenewalKeys.EPHEMERAL);
    }

    private static List<String> can(StateImage.Standing standing) {
        return standing.mechanisms.isEmpty() ? List.of(RenewalKeys.EPHEMERAL) : standing.mechanisms;
    }

    /** A message of this step, in the only version that there is. */
    private static Members message(String text, String step) {
        Members m = Members.of(tree(text), "a message of a renewal", MEMBERS);
        if (m.integer("v") != 1 || !m.text("step").equals(step)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a message of a renewal is not the one expected");
        }
        return m;
    }

    private static String step(String text) {
        return Optional.ofNullable(tree(text).get("step"))
                .filter(tools.jackson.databind.JsonNode::isString)
                .map(tools.jackson.databind.JsonNode::asString)
                .orElse("");
    }

    private static ObjectNode begin(String step) {
        return JsonNodeFactory.instance.objectNode().put("v", 1).put("step", step);
    }

    private static String text(ObjectNode tree, List<String> mechanisms) {
        mechanisms.forEach(tree.putArray("mech")::add);
        return new String(InnerPrimitives.CODEC.encodeTree(tree), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static tools.jackson.databind.JsonNode tree(String text) {
        return InnerPrimitives.CODEC.decodeTree(InnerPrimitives.utf8(text));
    }
}
