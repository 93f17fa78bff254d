package org.sealpost.enclave.internal.core;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.tls.CertificateAuthority;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.CertificateRules;
import org.sealpost.e2e.tls.Certificates;
import org.sealpost.e2e.tls.TlsCredential;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** What is the same for everybody here who has a certificate: keys in the custody, an authority of one's own, and foreign authorities that are trusted. Keeps nothing itself. */
final class Certification {
    private static final long DAY = 86_400;
    static final long LIFETIME = 365 * DAY;
    private static final long ROOT_LIFETIME = 10 * 365 * DAY;

    private final Vault vault;

    Certification(Vault vault) {
        this.vault = vault;
    }

    /** Makes an authority for names of a domain. */
    StateImage.CertificateRoot root(String domain, String owner) {
        KeyCustody.OwnKey pair = vault.custody().generate("certificate-root", owner);
        X509Certificate certificate = CertificateAuthority.authority(
                domain,
                vault.custody().signer(pair.reference()),
                pair.publicKey(),
                vault.now(),
                vault.now() + ROOT_LIFETIME,
                vault.random());
        return new StateImage.CertificateRoot(pair.reference(), Certificates.encode(certificate));
    }

    /** Makes a key that has no certificate yet. */
    StateImage.CertificateKey key(String owner) {
        KeyCustody.OwnKey pair = vault.custody().generate("certificate", owner);
        return new StateImage.CertificateKey(pair.reference(), Jwk.print(pair.publicKey()), List.of(), List.of());
    }

    X509Certificate issue(StateImage.CertificateRoot root, CertificateName name, ECPublicKey key) {
        return CertificateAuthority.issue(
                Certificates.parse(root.certificate()),
                vault.custody().signer(root.scalar()),
                name,
                key,
                vault.now(),
                vault.now() + LIFETIME,
                vault.random());
    }

    /** The key with a certificate of the own authority, when it has none, or two thirds of its life are over. */
    Optional<StateImage.CertificateKey> renewed(
            StateImage.CertificateKey key, Supplier<StateImage.CertificateRoot> authority, CertificateName name) {
        if (!key.chain().isEmpty() && notAfter(key) - vault.now() >= LIFETIME / 3) {
            return Optional.empty();
        }
        StateImage.CertificateRoot root = authority.get();
        X509Certificate issued = issue(root, name, Jwk.parse(key.key()));
        return Optional.of(new StateImage.CertificateKey(
                key.scalar(), key.key(), List.of(Certificates.encode(issued)), List.of(root.certificate())));
    }

    /** Rules that trust these authorities (DER), and look for no revocation. */
    CertificateRules rules(List<byte[]> anchors) {
        return rules(anchors, Optional.empty());
    }

    /** Rules that trust these authorities (DER), and foreign ones. */
    CertificateRules rules(List<byte[]> anchors, Optional<CertificateTrust> foreign) {
        Set<X509Certificate> all = new HashSet<>();
        anchors.forEach(a -> all.add(Certificates.parse(a)));
        foreign.ifPresent(t -> t.anchors().forEach(pem -> all.addAll(Certificates.parsePem(pem))));
        List<X509CRL> lists = foreign.stream()
                .flatMap(t -> t.lists().stream())
                .flatMap(pem -> Certificates.parseLists(pem).stream())
                .toList();
        return new CertificateRules(
                all,
                vault.now(),
                foreign.map(t -> revocation(t.revocation())).orElse(CertificateRules.Revocation.OFF),
                lists);
    }

    TlsCredential.Certified credential(StateImage.CertificateKey key, CertificateRules rules) {
        return new TlsCredential.Certified(
                key.chain().stream().map(Certificates::parse).toList(),
                vault.custody().signer(key.scalar()),
                rules);
    }

    /** The key with a chain that somebody else issued for it. */
    static StateImage.CertificateKey with(StateImage.CertificateKey key, List<byte[]> chain, List<byte[]> anchors) {
        boolean ours = Certificates.parse(chain.get(0)).getPublicKey() instanceof ECPublicKey p
                && Jwk.print(p).equals(key.key());
        if (!ours) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a certificate is for a key that is not this end point's");
        }
        return new StateImage.CertificateKey(key.scalar(), key.key(), chain, anchors);
    }

    static void require(CertificateTrust trust) {
        revocation(trust.revocation());
        trust.lists().forEach(Certificates::parseLists);
        trust.anchors().forEach(Certification::anchors);
    }

    /**
     * Self-signed certificates, from PEM.
     *
     * @return DER
     */
    static List<byte[]> anchors(String pem) {
        List<X509Certificate> anchors = Certificates.parsePem(pem);
        for (X509Certificate anchor : anchors) {
            if (!anchor.getSubjectX500Principal().equals(anchor.getIssuerX500Principal())) {
                throw new Refusal(
                        ResponseStatus.BAD_REQUEST,
                        "a trust anchor is not self-signed: give the certificate of the authority at the top");
            }
        }
        return anchors.stream().map(Certificates::encode).toList();
    }

    /** End of validity of the key's certificate, epoch seconds. */
    static long notAfter(StateImage.CertificateKey key) {
        return Certificates.parse(key.chain().get(0)).getNotAfter().toInstant().getEpochSecond();
    }

    private static CertificateRules.Revocation revocation(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "off" -> CertificateRules.Revocation.OFF;
            case "when-listed" -> CertificateRules.Revocation.WHEN_LISTED;
            case "required" -> CertificateRules.Revocation.REQUIRED;
            default -> throw new Refusal(ResponseStatus.BAD_REQUEST, "revocation is one of off, when-listed, required");
        };
    }
}
