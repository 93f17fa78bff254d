package org.sealpost.demo.attack;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        Book book = new Book();
        sealedObjects.forEach(book::add);
        return book.audit();
    }

    /** What was seen so far, for recordings that grow. Used by one thread at a time. */
    public static final class Book {
        private final Map<String, String> uses = new HashMap<>();
        private final Set<String> reused = new LinkedHashSet<>();
        private int objects;

        /** Takes in a compact JWE, known or not. */
        public void add(String object) {
            String[] parts = object.split("\\.", -1);
            JsonNode header = Wiretap.header(object);
            if (text(header, "alg").equals("dir")) {
                String iv = parts[2];
                String key = text(header, "kid") + " " + text(header, "ori") + " " + text(header, "rri") + " "
                        + text(header, "ins");
                String earlier = uses.putIfAbsent(key + " " + iv, object);
                boolean again = earlier != null
                        && !earlier.equals(object)
                        && reused.add("IV " + iv + " was used for two messages under " + key.strip());
                objects += earlier == null || again ? 1 : 0;
            }
        }

        public NonceAudit audit() {
            return new NonceAudit(objects, List.copyOf(reused));
        }
    }

    private static String text(JsonNode header, String name) {
        JsonNode value = header.get(name);
        return value == null ? "" : value.asString("");
    }
}
