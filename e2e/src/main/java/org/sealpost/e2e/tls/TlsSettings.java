package org.sealpost.e2e.tls;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a peer wants of a connection.
 *
 * @param suites offered or accepted, most wanted first; the kind has to fit the credential
 * @param serverName SNI that a client sends (RFC 6066)
 * @param exports labels of RFC 5705, and how many octets of each are wanted; without context
 */
public record TlsSettings(List<TlsSuite> suites, Optional<String> serverName, Map<String, Integer> exports) {
    /** All suites with certificates. */
    public static final List<TlsSuite> CERTIFICATE_SUITES =
            List.of(TlsSuite.values()).stream().filter(TlsSuite::certificates).toList();

    /** All suites with pre-shared keys. */
    public static final List<TlsSuite> PSK_SUITES =
            List.of(TlsSuite.values()).stream().filter(s -> !s.certificates()).toList();

    /** All suites, for a server with {@link TlsCredential.EitherWay}. */
    public static final List<TlsSuite> ALL_SUITES = List.of(TlsSuite.values());

    public TlsSettings {
        suites = List.copyOf(suites);
        exports = Map.copyOf(exports);
        if (suites.isEmpty()) {
            throw new IllegalArgumentException("without a suite there is no connection");
        }
    }
}
