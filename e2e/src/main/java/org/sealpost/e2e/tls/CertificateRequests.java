package org.sealpost.e2e.tls;

import java.io.IOException;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.sealpost.e2e.Es256Signer;

/** Certificate signing requests (PKCS #10) for a foreign authority, with the identity in subjectAltName (TS-0003 8.3.6). */
public final class CertificateRequests {
    private CertificateRequests() {}

    /** The request as PEM text; public. */
    public static String pem(CertificateName subject, Es256Signer key, ECPublicKey publicKey) {
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            extensions.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(subject.general()));
            byte[] der = new PKCS10CertificationRequestBuilder(
                            new X500Name("CN=Sealpost end point"),
                            SubjectPublicKeyInfo.getInstance(publicKey.getEncoded()))
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(EcdsaSha256.content(key))
                    .getEncoded();
            return "-----BEGIN CERTIFICATE REQUEST-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                    + "\n-----END CERTIFICATE REQUEST-----\n";
        } catch (IOException e) {
            throw new IllegalStateException("a certificate request can't be made", e);
        }
    }
}
