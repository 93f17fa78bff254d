package org.sealpost.fuzz;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.sealpost.e2e.provisioning.CredentialId;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.e2e.provisioning.ProvisioningCodec;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.CertificateRules;
import org.sealpost.e2e.tls.Certificates;
import org.sealpost.e2e.tls.TlsFailure;

/** Certificates and chains of a peer, the names in them, and the messages of remote provisioning. */
public final class CertificatesTarget {
    private static final CertificateRules NOBODY =
            new CertificateRules(Set.of(), 1_893_456_000L, CertificateRules.Revocation.OFF, List.of());

    private CertificatesTarget() {}

    /** Loads what is instrumented before the clock of the first input runs. */
    public static void fuzzerInitialize() {
        Target.CERTIFICATES.seeds().forEach(CertificatesTarget::fuzzerTestOneInput);
    }

    /** One input: the first octet chooses. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] octets = Arrays.copyOfRange(input, 1, input.length);
        String text = new String(octets, StandardCharsets.UTF_8);
        switch (input[0] & 7) {
            case 0 -> Outcome.of(() -> Certificates.hardware(Certificates.parse(octets)));
            case 1 -> chain(octets);
            case 2 -> Outcome.of(() -> CertificateName.of(text));
            case 3 -> Outcome.of(() -> CertificateName.fqdn(text));
            case 4 -> Outcome.of(() -> ProvisioningCodec.decodeRequest(octets));
            case 5 -> Outcome.of(() -> ProvisioningCodec.decodeResponse(octets));
            case 6 -> Outcome.of(() -> KeyIdentifier.parse(text));
            default -> Outcome.of(() -> CredentialId.parse(text));
        }
    }

    /** Certificates one after the other, each with two octets of length in front. */
    private static void chain(byte[] octets) {
        List<X509Certificate> chain = new ArrayList<>();
        Outcome.of(() -> {
            int at = 0;
            while (at + 2 <= octets.length) {
                int length = Math.min((octets[at] & 255) << 8 | octets[at + 1] & 255, octets.length - at - 2);
                chain.add(Certificates.parse(Arrays.copyOfRange(octets, at + 2, at + 2 + length)));
                at += 2 + length;
            }
            return chain;
        });
        try {
            NOBODY.verify(chain, true);
            throw new IllegalStateException("a chain that ends nowhere was accepted");
        } catch (TlsFailure refused) {
            if (refused.kind() != TlsFailure.Kind.CERTIFICATE) {
                throw refused;
            }
        }
    }
}
