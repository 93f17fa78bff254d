package org.sealpost.e2e.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.tls.CertificateRules.Revocation;
import org.sealpost.onem2m.Refusal;

/** Certificates that their authority has revoked, with the lists that it signed. */
class RevocationTest {
    private static final long NOW = 1_790_000_000L;
    private static final long DAY = 86_400;
    private static final String DEVICE = "//sealpost.example/gw-north/Cdoor-1";

    private final SecureRandom random = new SecureRandom();
    private final KeyPair authorityKeys = Jwk.generate(random);
    private final X509Certificate authority = CertificateAuthority.authority(
            "sealpost.example",
            Es256Signer.of(authorityKeys.getPrivate()),
            (ECPublicKey) authorityKeys.getPublic(),
            NOW - 10 * DAY,
            NOW + 100 * DAY,
            random);
    private final X509Certificate device = CertificateAuthority.issue(
            authority,
            Es256Signer.of(authorityKeys.getPrivate()),
            CertificateName.of(DEVICE),
            (ECPublicKey) Jwk.generate(random).getPublic(),
            NOW - 5 * DAY,
            NOW + 50 * DAY,
            random);

    @ParameterizedTest
    @CsvSource(delimiter = '|', useHeadersInDisplayName = true, textBlock = """
            rule        | list             | accepted
            OFF         | none             | true
            OFF         | revokes it       | true
            WHEN_LISTED | none             | true
            WHEN_LISTED | revokes another  | true
            WHEN_LISTED | revokes it       | false
            REQUIRED    | none             | false
            REQUIRED    | revokes another  | true
            REQUIRED    | revokes it       | false
            REQUIRED    | has expired      | false
            REQUIRED    | is forged        | false
            """)
    void whatCountsIsTheRuleAndTheAuthoritysList(Revocation rule, String list, boolean accepted) throws Exception {
        BigInteger serial = device.getSerialNumber();
        Optional<X509CRL> made = switch (list) {
            case "none" -> Optional.empty();
            case "revokes another" -> Optional.of(list(serial.add(BigInteger.ONE), NOW + DAY, authorityKeys));
            case "has expired" -> Optional.of(list(serial.add(BigInteger.ONE), NOW - 2 * DAY, authorityKeys));
            case "is forged" -> Optional.of(list(serial.add(BigInteger.ONE), NOW + DAY, Jwk.generate(random)));
            default -> Optional.of(list(serial, NOW + DAY, authorityKeys));
        };
        CertificateRules rules = new CertificateRules(
                Set.of(authority), NOW, rule, made.map(List::of).orElse(List.of()));
        if (accepted) {
            assertThat(rules.verify(List.of(device), false).names(DEVICE)).isTrue();
        } else {
            assertThatThrownBy(() -> rules.verify(List.of(device), false))
                    .isInstanceOfSatisfying(TlsFailure.class, f -> {
                        assertThat(f.kind()).isEqualTo(TlsFailure.Kind.CERTIFICATE);
                        assertThat(f.sentence()).contains(list.equals("revokes it") ? "revoked" : "revocation");
                    });
        }
    }

    @Test
    void aFileThatHoldsNoListIsRefused() throws Exception {
        String pem = "-----BEGIN X509 CRL-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(
                                list(BigInteger.ONE, NOW + DAY, authorityKeys).getEncoded())
                + "\n-----END X509 CRL-----\n";
        assertThat(Certificates.parseLists(pem)).hasSize(1);
        for (String other : List.of("", "no list", pem.substring(0, pem.length() / 2))) {
            assertThatThrownBy(() -> Certificates.parseLists(other)).isInstanceOf(Refusal.class);
        }
    }

    private X509CRL list(BigInteger serial, long until, KeyPair signer) throws IOException, OperatorCreationException {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(
                X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()), date(NOW - 3 * DAY));
        builder.setNextUpdate(date(until));
        builder.addCRLEntry(serial, date(NOW - 3 * DAY), CRLReason.keyCompromise);
        byte[] encoded = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
                .getEncoded();
        return Certificates.parseLists("-----BEGIN X509 CRL-----\n"
                        + Base64.getMimeEncoder().encodeToString(encoded)
                        + "\n-----END X509 CRL-----\n")
                .get(0);
    }

    private static Date date(long seconds) {
        return new Date(seconds * 1000);
    }
}
