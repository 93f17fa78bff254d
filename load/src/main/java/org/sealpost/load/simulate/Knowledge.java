package org.sealpost.load.simulate;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.enclave.internal.SecretObserver;

/**
 * Everything secret that any enclave of the world ever made or learned: what must not be seen outside, and what an adversary knows that has captured some of them. Not thread-safe.
 */
public final class Knowledge implements SecretObserver {
    private static final int WINDOW = 8;

    private final Map<String, byte[]> first = new HashMap<>();
    private final Map<String, byte[]> newest = new HashMap<>();
    private final List<Labels> labels = new ArrayList<>();
    private final Set<Long> beginnings = new HashSet<>();

    /** Labels of one leaf. */
    public record Labels(String group, long generation, String scheme, int height, long leaf, byte[] octets) {}

    @Override
    public void observe(String kind, String owner, byte[] secret) {
        first.putIfAbsent(kind + " of " + owner, secret.clone());
        newest.put(kind + " of " + owner, secret.clone());
        if (kind.equals("tree-labels")) {
            String[] words = owner.split(" ");
            labels.add(new Labels(
                    words[0],
                    Long.parseLong(words[2]),
                    words[3],
                    Integer.parseInt(words[5]),
                    Long.parseLong(words[7]),
                    secret.clone()));
        }
        for (int at = 0; at + WINDOW <= secret.length; at += 2 * WINDOW) {
            beginnings.add(ByteBuffer.wrap(secret, at, WINDOW).getLong());
        }
    }

    /** The newest secret of a kind and owner. */
    public Optional<byte[]> secret(String kind, String owner) {
        return Optional.ofNullable(newest.get(kind + " of " + owner)).map(byte[]::clone);
    }

    /** The first secret that was known by that kind and owner. */
    public Optional<byte[]> first(String kind, String owner) {
        return Optional.ofNullable(first.get(kind + " of " + owner)).map(byte[]::clone);
    }

    /** All labels that members ever got. */
    public List<Labels> labels() {
        return List.copyOf(labels);
    }

    /** Whether octets that go through a gateway hold the beginning of a secret, as they are or in base64url. */
    public boolean shownIn(byte[] octets) {
        if (scan(octets)) {
            return true;
        }
        int from = 0;
        for (int at = 0; at <= octets.length; at++) {
            if (at == octets.length || !base64(octets[at])) {
                if (at - from >= 2 * WINDOW && decoded(Arrays.copyOfRange(octets, from, at))) {
                    return true;
                }
                from = at + 1;
            }
        }
        return false;
    }

    private boolean decoded(byte[] text) {
        int whole = text.length % 4 == 1 ? text.length - 1 : text.length;
        try {
            return scan(Base64.getUrlDecoder().decode(Arrays.copyOf(text, whole)));
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private boolean scan(byte[] octets) {
        if (octets.length < WINDOW) {
            return false;
        }
        long window = ByteBuffer.wrap(octets).getLong();
        for (int next = WINDOW; ; next++) {
            if (beginnings.contains(window)) {
                return true;
            }
            if (next == octets.length) {
                return false;
            }
            window = window << 8 | octets[next] & 0xff;
        }
    }

    private static boolean base64(byte b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_';
    }
}
