package org.sealpost.e2e.tls;

import java.util.Locale;
import org.bouncycastle.asn1.x509.GeneralName;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The name in a certificate that stands for an end point (TS-0003 10.1.1): a CSE's public domain name (TS-0001 6.5.1), an AE's absolute
 * AE-ID as a URI. RFC 5280 wants a scheme in a URI, for which the standard has none: it is {@code m2m}.
 *
 * @param uri true for an AE
 * @param value {@code m2m://sp.example/gw/Cname} or {@code in-cse.sp.example}
 */
public record CertificateName(boolean uri, String value) {
    private static final String SCHEME = "m2m:";

    /**
     * The name of an absolute identity: one segment after the domain is a CSE, more are an AE.
     *
     * @throws Refusal 4000 when the identity is not absolute
     */
    public static CertificateName of(String identity) {
        requireAbsolute(identity);
        int domainEnd = identity.indexOf('/', 2);
        boolean ae = identity.indexOf('/', domainEnd + 1) > 0;
        return ae ? new CertificateName(true, SCHEME + identity) : new CertificateName(false, fqdn(identity));
    }

    /** An FQDN, as MEF and MAF have it. */
    public static CertificateName ofFqdn(String fqdn) {
        return new CertificateName(false, fqdn.toLowerCase(Locale.ROOT));
    }

    /**
     * An absolute identity as an FQDN: the segments in reverse order in front of the domain, such as {@code cdoor-1.gw-north.sp.example}.
     * A key id that a handshake makes ends with it.
     *
     * @throws Refusal 4000 when the identity is not absolute
     */
    public static String fqdn(String identity) {
        requireAbsolute(identity);
        String[] segments = identity.substring(2).split("/", -1);
        StringBuilder name = new StringBuilder();
        for (int i = segments.length - 1; i >= 0; i--) {
            name.append(name.isEmpty() ? "" : ".").append(segments[i]);
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }

    private static void requireAbsolute(String identity) {
        if (new Identifier(identity).scope() != Identifier.Scope.ABSOLUTE) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a certificate names an end point by its absolute identity");
        }
    }

    /** As {@link VerifiedCertificate#names} has it. */
    String text() {
        return (uri ? "uri:" : "dns:") + value;
    }

    GeneralName general() {
        return new GeneralName(uri ? GeneralName.uniformResourceIdentifier : GeneralName.dNSName, value);
    }
}
