package org.sealpost.onem2m;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 (RFC 3629) to the letter: the parsers behind it make characters of other octets too, some of which nothing can write again. */
final class Utf8 {
    private Utf8() {}

    static boolean is(byte[] octets, int from, int length) {
        try {
            // a new decoder reports malformed input, where a String's constructor would replace it
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, from, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
