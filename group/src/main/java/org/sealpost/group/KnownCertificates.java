package org.sealpost.group;

import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sealpost.e2e.Jws;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Remembers which purpose certificates a root was found to have signed, so that an end point that gets a hundred commands verifies the certificate of the server's command key once. What depends on the
 * time and the use is decided anew each time. Not thread-safe.
 */
public final class KnownCertificates {
    private static final int MOST = 16;

    private final Map<Proven, PurposeCertificate> known = new Recent<>();
    private final Map<Proven, BlockCertificate> forBlocks = new Recent<>();

    /** Exactly this text, under exactly this key. */
    private record Proven(String compact, PublicKey root) {}

    /** Those that were used last. */
    private static final class Recent<V> extends LinkedHashMap<Proven, V> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(MOST, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Proven, V> eldest) {
            return size() > MOST;
        }
    }

    /**
     * As {@link PurposeCertificate#verify}.
     *
     * @param now epoch seconds
     * @throws Refusal 4103 when the root did not sign it, or it is for another purpose or time
     */
    public PurposeCertificate verify(String compact, Purpose expected, PublicKey root, long now) {
        Proven proven = new Proven(compact, root);
        PurposeCertificate before = known.get(proven);
        if (before != null && before.serves(expected, now)) {
            return before;
        }
        PurposeCertificate verified = PurposeCertificate.verify(compact, expected, root, now);
        known.put(proven, verified);
        return verified;
    }

    /** As {@link PurposeCertificate#verifyObject}. */
    public byte[] verifyObject(Jws object, String type, Purpose purpose, PublicKey root, long now) {
        String certificate = object.certificate()
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                        "a signed object lacks the certificate of its signing key"));
        return object.verify(verify(certificate, purpose, root, now).key(), type);
    }

    /** As {@link BlockCertificate#verify}. */
    public BlockCertificate verifyForBlocks(String compact, PublicKey root, long now) {
        Proven proven = new Proven(compact, root);
        BlockCertificate before = forBlocks.get(proven);
        if (before != null && now >= before.notBefore() && now <= before.notAfter()) {
            return before;
        }
        BlockCertificate verified = BlockCertificate.verify(compact, root, now);
        forBlocks.put(proven, verified);
        return verified;
    }
}
