package org.sealpost.e2e.provisioning;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * An identifier of the form RELATIVE {@code @} FQDN: KpmID, KeID (TS-0003 10.3.4), key identifiers of MEF and MAF (10.3.5), KpsaID (10.5),
 * KmID (10.6). Two are the same when they differ in case only.
 *
 * @param relative letters, digits, {@code .}, {@code _}, {@code -}
 * @param fqdn of whoever issued it
 */
public record KeyIdentifier(String relative, String fqdn) {
    private static final Pattern RELATIVE = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern FQDN = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");

    /**
     * Checks the form.
     *
     * @throws Refusal 4000
     */
    public KeyIdentifier {
        if (!RELATIVE.matcher(relative).matches() || !FQDN.matcher(fqdn).matches()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a key identifier is not of the form RELATIVE@FQDN");
        }
    }

    /** Reads an identifier. */
    public static KeyIdentifier parse(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a key identifier is not of the form RELATIVE@FQDN");
        }
        return new KeyIdentifier(text.substring(0, at), text.substring(at + 1));
    }

    /** From the octets of an exported id, in hexBinary's canonical form (upper case). */
    public static KeyIdentifier of(byte[] relative, String fqdn) {
        return new KeyIdentifier(HexFormat.of().withUpperCase().formatHex(relative), fqdn);
    }

    /** As it stands in messages. */
    public String text() {
        return relative + "@" + fqdn;
    }

    /** To compare with others. */
    public String canonical() {
        return text().toLowerCase(Locale.ROOT);
    }

    /** True when an MEF or MAF of that FQDN issued it. */
    public boolean issuedBy(String function) {
        return fqdn.equalsIgnoreCase(function);
    }

    @Override
    public String toString() {
        return text();
    }
}
