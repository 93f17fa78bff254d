package org.sealpost.e2e.tls;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.OtherName;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * The name in a certificate that stands for an end point (TS-0003 10.1.1): a CSE's public domain name (TS-0001 6.5.1), an AE's absolute
 * AE-ID as a URI. RFC 5280 wants a scheme in a URI, for which the standard has none: it is {@code m2m}. A device certificate names a piece of hardware, by an OID and a serial number; the form is that of
 * RFC 4108, which the standard leaves open.
 *
 * @param value {@code m2m://sp.example/gw/Cname}, {@code in-cse.sp.example}, or OID, hyphen, serial number in upper-case hex
 */
public record CertificateName(Form form, String value) {
    private static final String SCHEME = "m2m:";
    private static final ASN1ObjectIdentifier HARDWARE_MODULE_NAME = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.8.4");
    private static final Pattern OID = Pattern.compile("[0-2](\\.(0|[1-9][0-9]{0,9})){2,15}");
    private static final int MAX_SERIAL = 32;

    /** What a name is in subjectAltName. */
    public enum Form {
        /** dNSName. */
        DOMAIN("dns:"),
        /** uniformResourceIdentifier. */
        URI("uri:"),
        /** otherName, hardwareModuleName. */
        HARDWARE("hardware:");

        private final String prefix;

        Form(String prefix) {
            this.prefix = prefix;
        }
    }

    /**
     * The name of an absolute identity: one segment after the domain is a CSE, more are an AE.
     *
     * @throws Refusal 4000 when the identity is not absolute
     */
    public static CertificateName of(String identity) {
        requireAbsolute(identity);
        int domainEnd = identity.indexOf('/', 2);
        boolean ae = identity.indexOf('/', domainEnd + 1) > 0;
        return ae ? new CertificateName(Form.URI, SCHEME + identity) : new CertificateName(Form.DOMAIN, fqdn(identity));
    }

    /** An FQDN, as MEF and MAF have it. */
    public static CertificateName ofFqdn(String fqdn) {
        return new CertificateName(Form.DOMAIN, fqdn.toLowerCase(Locale.ROOT));
    }

    /**
     * A piece of hardware.
     *
     * @param type OID of the manufacturer's for this kind of hardware
     * @param serial 1 to 32 octets
     * @throws Refusal 4000 when one of them is malformed
     */
    public static CertificateName ofHardware(String type, byte[] serial) {
        if (!OID.matcher(type).matches() || serial.length == 0 || serial.length > MAX_SERIAL) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "hardware is named by an OID, such as 1.3.6.1.4.1.32473.1, and a serial number of 1 to "
                            + MAX_SERIAL + " octets");
        }
        return new CertificateName(
                Form.HARDWARE, type + "-" + HexFormat.of().withUpperCase().formatHex(serial));
    }

    /**
     * The hardware that a subjectAltName names; empty when it names something else.
     *
     * @throws IllegalArgumentException or Refusal when it is malformed
     */
    static Optional<CertificateName> hardware(GeneralName name) {
        if (name.getTagNo() != GeneralName.otherName) {
            return Optional.empty();
        }
        OtherName other = OtherName.getInstance(name.getName());
        if (!other.getTypeID().equals(HARDWARE_MODULE_NAME)) {
            return Optional.empty();
        }
        ASN1Sequence module = ASN1Sequence.getInstance(other.getValue());
        if (module.size() != 2) {
            throw new IllegalArgumentException("a hardware name has two parts");
        }
        return Optional.of(ofHardware(
                ASN1ObjectIdentifier.getInstance(module.getObjectAt(0)).getId(),
                ASN1OctetString.getInstance(module.getObjectAt(1)).getOctets()));
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
        return form.prefix + value;
    }

    GeneralName general() {
        return switch (form) {
            case DOMAIN -> new GeneralName(GeneralName.dNSName, value);
            case URI -> new GeneralName(GeneralName.uniformResourceIdentifier, value);
            case HARDWARE -> new GeneralName(GeneralName.otherName, new OtherName(HARDWARE_MODULE_NAME, module()));
        };
    }

    private DERSequence module() {
        int hyphen = value.indexOf('-');
        ASN1EncodableVector parts = new ASN1EncodableVector();
        parts.add(new ASN1ObjectIdentifier(value.substring(0, hyphen)));
        parts.add(new DEROctetString(HexFormat.of().parseHex(value.substring(hyphen + 1))));
        return new DERSequence(parts);
    }
}
