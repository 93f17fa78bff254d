package org.sealpost.e2e.data;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The keys that a target holds, by identifier. What an envelope brings along itself ({@code jwk}, {@code x5c}) is never one of them. */
public interface KeyRing {
    /** The key of this identifier that opens envelopes. */
    Optional<DataKey.Opening> opening(String keyId);

    /** The key of this identifier that verifies signatures. */
    Optional<DataKey.Verifying> verifying(String keyId);

    /**
     * A ring of these keys.
     *
     * @throws IllegalArgumentException when two of them open, or two verify, under one identifier
     */
    static KeyRing of(DataKey... keys) {
        Map<String, DataKey.Opening> opening = new HashMap<>();
        Map<String, DataKey.Verifying> verifying = new HashMap<>();
        for (DataKey key : keys) {
            boolean again = key instanceof DataKey.Opening o && opening.put(o.id(), o) != null;
            again |= key instanceof DataKey.Verifying v && verifying.put(v.id(), v) != null;
            if (again) {
                throw new IllegalArgumentException("two keys have the identifier " + key.id());
            }
        }
        return new KeyRing() {
            @Override
            public Optional<DataKey.Opening> opening(String keyId) {
                return Optional.ofNullable(opening.get(keyId));
            }

            @Override
            public Optional<DataKey.Verifying> verifying(String keyId) {
                return Optional.ofNullable(verifying.get(keyId));
            }
        };
    }
}
