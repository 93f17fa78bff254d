package org.sealpost.binding.internal;

import java.util.Locale;
import java.util.Optional;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** Content-Type with its {@code ty} parameter, and Accept (TS-0009 6.4.2, 6.4.3). */
final class MediaTypes {
    private MediaTypes() {}

    /** The serialisation of a body; 4015 when it is another medium. */
    static Serialization serialization(Optional<String> contentType) {
        return contentType
                .flatMap(t -> Serialization.ofMediaType(t.toLowerCase(Locale.ROOT)))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                        "the body's Content-Type is neither application/json nor application/cbor"));
    }

    /** The value of {@code ;ty=}, which makes a POST a CREATE. */
    static Optional<Integer> resourceType(Optional<String> contentType) {
        Optional<Integer> found = Optional.empty();
        String[] parts = contentType.orElse("").split(";");
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].trim();
            if (part.regionMatches(true, 0, "ty=", 0, 3)) {
                if (found.isPresent()) {
                    throw new Refusal(ResponseStatus.BAD_REQUEST, "Content-Type has two ty parameters");
                }
                found = Optional.of(Numbers.small(part.substring(3), "the ty parameter of Content-Type"));
            }
        }
        return found;
    }

    /**
     * What the answer is written in: the first of Accept that is known, without Accept the serialisation of the request.
     *
     * @throws Refusal 5207 when nothing that Accept lists is known
     */
    static Serialization accepted(Optional<String> accept, Serialization ofRequest) {
        if (accept.isEmpty()) {
            return ofRequest;
        }
        for (String range : accept.get().split(",")) {
            String bare = range.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
            if (bare.equals("*/*") || bare.equals("application/*")) {
                return ofRequest;
            }
            Optional<Serialization> known = Serialization.ofMediaType(bare);
            if (known.isPresent()) {
                return known.get();
            }
        }
        throw new Refusal(ResponseStatus.NOT_ACCEPTABLE, "Accept lists neither application/json nor application/cbor");
    }
}
