package org.sealpost.demo.crash;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A kind of message that passes the hops while a scenario's work goes on.
 *
 * @param name for people, such as {@code command}
 * @param text what only such a message contains
 * @param within longest time, in milliseconds, from the message to a kill that comes some time after it
 */
public record Cue(String name, String text, int within) {
    private static final int GROUP = 3;
    private static final int SOON = 40;

    /** A message whose effects are there at once. */
    public Cue(String name, String text) {
        this(name, text, SOON);
    }

    /** An object whose protected header, in clear, begins with its type. */
    static Cue sealed(String name, String type) {
        byte[] header = ("{\"typ\":\"" + type).getBytes(StandardCharsets.US_ASCII);
        int whole = header.length - header.length % GROUP;
        return new Cue(name, Base64.getUrlEncoder().encodeToString(java.util.Arrays.copyOf(header, whole)));
    }
}
