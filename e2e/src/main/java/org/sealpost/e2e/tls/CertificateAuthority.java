package org.sealpost.e2e.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.sealpost.e2e.Es256Signer;

/** Makes certificates by the profile of TS-0003 10.1.1: P-256, ECDSA with SHA-256, keyUsage digitalSignature, the identity in subjectAltName. */
public final class CertificateAuthority {
    /** Clocks of devices differ: certificates are valid a little before they are made. */
    private static final int EARLIER_SECONDS = 300;

    private static final int SERIAL_BITS = 120;

    private CertificateAuthority() {}

    /**
     * A self-signed authority that may name end points of one service provider only.
     *
     * @param domain of the service provider, such as {@code sealpost.example}
     * @param now and {@code notAfter}: epoch seconds
     */
    public static X509Certificate authority(
            String domain, Es256Signer key, ECPublicKey publicKey, long now, long notAfter, SecureRandom random) {
        X500Name name = new X500Name("CN=Sealpost authority of " + domain);
        try {
            X509v3CertificateBuilder builder = builder(name, name, publicKey, now, notAfter, random);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.nameConstraints,
                    true,
                    new NameConstraints(
                            new GeneralSubtree[] {
                                new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain)),
                                new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, domain))
                            },
                            null));
            return sign(builder, key);
        } catch (IOException e) {
            throw new IllegalStateException("a certificate can't be encoded", e);
        }
    }

    /** A certificate of an end point, signed by an authority. */
    public static X509Certificate issue(
            X509Certificate issuer,
            Es256Signer issuerKey,
            CertificateName subject,
            ECPublicKey subjectKey,
            long now,
            long notAfter,
            SecureRandom random) {
        try {
            X509v3CertificateBuilder builder = builder(
                    X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                    new X500Name("CN=Sealpost end point"),
                    subjectKey,
                    now,
                    notAfter,
                    random);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(subject.general()));
            return sign(builder, issuerKey);
        } catch (IOException e) {
            throw new IllegalStateException("a certificate can't be encoded", e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, ECPublicKey key, long now, long notAfter, SecureRandom random) {
        return new X509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS),
                new Date((now - EARLIER_SECONDS) * 1000),
                new Date(notAfter * 1000),
                subject,
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, Es256Signer key) throws IOException {
        return Certificates.parse(builder.build(EcdsaSha256.content(key)).getEncoded());
    }
}
