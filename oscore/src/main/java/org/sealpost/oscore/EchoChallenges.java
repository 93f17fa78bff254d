package org.sealpost.oscore;

import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which senders have shown that they are alive, after windows were lost, and what the others were asked to repeat (RFC 10021 section 9, RFC 9175). Only senders of authentic messages are remembered. */
final class EchoChallenges {
    static final int OPTION = 252;

    private final Map<String, byte[]> asked = new HashMap<>();
    private final Set<String> alive = new HashSet<>();
    private boolean needed;

    /** From now on everybody has to show it. */
    void begin() {
        needed = true;
        alive.clear();
        asked.clear();
    }

    boolean needs(String sender) {
        return needed && !alive.contains(sender);
    }

    /** What a sender is asked to repeat; the same until it does. */
    byte[] ask(String sender, byte[] fresh) {
        return asked.computeIfAbsent(sender, s -> fresh.clone()).clone();
    }

    /** Whether a message repeats what its sender was asked to; then it is alive. */
    boolean answers(String sender, CoapMessage message) {
        byte[] wanted = asked.get(sender);
        boolean right = wanted != null
                && message.options().stream()
                        .anyMatch(o -> o.number() == OPTION && MessageDigest.isEqual(o.value(), wanted));
        if (right) {
            asked.remove(sender);
            alive.add(sender);
        }
        return right;
    }
}
