package org.sealpost.e2e;

import java.nio.charset.StandardCharsets;

/**
 * pairwiseESPrimKey from the Kc that a MAF gave to both end points (TS-0003 8.4.2 A.ii-2, C.6a.4). The standard names neither the function nor its "reserved string"; this reading is ours, and does not
 * interoperate with another one.
 */
public final class DistributedKey {
    private DistributedKey() {}

    /**
     * HMAC-SHA256(Kc, label | key id), 32 octets.
     *
     * @param connectionKey Kc, 32 octets
     * @param keyId {@code RelativeKeyID@MAF-FQDN} as it stands in {@code kid}
     */
    public static byte[] pairwise(byte[] connectionKey, String keyId) {
        return Hmac.sha256(
                connectionKey,
                Labels.CONNECTION_TO_PAIRWISE.getBytes(StandardCharsets.UTF_8),
                keyId.getBytes(StandardCharsets.UTF_8));
    }
}
