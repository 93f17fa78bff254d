package org.sealpost.onem2m;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code contentInfo} ({@code cnf}, TS-0004 6.3.3): what a content is and how it is packed, {@code mediaType:encoding[:security]}. A reader takes the protection off
 * first, then the transfer encoding.
 *
 * @param mediaType of the innermost data, such as {@code application/json}
 * @param encoding one of the {@code *_TEXT}, {@code BASE64_*} numbers
 * @param security 0 none, 1 JWE or JWS Compact, 2 JWE or JWS JSON, 3 the same in base64, 4 and 5 XML
 */
public record ContentInfo(String mediaType, int encoding, int security) {
    /** Encoding 0: the text itself. */
    public static final int PLAIN_TEXT = 0;

    /** Encoding 1: base64 of a text. */
    public static final int BASE64_TEXT = 1;

    /** Encoding 2: base64 of octets. */
    public static final int BASE64_BINARY = 2;

    private static final int MOST_SECURITY = 5;
    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9.+_-]{0,63}/[A-Za-z0-9][A-Za-z0-9.+_-]{0,95}):([0-2])(?::([0-5]))?");
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}/[A-Za-z0-9][A-Za-z0-9.+_-]{0,95}");

    public ContentInfo {
        boolean valid = MEDIA_TYPE.matcher(mediaType).matches()
                && encoding >= PLAIN_TEXT
                && encoding <= BASE64_BINARY
                && security >= 0
                && security <= MOST_SECURITY;
        if (!valid) {
            throw refused();
        }
    }

    /**
     * Reads a {@code cnf}.
     *
     * @throws Refusal 4000 when it has another form
     */
    public static ContentInfo parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw refused();
        }
        return new ContentInfo(
                m.group(1), Integer.parseInt(m.group(2)), m.group(3) == null ? 0 : Integer.parseInt(m.group(3)));
    }

    /** The text form; without protection the last field is left out. */
    public String text() {
        return mediaType + ":" + encoding + (security == 0 ? "" : ":" + security);
    }

    private static Refusal refused() {
        return new Refusal(
                ResponseStatus.BAD_REQUEST,
                "a contentInfo is not MEDIA-TYPE:ENCODING or MEDIA-TYPE:ENCODING:SECURITY, such as application/json:0:1");
    }
}
