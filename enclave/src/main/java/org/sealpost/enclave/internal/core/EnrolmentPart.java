package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.WrappingAgreement;
import org.sealpost.e2e.provisioning.KeyIdentifier;
import org.sealpost.e2e.provisioning.ProvisioningKeys;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.AuthorityKeys.Role;
import org.sealpost.enclave.EndPointKeys.EnrolmentFacts;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** Enrolment of this end point: its own key pairs, and the package that brings keys and trust anchors. */
final class EnrolmentPart {
    static final int KEY = 32;
    private static final String PROVISIONED_ROLE = "DEVICE";
    private static final Set<String> ROLES =
            Arrays.stream(Role.values()).map(Role::name).collect(Collectors.toUnmodifiableSet());

    /** The end of the year 9999, epoch seconds: no later time can be written as the standard does, and none after it would undo it. */
    private static final long LATEST = 253_402_300_799L;

    private static final Set<String> ENVELOPE = Set.of("alg", "enc", "kid", "typ", "epk");
    private static final Set<String> MEMBERS =
            Set.of("v", "to", "srv", "role", "kid", "root", "kh", "iat", "epk", "wk", "crt");

    private final Vault vault;
    private final Attestation attestation;
    private final CertificatePart certificates;

    EnrolmentPart(Vault vault, Attestation attestation, CertificatePart certificates) {
        this.vault = vault;
        this.attestation = attestation;
        this.certificates = certificates;
    }

