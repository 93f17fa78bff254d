package org.sealpost.binding.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.RequestPrimitive;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.ResponseType;

/**
 * The parameters that travel in a query, the same for HTTP (TS-0009 table 6.2.2.2-1) and CoAP (TS-0008 6.2.2.3): {@code rt},
 * {@code rcn}, {@code atrl} and the filter criteria. {@code grtm} is here for HTTP, which has no header for it. Values are plain text here; a list is joined by {@code +}.
 */
final class Query {
    private static final String RESPONSE_TYPE = "rt";
    private static final String RESULT_CONTENT = "rcn";
    private static final String ATTRIBUTES = "atrl";
    static final String GROUP_TARGETS = "grtm";
    private static final Set<String> SINGLE = Set.of(RESPONSE_TYPE, RESULT_CONTENT, ATTRIBUTES, GROUP_TARGETS);
    private static final Set<String> UNSUPPORTED =
            Set.of("rp", "da", "rids", "tids", "ltids", "tokens", "tkns", "tqi", "asi", "auri", "sqi");
    private static final Pattern NAME = Pattern.compile("[A-Za-z]{1,16}");

    private Query() {}

    /** Name and value pairs of a request, in a stable order. */
    static Map<String, String> of(RequestPrimitive request) {
        Map<String, String> pairs = new LinkedHashMap<>();
        request.responseType().ifPresent(t -> pairs.put(RESPONSE_TYPE, String.valueOf(t.mode())));
        request.resultContent().ifPresent(v -> pairs.put(RESULT_CONTENT, String.valueOf(v)));
        if (!request.attributes().isEmpty()) {
            pairs.put(ATTRIBUTES, String.join("+", request.attributes()));
        }
        if (!request.groupTargets().isEmpty()) {
            pairs.put(GROUP_TARGETS, String.join("+", request.groupTargets()));
        }
        new TreeMap<>(request.filter()).forEach((name, value) -> {
            if (!NAME.matcher(name).matches() || SINGLE.contains(name) || pairs.putIfAbsent(name, value) != null) {
                throw refused("a filter criterion has a name that a query cannot carry");
            }
        });
        return pairs;
    }

    /**
     * Puts pairs into a request.
     *
     * @param pairs {@code name=value}, in the order they came
     * @param notificationUris the addresses of the Response Type, which travel outside the query
     */
    static void apply(List<String> pairs, List<String> notificationUris, RequestPrimitive.Builder request) {
        Map<String, String> filter = new LinkedHashMap<>();
        Map<String, String> single = new LinkedHashMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? "" : pair.substring(0, equals);
            if (!NAME.matcher(name).matches()) {
                throw refused("a part of the query is not name=value");
            }
            put(name, pair.substring(equals + 1), single, filter);
        }
        Optional.ofNullable(single.get(RESULT_CONTENT))
                .ifPresent(v -> request.resultContent(Numbers.small(v, RESULT_CONTENT)));
        Optional.ofNullable(single.get(ATTRIBUTES)).ifPresent(v -> request.attributes(List.of(v.split("\\+"))));
        Optional.ofNullable(single.get(GROUP_TARGETS)).ifPresent(v -> request.groupTargets(List.of(v.split("\\+"))));
        request.filter(filter);
        String mode = single.get(RESPONSE_TYPE);
        if (mode != null) {
            request.responseType(new ResponseType(Numbers.small(mode, RESPONSE_TYPE), notificationUris));
        } else if (!notificationUris.isEmpty()) {
            throw refused("there are notification addresses but no rt in the query: add rt=2");
        }
    }

    private static void put(String name, String value, Map<String, String> single, Map<String, String> filter) {
        if (UNSUPPORTED.contains(name)) {
            throw new Refusal(ResponseStatus.NOT_IMPLEMENTED, "the query parameter " + name + " is not supported");
        }
        if (SINGLE.contains(name)) {
            if (single.put(name, value) != null) {
                throw refused("the query parameter " + name + " appears twice");
            }
        } else {
            filter.merge(name, value, (a, b) -> a + "+" + b);
        }
    }

    /** The notification addresses of a request, empty when it has none. */
    static List<String> notificationUris(RequestPrimitive request) {
        return request.responseType().map(ResponseType::notificationUris).orElse(List.of());
    }

    private static Refusal refused(String sentence) {
        return new Refusal(ResponseStatus.BAD_REQUEST, sentence);
    }
}
