package org.sealpost.enclave.internal.custody;

import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Collection;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.P256Agreement;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.WrappingAgreement;
import org.sealpost.enclave.internal.SecretObserver;
import org.sealpost.group.EpochKeys;

/** Keys in this process: references are private scalars and keys themselves. */
public final class SoftwareCustody implements KeyCustody {
    private final SecureRandom random;
    private final SecretObserver observer;

    public SoftwareCustody(SecureRandom random, SecretObserver observer) {
        this.random = random;
        this.observer = observer;
    }

    @Override
    public OwnKey generate(String use, String owner) {
        KeyPair pair = Jwk.generate(random);
        byte[] scalar = Jwk.scalar((ECPrivateKey) pair.getPrivate());
        observer.observe(use + "-key", owner, scalar);
        return new OwnKey(scalar, (ECPublicKey) pair.getPublic());
    }

    @Override
    public Es256Signer signer(byte[] reference) {
        return Es256Signer.of(Jwk.privateKey(reference));
    }

    @Override
    public P256Agreement agreement(byte[] reference) {
        return P256Agreement.of(Jwk.privateKey(reference));
    }

    @Override
    public byte[] acceptWrappingKey(
            byte[] agreement, ECPublicKey own, WrappingAgreement.Wrapped wrapped, String owner) {
        byte[] key = WrappingAgreement.unwrap(agreement(agreement), own, wrapped);
        observer.observe("wrapping-key", owner, key);
        return key;
    }

    @Override
    public byte[] acceptEpochSecret(byte[] wrappingKey, byte[] wrapped, String owner) {
        byte[] secret = KeyWrap.unwrap(wrappingKey, wrapped);
        observer.observe("epoch-secret", owner, secret);
        return secret;
    }

    @Override
    public byte[] transported(byte[] wrappingKey, byte[] wrapped, byte[] message, String owner) {
        byte[] key = KeyWrap.unwrap(wrappingKey, wrapped);
        observer.observe("transport-key", owner, key);
        try {
            return Hmac.sha256(key, message);
        } finally {
            Wipe.octets(key);
        }
    }

    @Override
    public EpochKeys epochKeys(byte[] reference, String group, long epoch) {
        return EpochKeys.derive(reference, group, epoch);
    }

    @Override
    public void keepOnly(Collection<byte[]> references) {
        // nothing lies outside of the state
    }
}
