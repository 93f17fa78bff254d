package org.sealpost.oscore;

import java.util.Arrays;

/**
 * Tells forgeries from requests of members without being able to read either (RFC 10021 section 12.3): what a gateway may do for a group. Holds the key that hides
 * countersignatures, and credentials; neither decrypts. Thread-safe when its source is.
 */
public final class SignatureChecker {
    private final GroupAlgorithms algorithms;
    private final byte[] gid;
    private final byte[] signatureEncryptionKey;
    private final byte[] manager;
    private final CredentialSource credentials;

    /** @param signatureEncryptionKey as {@link GroupContext#signatureEncryptionKey} gives it; owned by the checker from now on */
    public SignatureChecker(
            GroupAlgorithms algorithms,
            byte[] gid,
            byte[] signatureEncryptionKey,
            byte[] manager,
            CredentialSource credentials) {
        this.algorithms = algorithms;
        this.gid = gid.clone();
        this.signatureEncryptionKey = signatureEncryptionKey;
        this.manager = manager.clone();
        this.credentials = credentials;
    }

    /** Whether a request in group mode was countersigned by the member it names. False for anything else. */
    public boolean genuine(ProtectedMessage message) {
        try {
            OscoreOption option = OscoreOption.parse(message.option());
            if (!option.group()
                    || option.partialIv().isEmpty()
                    || option.kid().isEmpty()
                    || !option.kidContext().filter(c -> Arrays.equals(c, gid)).isPresent()) {
                return false;
            }
            RequestIdentity request =
                    new RequestIdentity(option.kid().get(), option.partialIv().get(), gid);
            return credentials
                    .credential(request.kid())
                    .filter(sender -> verifies(message, request, sender))
                    .isPresent();
        } catch (OscoreFailure malformed) {
            return false;
        }
    }

    private boolean verifies(ProtectedMessage message, RequestIdentity request, Credential sender) {
        Countersigned parts = Countersigned.of(message.payload());
        byte[] signature = parts.signature();
        byte[] keystream = Derivation.keystream(signatureEncryptionKey, request.partialIv(), request.kid(), gid, true);
        for (int i = 0; i < signature.length; i++) {
            signature[i] ^= keystream[i];
        }
        byte[] external = Aad.group(algorithms, manager, request, message.option(), sender);
        return algorithms
                .signature()
                .filter(s -> s.verify(sender.key(), Aad.countersignature(external, parts.ciphertext()), signature))
                .isPresent();
    }
}
