package org.sealpost.onem2m;

import java.util.Optional;
import java.util.regex.Pattern;

/** How primitives and resources become octets (TS-0004 clause 8). */
public enum Serialization {
    JSON("json", 50),
    CBOR("cbor", 60);

    private final String suffix;
    private final int contentFormat;
    private final Pattern standardTypes;

    Serialization(String suffix, int contentFormat) {
        this.suffix = suffix;
        this.contentFormat = contentFormat;
        this.standardTypes = Pattern.compile("(application/)?vnd\\.onem2m-(res|ntfy|preq|prsp)\\+" + suffix);
    }

    /** {@code application/json} or {@code application/cbor}. */
    public String mediaType() {
        return "application/" + suffix;
    }

    /** The CoAP content format of the plain media type (TS-0008 table 6.2.2.2-1). */
    public int contentFormat() {
        return contentFormat;
    }

    /**
     * The serialisation of a media type: {@code application/json}, {@code application/vnd.onem2m-res+json} and so on; with
     * or without {@code application/}; parameters are ignored.
     */
    public static Optional<Serialization> ofMediaType(String mediaType) {
        String bare = mediaType.split(";", 2)[0].trim();
        for (Serialization s : values()) {
            if (bare.equals(s.mediaType()) || s.standardTypes.matcher(bare).matches()) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }
}
