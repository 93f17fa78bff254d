package org.sealpost.enclave.internal.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.RenewalExchange;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.EndPointKeys.OpenedResponse;
import org.sealpost.enclave.EndPointKeys.SealedRequest;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.PeerPolicy;

/** Somebody records everything, and steals keys afterwards. */
class ForwardSecrecyTest {
    private final Building b = new Building();
    private final List<String> randObjects = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private final List<byte[]> handshake = new ArrayList<>();

    @Test
    void theRecordingAndThePairwiseKeyStolenAfterARenewalOpenNothingOfBefore() {
        policy(RenewalKeys.EPHEMERAL);
        push();
        int before = objects.size();
        byte[] oldKey = pairwise();
        renew();
        renew();
        push();
        byte[] stolen = pairwise();

        assertThat(stolen).isNotEqualTo(oldKey);
        assertThat(opened(oldKey))
                .as("the attack works with the key of that time")
                .contains(0);
        assertThat(opened(stolen))
                .as("and with the stolen key on what is sealed under it")
                .isNotEmpty();
        assertThat(opened(stolen)).allMatch(i -> i >= before);
    }

    @Test
    void theRecordingOfARenewalWithTheOldKeyAndAllLongTermKeysDoesNotGiveTheNewKey() {
        policy(RenewalKeys.EPHEMERAL);
        push();
        byte[] oldKey = pairwise();
        List<byte[]> longTerm = longTermKeys();
        renew();
        renew();
        byte[] newKey = pairwise();

        List<String> plaintexts = new ArrayList<>();
        objects.forEach(o -> open(o, oldKey).ifPresent(plaintexts::add));
        String offer = plaintexts.stream()
                .filter(p -> p.contains("\\\"offer\\\""))
                .findFirst()
                .orElseThrow();
        String answer = plaintexts.stream()
                .filter(p -> p.contains("vnd.sealpost.renewal") && p.contains("rsc"))
                .findFirst()
                .orElseThrow();
        String offerText = con(offer);
        RenewalExchange.Answer parsed = RenewalExchange.Answer.parse(con(answer));
        RenewalExchange.Offer offered = RenewalExchange.Offer.parse(offerText);
        assertThat(offered.newKeyId())
                .isEqualTo(b.door1.enclave.pairwiseKeys().get(0).keyId());
        for (byte[] scalar : longTerm) {
            for (String peer : List.of(offered.ephemeralKey(), parsed.ephemeralKey())) {
                assertThat(RenewalExchange.derive(oldKey, scalar, peer, offerText, parsed.body())
                                .key())
                        .isNotEqualTo(newKey);
            }
        }
        boolean withAnEphemeralKey = b.server.secrets.stream()
                .filter(s -> s.length == 32)
                .anyMatch(s -> Arrays.equals(
                        RenewalExchange.derive(oldKey, s, parsed.ephemeralKey(), offerText, parsed.body())
                                .key(),
                        newKey));
        assertThat(withAnEphemeralKey)
                .as("the attack works with an ephemeral key that was wiped")
                .isTrue();
    }

    @Test
    void theRecordingAndThePrivateKeysOfBothCertificatesOpenNothing() {
        policy(RenewalKeys.CERTIFICATE);
        Tape tape = new Tape();
        b.server.random = tape;
        b.door1.random = tape;
        b.server.restart();
        b.door1.restart();
        establish();
        renew();
        push();
        byte[] key = pairwise();
        List<byte[]> stolen = certificateKeys();
        assertThat(stolen).hasSize(2);
        assertThat(objects).isNotEmpty();
        for (byte[] scalar : stolen) {
            assertThat(guesses(scalar)).noneMatch(k -> Arrays.equals(k, key));
            guesses(scalar).forEach(guess -> assertThat(opened(guess)).isEmpty());
        }
        assertThat(tape.drawn().stream().flatMap(s -> guesses(s).stream()))
                .as("the attack works with an ephemeral key that was wiped")
                .anyMatch(k -> Arrays.equals(k, key) && !opened(k).isEmpty());
    }

    // ---- what happens ----

    private void policy(String way) {
        b.server.enclave.setPeerPolicies(
                java.util.Map.of(b.door1.identity, new PeerPolicy("A256GCM", false, List.of(way), 0, 0)));
    }

    private String rand() {
        String rand = b.door1.enclave.receiverRandObject(b.server.identity);
        randObjects.add(rand);
        return rand;
    }

