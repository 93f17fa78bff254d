package org.sealpost.vectors;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What a test of one type does: {@code docs/vectors.md} says it in words, for whoever writes a verifier of their own. */
@FunctionalInterface
interface Kind {
    /**
     * Runs one test.
     *
     * @param group what all tests of the group share
     * @return outputs, each of which stands in the test under the same name
     * @throws org.sealpost.onem2m.Refusal with the status that an invalid test names
     * @throws org.sealpost.oscore.OscoreFailure with the CoAP code that an invalid test names
     * @throws BadVector when the test can't be tried
     */
    Map<String, String> run(JsonNode group, JsonNode test);

    /** All kinds, by the {@code type} of a group. */
    static Map<String, Kind> all() {
        Map<String, Kind> kinds = new TreeMap<>();
        EsprimKinds.addTo(kinds);
        DerivationKinds.addTo(kinds);
        EsDataKind.addTo(kinds);
        GroupOscoreKinds.addTo(kinds);
        EpochKinds.addTo(kinds);
        return kinds;
    }

    /** The kind of a group. */
    static Optional<Kind> of(String type) {
        return Optional.ofNullable(all().get(type));
    }
}
