package org.sealpost.enclave.internal.core;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwe;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EndPointKeys.EnrolmentFacts;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.onem2m.Identifier;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;

/** Enrolment of this end point: its own key pairs, and the package that brings keys and trust anchors. */
final class EnrolmentPart {
    static final int KEY = 32;
    private static final Set<String> ENVELOPE = Set.of("alg", "enc", "kid", "typ", "epk");
    private static final Set<String> MEMBERS = Set.of("v", "to", "srv", "role", "kid", "root", "kh", "iat");

    private final Vault vault;

    EnrolmentPart(Vault vault) {
        this.vault = vault;
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
        return request(own.identity(), own.agreementKey(), own.signatureKey());
    }

    /** A request with its fingerprint: SHA-256 over identity and both keys. */
    static EnrolmentRequest request(String identity, String agreementKey, String signatureKey) {
        String all = identity + "\n" + agreementKey + "\n" + signatureKey;
        String hex = HexFormat.of().formatHex(sha256(all.getBytes(StandardCharsets.UTF_8)));
        return new EnrolmentRequest(identity, agreementKey, signatureKey, hex.replaceAll("(.{4})(?!$)", "$1 "));
    }

    EnrolmentFacts accept(String enrolmentPackage) {
        StateImage.OwnKeys own = vault.state()
                .own
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "this enclave made no enrolment request: make one first"));
        byte[] content = Jwe.parse(enrolmentPackage, ENVELOPE).openFrom(Jwk.privateKey(own.agreement()));
        try {
            StateImage.Anchor anchor = anchor(content, own.identity());
            vault.state()
                    .anchor
                    .filter(a -> !a.rootKeyId().equals(anchor.rootKeyId()))
                    .ifPresent(a -> {
                        throw new Refusal(
                                ResponseStatus.CONFLICT,
                                "this enclave is enrolled with another root: remove its state to change owners");
                    });
            if (vault.state()
                    .anchor
                    .filter(a -> anchor.issuedAt() < a.issuedAt())
                    .isPresent()) {
                throw new Refusal(
                        ResponseStatus.CONFLICT, "an enrolment package is older than the one that was accepted last");
            }
            vault.observed("pairwise-key", own.identity(), anchor.pairwise());
            vault.observed("wrapping-key", own.identity(), anchor.wrapping());
            vault.change(s -> {
                s.timeFloor = anchor.issuedAt();
                return s.anchor = Optional.of(anchor);
            });
            return facts(own.identity(), anchor);
        } finally {
            Wipe.octets(content);
        }
    }

    Optional<EnrolmentFacts> facts() {
        return vault.state().own.flatMap(own -> vault.state().anchor.map(anchor -> facts(own.identity(), anchor)));
    }

    private static StateImage.Anchor anchor(byte[] content, String identity) {
        if (content.length <= 2 * KEY) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an enrolment package is cut off");
        }
        Jws signed = Jws.parse(new String(content, 2 * KEY, content.length - 2 * KEY, StandardCharsets.US_ASCII));
        Members m =
                Members.of(PrimitiveCodec.of(Serialization.JSON).decodeTree(signed.payload()), "an enrolment", MEMBERS);
        ECPublicKey root = Jwk.parse(m.text("root"));
        signed.verify(root, Labels.TYPE_ENROLMENT);
        byte[] keys = Arrays.copyOf(content, 2 * KEY);
        boolean bound = MessageDigest.isEqual(sha256(keys), Base64Url.decode(m.text("kh")));
        Wipe.octets(keys);
        if (!bound || !m.text("to").equals(identity)) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an enrolment package is for another end point");
        }
        return new StateImage.Anchor(
                m.text("srv"),
                m.text("role"),
                m.text("kid"),
                Arrays.copyOf(content, KEY),
                Arrays.copyOfRange(content, KEY, 2 * KEY),
                Jwk.thumbprint(root),
                m.text("root"),
                m.integer("iat"));
    }

    private StateImage.OwnKeys makeKeys(String identity) {
        KeyPair agreement = Jwk.generate(vault.random());
        KeyPair signature = Jwk.generate(vault.random());
        return new StateImage.OwnKeys(
                identity,
                vault.observed("agreement-key", identity, Jwk.scalar((ECPrivateKey) agreement.getPrivate())),
                vault.observed("signature-key", identity, Jwk.scalar((ECPrivateKey) signature.getPrivate())),
                Jwk.print((ECPublicKey) agreement.getPublic()),
                Jwk.print((ECPublicKey) signature.getPublic()));
    }

    private static EnrolmentFacts facts(String identity, StateImage.Anchor anchor) {
        return new EnrolmentFacts(identity, anchor.server(), anchor.keyId(), anchor.rootKeyId());
    }

    static void requireAbsolute(String identity) {
        if (new Identifier(identity).scope() != Identifier.Scope.ABSOLUTE) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an identity is given in its absolute form, //DOMAIN/...");
        }
    }

    static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException("the platform has no SHA-256", e);
        }
    }
}
