package org.sealpost.enclave.internal.core;

import java.util.Map;
import java.util.Set;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Jws;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.EndPointKeys.EnrolmentRequest;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a secure environment says of itself, signed with the signature key that it made: a JWS of {v, id, knd, lvl, ver, agr}. It shows that whoever holds that key says so, and that nobody between
 * enclave and server changed it. It does not show that the key lies where it says ({@code docs/enclave.md}).
 */
final class Statement {
    private static final Set<String> MEMBERS = Set.of("v", "id", "knd", "lvl", "ver", "agr");

    private Statement() {}

    /** Signs; at the moment the key pairs are made, so that every request of theirs says the same. */
    static String sign(
            Attestation attestation, String identity, String agreementKey, String signatureKey, Es256Signer signer) {
        var o = JsonNodeFactory.instance.objectNode().put("v", 1).put("id", identity);
        o.put("knd", attestation.kind())
                .put("lvl", attestation.level())
                .put("ver", attestation.version())
                .put("agr", Jwk.thumbprint(Jwk.parse(agreementKey)));
        return Jws.sign(
                signer,
                Labels.TYPE_ATTESTATION,
                Jwk.thumbprint(Jwk.parse(signatureKey)),
                Map.of(),
                InnerPrimitives.CODEC.encodeTree(o));
    }

    /**
     * What the enclave behind a request says of itself.
     *
     * @throws Refusal 4103 when it is not signed with the request's key, 4000 when it is about other keys or malformed
     */
    static Attestation verify(EnrolmentRequest request) {
        byte[] payload =
                Jws.parse(request.attestation()).verify(Jwk.parse(request.signatureKey()), Labels.TYPE_ATTESTATION);
        Members m = Members.of(PrimitiveCodec.of(Serialization.JSON).decodeTree(payload), "an attestation", MEMBERS);
        boolean same = m.integer("v") == 1
                && m.text("id").equals(request.identity())
                && m.text("agr").equals(Jwk.thumbprint(Jwk.parse(request.agreementKey())));
        long level = m.integer("lvl");
        if (!same || level < 0 || level > Attestation.HIGHEST) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an attestation is about another end point or other keys");
        }
        Attestation said = new Attestation(m.text("knd"), (int) level, m.text("ver"));
        if (said.kind().isEmpty() || said.version().isEmpty()) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "an attestation does not say of what kind and version it is");
        }
        return said;
    }
}
