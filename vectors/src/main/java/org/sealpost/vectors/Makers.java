package org.sealpost.vectors;

import java.util.Map;
import java.util.TreeMap;

/** The project's vector files and who makes each. */
final class Makers {
    private Makers() {}

    /** Path below {@code vectors/} to content, in alphabetical order; the same octets at every call. */
    static Map<String, byte[]> files() {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("esprim/derivation.json", EsprimDerivationVectors.make());
        files.put("esprim/negotiation.json", EsprimNegotiationVectors.make());
        files.put("esprim/request.json", EsprimRequestVectors.make());
        files.put("esprim/response.json", EsprimResponseVectors.make());
        files.put("esprim/inner.json", EsprimInnerVectors.make());
        files.put("esdata/envelope.json", EsDataVectors.make());
        files.put("escertke/derivation.json", DerivationVectors.escertke());
        files.put("provisioning/derivation.json", DerivationVectors.provisioning());
        return files;
    }
}
