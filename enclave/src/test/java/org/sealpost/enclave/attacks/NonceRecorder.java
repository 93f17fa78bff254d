package org.sealpost.enclave.attacks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sealpost.e2e.Jwe;
import org.sealpost.onem2m.Refusal;
import tools.jackson.databind.JsonNode;

/**
 * Remembers under which key each IV was used. What names a key stands in the protected header: {@code kid} and the sender's instance for a group's envelope, {@code kid} and both
 * RandObjects' identifiers for ESPrim. Two different objects under one key and IV are a repeat.
 */
public final class NonceRecorder {
    private static final java.util.Set<String> NAMES =
            java.util.Set.of("alg", "enc", "kid", "cty", "typ", "ori", "rri", "oro", "rro", "ins");

    private final Map<String, String> uses = new HashMap<>();
    private final List<String> repeats = new ArrayList<>();

    /** Looks at a compact JWE. What is not one, or has a key of its own, is passed over. */
    public void see(String compact) {
        try {
            JsonNode header = Jwe.parse(compact, NAMES).header();
            if (header.path("alg").asString("").equals("dir")) {
                String use = name(header, "kid")
                        + name(header, "ins")
                        + name(header, "ori")
                        + name(header, "rri")
                        + compact.split("\\.")[2];
                String earlier = uses.putIfAbsent(use, compact);
                if (earlier != null && !earlier.equals(compact)) {
                    repeats.add(use);
                }
            }
        } catch (Refusal notSealed) {
            // damaged on the way, or no sealed object at all
        }
    }

    /** Different IVs and keys seen. */
    public int uses() {
        return uses.size();
    }

    /** IVs that were used for two messages under one key. */
    public List<String> repeats() {
        return List.copyOf(repeats);
    }

    private static String name(JsonNode header, String name) {
        return header.path(name).asString("") + " ";
    }
}
