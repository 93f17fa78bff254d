package org.sealpost.load.groups;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.AeadPolicy;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.onem2m.Refusal;

/** A device's pairwise key with both ends of its ESPrim channel. Not thread-safe. */
final class Pair {
    static final Instant TIME = Instant.ofEpochSecond(TestGroup.NOW);

    private static final AeadPolicy POLICY = new AeadPolicy(Aead.A256GCM);
    private static final Duration LIFETIME = Duration.ofDays(1);
    private static final int KEY = 32;

    private final int number;
    private final byte[] key;
    private final byte[] wrappingKey;
    private final EsprimChannel server;
    private final EsprimChannel device;
    private final RandomGenerator random;
    private Optional<byte[]> lastRequest = Optional.empty();
    private byte[] lastResponse = {};
    private String open = "";

    Pair(int number, long seed) {
        this.number = number;
        this.random = new SplittableRandom(seed + number);
        this.key = new byte[KEY];
        this.wrappingKey = new byte[KEY];
        random.nextBytes(key);
        random.nextBytes(wrappingKey);
        this.server = channel();
        this.device = channel();
    }

    /** So many devices with their pairwise keys. */
    static Pair[] many(int count, long seed) {
        Pair[] pairs = new Pair[count];
        Arrays.setAll(pairs, i -> new Pair(i, seed));
        return pairs;
    }

    String identity() {
        return "//load.example/gw-" + number / 1000 + "/Cd-" + number;
    }

    byte[] wrappingKey() {
        return wrappingKey;
    }

    /** The server's RandObject for this device, as text. */
    String serverOffer() {
        return server.issue(TIME, random).canonical();
    }

    /** A RandObject of the device, with which the server may begin. */
    RandObject offer() {
        return device.issue(TIME, random);
    }

    /** Server to device, with a session of its own. */
    byte[] push(RandObject offer, byte[] plaintext) {
        return ascii(
                server.sealRequest(Optional.of(offer), plaintext, TIME, random).object());
    }

    byte[] openPush(byte[] object) {
        return device.openRequest(text(object), TIME, random).plaintext();
    }

    /** Device to server; with the server's offer where there is no session yet. */
    byte[] ask(Optional<String> offer, byte[] plaintext) {
        EsprimChannel.Sealed sealed = device.sealRequest(
                offer.map(o -> RandObject.parse(RandObject.Role.RECEIVER, o)), plaintext, TIME, random);
        open = sealed.exchange();
        return ascii(sealed.object());
    }

    /** What the server does with a request: opened once, answered the same again when it comes again. */
    byte[] answer(byte[] object, java.util.function.UnaryOperator<byte[]> work) {
        if (lastRequest.filter(r -> Arrays.equals(r, object)).isPresent()) {
            return lastResponse;
        }
        EsprimChannel.Opened opened = server.openRequest(text(object), TIME, random);
        lastResponse = ascii(server.sealResponse(opened.exchange(), work.apply(opened.plaintext()), TIME, random));
        lastRequest = Optional.of(object);
        return lastResponse;
    }

    /** The device reads the answer; empty when it is none of an exchange that is open. */
    Optional<byte[]> answered(byte[] object) {
        try {
            return Optional.of(device.openResponse(open, text(object), TIME));
        } catch (Refusal late) {
            return Optional.empty();
        }
    }

    private EsprimChannel channel() {
        return new EsprimChannel(
                "d" + number + ".espr1@load.example", key.clone(), POLICY, LIFETIME, SessionKeys.CANONICAL_JSON_V1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.US_ASCII);
    }
}
