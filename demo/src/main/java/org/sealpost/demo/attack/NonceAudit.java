package org.sealpost.demo.attack;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Looks for an initialisation vector that was used twice under one key. Whoever sees the hops can tell: the protected header names the key (and the
 * session, for ESPrim), the vector stands beside it. The same message sent again is no second use.
 *
 * @param objects how many directly encrypted objects were looked at
 * @param reused what was found, one sentence each
 */
public record NonceAudit(int objects, List<String> reused) {
    /** Looks at compact JWEs; those that are not directly encrypted have a key each and are skipped. */
    public static NonceAudit of(Collection<String> sealedObjects) {
        Map<String, String> uses = new HashMap<>();
        List<String> reused = new ArrayList<>();
        int count = 0;
        for (String object : sealedObjects) {
            String[] parts = object.split("\\.", -1);
            JsonNode header = Wiretap.header(object);
            if (text(header, "alg").equals("dir")) {
                count++;
                String key = text(header, "kid") + " " + text(header, "ori") + " " + text(header, "rri") + " "
                        + text(header, "ins");
                String earlier = uses.putIfAbsent(key + " " + parts[2], object);
                if (earlier != null && !earlier.equals(object)) {
                    String iv = parts[2];
                    reused.add("IV " + iv + " was used for two messages under " + key.strip());
                }
            }
        }
        return new NonceAudit(count, List.copyOf(reused));
    }

    private static String text(JsonNode header, String name) {
        JsonNode value = header.get(name);
        return value == null ? "" : value.asString("");
    }
}
