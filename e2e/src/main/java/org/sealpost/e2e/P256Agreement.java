package org.sealpost.e2e;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import javax.crypto.KeyAgreement;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/** Diffie-Hellman on P-256 with a private key that the caller need not see: it may lie in a token. */
@FunctionalInterface
public interface P256Agreement {
    /**
     * Agrees with a peer's public key, which is a point of the curve.
     *
     * @return the shared x-coordinate, 32 octets; a secret, the caller's to wipe
     * @throws Refusal 4000 when there is nothing to agree on with that key
     */
    byte[] agree(ECPublicKey peer);

    /** Agrees with a key of this process. */
    static P256Agreement of(PrivateKey own) {
        return peer -> {
            try {
                KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
                agreement.init(own);
                agreement.doPhase(peer, true);
                return agreement.generateSecret();
            } catch (GeneralSecurityException e) {
                throw new Refusal(ResponseStatus.BAD_REQUEST, "a sealed object names a key that can't be agreed with");
            }
        };
    }
}
