package org.sealpost.e2e.provisioning;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.VerifiedCertificate;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * A Credential-ID (TS-0003 10.4): type, hyphen, value.
 *
 * @param type of sec:credIDTypeID (TS-0003 12.3.2.1), such as 10 for a KpmID
 */
public record CredentialId(int type, String value) {
    private static final int DEVICE_CERTIFICATE = 31;
    private static final Set<Integer> TYPES =
            Set.of(10, 11, 12, 13, 14, 15, 16, 30, 31, 32, 33, 34, 41, 42, 43, 44, 45, 51, 52, 53, 54, 55);
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._@-]{1,384}");

    /** Checks type and alphabet; 4000 otherwise. */
    public CredentialId {
        if (!TYPES.contains(type) || !VALUE.matcher(value).matches()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a Credential-ID is not of the form TYPE-VALUE");
        }
    }

    /** Of the hardware that a device certificate names: {@code 31-1.3.6.1.4.1.32473.1-00A1}. */
    public static CredentialId ofDevice(CertificateName hardware) {
        if (hardware.form() != CertificateName.Form.HARDWARE) {
            throw new IllegalArgumentException("a device certificate names hardware");
        }
        return new CredentialId(DEVICE_CERTIFICATE, hardware.value());
    }

    /** Of a client that proved itself by certificate; empty when that is no device certificate. */
    public static Optional<CredentialId> ofDevice(VerifiedCertificate certificate) {
        return certificate.hardware().map(CredentialId::ofDevice);
    }

    /** Reads a Credential-ID. */
    public static CredentialId parse(String text) {
        int hyphen = text.indexOf('-');
        if (hyphen != 2 || !text.substring(0, 2).chars().allMatch(Character::isDigit)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a Credential-ID is not of the form TYPE-VALUE");
        }
        return new CredentialId(Integer.parseInt(text.substring(0, 2)), text.substring(3));
    }

    @Override
    public String toString() {
        return type + "-" + value;
    }
}
