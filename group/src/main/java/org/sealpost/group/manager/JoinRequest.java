package org.sealpost.group.manager;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.oscore.cose.Cbor;

/**
 * A request to join (RFC 9594 section 4.3.1, draft-ietf-ace-key-groupcomm-oscore section 6.1), or to bring another credential.
 *
 * @param scope as it came, a part of what the proof covers
 * @param group name of the group that the scope is for
 * @param roles permission set of the scope
 * @param nonce N_C
 * @param credential empty when none is given; of no octets for the one that is known
 * @param proof of possession; empty when none is given, of no octets where it was given before
 * @param wanted {@code get_creds} as it came
 * @param controlUri where the manager may send to
 */
public record JoinRequest(
        byte[] scope,
        String group,
        long roles,
        byte[] nonce,
        Optional<byte[]> credential,
        Optional<byte[]> proof,
        Optional<Object> wanted,
        Optional<String> controlUri) {
    private static final int SHORTEST_NONCE = 8;
    private static final int LONGEST_NONCE = 32;
    private static final int LONGEST_URI = 255;
    private static final Set<Long> KNOWN = Set.of(
            Groupcomm.SCOPE,
            Groupcomm.GET_CREDENTIALS,
            Groupcomm.CLIENT_CREDENTIAL,
            Groupcomm.CLIENT_NONCE,
            Groupcomm.CLIENT_PROOF,
            Groupcomm.CONTROL_URI);

    /**
     * Reads a request.
     *
     * @throws GroupcommFailure 4.00
     */
    public static JoinRequest parse(byte[] payload) {
        Map<Long, Object> map = Cbor.readMap(payload)
                .filter(m -> KNOWN.containsAll(m.keySet()))
                .orElseThrow(
                        () -> GroupcommFailure.badRequest(
                                "a request is a CBOR map of scope, get_creds, client_cred, cnonce, client_cred_verify and control_uri"));
        byte[] scope = octets(map, Groupcomm.SCOPE)
                .orElseThrow(() -> GroupcommFailure.badRequest("a request to join has a scope"));
        byte[] nonce = nonce(map);
        List<Object> entry = entry(scope);
        Optional<Object> uri = Optional.ofNullable(map.get(Groupcomm.CONTROL_URI));
        if (uri.filter(u -> !(u instanceof String text) || text.length() > LONGEST_URI)
                .isPresent()) {
            throw GroupcommFailure.badRequest("control_uri is a text of at most " + LONGEST_URI + " characters");
        }
        return new JoinRequest(
                scope,
                (String) entry.get(0),
                (Long) entry.get(1),
                nonce,
                octets(map, Groupcomm.CLIENT_CREDENTIAL),
                octets(map, Groupcomm.CLIENT_PROOF),
                Optional.ofNullable(map.get(Groupcomm.GET_CREDENTIALS)),
                uri.map(String.class::cast));
    }

    /** What the client's proof is a signature of: scope | N_S | N_C, each as a CBOR byte string. */
    public byte[] proofInput(byte[] challenge) {
        return concatenated(scope, challenge, nonce);
    }

    /** N_C of a request that holds nothing else (FETCH kdc-cred). */
    public static byte[] nonceAlone(byte[] payload) {
        return nonce(Cbor.readMap(payload)
                .filter(m -> m.keySet().equals(Set.of(Groupcomm.CLIENT_NONCE)))
                .orElseThrow(() -> GroupcommFailure.badRequest("a request is a CBOR map of cnonce")));
    }

    /** What the manager's proof is a signature of: N_C | N_KDC, each as a CBOR byte string. No other thing that its key signs begins so. */
    public static byte[] managerProofInput(byte[] clientNonce, byte[] managerNonce) {
        return concatenated(clientNonce, managerNonce);
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            byte[] alone = Cbor.array(List.of(part));
            out.write(alone, 1, alone.length - 1);
        }
        return out.toByteArray();
    }

    /** One entry of AIF: [[name, permissions]]. */
    private static List<Object> entry(byte[] scope) {
        List<Object> entries = Cbor.readArray(scope).orElse(List.of());
        if (entries.size() == 1
                && entries.get(0) instanceof List<?> entry
                && entry.size() == 2
                && entry.get(0) instanceof String name
                && entry.get(1) instanceof Long roles
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_URI) {
            return List.of(name, roles);
        }
        throw GroupcommFailure.badRequest("a scope is one entry: the name of a group and a set of roles");
    }

    private static byte[] nonce(Map<Long, Object> map) {
        return octets(map, Groupcomm.CLIENT_NONCE)
                .filter(n -> n.length >= SHORTEST_NONCE && n.length <= LONGEST_NONCE)
                .orElseThrow(() -> GroupcommFailure.badRequest("cnonce has 8 to 32 octets"));
    }

    private static Optional<byte[]> octets(Map<Long, Object> map, long key) {
        Object value = map.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof byte[] octets) {
            return Optional.of(octets);
        }
        throw GroupcommFailure.badRequest("the parameter " + key + " is a byte string");
    }
}
