package org.sealpost.oscore;

import java.util.List;
import java.util.Optional;
import org.sealpost.e2e.Hmac;
import org.sealpost.oscore.cose.Cbor;

/** HKDF-SHA256 with the info arrays of RFC 8613 section 3.2.1 and RFC 10021 sections 2.1, 2.5 and 4.2. */
final class Derivation {
    private static final String KEY = "Key";
    private static final String IV = "IV";
    private static final String SIGNATURE_ENCRYPTION_KEY = "SEKey";

    private final byte[] masterSecret;
    private final byte[] masterSalt;
    private final Optional<byte[]> idContext;

    /** Borrows the secret. */
    Derivation(byte[] masterSecret, byte[] masterSalt, Optional<byte[]> idContext) {
        this.masterSecret = masterSecret;
        this.masterSalt = masterSalt;
        this.idContext = idContext;
    }

    byte[] senderKey(byte[] id, AeadAlgorithm algorithm) {
        return derive(id, algorithm.id(), KEY, algorithm.keyLength());
    }

    byte[] commonIv(int algorithm, int length) {
        return derive(new byte[0], algorithm, IV, length);
    }

    byte[] signatureEncryptionKey(AeadAlgorithm algorithm) {
        return derive(new byte[0], algorithm.id(), SIGNATURE_ENCRYPTION_KEY, algorithm.keyLength());
    }

    /** RFC 10021 section 2.5.1: salt is the Sender Key of who sends, material is both credentials and the shared secret. */
    static byte[] pairwiseKey(byte[] senderKey, byte[] material, byte[] id, byte[] gid, AeadAlgorithm algorithm) {
        return Hmac.hkdf(
                material,
                senderKey,
                Cbor.array(List.of(id, gid, algorithm.id(), KEY, algorithm.keyLength())),
                algorithm.keyLength());
    }

    /** RFC 10021 section 4.2: what hides a countersignature. */
    static byte[] keystream(byte[] key, byte[] partialIv, byte[] id, byte[] gid, boolean request) {
        return Hmac.hkdf(
                key,
                partialIv,
                Cbor.array(List.of(id, gid, request, SignatureAlgorithm.LENGTH)),
                SignatureAlgorithm.LENGTH);
    }

    private byte[] derive(byte[] id, int algorithm, String type, int length) {
        return Hmac.hkdf(masterSecret, masterSalt, Cbor.array(List.of(id, idContext, algorithm, type, length)), length);
    }
}
