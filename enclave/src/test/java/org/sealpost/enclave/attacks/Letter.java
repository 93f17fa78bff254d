package org.sealpost.enclave.attacks;

/**
 * One message as the gateway has it in its hands.
 *
 * @param number in the order in which they were handed over
 * @param from absolute identity of who handed it over
 * @param to absolute identity of whom it is for
 * @param octets an outer primitive in JSON, or a group's envelope in ASCII
 */
public record Letter(long number, Kind kind, String from, String to, byte[] octets) {
    /** What a letter holds. */
    public enum Kind {
        /** An outer request. */
        REQUEST,
        /** The outer response to one. */
        RESPONSE,
        /** A command for a member of a group. */
        COMMAND,
        /** A member's acknowledgement for a commander. */
        ACKNOWLEDGEMENT,
        /** A member's reading. */
        READING
    }

    /** The same, changed on the way. */
    public Letter with(byte[] changed) {
        return new Letter(number, kind, from, to, changed);
    }

    /** The same, for somebody else. */
    public Letter to(String other) {
        return new Letter(number, kind, from, other, octets);
    }

    /** Its octets as text. */
    public String text() {
        return new String(octets, java.nio.charset.StandardCharsets.UTF_8);
    }
}
