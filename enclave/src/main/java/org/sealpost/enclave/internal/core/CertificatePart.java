package org.sealpost.enclave.internal.core;

import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.e2e.Base64Url;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.tls.CertificateKeyEstablishment;
import org.sealpost.e2e.tls.CertificateName;
import org.sealpost.e2e.tls.CertificateRequests;
import org.sealpost.e2e.tls.Certificates;
import org.sealpost.e2e.tls.TlsCredential;
import org.sealpost.e2e.tls.TlsFailure;
import org.sealpost.enclave.RenewalKeys;
import org.sealpost.enclave.RenewalKeys.CertificateTrust;
import org.sealpost.enclave.RenewalKeys.KeyMessage;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Certificates and certificate-based key establishment (TS-0003 8.7): the authority's own certification of end points, foreign authorities, and the handshakes that are under way. Those live in memory; what
 * they agree on is on disk before the last message is given.
 */
final class CertificatePart {
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final Set<String> MEMBERS = Set.of("v", "to", "crt");

    private final Vault vault;
    private final KeyRing keys;
    private final Certification certification;
    private final Map<String, CertificateKeyEstablishment> runs = new HashMap<>();

    CertificatePart(Vault vault, KeyRing keys) {
        this.vault = vault;
        this.keys = keys;
        this.certification = new Certification(vault);
    }

    /** True when this end point has a certificate that is valid now. */
    boolean present() {
        return vault.state()
                .certificateKey
                .filter(k -> !k.chain().isEmpty())
                .filter(k -> Certification.notAfter(k) > vault.now())
                .isPresent();
    }

    void trust(CertificateTrust trust) {
        Certification.require(trust);
        vault.change(s -> authority(s).trust = Optional.of(trust));
    }

    // ---- the authority's own certification ----

    /**
     * A certificate for an end point, certified to be the authority's by the root: compact JWS.
     *
     * @param key public JWK
     */
    String issue(String identity, String key) {
        StateImage.CertificateRoot root = root();
        X509Certificate issued = certification.issue(root, CertificateName.of(identity), Jwk.parse(key));
        long until = issued.getNotAfter().toInstant().getEpochSecond();
        var o = JsonNodeFactory.instance.objectNode().put("v", 1).put("to", identity);
        o.putArray("crt").add(Base64Url.encode(Certificates.encode(issued))).add(Base64Url.encode(root.certificate()));
        StateImage.Authority authority = vault.state().authority.orElseThrow();
        vault.change(
                s -> s.standings.computeIfAbsent(identity, p -> new StateImage.Standing()).certificateUntil = until);
        return Jws.sign(
                vault.custody().signer(authority.root),
                Labels.TYPE_CERTIFICATE,
                Jwk.thumbprint(Jwk.parse(authority.rootKey)),
                Map.of(),
                InnerPrimitives.CODEC.encodeTree(o));
    }

    /** A new certificate for a peer whose policy wants one and whose old one, if any, has used up two thirds of its life. */
    Optional<String> due(String peer) {
        StateImage.Standing standing = keys.standing(peer);
        boolean wanted = keys.policy(peer).mechanisms().contains(RenewalKeys.CERTIFICATE);
        boolean old = standing.certificateUntil - vault.now() < Certification.LIFETIME / 3;
        return standing.certificateKey.filter(k -> wanted && old).map(k -> issue(peer, k));
    }

    // ---- own certificate ----

    /** The public key that a certificate of this end point is for, made on the first call. */
    String publicKey(String identity) {
        return ownKey(identity).key();
    }

    String request() {
        String identity = own();
        StateImage.CertificateKey key = ownKey(identity);
        return CertificateRequests.pem(
                CertificateName.of(identity), vault.custody().signer(key.scalar()), Jwk.parse(key.key()));
    }

    /** Takes what {@link #issue} gave, after checking the root's signature. */
    void install(String signed) {
        String rootKey = vault.state().anchor.orElseThrow().rootKey();
        vault.change(s -> {
            install(s, signed, rootKey);
            return signed;
        });
    }

