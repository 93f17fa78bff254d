package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.crypto.KeyAgreement;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A forward-secret renewal of a pairwise key: an ephemeral agreement on P-256 inside ESPrim, mixed into the next key. Texts and derivation; who keeps which key when is the
 * enclave's.
 */
public final class RenewalExchange {
    private static final PrimitiveCodec CODEC = PrimitiveCodec.of(Serialization.JSON);
    private static final int KEY = 32;

    private RenewalExchange() {}

    /**
     * The server's message.
     *
     * @param number rises with every offer to this device: a device answers no older one
     * @param server absolute identity
     * @param device absolute identity
     * @param oldKeyId of the key in use
     * @param newKeyId of the key that is to take its place
     * @param ephemeralKey public JWK
     * @param mechanisms the ways of renewal that the server allows, strongest first
     * @param known the ways that the server knows this device can go
     */
    public record Offer(
            long number,
            String server,
            String device,
            String oldKeyId,
            String newKeyId,
            String ephemeralKey,
            List<String> mechanisms,
            List<String> known) {
        private static final Set<String> MEMBERS =
                Set.of("v", "step", "num", "srv", "dev", "old", "new", "epk", "mech", "can");

        public Offer {
            mechanisms = List.copyOf(mechanisms);
            known = List.copyOf(known);
        }

        public String print() {
            ObjectNode o =
                    message("offer").put("num", number).put("srv", server).put("dev", device);
            o.put("old", oldKeyId).put("new", newKeyId).put("epk", ephemeralKey);
            mechanisms.forEach(o.putArray("mech")::add);
            known.forEach(o.putArray("can")::add);
            return text(o);
        }

        /** @throws Refusal 4000 when it is malformed */
        public static Offer parse(String text) {
            Members m = open(text, "offer", MEMBERS);
            return new Offer(
                    m.integer("num"),
                    m.text("srv"),
                    m.text("dev"),
                    m.text("old"),
                    KeyIdentifier.parse(m.text("new")).text(),
                    m.text("epk"),
                    m.texts("mech"),
                    m.texts("can"));
        }
    }

    /**
     * The device's message: {@code BASE64URL(body) "." BASE64URL(proof)}.
     *
     * @param body the JSON text that the derivation takes in
     * @param proof that the device derived the same key
     */
    public record Answer(String body, byte[] proof) {
        private static final Set<String> MEMBERS = Set.of("v", "step", "num", "epk", "mech");

        /** A body: number of the offer, public JWK, and the ways of renewal that the device can go. */
        public static String body(long number, String ephemeralKey, List<String> mechanisms) {
            ObjectNode o = message("answer").put("num", number).put("epk", ephemeralKey);
            mechanisms.forEach(o.putArray("mech")::add);
            return text(o);
        }

        public String print() {
            return Base64Url.encode(body.getBytes(StandardCharsets.UTF_8)) + "." + Base64Url.encode(proof);
        }

        /** @throws Refusal 4000 when it is malformed */
        public static Answer parse(String text) {
            String[] parts = text.split("\\.", -1);
            if (parts.length != 2) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "an answer to a renewal is not of two parts");
            }
            Answer answer = new Answer(
                    new String(Base64Url.decode(parts[0]), StandardCharsets.UTF_8), Base64Url.decode(parts[1]));
            answer.mechanisms();
            return answer;
        }

        public long number() {
            return members().integer("num");
        }

        public String ephemeralKey() {
            return members().text("epk");
        }

        /** At least one. */
        public List<String> mechanisms() {
            return RenewalExchange.mechanisms(members());
        }

        private Members members() {
            return open(body, "answer", MEMBERS);
        }
    }

    /**
     * What both sides derive.
     *
     * @param key the next pairwise key, 32 octets; a secret
     * @param confirmation key of the answer's proof, 32 octets; a secret
     */
    public record Keys(byte[] key, byte[] confirmation) {
        /** The proof for these texts. */
        public byte[] proof(String offer, String answerBody) {
            return Hmac.sha256(
                    confirmation,
                    Labels.RENEWAL_ANSWER.getBytes(StandardCharsets.UTF_8),
                    new byte[1],
                    transcript(offer, answerBody));
        }

        public void wipe() {
            Wipe.octets(key, confirmation);
        }

        @Override
        public String toString() {
            return "Keys[...]";
        }
    }

    /**
     * HKDF-SHA256 with salt = old key, IKM = x coordinate of the agreement, info = label | 0x00 | SHA-256(offer) | SHA-256(answer's body): identities, key
     * ids, both ephemeral keys, number and both sides' lists stand in those texts.
     *
     * @param ownScalar ephemeral private key, wiped by the caller
     */
    public static Keys derive(byte[] oldKey, byte[] ownScalar, String peerKey, String offer, String answerBody) {
        byte[] shared = agree(ownScalar, Jwk.parse(peerKey));
        byte[] label = Labels.RENEWAL.getBytes(StandardCharsets.UTF_8);
        byte[] info = Arrays.copyOf(label, label.length + 1 + 2 * KEY);
        System.arraycopy(transcript(offer, answerBody), 0, info, label.length + 1, 2 * KEY);
        byte[] both = Hmac.hkdf(shared, oldKey, info, 2 * KEY);
        try {
            return new Keys(Arrays.copyOf(both, KEY), Arrays.copyOfRange(both, KEY, 2 * KEY));
        } finally {
            Wipe.octets(shared, both);
        }
    }

    /**
     * The ways of renewal that a device says it can go.
     *
     * @throws Refusal 4000 when there are none: every device can go one
     */
    public static List<String> mechanisms(Members message) {
        List<String> mechanisms = message.texts("mech");
        if (mechanisms.isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a message of a renewal names no way of renewal");
        }
        return mechanisms;
    }

    private static byte[] agree(byte[] scalar, PublicKey peer) {
        try {
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(Jwk.privateKey(scalar));
            agreement.doPhase(peer, true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an ephemeral key can't be agreed with");
        }
    }

    private static byte[] transcript(String offer, String answerBody) {
        byte[] both = Arrays.copyOf(digest(offer), 2 * KEY);
        System.arraycopy(digest(answerBody), 0, both, KEY, KEY);
        return both;
    }

    private static byte[] digest(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode message(String step) {
        return JsonNodeFactory.instance.objectNode().put("v", 1).put("step", step);
    }

    private static String text(ObjectNode tree) {
        return new String(CODEC.encodeTree(tree), StandardCharsets.UTF_8);
    }

    private static Members open(String text, String step, Set<String> known) {
        Members m =
                Members.of(CODEC.decodeTree(text.getBytes(StandardCharsets.UTF_8)), "a message of a renewal", known);
        if (m.integer("v") != 1 || !m.text("step").equals(step)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a message of a renewal is not the one expected");
        }
        return m;
    }
}
