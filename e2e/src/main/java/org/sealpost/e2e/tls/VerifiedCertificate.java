package org.sealpost.e2e.tls;

import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;

/**
 * A certificate whose chain was validated.
 *
 * @param certificate of the end entity
 * @param names of its subjectAltName: {@code uri:...}, {@code dns:...} and {@code hardware:...}, lower case where case does not matter
 * @param notAfter end of validity, epoch seconds
 */
public record VerifiedCertificate(X509Certificate certificate, Set<String> names, long notAfter) {
    /** True when a name of the certificate is exactly the one that stands for this absolute identity. */
    public boolean names(String identity) {
        return names.contains(CertificateName.of(identity).text());
    }

    /** The hardware that a device certificate is for; empty for a certificate of another kind. */
    public Optional<CertificateName> hardware() {
        return Certificates.hardware(certificate);
    }
}
