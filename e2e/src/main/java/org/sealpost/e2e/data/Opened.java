package org.sealpost.e2e.data;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What came out of an envelope.
 *
 * @param payload the data, transfer encoding removed
 * @param mediaType what it is
 * @param decryptedWith identifier of the key that opened it; empty for signed data
 * @param verifiedWith identifiers of the keys whose signatures verified; empty for encrypted data
 * @param associated data that travelled in clear but is authenticated (JSON serialisations of a JWE only)
 */
public record Opened(
        byte[] payload,
        String mediaType,
        Optional<String> decryptedWith,
        List<String> verifiedWith,
        Optional<byte[]> associated) {
    public Opened {
        verifiedWith = List.copyOf(verifiedWith);
    }

    /** The payload as UTF-8 text. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }
}
