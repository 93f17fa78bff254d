package org.sealpost.e2e.tls;

import java.security.cert.X509Certificate;
import java.util.Set;

/**
 * A certificate whose chain was validated.
 *
 * @param certificate of the end entity
 * @param names of its subjectAltName: {@code uri:...} and {@code dns:...}, lower case where case does not matter
 * @param notAfter end of validity, epoch seconds
 */
public record VerifiedCertificate(X509Certificate certificate, Set<String> names, long notAfter) {
    /** True when a name of the certificate is exactly the one that stands for this absolute identity. */
    public boolean names(String identity) {
        return names.contains(CertificateName.of(identity).text());
    }
}
