package org.sealpost.enclave.internal.core;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.provisioning.CredentialId;
import org.sealpost.e2e.provisioning.FunctionState;
import org.sealpost.e2e.provisioning.ProvisioningFunction;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.Certificates;
import org.sealpost.e2e.tls.TlsCredential;
import org.sealpost.e2e.tls.TlsFailure;
import org.sealpost.e2e.tls.VerifiedCertificate;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** An MEF's FQDN certificate (TS-0003 table 10.1.3-1), and the manufacturers whose device certificates it takes instead of a Kpm (8.3.2.2). */
final class FunctionCertificates {
    private final Vault vault;
    private final Certification certification;

    FunctionCertificates(Vault vault) {
        this.vault = vault;
        this.certification = new Certification(vault);
    }

    /** The authority that clients check this MEF by, PEM; made with the certificate's key at first. */
    String anchor() {
        return Certificates.pem(
                List.of(Certificates.parse(own().orElseGet(this::make).root().certificate())));
    }

    void trust(CertificateTrust manufacturers) {
        Certification.require(manufacturers);
        StateImage.FunctionCertificate own = own().orElseGet(this::make);
        vault.change(s -> s.functionCertificate =
                Optional.of(new StateImage.FunctionCertificate(own.root(), own.own(), manufacturers)));
    }

    /** Takes a device in, after checking its certificate as in a handshake. */
    String expect(String pem) {
        StateImage.FunctionCertificate own = own().filter(
                        c -> !c.manufacturers().anchors().isEmpty())
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.OPERATION_NOT_ALLOWED, "no manufacturer is trusted here: give its authority"));
        List<X509Certificate> chain = Certificates.parsePem(pem);
        VerifiedCertificate verified;
        try {
            verified = certification
                    .rules(List.of(), Optional.of(own.manufacturers()))
                    .verify(chain, false);
        } catch (TlsFailure refused) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, refused.sentence());
        }
        String id = CredentialId.ofDevice(verified)
                .map(CredentialId::toString)
                .orElseThrow(() ->
                        new Refusal(ResponseStatus.BAD_REQUEST, "that is no device certificate: it names no hardware"));
        vault.change(s -> {
            ProvisioningFunction.takeIn(s.function.orElseThrow(), id);
            return id;
        });
        return id;
    }

    /** How clients prove themselves: by Kpm, or by a device certificate once a manufacturer is trusted. */
    TlsCredential credential(TlsCredential.PresharedKeys keys) {
        if (own().filter(c -> !c.manufacturers().anchors().isEmpty()).isEmpty()) {
            return keys;
        }
        StateImage.FunctionCertificate valid = renewed();
        return new TlsCredential.EitherWay(
                keys,
                certification.credential(
                        valid.own(), certification.rules(List.of(), Optional.of(valid.manufacturers()))),
                certificate -> ProvisioningFunction.objection(mef(), certificate));
    }

    private StateImage.FunctionCertificate renewed() {
        StateImage.FunctionCertificate known = own().orElseThrow();
        return certification
                .renewed(known.own(), known::root, CertificateName.ofFqdn(mef().fqdn))
                .map(key -> new StateImage.FunctionCertificate(known.root(), key, known.manufacturers()))
                .map(valid -> vault.change(s -> {
                    s.functionCertificate = Optional.of(valid);
                    return valid;
                }))
                .orElse(known);
    }

    private StateImage.FunctionCertificate make() {
        String fqdn = mef().fqdn;
        return vault.change(s -> {
            StateImage.CertificateRoot root = certification.root(fqdn, fqdn);
            StateImage.FunctionCertificate made = new StateImage.FunctionCertificate(
                    root, certification.key(fqdn), new CertificateTrust(List.of(), "off", List.of()));
            s.functionCertificate = Optional.of(made);
            return made;
        });
    }

    private Optional<StateImage.FunctionCertificate> own() {
        mef();
        return vault.state().functionCertificate;
    }

    private FunctionState mef() {
        return vault.state()
                .function
                .filter(f -> f.kind == FunctionState.Kind.MEF)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.OPERATION_NOT_ALLOWED, "only an MEF takes manufacturers' credentials"));
    }
}
