package org.sealpost.e2e.provisioning;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.tls.CertificateName;

/** Key derivations of remote provisioning (TS-0003 10.3); every key is 32 octets and the caller's to wipe. Pure. */
public final class ProvisioningKeys {
    /** What an exporter gives: a key id and a key. */
    public static final int EXPORT_LENGTH = 48;

    private static final int ID_LENGTH = 16;
    private static final int KEY_LENGTH = 32;

    private ProvisioningKeys() {}

    /** Exported keying material in its two parts (TS-0003 10.3.1): 16 most significant octets are the id, 32 the key. */
    public record Exported(byte[] id, byte[] key) {
        @Override
        public String toString() {
            return "Exported";
        }
    }

    /** The four end-to-end keys (TS-0003 10.3.6). */
    public record EndToEnd(
            byte[] messageAuthentication,
            byte[] messageConfidentiality,
            byte[] attributeAuthenticity,
            byte[] attributeConfidentiality) {
        @Override
        public String toString() {
            return "EndToEnd";
        }
    }

    /** Splits {@link #EXPORT_LENGTH} octets of an exporter. */
    public static Exported split(byte[] exported) {
        if (exported.length != EXPORT_LENGTH) {
            throw new IllegalArgumentException("an exporter gives " + EXPORT_LENGTH + " octets here");
        }
        return new Exported(Arrays.copyOf(exported, ID_LENGTH), Arrays.copyOfRange(exported, ID_LENGTH, EXPORT_LENGTH));
    }

    /** Km of a MAF from Ke (10.3.2). */
    public static byte[] master(byte[] enrolmentKey, String maf) {
        return Hmac.sha256(enrolmentKey, utf8(Labels.ENROLMENT_TO_MASTER), utf8(maf));
    }

    /** Kpsa with a CSE or AE from Ke (10.3.3). */
    public static byte[] connection(byte[] enrolmentKey, String enroleeB) {
        return Hmac.sha256(enrolmentKey, utf8(Labels.ENROLMENT_TO_CONNECTION), utf8(enroleeB));
    }

    /**
     * A usage-constrained key from Ke (10.3.7).
     *
     * @param usage security usage identifier (TS-0004 6.3.4.2.39), in decimal digits
     * @param targetFqdn a CSE's or AE's absolute identity as an FQDN, or a MAF's FQDN
     */
    public static byte[] usageConstrained(byte[] enrolmentKey, int usage, String targetFqdn) {
        return Hmac.sha256(
                enrolmentKey, utf8(Labels.ENROLMENT_TO_USAGE), utf8(String.valueOf(usage)), utf8(targetFqdn));
    }

    /**
     * The key that an MEF and its client derive for a usage and a target: Km for a MAF, else a usage-constrained key.
     *
     * @param target absolute identity of a CSE or AE, or the FQDN of a MAF
     */
    public static byte[] forUsage(byte[] enrolmentKey, int usage, String target) {
        return usage == Usage.MASTER
                ? master(enrolmentKey, target)
                : usageConstrained(
                        enrolmentKey, usage, target.startsWith("//") ? CertificateName.fqdn(target) : target);
    }

    /** The key-wrapping key that two peers derive beside a pairwise key that an MEF or MAF gave them. */
    public static byte[] wrapping(byte[] pairwise) {
        return Hmac.hkdf(pairwise, new byte[0], utf8(Labels.PROVISIONED_WRAPPING), KEY_LENGTH);
    }

    /**
     * The end-to-end keys (10.3.6): extracted from Kpsa or a random value of the source, then expanded, each block from the one before.
     *
     * @param salt of the extraction; 32 zero octets where the TEF gives none
     */
    public static EndToEnd endToEnd(byte[] connectionKey, byte[] salt) {
        byte[] master = Hmac.sha256(salt.length == 0 ? new byte[KEY_LENGTH] : salt, connectionKey);
        byte[] one = block(master, new byte[0], Labels.E2E_MESSAGE_AUTHENTICATION, 1);
        byte[] two = block(master, one, Labels.E2E_MESSAGE_CONFIDENTIALITY, 2);
        byte[] three = block(master, two, Labels.E2E_ATTRIBUTE_AUTHENTICITY, 3);
        byte[] four = block(master, three, Labels.E2E_ATTRIBUTE_CONFIDENTIALITY, 4);
        Wipe.octets(master);
        return new EndToEnd(one, two, three, four);
    }

    private static byte[] block(byte[] master, byte[] before, String label, int number) {
        return Hmac.sha256(master, before, utf8(label), new byte[] {(byte) number});
    }

    private static byte[] utf8(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).getBytes(StandardCharsets.UTF_8);
    }
}
