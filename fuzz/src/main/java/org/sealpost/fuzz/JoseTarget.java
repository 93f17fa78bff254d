package org.sealpost.fuzz;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.AeadPolicy;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.EsprimChannel;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.RandObject;
import org.sealpost.e2e.SessionKeys;
import org.sealpost.e2e.data.DataKey;
import org.sealpost.e2e.data.EsData;
import org.sealpost.e2e.data.KeyRing;
import org.sealpost.e2e.data.SecurityClass;

/**
 * JWE and JWS: ESPrim Objects at a channel that has issued an object, data envelopes at a ring with one key of each kind, JSON Web Keys, RandObjects. The first octet chooses; where a header
 * is base64url in what strangers send, the fuzzer also gets to write it in clear.
 */
public final class JoseTarget {
    private static final Set<String> HEADERS =
            Set.of("alg", "enc", "kid", "cty", "ori", "rri", "oro", "rro", "epk", "typ");
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final KeyPair PAIR = Jwk.generate(new SecureRandom());
    private static final KeyRing RING = KeyRing.of(
            new DataKey.Direct("d", new byte[32]),
            new DataKey.Wrapping("w", new byte[16]),
            new DataKey.OwnRecipient("r", PAIR.getPrivate()),
            new DataKey.Mac("m", new byte[32]),
            new DataKey.Verifier("v", (ECPublicKey) PAIR.getPublic()));

    private JoseTarget() {}

    /** Loads what is instrumented before the clock of the first input runs. */
    public static void fuzzerInitialize() {
        Target.JOSE.seeds().forEach(JoseTarget::fuzzerTestOneInput);
    }

    /** One input. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        String text = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
        switch (input[0] & 15) {
            case 0 -> Outcome.of(() -> Jwe.parse(text, HEADERS));
            case 1 -> Outcome.of(() -> Jws.parse(text));
            case 2 -> request(text);
            case 3 -> request(withHeader(text));
            case 4, 5, 6 -> data(SecurityClass.values()[(input[0] & 15) - 4], text);
            case 7, 8, 9 -> data(SecurityClass.values()[(input[0] & 15) - 7], withHeader(text));
            case 10 -> Outcome.of(() -> Jwk.parse(text));
            case 11 -> Outcome.of(() -> RandObject.parse(RandObject.Role.RECEIVER, text));
            case 12 -> Outcome.of(() -> RandObject.parse(RandObject.Role.ORIGINATOR, text));
            case 13 -> Outcome.of(() -> EsData.open(SecurityClass.ENCRYPTION_ONLY, first(text), rest(text), RING));
            case 14 -> Outcome.of(() -> Jws.parse(withHeader(text)));
            default -> Outcome.of(() -> Base64Url.decode(text));
        }
    }

    private static void data(SecurityClass expected, String text) {
        Outcome.of(() -> EsData.openAttribute(expected, text, RING));
    }

    /** A request at a channel; what was refused has changed nothing that a request in order could notice. */
    private static void request(String object) {
        EsprimChannel channel = new EsprimChannel(
                "k@x", new byte[32], new AeadPolicy(Aead.A128GCM), Duration.ofHours(1), SessionKeys.CANONICAL_JSON_V1);
        channel.share(new RandObject(
                RandObject.Role.RECEIVER,
                "S-1",
                "r" + "0".repeat(32),
                NOW.plusSeconds(3600),
                List.of(1),
                List.of(12, 11, 10)));
        Outcome.of(() -> channel.openRequest(object, NOW, new Random(1)));
    }

    /** Up to the first line feed a header in clear, then the other parts. */
    private static String withHeader(String text) {
        return Base64Url.encode(first(text).getBytes(StandardCharsets.UTF_8)) + "." + rest(text);
    }

    private static String first(String text) {
        return text.split("\n", 2)[0];
    }

    private static String rest(String text) {
        String[] parts = text.split("\n", 2);
        return parts.length == 2 ? parts[1] : Arrays.toString(parts);
    }
}
