package org.sealpost.enclave.internal.custody;

import java.security.interfaces.ECPublicKey;
import java.util.Collection;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.P256Agreement;
import org.sealpost.e2e.WrappingAgreement;
import org.sealpost.group.EpochKeys;

/**
 * Holds a compartment's key pairs, its wrapping key and the epoch secrets it was given, and uses them. Everybody else has references: octets that mean something to this custody alone, and rest in
 * the sealed state. In software a reference is the secret itself; with a token it names, or is a wrapped form of, what only the token can use. One caller at a time.
 *
 * <p>Every call may throw {@link org.sealpost.enclave.EnclaveUnavailable} when keys can't be used now; then nothing was changed.
 */
public interface KeyCustody {
    /**
     * Makes a key pair on P-256. It lasts when its reference is in the state that is saved next, and is gone otherwise (see {@link #keepOnly}).
     *
     * @param use such as {@code signature}
     * @param owner identity it belongs to
     */
    OwnKey generate(String use, String owner);

    /** Signs with a key pair of {@link #generate}. */
    Es256Signer signer(byte[] reference);

    /** Agrees with a key pair of {@link #generate}. */
    P256Agreement agreement(byte[] reference);

    /**
     * Takes in a wrapping key.
     *
     * @param agreement reference of the agreement key it was wrapped for
     * @param own that key's public half
     * @param owner identity it belongs to
     * @return its reference
     * @throws org.sealpost.onem2m.Refusal 4115 when it was wrapped for somebody else
     */
    byte[] acceptWrappingKey(byte[] agreement, ECPublicKey own, WrappingAgreement.Wrapped wrapped, String owner);

    /**
     * Takes in an epoch secret that was wrapped with a wrapping key.
     *
     * @param owner group and epoch
     * @return its reference
     * @throws org.sealpost.onem2m.Refusal 4115 when it was wrapped with another key
     */
    byte[] acceptEpochSecret(byte[] wrappingKey, byte[] wrapped, String owner);

    /**
     * HMAC-SHA256 under a transport key of 32 octets that was wrapped with a wrapping key, and is used for nothing else.
     *
     * @param owner whom the key is for
     * @return 32 octets; a secret
     * @throws org.sealpost.onem2m.Refusal 4115 when it was wrapped with another key
     */
    byte[] transported(byte[] wrappingKey, byte[] wrapped, byte[] message, String owner);

    /** The keys of an epoch, by the reference of its secret, or the secret itself (32 octets) where this compartment drew it. */
    EpochKeys epochKeys(byte[] reference, String group, long epoch);

    /** Destroys every key pair whose reference is not among these: what a crash or a full disk left behind. */
    void keepOnly(Collection<byte[]> references);

    /** A key pair: its reference and what everybody may know. */
    record OwnKey(byte[] reference, ECPublicKey publicKey) {}
}