    EnrolmentRequest request(String identity) {
        requireAbsolute(identity);
        StateImage.OwnKeys own = vault.state()
                .own
                .orElseGet(() -> vault.change(s -> {
                    StateImage.OwnKeys made = makeKeys(identity);
                    s.own = Optional.of(made);
                    return made;
                }));
        if (!own.identity().equals(identity)) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "this enclave belongs to " + own.identity() + ": use another state directory");
        }
        return request(
                own.identity(),
                own.agreementKey(),
                own.signatureKey(),
                Optional.of(certificates.publicKey(identity)),
                own.attestation());
    }

    /** A request with its fingerprint: SHA-256 over identity, keys and attestation. */
    static EnrolmentRequest request(
            String identity,
            String agreementKey,
            String signatureKey,
            Optional<String> certificateKey,
            String attestation) {
        String all = identity + "\n" + agreementKey + "\n" + signatureKey
                + certificateKey.map(k -> "\n" + k).orElse("") + "\n" + attestation;
        String hex = HexFormat.of().formatHex(Sha256.of(all.getBytes(StandardCharsets.UTF_8)));
        return new EnrolmentRequest(
                identity,
                agreementKey,
                signatureKey,
                certificateKey,
                attestation,
                hex.replaceAll("(.{4})(?!$)", "$1 "));
    }

    EnrolmentFacts accept(String enrolmentPackage) {
        StateImage.OwnKeys own = vault.state()
                .own
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "this enclave made no enrolment request: make one first"));
        byte[] content =
                Jwe.parse(enrolmentPackage, ENVELOPE).openFrom(vault.custody().agreement(own.agreement()));
        try {
            Members signed = open(content, own.identity());
            StateImage.Anchor anchor = anchor(signed, content, own);
            requireSameRoot(vault.state(), anchor.rootKeyId());
            vault.observed("pairwise-key", own.identity(), anchor.pairwise());
            vault.change(s -> {
                s.timeFloor = anchor.issuedAt();
                s.anchor = Optional.of(anchor);
                StateImage.Standing fresh = new StateImage.Standing();
                Optional.ofNullable(s.standings.get(anchor.server())).ifPresent(old -> fresh.policy = old.policy);
                s.standings.put(anchor.server(), fresh);
                // one change: this one and the certificate's are written together
                signed.optionalText("crt").ifPresent(c -> certificates.install(s, c, anchor.rootKey()));
                return anchor;
            });
            return facts(own.identity(), anchor);
        } finally {
            Wipe.octets(content);
        }
    }

    /** Enrols this end point with a key that an MEF or MAF gave; inside of a change. */
    void provisioned(StateImage state, String server, String keyId, byte[] pairwise, String rootKey) {
        StateImage.OwnKeys own = state.own.orElseThrow(
                () -> new Refusal(ResponseStatus.BAD_REQUEST, "this enclave does not know its identity yet"));
        String rootKeyId = Jwk.thumbprint(Jwk.parse(rootKey));
        requireSameRoot(state, rootKeyId);
        byte[] wrapping = vault.observed("wrapping-key", own.identity(), ProvisioningKeys.wrapping(pairwise));
        ECPublicKey agreementKey = Jwk.parse(own.agreementKey());
        // The custody takes wrapping keys in one way only: wrapped for its own agreement key.
        byte[] reference = vault.custody()
                .acceptWrappingKey(
                        own.agreement(),
                        agreementKey,
                        WrappingAgreement.wrap(agreementKey, wrapping, vault.random()),
                        own.identity());
        vault.observed("pairwise-key", own.identity(), pairwise);
        // An MEF's word has no time of its own: packages that were too old before are too old still.
        long issuedAt = state.anchor.map(StateImage.Anchor::issuedAt).orElse(0L);
        state.anchor = Optional.of(new StateImage.Anchor(
                server, PROVISIONED_ROLE, keyId, pairwise, reference, rootKeyId, rootKey, issuedAt));
        StateImage.Standing fresh = new StateImage.Standing();
        Optional.ofNullable(state.standings.get(server)).ifPresent(old -> fresh.policy = old.policy);
        state.standings.put(server, fresh);
    }

    private static void requireSameRoot(StateImage state, String rootKeyId) {
        if (state.anchor.filter(a -> !a.rootKeyId().equals(rootKeyId)).isPresent()) {
            throw new Refusal(
                    ResponseStatus.CONFLICT,
                    "this enclave is enrolled with another root: remove its state to change owners");
        }
    }

    Optional<EnrolmentFacts> facts() {
        return vault.state().own.flatMap(own -> vault.state().anchor.map(anchor -> facts(own.identity(), anchor)));
    }

    private static Members open(byte[] content, String identity) {
        if (content.length <= KEY) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an enrolment package is cut off");
        }
        Jws signed = Jws.parse(new String(content, KEY, content.length - KEY, StandardCharsets.US_ASCII));
        Members m =
                Members.of(PrimitiveCodec.of(Serialization.JSON).decodeTree(signed.payload()), "an enrolment", MEMBERS);
        ECPublicKey root = Jwk.parse(m.text("root"));
        signed.verify(root, Labels.TYPE_ENROLMENT);
        byte[] pairwise = Arrays.copyOf(content, KEY);
        boolean bound = MessageDigest.isEqual(Sha256.of(pairwise), Base64Url.decode(m.text("kh")));
        Wipe.octets(pairwise);
        if (m.integer("v") != 1 || !ROLES.contains(m.text("role"))) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an enrolment package is of another version or for no role");
        }
        if (!bound || !m.text("to").equals(identity)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an enrolment package is for another end point");
        }
        return m;
    }

    private StateImage.Anchor anchor(Members m, byte[] content, StateImage.OwnKeys own) {
        long issuedAt = m.integer("iat");
        if (issuedAt < 0 || issuedAt > LATEST) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an enrolment package was made at a time that can't be");
        }
        requireAbsolute(m.text("srv"));
        KeyIdentifier.parse(m.text("kid"));
        if (vault.state().anchor.filter(a -> issuedAt < a.issuedAt()).isPresent()) {
            throw new Refusal(
                    ResponseStatus.CONFLICT, "an enrolment package is older than the one that was accepted last");
        }
        var wrapped = new WrappingAgreement.Wrapped(Jwk.parse(m.text("epk")), Base64Url.decode(m.text("wk")));
        return new StateImage.Anchor(
                m.text("srv"),
                m.text("role"),
                m.text("kid"),
                Arrays.copyOf(content, KEY),
                vault.custody()
                        .acceptWrappingKey(own.agreement(), Jwk.parse(own.agreementKey()), wrapped, own.identity()),
                Jwk.thumbprint(Jwk.parse(m.text("root"))),
                m.text("root"),
                issuedAt);
    }

    private StateImage.OwnKeys makeKeys(String identity) {
        KeyCustody.OwnKey agreement = vault.custody().generate("agreement", identity);
        KeyCustody.OwnKey signature = vault.custody().generate("signature", identity);
        String agreementKey = Jwk.print(agreement.publicKey());
        String signatureKey = Jwk.print(signature.publicKey());
        String statement = Statement.sign(
                attestation,
                identity,
                agreementKey,
                signatureKey,
                vault.custody().signer(signature.reference()));
        return new StateImage.OwnKeys(
                identity, agreement.reference(), signature.reference(), agreementKey, signatureKey, statement);
    }

    private static EnrolmentFacts facts(String identity, StateImage.Anchor anchor) {
        return new EnrolmentFacts(identity, anchor.server(), anchor.keyId(), anchor.rootKeyId());
    }

    static void requireAbsolute(String identity) {
        if (new Identifier(identity).scope() != Identifier.Scope.ABSOLUTE) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an identity is given in its absolute form, //DOMAIN/...");
        }
    }
}
