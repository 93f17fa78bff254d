package org.sealpost.demo.leak;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * One way in which a secret may stand somewhere.
 *
 * @param secret whose it is
 * @param form such as {@code raw} or {@code base64}
 * @param octets the whole secret in this form; for base64 the characters that depend on the secret alone
 * @param minimum how many octets in a row are a finding: what a piece of 12 octets of the secret gives in this form
 */
record Needle(Secret secret, String form, byte[] octets, int minimum) {
    private static final int PIECE = Secret.MIN_OCTETS;

    /** Raw; hex in both cases; base64 and base64url at the three alignments; the texts in one and in two octets per character. */
    static List<Needle> of(Secret secret) {
        List<Needle> needles = new ArrayList<>();
        byte[] octets = secret.octets();
        needles.add(new Needle(secret, "raw", octets, PIECE));
        needles.addAll(text(secret, "hex", HexFormat.of().formatHex(octets), 2 * PIECE));
        needles.addAll(text(secret, "HEX", HexFormat.of().withUpperCase().formatHex(octets), 2 * PIECE));
        for (int alignment = 0; alignment < 3; alignment++) {
            String base64 = aligned(octets, alignment, Base64.getEncoder());
            String base64url = aligned(octets, alignment, Base64.getUrlEncoder());
            needles.addAll(text(secret, "base64", base64, minimum(base64)));
            if (!base64url.equals(base64)) {
                needles.addAll(text(secret, "base64url", base64url, minimum(base64url)));
            }
        }
        return needles;
    }

    /** A piece of 12 octets fixes 96 bits, therefore 15 whole characters at any alignment; 16 only at the first. */
    private static int minimum(String base64) {
        return Math.min(15, base64.length());
    }

    /** The characters fully determined by the secret, when {@code alignment} unknown octets stand before it in the encoder's input. */
    private static String aligned(byte[] octets, int alignment, Base64.Encoder encoder) {
        byte[] input = new byte[alignment + octets.length + 2];
        System.arraycopy(octets, 0, input, alignment, octets.length);
        int from = (8 * alignment + 5) / 6;
        int to = 8 * (alignment + octets.length) / 6;
        return encoder.encodeToString(input).substring(from, to);
    }

    private static List<Needle> text(Secret secret, String form, String text, int minimum) {
        byte[] narrow = text.getBytes(StandardCharsets.US_ASCII);
        byte[] wide = text.getBytes(StandardCharsets.UTF_16BE);
        byte[] wideFromFirstCharacter = Arrays.copyOfRange(wide, 1, wide.length);
        return List.of(
                new Needle(secret, form, narrow, minimum),
                new Needle(secret, form + " in characters", wideFromFirstCharacter, 2 * minimum - 1));
    }
}
