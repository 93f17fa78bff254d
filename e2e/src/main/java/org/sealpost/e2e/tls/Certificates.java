package org.sealpost.e2e.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** X.509 certificates as octets (DER). */
public final class Certificates {
    private static final int MAX_LENGTH = 1 << 14;

    private Certificates() {}

    /**
     * Reads one certificate; proves nothing.
     *
     * @throws Refusal 4000 when it is none
     */
    public static X509Certificate parse(byte[] der) {
        try {
            if (der.length <= MAX_LENGTH) {
                return (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            }
        } catch (CertificateException e) {
            // the same answer for every kind of damage
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "a certificate is not X.509");
    }

    /** The octets of a certificate. */
    public static byte[] encode(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can't be written", e);
        }
    }
}
