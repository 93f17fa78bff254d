package org.sealpost.oscore;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What OSCORE protects of a CoAP message (RFC 7252 section 3): code, options and payload, without type, message id and token.
 *
 * @param code one octet, class in the upper three bits
 * @param options in the order of their numbers
 */
public record CoapMessage(int code, List<Option> options, byte[] payload) {
    private static final int PAYLOAD_MARKER = 0xff;
    private static final int ONE_OCTET = 13;
    private static final int TWO_OCTETS = 14;
    private static final int TWO_OCTETS_BASE = 269;

    /**
     * An option.
     *
     * @param number as registered
     */
    public record Option(int number, byte[] value) {
        /** Uri-Host, Uri-Port, Proxy-Uri, Proxy-Scheme, OSCORE: for who carries the message (RFC 8613 section 4.1). */
        private static final List<Integer> OUTER_ONLY = List.of(3, 7, 9, 35, 39);

        /** Observe and No-Response: for who carries the message and for the endpoint. */
        private static final List<Integer> BOTH = List.of(6, 258);

        boolean inner() {
            return !OUTER_ONLY.contains(number);
        }

        boolean outer() {
            return OUTER_ONLY.contains(number) || BOTH.contains(number);
        }
    }

    public CoapMessage {
        options =
                options.stream().sorted(Comparator.comparingInt(Option::number)).toList();
    }

    /** Whether the code is of class 0. */
    public boolean isRequest() {
        return code >>> 5 == 0;
    }

    /** The options that stay readable on the way, the OSCORE option not among them. */
    public List<Option> outerOptions() {
        return options.stream().filter(o -> o.outer() && o.number() != 9).toList();
    }

    /** The code that is seen on the way: POST and 2.04, or FETCH and 2.05 with Observe (RFC 8613 section 4.2). */
    public int outerCode() {
        boolean observe = options.stream().anyMatch(o -> o.number() == 6);
        if (isRequest()) {
            return observe ? 0x05 : 0x02;
        }
        return observe ? 0x45 : 0x44;
    }

    /** code (1) | options of class E | [0xff | payload] (RFC 8613 section 5.3). */
    public byte[] plaintext() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(code);
        int last = 0;
        for (Option option : options) {
            if (option.inner()) {
                write(out, option, option.number() - last);
                last = option.number();
            }
        }
        if (payload.length > 0) {
            out.write(PAYLOAD_MARKER);
            out.writeBytes(payload);
        }
        return out.toByteArray();
    }

    /**
     * Reads a plaintext.
     *
     * @throws OscoreFailure {@code MALFORMED}
     */
    public static CoapMessage of(byte[] plaintext) {
        if (plaintext.length == 0) {
            throw malformed();
        }
        List<Option> options = new ArrayList<>();
        Reader reader = new Reader(plaintext);
        int code = reader.octet();
        int number = 0;
        while (!reader.atEnd()) {
            int head = reader.octet();
            if (head == PAYLOAD_MARKER) {
                if (reader.atEnd()) {
                    throw malformed();
                }
                return new CoapMessage(code, options, reader.octets(reader.left()));
            }
            number += reader.extended(head >>> 4);
            options.add(new Option(number, reader.octets(reader.extended(head & 0xf))));
        }
        return new CoapMessage(code, options, new byte[0]);
    }

    private static void write(ByteArrayOutputStream out, Option option, int delta) {
        int length = option.value().length;
        out.write(nibble(delta) << 4 | nibble(length));
        extend(out, delta);
        extend(out, length);
        out.writeBytes(option.value());
    }

    private static int nibble(int value) {
        if (value < ONE_OCTET) {
            return value;
        }
        return value < TWO_OCTETS_BASE ? ONE_OCTET : TWO_OCTETS;
    }

    private static void extend(ByteArrayOutputStream out, int value) {
        if (value >= TWO_OCTETS_BASE) {
            out.write(value - TWO_OCTETS_BASE >>> 8);
            out.write(value - TWO_OCTETS_BASE);
        } else if (value >= ONE_OCTET) {
            out.write(value - ONE_OCTET);
        }
    }

    private static OscoreFailure malformed() {
        return new OscoreFailure(OscoreFailure.Reason.MALFORMED, "a protected message holds no CoAP message");
    }

    private static final class Reader {
        private final byte[] octets;
        private int at;

        Reader(byte[] octets) {
            this.octets = octets;
        }

        boolean atEnd() {
            return at == octets.length;
        }

        int left() {
            return octets.length - at;
        }

        int octet() {
            return octets(1)[0] & 0xff;
        }

        byte[] octets(int length) {
            if (length > left()) {
                throw malformed();
            }
            at += length;
            return Arrays.copyOfRange(octets, at - length, at);
        }

        int extended(int nibble) {
            return switch (nibble) {
                case ONE_OCTET -> ONE_OCTET + octet();
                case TWO_OCTETS -> TWO_OCTETS_BASE + (octet() << 8 | octet());
                case 15 -> throw malformed();
                default -> nibble;
            };
        }
    }
}
