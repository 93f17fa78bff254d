package org.sealpost.enclave.internal;

import java.time.Instant;
import java.util.Optional;

/**
 * Where keys come from that a MAF distributes. ESPrim asks here when a message names a key that is not known and whose identifier ends with the FQDN of a MAF (TS-0003 8.4.2 C.6a.1 to 3). Called without the
 * compartment's lock: an implementation may wait for the network.
 */
public interface MafKeys {
    /** Whether this FQDN is that of a MAF which this end point is registered with. */
    boolean serves(String fqdn);

    /** The key of this identifier; empty when the MAF does not give it to us, or does not answer. */
    Optional<ConnectionKey> fetch(String keyId);

    /**
     * Kc.
     *
     * @param peer absolute identity of the end point that shares it, as the MAF says
     * @param key 32 octets; wiped by whoever takes it
     * @param notAfter end of its lifetime, and of the pairwise key
     */
    record ConnectionKey(String peer, byte[] key, Instant notAfter) {}
}