    /** As {@link #install(String)}, as a part of another change. */
    void install(StateImage state, String signed, String rootKey) {
        Members m = Members.of(
                InnerPrimitives.CODEC.decodeTree(Jws.parse(signed).verify(Jwk.parse(rootKey), Labels.TYPE_CERTIFICATE)),
                "a certificate",
                MEMBERS);
        List<byte[]> chain = m.texts("crt").stream().map(Base64Url::decode).toList();
        if (m.integer("v") != 1 || !m.text("to").equals(own()) || chain.size() != 2) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "a certificate is for another end point");
        }
        store(state, List.of(chain.get(0)), List.of(chain.get(1)));
    }

    void installForeign(String pem) {
        List<byte[]> chain =
                Certificates.parsePem(pem).stream().map(Certificates::encode).toList();
        List<byte[]> anchors = ownKey(own()).anchors();
        if (anchors.isEmpty()) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST,
                    "this end point has no authority to check the server by: enrol it first, with certificates allowed");
        }
        vault.change(s -> {
            store(s, chain, anchors);
            return chain;
        });
    }

    private void store(StateImage state, List<byte[]> chain, List<byte[]> anchors) {
        StateImage.CertificateKey key = state.certificateKey.orElseThrow(() -> new Refusal(
                ResponseStatus.BAD_REQUEST, "this end point made no key for a certificate: ask for one first"));
        state.certificateKey = Optional.of(Certification.with(key, chain, anchors));
    }

    // ---- handshakes ----

    KeyMessage start(String peer) {
        authority(vault.state());
        keys.current(peer);
        if (!keys.standing(peer).pending.isEmpty()) {
            throw new Refusal(ResponseStatus.CONFLICT, "a key is agreed on with that end point: prove it first");
        }
        forget(peer);
        CertificateKeyEstablishment run =
                CertificateKeyEstablishment.initiating(serverCredential(), peer, vault.random());
        runs.put(peer, run);
        return new KeyMessage(run.message(), Optional.empty());
    }

    KeyMessage proceed(String peer, byte[] message) {
        CertificateKeyEstablishment run = Optional.ofNullable(runs.get(peer))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.CONFLICT, "there is no key establishment under way: it was given up"));
        take(peer, run, message);
        byte[] next = run.message();
        if (!run.done()) {
            return new KeyMessage(next, Optional.empty());
        }
        agree(peer, run, peer, keys.policy(peer).lifetimeSeconds());
        return new KeyMessage(next, Optional.of(keys.facts(peer)));
    }

    byte[] answer(String requester, byte[] message) {
        StateImage.Anchor anchor = vault.state()
                .anchor
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNKNOWN_KEY_ID, "this end point is not enrolled: enrol it first"));
        if (!requester.equals(anchor.server())) {
            throw new Refusal(
                    ResponseStatus.ORIGINATOR_HAS_NO_PRIVILEGE,
                    "keys are established with the server, and nobody else");
        }
        if (message.length > 5 && message[0] == HANDSHAKE && message[5] == CLIENT_HELLO) {
            TlsCredential.Certified own = deviceCredential();
            forget(requester);
            runs.put(requester, CertificateKeyEstablishment.terminating(own, requester, vault.random()));
        }
        CertificateKeyEstablishment run = Optional.ofNullable(runs.get(requester))
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "there is no key establishment under way: begin with message 1"));
        take(requester, run, message);
        if (run.done()) {
            agree(requester, run, own(), 0);
        }
        return run.message();
    }

    void forget(String peer) {
        Optional.ofNullable(runs.remove(peer)).ifPresent(CertificateKeyEstablishment::close);
    }

    private void take(String peer, CertificateKeyEstablishment run, byte[] message) {
        try {
            run.take(message);
        } catch (TlsFailure failure) {
            forget(peer);
            throw new Refusal(ResponseStatus.BAD_REQUEST, "key establishment failed: " + failure.sentence());
        }
    }

    private void agree(String peer, CertificateKeyEstablishment run, String terminating, long lifetime) {
        CertificateKeyEstablishment.Established made = run.established(terminating);
        long until = Math.min(
                run.peerNotAfter(),
                Certification.notAfter(vault.state().certificateKey.orElseThrow()));
        if (lifetime > 0) {
            until = Math.min(until, vault.now() + lifetime);
        }
        StateImage.PairwiseKey key =
                new StateImage.PairwiseKey(made.keyId(), made.key(), RenewalKeys.CERTIFICATE, vault.now(), until);
        keys.agreed(peer, key, standing -> {});
        runs.remove(peer);
    }

    private TlsCredential.Certified serverCredential() {
        String identity = authority(vault.state()).identity;
        StateImage.CertificateKey known = ownKey(identity);
        StateImage.CertificateKey key = certification
                .renewed(known, this::root, CertificateName.of(identity))
                .map(k -> vault.change(s -> {
                    s.certificateKey = Optional.of(k);
                    return k;
                }))
                .orElse(known);
        return certification.credential(
                key, certification.rules(List.of(root().certificate()), authority(vault.state()).trust));
    }

    private TlsCredential.Certified deviceCredential() {
        StateImage.CertificateKey key = vault.state()
                .certificateKey
                .filter(k -> !k.chain().isEmpty())
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.ESPRIM_UNSUPPORTED_OPTION,
                        "this end point has no certificate: enrol it with one"));
        return certification.credential(key, certification.rules(key.anchors()));
    }

    private StateImage.CertificateRoot root() {
        StateImage.Authority authority = authority(vault.state());
        return authority.certificates.orElseGet(() -> vault.change(s -> {
            StateImage.CertificateRoot made =
                    certification.root(InnerPrimitives.domainOf(authority.identity), authority.identity);
            authority(s).certificates = Optional.of(made);
            return made;
        }));
    }

    private StateImage.CertificateKey ownKey(String identity) {
        return vault.state()
                .certificateKey
                .orElseGet(() -> vault.change(s -> {
                    StateImage.CertificateKey made = certification.key(identity);
                    s.certificateKey = Optional.of(made);
                    return made;
                }));
    }

    private String own() {
        return vault.state()
                .own
                .map(StateImage.OwnKeys::identity)
                .orElseThrow(() -> new Refusal(
                        ResponseStatus.BAD_REQUEST, "this enclave made no enrolment request: make one first"));
    }

    static StateImage.Authority authority(StateImage state) {
        return state.authority.orElseThrow(() -> new Refusal(
                ResponseStatus.OPERATION_NOT_ALLOWED, "this enclave is not an authority: only the server's is"));
    }
}
