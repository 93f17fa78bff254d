package org.sealpost.e2e.tls;

import java.util.Optional;

/**
 * What a finished handshake proved; public.
 *
 * @param suite that was agreed on
 * @param peerKeyId the pre-shared key's id, at both sides
 * @param peer the other side's verified certificate
 * @param serverName SNI that the client asked for, at the server
 */
public record TlsFacts(
        TlsSuite suite, Optional<String> peerKeyId, Optional<VerifiedCertificate> peer, Optional<String> serverName) {}
