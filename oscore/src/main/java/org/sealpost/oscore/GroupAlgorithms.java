package org.sealpost.oscore;

import java.util.List;
import java.util.Optional;
import org.sealpost.oscore.cose.Cbor;

/**
 * The algorithms of a group (RFC 10021 section 2.1). A mode whose algorithms are not set is off.
 *
 * @param pairwise content encryption of the pairwise mode
 * @param group content encryption of the group mode
 * @param signature countersignature of the group mode; also says of which curve the credentials are
 */
public record GroupAlgorithms(
        Optional<AeadAlgorithm> pairwise, Optional<AeadAlgorithm> group, Optional<SignatureAlgorithm> signature) {
    public GroupAlgorithms {
        if (group.isPresent() != signature.isPresent()) {
            throw new IllegalArgumentException("the group mode needs content encryption and signature, or neither");
        }
        if (group.isEmpty() && pairwise.isEmpty()) {
            throw new IllegalArgumentException("a group needs the algorithms of one mode at least");
        }
    }

    /** Both modes with one content encryption. */
    public static GroupAlgorithms both(AeadAlgorithm aead, SignatureAlgorithm signature) {
        return new GroupAlgorithms(Optional.of(aead), Optional.of(aead), Optional.of(signature));
    }

    /** The CBOR array of the four algorithm numbers, as it stands in what is authenticated: an input of derivations that have to differ by algorithm. */
    public byte[] encode() {
        return Cbor.array(forAad());
    }

    /** [alg_aead, alg_group_enc, alg_signature, alg_pairwise_key_agreement], null where unset. */
    List<?> forAad() {
        return List.of(
                pairwise.map(AeadAlgorithm::id),
                group.map(AeadAlgorithm::id),
                signature.map(SignatureAlgorithm::id),
                pairwise.map(p -> KeyAgreement.ID));
    }

    /** The algorithm that stands in derivations of Sender Keys and the Common IV. */
    AeadAlgorithm main() {
        return group.or(() -> pairwise).orElseThrow();
    }

    int longestNonce() {
        return Math.max(length(group), length(pairwise));
    }

    /** The longest Sender ID that fits every nonce. */
    int longestSenderId() {
        int shortest = Math.min(
                group.map(AeadAlgorithm::nonceLength).orElse(Integer.MAX_VALUE),
                pairwise.map(AeadAlgorithm::nonceLength).orElse(Integer.MAX_VALUE));
        return shortest - 6;
    }

    private static int length(Optional<AeadAlgorithm> algorithm) {
        return algorithm.map(AeadAlgorithm::nonceLength).orElse(0);
    }
}
