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
        files.put("group-oscore/derivation.json", GroupOscoreVectors.derivation());
        files.put("group-oscore/request.json", GroupOscoreVectors.request());
        files.put("group-oscore/response.json", GroupOscoreVectors.response());
        files.put("epoch/tree.json", EpochTreeVectors.make());
        files.put("epoch/block.json", EpochBlockVectors.block());
        files.put("epoch/notice.json", EpochBlockVectors.notice());
        return files;
    }
}
