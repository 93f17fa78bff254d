package org.sealpost.e2e;

import java.util.Base64;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** base64url without padding (RFC 7515 section 2). Decoding accepts exactly what encoding yields, so that no object has two spellings. */
public final class Base64Url {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private Base64Url() {}

    public static String encode(byte[] octets) {
        return ENCODER.encodeToString(octets);
    }

    /**
     * Decodes.
     *
     * @throws Refusal 4000 for padding, foreign characters, a length of 4n+1 or bits set after the last octet
     */
    public static byte[] decode(String text) {
        try {
            byte[] octets = DECODER.decode(text);
            int rest = text.length() % 4;
            if (text.indexOf('=') < 0 && (rest == 0 || trailingBitsClear(text, rest))) {
                return octets;
            }
        } catch (IllegalArgumentException e) {
            // answered below, without the library's text: it quotes the input
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "a part of a JOSE object is not canonical base64url");
    }

    private static boolean trailingBitsClear(String text, int rest) {
        char last = text.charAt(text.length() - 1);
        int value = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(last);
        return (value & (rest == 2 ? 15 : 3)) == 0;
    }
}
