package org.sealpost.onem2m;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;

/** Timestamps of the standard: {@code YYYYMMDDThhmmss} with an optional {@code ,fraction}, UTC (TS-0004 6.3.3). Pure. */
public final class Timestamps {
    private static final DateTimeFormatter BASIC = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT)
            .withResolverStyle(java.time.format.ResolverStyle.STRICT);
    private static final Pattern SHAPE = Pattern.compile("(\\d{8}T\\d{6})(?:,(\\d{1,6}))?");

    private Timestamps() {}

    /** The 15-character form; fractions of a second are cut off. */
    public static String format(Instant instant) {
        return BASIC.format(instant.truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC));
    }

    /**
     * Reads an absolute timestamp.
     *
     * @throws Refusal 4000 when the text is anything else, a relative time included
     */
    public static Instant parse(String text) {
        var matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw malformed();
        }
        try {
            Instant whole = LocalDateTime.parse(matcher.group(1), BASIC).toInstant(ZoneOffset.UTC);
            String fraction = matcher.group(2);
            return fraction == null ? whole : whole.plusNanos(Long.parseLong((fraction + "000000000").substring(0, 9)));
        } catch (DateTimeException e) {
            throw malformed();
        }
    }

    private static Refusal malformed() {
        return new Refusal(ResponseStatus.BAD_REQUEST, "a timestamp is not of the form YYYYMMDDThhmmss in UTC");
    }
}
