package org.sealpost.binding.internal;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The parameter To as path segments and back, the same for HTTP (TS-0009 6.2.2.1) and CoAP (TS-0008 6.2.2.3): CSE-relative as it
 * is, SP-relative behind {@code ~}, absolute behind {@code _}. Segments are not percent-encoded here.
 */
final class ResourcePath {
    private static final String SP_RELATIVE = "~";
    private static final String ABSOLUTE = "_";

    private ResourcePath() {}

    static List<String> segments(String to) {
        List<String> segments = new ArrayList<>();
        String rest = to;
        if (to.startsWith("//")) {
            segments.add(ABSOLUTE);
            rest = to.substring(2);
        } else if (to.startsWith("/")) {
            segments.add(SP_RELATIVE);
            rest = to.substring(1);
        }
        boolean relative = segments.isEmpty();
        segments.addAll(List.of(rest.split("/", -1)));
        String first = segments.get(0);
        if (segments.contains("") || (relative && (first.equals(SP_RELATIVE) || first.equals(ABSOLUTE)))) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "the parameter To cannot be written as a path");
        }
        return segments;
    }

    static String to(List<String> segments) {
        boolean marked = !segments.isEmpty()
                && (segments.get(0).equals(SP_RELATIVE) || segments.get(0).equals(ABSOLUTE));
        if (segments.isEmpty() || (marked && segments.size() == 1)) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "the path names no resource: put the target's identifier there");
        }
        for (String segment : segments) {
            // A slash that came percent-encoded, or an empty segment, would change the scope of the identifier.
            if (segment.isEmpty() || segment.indexOf('/') >= 0) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "the path has an empty segment or an encoded slash");
            }
        }
        if (!marked) {
            return String.join("/", segments);
        }
        String scope = segments.get(0).equals(ABSOLUTE) ? "//" : "/";
        return scope + String.join("/", segments.subList(1, segments.size()));
    }
}
