package org.sealpost.enclave.attacks;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.AeadPolicy;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.enclave.internal.core.Party;
import org.sealpost.enclave.internal.core.StateImage;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import tools.jackson.dataformat.cbor.CBORMapper;

/** A party whose enclave was broken open: everything it keeps is the attacker's, who signs, seals and derives with it as it likes. */
public final class Captured {
    private static final CBORMapper MAPPER = new CBORMapper();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final StateImage state;
    private long counter = 1L << 40;

    private Captured(StateImage state) {
        this.state = state;
    }

    public static Captured party(Party party) {
        return new Captured(party.state());
    }

    /** Changes what is on a party's disk and restarts it: provisioned wrongly, or by an attacker who holds the key that seals the state. */
    public static void tamper(Party party, Consumer<StateImage> change) {
        StateImage image = party.state();
        change.accept(image);
        party.rollBack(Map.of("main", MAPPER.writeValueAsBytes(image)));
    }

    public StateImage state() {
        return state;
    }

    /** This party's half of ESPrim with the server, by its pairwise key. */
    public EsprimChannel channelToServer() {
        StateImage.Anchor anchor = state.anchor.orElseThrow();
        return channel(anchor.keyId(), anchor.pairwise());
    }

    /** The server's half of ESPrim with a peer. */
    public EsprimChannel channelTo(Party peer) {
        StateImage.Peer known = state.authority.orElseThrow().peers.get(peer.identity);
        return channel(known.keyId(), known.pairwise());
    }

    /** The keys of an epoch that this party holds as a member. */
    public EpochKeys epoch(String group) {
        StateImage.Epoch current = state.credentials.get(group).current();
        return EpochKeys.derive(current.secret(), group, current.number());
    }

    /** Seals under a group's key; the counter is never used twice. */
    public String seal(GroupEnvelope.Use use, String group, byte[] plaintext) {
        return seal(use, group, new byte[GroupEnvelope.INSTANCE_LENGTH], counter++, plaintext);
    }

    /** Seals under a group's key with this counter, in an instance of its own. */
    public String seal(GroupEnvelope.Use use, String group, long number, byte[] plaintext) {
        byte[] instance = new byte[GroupEnvelope.INSTANCE_LENGTH];
        RANDOM.nextBytes(instance);
        return seal(use, group, instance, number, plaintext);
    }

    private String seal(GroupEnvelope.Use use, String group, byte[] instance, long number, byte[] plaintext) {
        StateImage.Held held = state.credentials.get(group);
        return GroupEnvelope.seal(
                use,
                epoch(group),
                group,
                held.current().number(),
                new GroupEnvelope.Sender(held.senderId(), instance, number),
                plaintext);
    }

    /** Signs with this party's own signing key. */
    public String sign(String type, Map<String, String> headers, byte[] payload) {
        StateImage.OwnKeys own = state.own.orElseThrow();
        return Jws.sign(
                Jwk.privateKey(own.signature()), type, Jwk.thumbprint(Jwk.parse(own.signatureKey())), headers, payload);
    }

    /** Signs as the server, with the key that is certified for that use. */
    public String signFor(String use, String type, byte[] payload) {
        return signFor(
                use,
                type,
                payload,
                state.authority.orElseThrow().purposes.get(use).certificate());
    }

    /** As {@link #signFor(String, String, byte[])}, with another certificate beside it. */
    public String signFor(String use, String type, byte[] payload, String certificate) {
        StateImage.PurposeKey key = state.authority.orElseThrow().purposes.get(use);
        return Jws.sign(
                Jwk.privateKey(key.scalar()),
                type,
                Jwk.thumbprint(Jwk.parse(key.key())),
                Map.of("pct", certificate),
                payload);
    }

    /** Signs with the server's root key. */
    public String signAsRoot(String type, byte[] payload) {
        StateImage.Authority authority = state.authority.orElseThrow();
        return Jws.sign(
                Jwk.privateKey(authority.root), type, Jwk.thumbprint(Jwk.parse(authority.rootKey)), Map.of(), payload);
    }

    private static EsprimChannel channel(String keyId, byte[] pairwise) {
        return new EsprimChannel(
                keyId,
                pairwise.clone(),
                new AeadPolicy(Aead.A256GCM),
                Duration.ofHours(1),
                SessionKeys.CANONICAL_JSON_V1);
    }

    /** ASCII octets. */
    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