    private void push() {
        SealedRequest sealed = b.server.enclave.sealCredential(b.door1.identity, Optional.of(rand()), Building.DOORS);
        assertThat(exchange(sealed)).isInstanceOf(OpenedResponse.Confirmed.class);
    }

    private void renew() {
        assertThat(exchange(b.server.enclave.sealRenewal(b.door1.identity, Optional.of(rand()))))
                .isInstanceOf(OpenedResponse.Renewal.class);
    }

    private OpenedResponse exchange(SealedRequest sealed) {
        objects.add(sealed.esprimObject());
        String answer = ((OpenedRequest.Answered) b.door1.enclave.openRequest(sealed.esprimObject())).sealedResponse();
        objects.add(answer);
        return b.server.enclave.openResponse(sealed.exchange(), answer);
    }

    private void establish() {
        handshake.add(b.server.enclave.startKeyEstablishment(b.door1.identity).message());
        handshake.add(b.door1
                .enclave
                .answerKeyEstablishment(b.server.identity, handshake.get(0))
                .message());
        handshake.add(b.server
                .enclave
                .continueKeyEstablishment(b.door1.identity, handshake.get(1))
                .message());
        handshake.add(b.door1
                .enclave
                .answerKeyEstablishment(b.server.identity, handshake.get(2))
                .message());
        b.server.enclave.continueKeyEstablishment(b.door1.identity, handshake.get(3));
    }

    // ---- what is stolen: from the device's disk, as it is now ----

    private StateImage disk(Party party) {
        return tools.jackson.dataformat.cbor.CBORMapper.builder()
                .build()
                .readValue(party.disk.load("main").orElseThrow(), StateImage.class);
    }

    private byte[] pairwise() {
        return disk(b.door1).anchor.orElseThrow().pairwise();
    }

    private List<byte[]> certificateKeys() {
        return List.of(
                disk(b.door1).certificateKey.orElseThrow().scalar(),
                disk(b.server).certificateKey.orElseThrow().scalar());
    }

    private List<byte[]> longTermKeys() {
        StateImage.OwnKeys own = disk(b.door1).own.orElseThrow();
        List<byte[]> keys = new ArrayList<>(List.of(own.agreement(), own.signature()));
        keys.add(disk(b.door1).certificateKey.orElseThrow().scalar());
        keys.add(disk(b.server).authority.orElseThrow().root);
        return keys;
    }

    // ---- what the thief tries ----

