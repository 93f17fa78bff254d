package org.sealpost.onem2m;

import java.util.regex.Pattern;

/**
 * An identifier of a resource, CSE or AE in one of its three scopes (TS-0001 7.2, TS-0004 6.2.3). The text is kept as it came;
 * comparing identities needs {@link #absolute}.
 *
 * @param text for example {@code cse-in/x} (CSE-relative), {@code /in-cse/cse-in/x} (SP-relative),
 *     {@code //sp.example.org/in-cse/cse-in/x} (absolute)
 */
public record Identifier(String text) {
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9-][A-Za-z0-9._-]*");
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");
    private static final int MAX_LENGTH = 512;

    /** How far an identifier reaches. */
    public enum Scope {
        CSE_RELATIVE,
        SP_RELATIVE,
        ABSOLUTE
    }

    /**
     * Checks the form.
     *
     * @throws Refusal 4000 when a segment has a character that TS-0004 6.2.3 does not allow
     */
    public Identifier {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an identifier is empty or longer than " + MAX_LENGTH);
        }
        String rest = text.startsWith("//") ? text.substring(2) : text.startsWith("/") ? text.substring(1) : text;
        String[] segments = rest.split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            Pattern pattern = i == 0 && text.startsWith("//") ? DOMAIN : SEGMENT;
            if (!pattern.matcher(segments[i]).matches()) {
                throw new Refusal(
                        ResponseStatus.BAD_REQUEST,
                        "an identifier has an empty segment or a character other than letters, digits, '-', '.', '_'");
            }
        }
        if (text.startsWith("//") && segments.length < 2) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an absolute identifier names only a domain");
        }
    }

    public Scope scope() {
        return text.startsWith("//") ? Scope.ABSOLUTE : text.startsWith("/") ? Scope.SP_RELATIVE : Scope.CSE_RELATIVE;
    }

    /**
     * The absolute form.
     *
     * @param spDomain domain of the service provider, lower case, such as {@code sp.example.org}
     * @param cseId SP-relative CSE-ID that CSE-relative forms are relative to, such as {@code /mn-cse}; an AE-ID-Stem that begins
     *     with {@code S} is relative to the service provider instead when it stands alone
     */
    public Identifier absolute(String spDomain, String cseId) {
        return switch (scope()) {
            case ABSOLUTE -> this;
            case SP_RELATIVE -> new Identifier("//" + spDomain + text);
            case CSE_RELATIVE -> new Identifier("//" + spDomain + cseId + "/" + text);
        };
    }

    /** The SP-relative form of an absolute or SP-relative identifier; of a CSE-relative one, with the CSE-ID in front. */
    public Identifier spRelative(String cseId) {
        return switch (scope()) {
            case ABSOLUTE -> new Identifier(text.substring(text.indexOf('/', 2)));
            case SP_RELATIVE -> this;
            case CSE_RELATIVE -> new Identifier(cseId + "/" + text);
        };
    }

    /** The last segment. */
    public String lastSegment() {
        return text.substring(text.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return text;
    }
}
