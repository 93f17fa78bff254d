package org.sealpost.e2e.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Jwk;
import org.sealpost.onem2m.Refusal;

/**
 * Which certificates of a peer are accepted: path validation by the platform's PKIX (RFC 5280), then the profile of TS-0003 10.1.1. Looks nothing up on
 * a network: what it needs comes as an argument.
 *
 * @param anchors self-signed certificates of authorities that chains may end at
 * @param now epoch seconds
 * @param revocation what to do about revocation
 * @param lists certificate revocation lists at hand
 * @param expected the name that the peer's certificate must have; empty: whoever names one end point
 */
public record CertificateRules(
        Set<X509Certificate> anchors,
        long now,
        Revocation revocation,
        Collection<X509CRL> lists,
        Optional<CertificateName> expected) {
    private static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int MAX_CHAIN = 4;
    private static final String SERVER_USE = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_USE = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USE = "2.5.29.37.0";

    /** How certificate revocation lists are used. */
    public enum Revocation {
        /** Not at all: revocation is by the enrolment itself. */
        OFF,
        /** A certificate on a list is refused; an issuer without a list is accepted. */
        WHEN_LISTED,
        /** A certificate whose issuer has no valid list is refused (TS-0003 8.1.2.2). */
        REQUIRED
    }

    public CertificateRules {
        anchors = Set.copyOf(anchors);
        lists = List.copyOf(lists);
    }

    /** Rules that accept any name. */
    public CertificateRules(Set<X509Certificate> anchors, long now, Revocation revocation, Collection<X509CRL> lists) {
        this(anchors, now, revocation, lists, Optional.empty());
    }

    /** The same rules for a peer that is known by name. */
    public CertificateRules expecting(CertificateName name) {
        return new CertificateRules(anchors, now, revocation, lists, Optional.of(name));
    }

    /**
     * Validates a chain.
     *
     * @param chain end entity first
     * @param peerIsServer which use its extended key usage has to allow, if it has one
     * @throws TlsFailure CERTIFICATE, with the reason
     */
    public VerifiedCertificate verify(List<X509Certificate> chain, boolean peerIsServer) {
        if (chain.isEmpty() || chain.size() > MAX_CHAIN) {
            throw refused("the peer sent no certificate, or more than " + MAX_CHAIN);
        }
        validate(chain);
        chain.forEach(CertificateRules::requireAlgorithms);
        X509Certificate end = chain.get(0);
        boolean[] usage = Optional.ofNullable(end.getKeyUsage()).orElse(new boolean[1]);
        if (!usage[DIGITAL_SIGNATURE] || end.getBasicConstraints() >= 0) {
            throw refused("the peer's certificate is not for digital signatures of an end point");
        }
        requireUse(end, peerIsServer);
        Set<String> names = names(end);
        if (expected.filter(name -> !names.contains(name.text())).isPresent()) {
            throw refused("the peer's certificate is not that of the end point that is expected");
        }
        return new VerifiedCertificate(end, names, end.getNotAfter().toInstant().getEpochSecond());
    }

    private void validate(List<X509Certificate> chain) {
        // An anchor that came along is no part of the path.
        List<X509Certificate> path =
                chain.stream().filter(c -> !anchors.contains(c)).toList();
        if (path.isEmpty()) {
            throw refused("the peer's certificate is a trust anchor, not an end point's");
        }
        List<X509Certificate> candidates = anchors.stream()
                .filter(a -> a.getSubjectX500Principal()
                        .equals(path.get(path.size() - 1).getIssuerX500Principal()))
                .toList();
        TlsFailure failure = refused("the peer's certificate chain does not end at an authority that is trusted here");
        for (X509Certificate anchor : candidates) {
            try {
                validate(path, anchor);
                return;
            } catch (TlsFailure e) {
                failure = e;
            }
        }
        throw failure;
    }

    /**
     * The platform does not look at the constraints of an anchor. So the anchor is given to it as a bare key, and its (self-signed) certificate as the
     * first of the path, where validity, constraints and key usage count.
     */
    private void validate(List<X509Certificate> path, X509Certificate anchor) {
        try {
            List<X509Certificate> whole = new ArrayList<>(path);
            whole.add(anchor);
            CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(whole);
            CertPathValidator validator = CertPathValidator.getInstance("PKIX");
            PKIXParameters parameters = new PKIXParameters(
                    Set.of(new TrustAnchor(anchor.getSubjectX500Principal(), anchor.getPublicKey(), null)));
            parameters.setDate(new Date(now * 1000));
            parameters.setRevocationEnabled(revocation != Revocation.OFF);
            if (revocation != Revocation.OFF) {
                parameters.addCertPathChecker(revocationChecker(validator));
                parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            }
            validator.validate(certPath, parameters);
        } catch (CertPathValidatorException e) {
            throw refused("the peer's certificate chain is not valid ("
                    + String.valueOf(e.getReason()).toLowerCase(Locale.ROOT).replace('_', ' ') + ")");
        } catch (GeneralSecurityException e) {
            throw refused("the peer's certificate chain can't be checked: a configured trust anchor is not usable");
        }
    }

    private PKIXRevocationChecker revocationChecker(CertPathValidator validator) {
        PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        EnumSet<PKIXRevocationChecker.Option> options =
                EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK);
        if (revocation == Revocation.WHEN_LISTED) {
            options.add(PKIXRevocationChecker.Option.SOFT_FAIL);
        }
        checker.setOptions(options);
        return checker;
    }

    private static void requireAlgorithms(X509Certificate certificate) {
        boolean p256;
        try {
            p256 = certificate.getPublicKey() instanceof ECPublicKey key
                    && Jwk.parse(Jwk.print(key)).getW().equals(key.getW())
                    && key.getParams().getCurve().getField().getFieldSize() == 256;
        } catch (Refusal notOnTheCurve) {
            p256 = false;
        }
        if (!p256 || !certificate.getSigAlgOID().equals(ECDSA_SHA256) || certificate.getVersion() != 3) {
            throw refused("a certificate of the peer is not X.509 v3 with P-256 and ECDSA with SHA-256");
        }
    }

    private static void requireUse(X509Certificate certificate, boolean peerIsServer) {
        try {
            List<String> uses =
                    Optional.ofNullable(certificate.getExtendedKeyUsage()).orElse(List.of(ANY_USE));
            if (!uses.contains(ANY_USE) && !uses.contains(peerIsServer ? SERVER_USE : CLIENT_USE)) {
                throw refused("the peer's certificate is not for this use");
            }
        } catch (CertificateParsingException e) {
            throw refused("the peer's certificate has a malformed extended key usage");
        }
    }

    private static Set<String> names(X509Certificate certificate) {
        try {
            Set<String> names = new HashSet<>();
            for (List<?> name : Optional.ofNullable(certificate.getSubjectAlternativeNames())
                    .orElse(List.of())) {
                int type = (Integer) name.get(0);
                if (type == org.bouncycastle.asn1.x509.GeneralName.dNSName) {
                    names.add("dns:" + String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                } else if (type == org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier) {
                    names.add("uri:" + name.get(1));
                }
            }
            Certificates.hardware(certificate).ifPresent(name -> names.add(name.text()));
            if (names.isEmpty() || names.stream().anyMatch(n -> n.contains("*"))) {
                throw refused("the peer's certificate names no end point, or has a wildcard (TS-0003 10.1.1)");
            }
            return Set.copyOf(names);
        } catch (CertificateParsingException | Refusal e) {
            throw refused("the peer's certificate has a malformed subjectAltName");
        }
    }

    private static TlsFailure refused(String sentence) {
        return new TlsFailure(TlsFailure.Kind.CERTIFICATE, sentence);
    }
}
