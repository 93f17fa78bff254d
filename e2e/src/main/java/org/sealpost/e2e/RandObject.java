package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import org.sealpost.onem2m.Timestamps;
import tools.jackson.databind.JsonNode;

/**
 * A receiver's or originator's ESPrim RandObject (TS-0003 8.4.3.1, TS-0004 6.3.5.50 and 51).
 *
 * @param role whose object it is; decides between {@code esk} and {@code esks}
 * @param id {@code esri}: {@code S-} (shared) or {@code U-} (not shared) and random characters
 * @param value {@code esrv}: {@code r} and 32 lower-case hex digits, 128 random bits
 * @param expiry {@code esrx}, absolute, whole seconds
 * @param keyGeneration {@code esk} or {@code esks}: 1 is HMAC-SHA256; exactly one for an originator
 * @param aeads {@code espa}: numbers of {@link Aead}
 */
public record RandObject(
        Role role, String id, String value, Instant expiry, List<Integer> keyGeneration, List<Integer> aeads) {
    /** The only key generation algorithm: HMAC-SHA256 (TS-0004 6.3.4.2.40). */
    public static final int HMAC_SHA256 = 1;

    private static final Pattern ID = Pattern.compile("[SU]-[A-Za-z0-9._-]{1,64}");
    private static final Pattern VALUE = Pattern.compile("r[0-9a-f]{32}");
    private static final int VALUE_OCTETS = 16;
    private static final int ID_OCTETS = 12;
    private static final int MAX_ALGORITHMS = 16;
    private static final Set<String> RECEIVER = Set.of("esri", "esrv", "esrx", "esks", "espa");
    private static final Set<String> ORIGINATOR = Set.of("esri", "esrv", "esrx", "esk", "espa");

    /** Whose object. */
    public enum Role {
        RECEIVER,
        ORIGINATOR
    }

    public RandObject {
        keyGeneration = List.copyOf(keyGeneration);
        aeads = List.copyOf(aeads);
        if (!ID.matcher(id).matches() || !VALUE.matcher(value).matches()) {
            throw refused("has an identifier or value of another form");
        }
        if (keyGeneration.isEmpty()
                || aeads.isEmpty()
                || keyGeneration.size() > MAX_ALGORITHMS
                || aeads.size() > MAX_ALGORITHMS) {
            throw refused("has an empty or overlong list of algorithms");
        }
    }

    /** A fresh, unshared object. */
    public static RandObject fresh(Role role, Instant expiry, List<Integer> aeads, RandomGenerator random) {
        return fresh(role, "U-", expiry, aeads, random);
    }

    /** A fresh receiver's object for everybody who holds a pairwise key with the receiver. */
    static RandObject freshShared(Instant expiry, List<Integer> aeads, RandomGenerator random) {
        return fresh(Role.RECEIVER, "S-", expiry, aeads, random);
    }

    private static RandObject fresh(
            Role role, String prefix, Instant expiry, List<Integer> aeads, RandomGenerator random) {
        byte[] value = new byte[VALUE_OCTETS];
        byte[] id = new byte[ID_OCTETS];
        random.nextBytes(value);
        random.nextBytes(id);
        return new RandObject(
                role,
                prefix + HexFormat.of().formatHex(id),
                "r" + HexFormat.of().formatHex(value),
                Instant.ofEpochSecond(expiry.getEpochSecond()),
                List.of(HMAC_SHA256),
                aeads);
    }

    /** True for an object that serves one requester only. */
    public boolean unshared() {
        return id.startsWith("U-");
    }

    /**
     * The canonical text that enters the key derivation: members in the order of the type's definition, short names, no white space, lists in
     * the order sent. Computed from the values, because a CSE on the way may write the object anew.
     */
    public String canonical() {
        String algorithms =
                role == Role.RECEIVER ? "\"esks\":[" + join(keyGeneration) + "]" : "\"esk\":" + keyGeneration.get(0);
        return "{\"esri\":\"" + id + "\",\"esrv\":\"" + value + "\",\"esrx\":\"" + Timestamps.format(expiry) + "\","
                + algorithms + ",\"espa\":[" + join(aeads) + "]}";
    }

    /** Reads an object from JSON text. */
    public static RandObject parse(Role role, String json) {
        return parse(role, PrimitiveCodec.of(Serialization.JSON).decodeTree(json.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads an object from a tree; also accepts a text that holds the JSON (some peers write {@code oro} so).
     *
     * @throws Refusal 4000 when it is malformed or its expiry is relative
     */
    public static RandObject parse(Role role, JsonNode node) {
        JsonNode tree = node.isString()
                ? PrimitiveCodec.of(Serialization.JSON)
                        .decodeTree(node.asString().getBytes(StandardCharsets.UTF_8))
                : node;
        boolean receiver = role == Role.RECEIVER;
        Members m = Members.of(tree, "a RandObject", receiver ? RECEIVER : ORIGINATOR);
        List<Integer> keyGeneration = receiver
                ? m.integers("esks")
                : m.optionalInt("esk").map(List::of).orElse(List.of());
        return new RandObject(
                role,
                m.text("esri"),
                m.text("esrv"),
                Timestamps.parse(m.text("esrx")),
                keyGeneration,
                m.integers("espa"));
    }

    private static String join(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static Refusal refused(String why) {
        return new Refusal(ResponseStatus.BAD_REQUEST, "a RandObject " + why);
    }
}
