package org.sealpost.enclave;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.onem2m.Content;

/**
 * ESData (TS-0003 8.5): data that stays protected from its source to its targets, wherever it lies in between. The keys are inside; a program names them. An end point has a key pair to be encrypted
 * for and one to sign with, made at first use, both under its absolute identity; symmetric keys have Credential-IDs.
 *
 * <pre>{@code
 * Protected sealed = data.protectData(DataOrder.text("application/json", "{\"kWh\":7}").signed().to(billing));
 * Opened opened = data.openData(SecurityClass.NESTED, contentInfo, content);
 * }</pre>
 */
public interface DataKeys {
    /** This end point's public keys for data, to be given to others on a way that they trust. */
    DataPeer dataIdentity();

    /**
     * Binds public keys to another end point: from now on data can be encrypted for it and its signatures verify. The caller vouches for them; what an {@code e2eSecInfo} says is no binding
     * (TS-0003 8.5.2.2.4.2). Replaces what was bound before.
     */
    void trustDataPeer(DataPeer peer);

    /**
     * Draws a symmetric key; the same name and use give the same key.
     *
     * @param name letters, digits, {@code -} and {@code _}
     * @return its Credential-ID, such as {@code 15-gw-north.meter-1.readings@sealpost.example}
     */
    String newDataKey(String name, DataUse use);

    /**
     * Seals a symmetric key for other end points (source-generated credentials, TS-0003 8.6.3): each of them, and nobody else, takes it with {@link #acceptDataKey}. To end a target's
     * access draw a new key and share it with the others.
     *
     * @param targets absolute identities that were bound
     */
    String shareDataKey(String keyId, List<String> targets);

    /** Takes a key that another end point shared; gives its Credential-ID. Refused when its source is not bound, or another key has that identifier. */
    String acceptDataKey(String envelope);

    /** Protects a payload as the order says. */
    Protected protectData(DataOrder order);

    /**
     * Opens protected data.
     *
     * @param expected what the caller insists on; data of another class is refused
     * @param contentInfo {@code cnf}; empty for the value of a custom attribute, which has none
     * @param content {@code con}
     */
    Opened openData(SecurityClass expected, Optional<String> contentInfo, String content);

    /** What a symmetric key is for (types of TS-0003 12.3.2.1). */
    enum DataUse {
        /** Encrypts data itself. */
        DIRECT,
        /** Wraps the key of each envelope. */
        WRAPPING,
        /** Makes and verifies MICs. */
        MAC
    }

    /** As {@code org.sealpost.e2e.data.SecurityClass}. */
    enum SecurityClass {
        ENCRYPTION_ONLY,
        SIGNATURE_ONLY,
        NESTED
    }

    /** As {@code org.sealpost.e2e.data.Packaging}. */
    enum Packaging {
        COMPACT,
        FLATTENED_JSON,
        GENERAL_JSON,
        FLATTENED_JSON_BASE64,
        GENERAL_JSON_BASE64
    }

    /**
     * Public keys of an end point.
     *
     * @param identity absolute
     * @param agreementKey public JWK (P-256) that data is encrypted for
     * @param signatureKey public JWK (P-256) that verifies its signatures
     */
    record DataPeer(String identity, String agreementKey, String signatureKey) {}

    /**
     * What to protect and how; start with {@link #text} or {@link #octets}.
     *
     * @param mediaType of the payload
     * @param isText whether the payload is a text, or octets that are base64 inside
     * @param signers {@code SELF} or Credential-IDs of MAC keys
     * @param targets absolute identities or Credential-IDs
     * @param packaging absent: compact for one, general JSON for several
     */
    record DataOrder(
            String mediaType,
            byte[] payload,
            boolean isText,
            List<String> signers,
            List<String> targets,
            Optional<Packaging> packaging) {
        /** Stands for this end point's own signature. */
        public static final String SELF = "self";

        public DataOrder {
            signers = List.copyOf(signers);
            targets = List.copyOf(targets);
        }

        public static DataOrder text(String mediaType, String payload) {
            return new DataOrder(
                    mediaType, payload.getBytes(StandardCharsets.UTF_8), true, List.of(), List.of(), Optional.empty());
        }

        public static DataOrder octets(String mediaType, byte[] payload) {
            return new DataOrder(mediaType, payload, false, List.of(), List.of(), Optional.empty());
        }

        /** Adds this end point's signature. */
        public DataOrder signed() {
            return signedWith(SELF);
        }

        /** Adds a MIC. */
        public DataOrder signedWith(String keyId) {
            return new DataOrder(mediaType, payload, isText, plus(signers, keyId), targets, packaging);
        }

        /** Adds targets: identities that were bound, or Credential-IDs of keys that are here. */
        public DataOrder to(String... more) {
            List<String> all = new ArrayList<>(targets);
            all.addAll(List.of(more));
            return new DataOrder(mediaType, payload, isText, signers, all, packaging);
        }

        public DataOrder as(Packaging how) {
            return new DataOrder(mediaType, payload, isText, signers, targets, Optional.of(how));
        }

        private static List<String> plus(List<String> list, String more) {
            List<String> all = new ArrayList<>(list);
            all.add(more);
            return all;
        }
    }

    /** Protected data: {@code con} and {@code cnf} of a contentInstance, or the value of a custom attribute. */
    record Protected(String content, String contentInfo) {
        /** The contentInstance that holds it. */
        public Content toContent() {
            Content instance = Content.of(Content.CONTENT_INSTANCE, "{}");
            ((tools.jackson.databind.node.ObjectNode) instance.value())
                    .put("cnf", contentInfo)
                    .put("con", content);
            return instance;
        }
    }

    /**
     * Data that was opened.
     *
     * @param decryptedWith identity or Credential-ID of the key; empty for signed data
     * @param verifiedWith identities or Credential-IDs whose signatures verified
     */
    record Opened(byte[] payload, String mediaType, Optional<String> decryptedWith, List<String> verifiedWith) {
        public Opened {
            verifiedWith = List.copyOf(verifiedWith);
        }

        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }
}
