package org.sealpost.enclave.internal.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.Wipe;
import org.sealpost.group.OscoreMaterial;
import org.sealpost.group.manager.Groupcomm;
import org.sealpost.group.manager.GroupcommFailure;
import org.sealpost.group.manager.JoinRequest;
import org.sealpost.oscore.Credential;
import org.sealpost.oscore.GroupContext;
import org.sealpost.oscore.cose.Cbor;

/** What a group manager hands to members and verifiers: the current epoch's Group OSCORE material, as maps of RFC 9594. */
final class ManagerMaterial {
    private static final int CHECK_SECONDS = 3600;
    private static final int NONCE = 8;

    private final Vault vault;
    private final Epochs epochs;

    ManagerMaterial(Vault vault, Epochs epochs) {
        this.vault = vault;
        this.epochs = epochs;
    }

    /** The answer to a member: the material, and its own Sender ID unless it only listens. {@link #encoded} ends it. */
    Map<Long, Object> parameters(ManagerCaller caller, Optional<Long> sender) {
        OscoreMaterial material = oscore(caller);
        Map<Long, Object> key = key(material);
        sender.ifPresent(leaf -> key.put(Groupcomm.SENDER_ID, OscoreMaterial.senderId(leaf)));
        putAlgorithms(key);
        Map<Long, Object> answer = version(caller);
        answer.put(Groupcomm.KEY, key);
        return answer;
    }

    static Map<Long, Object> key(OscoreMaterial material) {
        Map<Long, Object> key = new TreeMap<>();
        key.put(Groupcomm.MASTER_SECRET, material.masterSecret());
        key.put(Groupcomm.MASTER_SALT, material.masterSalt());
        key.put(Groupcomm.CONTEXT_ID, material.gid());
        return key;
    }

    /** Encodes what {@link #parameters} began, and overwrites the Master Secret in it. */
    static byte[] encoded(Map<Long, Object> answer) {
        try {
            return Cbor.map(answer);
        } finally {
            if (answer.get(Groupcomm.KEY) instanceof Map<?, ?> key
                    && key.get(Groupcomm.MASTER_SECRET) instanceof byte[] secret) {
                Wipe.octets(secret);
            }
        }
    }

    /** The caller wipes it. */
    OscoreMaterial oscore(ManagerCaller caller) {
        StateImage.Epoch epoch = current(caller);
        OscoreMaterial material = OscoreMaterial.of(
                epochs.keys(caller.group(), epoch), caller.group(), epoch.number(), OscoreMaterial.ALGORITHMS);
        vault.observed("oscore-master-secret", caller.group() + " epoch " + epoch.number(), material.masterSecret());
        return material;
    }

    /** Which version this is, and how long it is good. */
    Map<Long, Object> version(ManagerCaller caller) {
        StateImage.Epoch epoch = current(caller);
        Map<Long, Object> map = new TreeMap<>();
        map.put(Groupcomm.KEY_TYPE, Groupcomm.OSCORE_MATERIAL);
        map.put(Groupcomm.VERSION, epoch.number());
        map.put(Groupcomm.PROFILE, Groupcomm.OSCORE_PROFILE);
        map.put(Groupcomm.EXPIRES_AT, epoch.until());
        map.put(Groupcomm.EXPIRES_IN, Math.max(0, epoch.until() - vault.now()));
        return map;
    }

    private static void putAlgorithms(Map<Long, Object> key) {
        key.put(Groupcomm.CREDENTIAL_FORMAT, Groupcomm.CLAIMS_SET);
        key.put(
                Groupcomm.GROUP_ENCRYPTION,
                OscoreMaterial.ALGORITHMS.group().orElseThrow().id());
        key.put(
                Groupcomm.SIGNATURE,
                OscoreMaterial.ALGORITHMS.signature().orElseThrow().id());
        // ES256: keys of type EC2, on P-256.
        key.put(Groupcomm.SIGNATURE_PARAMETERS, List.of(List.of(2), List.of(2, 1)));
    }

    static Map<Long, Object> policies() {
        Map<Long, Object> policies = new TreeMap<>();
        policies.put(Groupcomm.POLICY_CHECK_INTERVAL, CHECK_SECONDS);
        policies.put(Groupcomm.POLICY_EXPIRATION_DELTA, 0);
        return policies;
    }

    /** The manager's own credential, and its proof over both nonces. */
    void putManager(Map<Long, Object> answer, byte[] clientNonce) {
        byte[] nonce = vault.randomOctets(NONCE);
        answer.put(Groupcomm.MANAGER_CREDENTIAL, managerCredential().octets());
        answer.put(Groupcomm.MANAGER_NONCE, nonce);
        answer.put(
                Groupcomm.MANAGER_PROOF,
                vault.custody()
                        .signer(vault.state().authority.orElseThrow().root)
                        .sign(JoinRequest.managerProofInput(clientNonce, nonce)));
    }

    private Credential managerCredential() {
        StateImage.Authority all = vault.state().authority.orElseThrow();
        return Credential.of(all.identity, Jwk.parse(all.rootKey));
    }

    /** The epoch that a group is in, as long as it is good. */
    StateImage.Epoch current(ManagerCaller caller) {
        return caller.state()
                .current()
                .filter(e -> vault.now() <= e.until())
                .orElseThrow(() -> GroupcommFailure.unavailable(
                        Groupcomm.NOT_ACTIVE, "the group has no epoch that is valid: the server has to draw one"));
    }

    /** What checks signatures, and decrypts nothing: the signature encryption key. */
    byte[] forVerifier(ManagerCaller caller) {
        OscoreMaterial material = oscore(caller);
        GroupContext context = new GroupContext(
                OscoreMaterial.ALGORITHMS,
                material.gid(),
                material.masterSecret(),
                material.masterSalt(),
                managerCredential().octets());
        byte[] key = vault.observed(
                "oscore-signature-encryption-key", caller.group() + " verifier", context.signatureEncryptionKey());
        try {
            Map<Long, Object> algorithms = new TreeMap<>();
            algorithms.put(Groupcomm.HKDF, Groupcomm.HKDF_SHA256);
            algorithms.put(Groupcomm.CONTEXT_ID, material.gid());
            putAlgorithms(algorithms);
            Map<Long, Object> answer = version(caller);
            answer.put(Groupcomm.KEY, algorithms);
            answer.put(Groupcomm.SIGNATURE_ENCRYPTION_KEY, key);
            return Cbor.map(answer);
        } finally {
            Wipe.octets(key);
            context.wipe();
        }
    }
}
