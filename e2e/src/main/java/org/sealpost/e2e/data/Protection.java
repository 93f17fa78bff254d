package org.sealpost.e2e.data;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Aead;
import org.sealpost.e2e.Labels;
import org.sealpost.onem2m.ContentInfo;
import org.sealpost.onem2m.Refusal;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a payload is to be protected. Each method gives a new one; {@link #seal} makes the envelope. Signing and encrypting together is nested: signed first (TS-0003 8.5.2.4). Immutable.
 */
public final class Protection {
    private final String mediaType;
    private final int encoding;
    private final byte[] payload;
    private final List<DataKey.Signing> signers;
    private final List<DataKey.Sealing> targets;
    private final Aead aead;
    private final Optional<Packaging> packaging;
    private final Optional<byte[]> associated;

    private Protection(
            String mediaType,
            int encoding,
            byte[] payload,
            List<DataKey.Signing> signers,
            List<DataKey.Sealing> targets,
            Aead aead,
            Optional<Packaging> packaging,
            Optional<byte[]> associated) {
        this.mediaType = mediaType;
        this.encoding = encoding;
        this.payload = payload;
        this.signers = signers;
        this.targets = targets;
        this.aead = aead;
        this.packaging = packaging;
        this.associated = associated;
    }

    static Protection of(String mediaType, int encoding, byte[] payload) {
        return new Protection(
                new ContentInfo(mediaType, encoding, 0).mediaType(),
                encoding,
                payload.clone(),
                List.of(),
                List.of(),
                Aead.A256GCM,
                Optional.empty(),
                Optional.empty());
    }

    /** Adds a signature or MIC. */
    public Protection signedBy(DataKey.Signing key) {
        return new Protection(mediaType, encoding, payload, with(signers, key), targets, aead, packaging, associated);
    }

    /** Adds a target. A {@link DataKey.Direct} must stay the only one. */
    public Protection encryptedFor(DataKey.Sealing key) {
        return new Protection(mediaType, encoding, payload, signers, with(targets, key), aead, packaging, associated);
    }

    /** The content encryption, A256GCM unless said; a {@link DataKey.Direct} decides by its length. */
    public Protection with(Aead encryption) {
        return new Protection(mediaType, encoding, payload, signers, targets, encryption, packaging, associated);
    }

    /** How to write it down; compact for one target or signature, general JSON for several unless said. */
    public Protection as(Packaging how) {
        return new Protection(mediaType, encoding, payload, signers, targets, aead, Optional.of(how), associated);
    }

    /** Data that stays readable but is authenticated with the encrypted payload (RFC 7516 {@code aad}); JSON packaging only. */
    public Protection associated(byte[] octets) {
        return new Protection(
                mediaType, encoding, payload, signers, targets, aead, packaging, Optional.of(octets.clone()));
    }

    /**
     * Makes the envelope.
     *
     * @param random for content keys, IVs and ephemeral keys
     * @throws Refusal 4000 when what was asked for does not go together; the sentence says what
     */
    public Envelope seal(SecureRandom random) {
        if (signers.isEmpty() && targets.isEmpty()) {
            throw JoseHeader.malformed("needs a key: name a target, a signer, or both");
        }
        if (associated.isPresent() && targets.isEmpty()) {
            throw JoseHeader.malformed("has associated data only where it is encrypted");
        }
        Packaging outer = packaging.orElse(
                (targets.isEmpty() ? signers.size() : targets.size()) > 1 ? Packaging.GENERAL_JSON : Packaging.COMPACT);
        String text = targets.isEmpty() ? sign(outer) : encrypt(outer, random);
        String content =
                outer.base64() ? Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) : text;
        return new Envelope(content, new ContentInfo(mediaType, encoding, outer.contentSecurity()).text());
    }

    private String sign(Packaging how) {
        ObjectNode common = describe(JoseHeader.object().put("typ", Labels.TYPE_DATA));
        if (!targets.isEmpty()) {
            var audience = common.putArray("aud");
            targets.forEach(t -> audience.add(t.id()));
        }
        return JwsEnvelope.sign(common, signers, how, payload);
    }

    private String encrypt(Packaging how, SecureRandom random) {
        ObjectNode common = JoseHeader.object().put("typ", Labels.TYPE_DATA_ENVELOPE);
        if (signers.isEmpty()) {
            return JweEnvelope.seal(describe(common), targets, aead, how, associated, payload, random);
        }
        Packaging inner = signers.size() > 1 ? Packaging.GENERAL_JSON : Packaging.COMPACT;
        common.put("cty", inner == Packaging.COMPACT ? EsData.SIGNED_COMPACT : EsData.SIGNED_JSON);
        return JweEnvelope.seal(common, targets, aead, how, associated, JoseHeader.utf8(sign(inner)), random);
    }

    /** What the payload is, so that nobody on the way can say otherwise. */
    private ObjectNode describe(ObjectNode header) {
        header.put("cty", mediaType);
        if (encoding != ContentInfo.PLAIN_TEXT) {
            header.put("ety", encoding);
        }
        return header;
    }

    private static <T> List<T> with(List<T> list, T more) {
        List<T> all = new ArrayList<>(list);
        all.add(more);
        return List.copyOf(all);
    }
}