    /** Numbers of recorded objects that some session of this pairwise key opens. */
    private List<Integer> opened(byte[] key) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < objects.size(); i++) {
            if (open(objects.get(i), key).isPresent()) {
                found.add(i);
            }
        }
        return found;
    }

    private Optional<String> open(String object, byte[] key) {
        List<RandObject> originators = new ArrayList<>();
        for (String o : objects) {
            String header = new String(
                    java.util.Base64.getUrlDecoder().decode(o.substring(0, o.indexOf('.'))), StandardCharsets.UTF_8);
            var oro = tools.jackson.databind.json.JsonMapper.shared()
                    .readTree(header)
                    .get("oro");
            if (oro != null) {
                originators.add(RandObject.parse(RandObject.Role.ORIGINATOR, oro.toString()));
            }
        }
        for (String receiver : randObjects) {
            for (RandObject originator : originators) {
                byte[] session = SessionKeys.CANONICAL_JSON_V1.derive(
                        key, RandObject.parse(RandObject.Role.RECEIVER, receiver), originator);
                try {
                    String[] parts = object.split("\\.");
                    byte[] plain = decrypt(session, parts);
                    return Optional.of(new String(plain, StandardCharsets.UTF_8));
                } catch (java.security.GeneralSecurityException e) {
                    // the next session
                }
            }
        }
        return Optional.empty();
    }

    private static byte[] decrypt(byte[] key, String[] jwe) throws java.security.GeneralSecurityException {
        var decoder = java.util.Base64.getUrlDecoder();
        var cipher = javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                javax.crypto.Cipher.DECRYPT_MODE,
                new javax.crypto.spec.SecretKeySpec(key, "AES"),
                new javax.crypto.spec.GCMParameterSpec(128, decoder.decode(jwe[2])));
        cipher.updateAAD(jwe[0].getBytes(StandardCharsets.US_ASCII));
        cipher.update(decoder.decode(jwe[3]));
        return cipher.doFinal(decoder.decode(jwe[4]));
    }

    private static String con(String primitive) {
        return tools.jackson.databind.json.JsonMapper.shared()
                .readTree(primitive)
                .findValue("con")
                .asString();
    }

    /** Pairwise keys that the recorded handshake would give if this scalar were one side's ephemeral key. */
    private List<byte[]> guesses(byte[] scalar) {
        Transcript t = new Transcript(handshake);
        List<byte[]> guesses = new ArrayList<>();
        for (ECPublicKey peer : List.of(t.serverEphemeral, t.clientEphemeral)) {
            try {
                KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
                agreement.init(Jwk.privateKey(scalar));
                agreement.doPhase(peer, true);
                byte[] premaster = agreement.generateSecret();
                byte[] master = prf(premaster, "extended master secret", t.sessionHash, 48);
                byte[] seed = ByteBuffer.allocate(64)
                        .put(t.clientRandom)
                        .put(t.serverRandom)
                        .array();
                byte[] exported = prf(master, "EXPORTER-oneM2M-ESCertKE", seed, 48);
                guesses.add(Arrays.copyOfRange(exported, 16, 48));
            } catch (java.security.GeneralSecurityException | IllegalStateException e) {
                // not a scalar of the curve
            }
        }
        return guesses;
    }

    /** The PRF of TLS 1.2 with SHA-256 (RFC 5246 section 5). */
    private static byte[] prf(byte[] secret, String label, byte[] seed, int length) {
        byte[] all = ByteBuffer.allocate(label.length() + seed.length)
                .put(label.getBytes(StandardCharsets.US_ASCII))
                .put(seed)
                .array();
        ByteBuffer out = ByteBuffer.allocate(length + 32);
        byte[] a = all;
        while (out.position() < length) {
            a = Hmac.sha256(secret, a);
            out.put(Hmac.sha256(secret, a, all));
        }
        return Arrays.copyOf(out.array(), length);
    }

    /** The plain part of a recorded handshake. */
    private static final class Transcript {
        byte[] clientRandom = new byte[0];
        byte[] serverRandom = new byte[0];
        byte[] sessionHash = new byte[0];
        ECPublicKey serverEphemeral;
        ECPublicKey clientEphemeral;

        Transcript(List<byte[]> flights) {
            try {
                MessageDigest hash = MessageDigest.getInstance("SHA-256");
                for (byte[] flight : flights.subList(0, 3)) {
                    read(flight, hash);
                }
            } catch (java.security.GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private void read(byte[] flight, MessageDigest hash) throws java.security.GeneralSecurityException {
            ByteBuffer records = ByteBuffer.wrap(flight);
            ByteBuffer messages = ByteBuffer.allocate(flight.length);
            while (records.hasRemaining()) {
                int type = records.get();
                records.getShort();
                byte[] fragment = new byte[records.getShort() & 0xffff];
                records.get(fragment);
                if (type != 22) {
                    break; // what follows is encrypted
                }
                messages.put(fragment);
            }
            messages.flip();
            while (messages.hasRemaining()) {
                int start = messages.position();
                int head = messages.getInt();
                byte[] body = new byte[head & 0xffffff];
                messages.get(body);
                int type = head >>> 24;
                if (type != 15) { // the session hash ends with ClientKeyExchange
                    hash.update(messages.array(), start, 4 + body.length);
                }
                switch (type) {
                    case 1 -> clientRandom = Arrays.copyOfRange(body, 2, 34);
                    case 2 -> serverRandom = Arrays.copyOfRange(body, 2, 34);
                    case 12 -> serverEphemeral = point(Arrays.copyOfRange(body, 4, 4 + body[3]));
                    case 16 -> {
                        clientEphemeral = point(Arrays.copyOfRange(body, 1, 1 + body[0]));
                        sessionHash = hash.digest();
                    }
                    default -> {}
                }
            }
        }

        private static ECPublicKey point(byte[] octets) throws java.security.GeneralSecurityException {
            ECPoint w = new ECPoint(
                    new BigInteger(1, Arrays.copyOfRange(octets, 1, 33)),
                    new BigInteger(1, Arrays.copyOfRange(octets, 33, 65)));
            ECPublicKey any = (ECPublicKey) Jwk.generate(new SecureRandom()).getPublic();
            return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, any.getParams()));
        }
    }

    /** Randomness that is remembered: what the thief would need, and nobody keeps. */
    private static final class Tape extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final transient List<byte[]> drawn = new ArrayList<>();

        @Override
        public void nextBytes(byte[] octets) {
            super.nextBytes(octets);
            drawn.add(octets.clone());
        }

        List<byte[]> drawn() {
            return drawn.stream().filter(d -> d.length == 32).toList();
        }
    }
}
