package org.sealpost.e2e.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** X.509 certificates as octets (DER). */
public final class Certificates {
    private static final int MAX_LENGTH = 1 << 14;
    private static final int LINE = 64;

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

    /**
     * Reads certificates in PEM form, in their order.
     *
     * @throws Refusal 4000 when there is none, or something else
     */
    public static List<X509Certificate> parsePem(String pem) {
        try {
            List<X509Certificate> found = new ArrayList<>();
            for (var certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
                found.add((X509Certificate) certificate);
            }
            if (!found.isEmpty()) {
                return found;
            }
        } catch (CertificateException e) {
            // the same answer for every kind of damage
        }
        throw new Refusal(ResponseStatus.BAD_REQUEST, "there are no X.509 certificates in PEM form");
    }

    /**
     * Reads certificate revocation lists in PEM form.
     *
     * @throws Refusal 4000 when they can't be read
     */
    public static List<X509CRL> parseLists(String pem) {
        try {
            List<X509CRL> found = new ArrayList<>();
            for (var list : CertificateFactory.getInstance("X.509")
                    .generateCRLs(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
                found.add((X509CRL) list);
            }
            if (found.isEmpty()) {
                throw noLists();
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw noLists();
        }
    }

    /** A file without a list would let everybody in who is on it. */
    private static Refusal noLists() {
        return new Refusal(ResponseStatus.BAD_REQUEST, "there are no certificate revocation lists in PEM form");
    }

    /**
     * The hardware that a device certificate is for (TS-0003 10.1.1); proves nothing. Empty when it names none, or more than one.
     *
     * @throws Refusal 4000 when its subjectAltName is malformed
     */
    public static Optional<CertificateName> hardware(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
        if (extension == null) {
            return Optional.empty();
        }
        try {
            List<CertificateName> found = new ArrayList<>();
            for (GeneralName name : GeneralNames.getInstance(
                            ASN1OctetString.getInstance(extension).getOctets())
                    .getNames()) {
                CertificateName.hardware(name).ifPresent(found::add);
            }
            return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
        } catch (IllegalArgumentException | IllegalStateException | ClassCastException | Refusal e) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a certificate has a malformed subjectAltName");
        }
    }

    /** Certificates in PEM form, in their order. */
    public static String pem(List<X509Certificate> certificates) {
        StringBuilder pem = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            pem.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(encode(certificate)))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return pem.toString();
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
