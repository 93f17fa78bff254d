package org.sealpost.oscore.cose;

import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * COSE_Sign1 with Ed25519 (RFC 9052 section 4.2), untagged: {@code [h'a10127', {}, payload, signature (64)]} with the empty map as the single octet a0. The same payload and key
 * give the same octets.
 *
 * @param payload what is signed
 * @param signature 64 octets
 */
public record CoseSign1(byte[] payload, byte[] signature) {
    /** Octets of a signature. */
    public static final int SIGNATURE_LENGTH = 64;

    /** { 1 (alg): -8 (EdDSA) } */
    private static final byte[] PROTECTED = {(byte) 0xa1, 0x01, 0x27};

    private static final String CONTEXT = "Signature1";

    /**
     * Signs.
     *
     * @param seed Ed25519, 32 octets; a secret, stays the caller's
     * @param externalAad signed with the payload and not part of the object; begins with a label that says what the object is
     */
    public static CoseSign1 sign(byte[] seed, byte[] externalAad, byte[] payload) {
        byte[] message = structure(externalAad, payload);
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, new Ed25519PrivateKeyParameters(seed, 0));
        signer.update(message, 0, message.length);
        return new CoseSign1(payload, signer.generateSignature());
    }

    /** The public key of an Ed25519 seed; 32 octets each, the seed stays the caller's. */
    public static byte[] publicKey(byte[] seed) {
        return new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
    }

    /** @param publicKey Ed25519, 32 octets */
    public boolean verifies(byte[] publicKey, byte[] externalAad) {
        if (signature.length != SIGNATURE_LENGTH) {
            return false;
        }
        byte[] message = structure(externalAad, payload);
        Ed25519Signer verifier = new Ed25519Signer();
        verifier.init(false, new Ed25519PublicKeyParameters(publicKey, 0));
        verifier.update(message, 0, message.length);
        return verifier.verifySignature(signature);
    }

    /** The COSE structure with the payload inside. */
    public byte[] encode() {
        byte[] array = Cbor.array(List.of(PROTECTED, 0, payload, signature));
        array[1 + 1 + PROTECTED.length] = (byte) 0xa0;
        return array;
    }

    /** Reads what {@link #encode} wrote; empty when it is anything else. */
    public static Optional<CoseSign1> decode(byte[] octets) {
        int map = 1 + 1 + PROTECTED.length;
        if (octets.length <= map || octets[map] != (byte) 0xa0) {
            return Optional.empty();
        }
        byte[] array = octets.clone();
        array[map] = 0;
        return Cbor.readArray(array)
                .filter(items -> items.size() == 4
                        && items.get(0) instanceof byte[] head
                        && java.util.Arrays.equals(head, PROTECTED)
                        && items.get(2) instanceof byte[]
                        && items.get(3) instanceof byte[] end
                        && end.length == SIGNATURE_LENGTH)
                .map(items -> new CoseSign1((byte[]) items.get(2), (byte[]) items.get(3)));
    }

    private static byte[] structure(byte[] externalAad, byte[] payload) {
        return Cbor.array(List.of(CONTEXT, PROTECTED, externalAad, payload));
    }
}
