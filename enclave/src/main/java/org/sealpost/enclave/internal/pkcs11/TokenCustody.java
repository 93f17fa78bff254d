package org.sealpost.enclave.internal.pkcs11;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sealpost.e2e.Es256Signer;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Jwk;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.P256Agreement;
import org.sealpost.e2e.Sha256;
import org.sealpost.e2e.Wipe;
import org.sealpost.e2e.WrappingAgreement;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.SecretObserver;
import org.sealpost.enclave.internal.custody.KeyCustody;
import org.sealpost.group.EpochKeys;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;

/**
 * Keys in a token. A key pair's reference is its CKA_ID. A wrapping key's is what it came as: agreement key | ephemeral point | context | wrapped key; the token agrees, derives and unwraps it
 * again, in each login once, into an object of the session. An epoch secret's is the wrapping key's reference | wrapped secret. Neither is a secret, nor ever shown by the token; what leaves it are
 * signatures, the HMACs that are an epoch's keys, and the x-coordinate that opens an enrolment package.
 */
public final class TokenCustody implements KeyCustody {
    private static final int ID = 16;
    private static final int POINT = 65;
    private static final int CONTEXT = 32;
    private static final int KEY = 32;
    private static final int WRAPPING_REFERENCE = ID + POINT + CONTEXT + KeyWrap.WRAPPED_LENGTH;
    private static final int EPOCH_REFERENCE = WRAPPING_REFERENCE + KeyWrap.WRAPPED_LENGTH;

    /** What tokens return for a wrapped key that is not authentic; SoftHSM2 the general error, so that the token is asked whether it still works. */
    private static final Set<Long> UNWRAPPABLE = Set.of(
            Ck.CKR_WRAPPED_KEY_INVALID, Ck.CKR_WRAPPED_KEY_LEN_RANGE, Ck.CKR_GENERAL_ERROR, Ck.CKR_FUNCTION_FAILED);

    private static final List<Token.Mechanism> NEEDED = List.of(
            new Token.Mechanism("CKM_EC_KEY_PAIR_GEN", Ck.CKM_EC_KEY_PAIR_GEN),
            new Token.Mechanism("CKM_ECDSA", Ck.CKM_ECDSA),
            new Token.Mechanism("CKM_ECDH1_DERIVE", Ck.CKM_ECDH1_DERIVE),
            new Token.Mechanism("CKM_AES_ECB_ENCRYPT_DATA", Ck.CKM_AES_ECB_ENCRYPT_DATA),
            new Token.Mechanism("CKM_AES_KEY_WRAP", Ck.CKM_AES_KEY_WRAP));

    private final Token token;
    private final String label;
    private final SecureRandom random;
    private final SecretObserver observer;
    private final List<byte[]> made = new ArrayList<>();
    private final Map<String, Long> handles = new HashMap<>();
    private long login;
    private boolean swept;

    /**
     * The keys of one compartment.
     *
     * @throws EnclaveUnavailable when the token lacks what is needed
     */
    public TokenCustody(Token token, TokenRoot root, String compartment, SecureRandom random, SecretObserver observer) {
        this.token = token;
        this.label = root.prefix() + "/" + compartment;
        this.random = random;
        this.observer = observer;
        requireMechanisms(token);
    }

    /**
     * Says what is missing before anything is made.
     *
     * @throws EnclaveUnavailable naming the mechanisms
     */
    public static void requireMechanisms(Token token) {
        List<String> lacks = token.lacks(NEEDED);
        if (!lacks.isEmpty()) {
            throw new EnclaveUnavailable("the token " + token.name() + " can't hold an end point's keys, it lacks "
                    + String.join(", ", lacks)
                    + ": use another token, or let it hold the root key alone (--secure-environment process)");
        }
    }

    @Override
    public OwnKey generate(String use, String owner) {
        byte[] id = new byte[ID];
        random.nextBytes(id);
        byte[] point = token.use(session -> session.generatePair(label, id));
        made.add(id);
        return new OwnKey(id, Jwk.fromPoint(point));
    }

    @Override
    public Es256Signer signer(byte[] reference) {
        return input -> {
            byte[] hash = Sha256.of(input);
            return token.use(session -> session.sign(pair(session, reference), hash));
        };
    }

    @Override
    public P256Agreement agreement(byte[] reference) {
        return peer -> token.use(session -> {
            Template open = new Template()
                    .number(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY)
                    .number(Ck.CKA_KEY_TYPE, Ck.CKK_GENERIC_SECRET)
                    .number(Ck.CKA_VALUE_LEN, KEY)
                    .flag(Ck.CKA_TOKEN, false)
                    .flag(Ck.CKA_SENSITIVE, false)
                    .flag(Ck.CKA_EXTRACTABLE, true);
            long shared = session.agree(pair(session, reference), Jwk.point(peer), open);
            try {
                return session.attribute(shared, Ck.CKA_VALUE);
            } finally {
                session.destroy(shared);
            }
        });
    }

    @Override
    public byte[] acceptWrappingKey(
            byte[] agreement, ECPublicKey own, WrappingAgreement.Wrapped wrapped, String owner) {
        requireLength(wrapped.wrapped());
        byte[] reference = ByteBuffer.allocate(WRAPPING_REFERENCE)
                .put(agreement)
                .put(Jwk.point(wrapped.ephemeral()))
                .put(WrappingAgreement.context(wrapped.ephemeral(), own))
                .put(wrapped.wrapped())
                .array();
        token.use(session -> wrappingKey(session, reference));
        return reference;
    }

    @Override
    public byte[] acceptEpochSecret(byte[] wrappingKey, byte[] wrapped, String owner) {
        requireLength(wrapped);
        if (wrappingKey.length == KEY) {
            // Came by provisioning, derived from a pairwise key: the token never had it.
            byte[] secret = KeyWrap.unwrap(wrappingKey, wrapped);
            observer.observe("epoch-secret", owner, secret);
            return secret;
        }
        byte[] reference = ByteBuffer.allocate(EPOCH_REFERENCE)
                .put(wrappingKey)
                .put(wrapped)
                .array();
        token.use(session -> {
            session.destroy(epochSecret(session, reference));
            return reference;
        });
        return reference;
    }

    @Override
    public byte[] transported(byte[] wrappingKey, byte[] wrapped, byte[] message, String owner) {
        requireLength(wrapped);
        if (wrappingKey.length == KEY) {
            byte[] key = KeyWrap.unwrap(wrappingKey, wrapped);
            observer.observe("transport-key", owner, key);
            try {
                return Hmac.sha256(key, message);
            } finally {
                Wipe.octets(key);
            }
        }
        return token.use(session -> {
            long key = unwrap(
                    session,
                    wrappingKey(session, wrappingKey),
                    wrapped,
                    Template.secret(Ck.CKK_GENERIC_SECRET, false).flag(Ck.CKA_SIGN, true));
            try {
                return session.mac(key, message);
            } finally {
                session.destroy(key);
            }
        });
    }

    @Override
    public EpochKeys epochKeys(byte[] reference, String group, long epoch) {
        if (reference.length == EpochKeys.SECRET_LENGTH) {
            return EpochKeys.derive(reference, group, epoch);
        }
        return token.use(session -> {
            long secret = epochSecret(session, reference);
            try {
                return EpochKeys.derive(message -> session.mac(secret, message), group, epoch);
            } finally {
                session.destroy(secret);
            }
        });
    }

    @Override
    public void keepOnly(Collection<byte[]> references) {
        if (!swept) {
            token.use(session -> {
                for (long key : pairs(session)) {
                    byte[] id = session.attribute(key, Ck.CKA_ID);
                    if (references.stream().noneMatch(r -> Arrays.equals(r, id))) {
                        session.destroy(key);
                    }
                }
                return references;
            });
            swept = true;
        }
        List<byte[]> gone = made.stream()
                .filter(id -> references.stream().noneMatch(r -> Arrays.equals(r, id)))
                .toList();
        made.clear();
        // What can't be destroyed now, since the token is gone, is found when the state is opened next.
        gone.forEach(id -> {
            try {
                token.use(session -> {
                    session.find(named(id)).forEach(session::destroy);
                    return id;
                });
            } catch (EnclaveUnavailable away) {
                swept = false;
            }
        });
    }

    private List<Long> pairs(Session session) {
        return session.find(new Template()
                .number(Ck.CKA_CLASS, Ck.CKO_PRIVATE_KEY)
                .flag(Ck.CKA_TOKEN, true)
                .text(Ck.CKA_LABEL, label));
    }

    private Template named(byte[] id) {
        return new Template()
                .number(Ck.CKA_CLASS, Ck.CKO_PRIVATE_KEY)
                .flag(Ck.CKA_TOKEN, true)
                .text(Ck.CKA_LABEL, label)
                .octets(Ck.CKA_ID, id);
    }

    private long pair(Session session, byte[] id) {
        return cached("pair " + HexFormat.of().formatHex(id), () -> {
            List<Long> found = session.find(named(id));
            if (found.isEmpty()) {
                throw new EnclaveUnavailable("the token " + token.name() + " does not hold the keys of this state ("
                        + label + "): insert the token that they were made in, or remove the state and enrol again");
            }
            boolean ours = found.size() == 1
                    && session.flag(found.get(0), Ck.CKA_SENSITIVE)
                    && !session.flag(found.get(0), Ck.CKA_EXTRACTABLE);
            if (!ours) {
                throw new EnclaveUnavailable("the token " + token.name() + " has a foreign key that is called " + label
                        + ": find out who put it there, and remove it with the token's own tool");
            }
            return found.get(0);
        });
    }

    /** The wrapping key as an object of this login: agreed, derived and unwrapped inside. */
    private long wrappingKey(Session session, byte[] reference) {
        return cached("wrapping " + HexFormat.of().formatHex(reference), () -> {
            ByteBuffer parts = ByteBuffer.wrap(reference);
            byte[] agreement = take(parts, ID);
            byte[] point = take(parts, POINT);
            byte[] context = take(parts, CONTEXT);
            byte[] wrapped = take(parts, KeyWrap.WRAPPED_LENGTH);
            Template aes = Template.secret(Ck.CKK_AES, false).number(Ck.CKA_VALUE_LEN, KEY);
            long shared = session.agree(
                    pair(session, agreement),
                    point,
                    Template.secret(Ck.CKK_AES, false)
                            .number(Ck.CKA_VALUE_LEN, KEY)
                            .flag(Ck.CKA_DERIVE, true));
            try {
                long outer = session.encryptToKey(shared, context, aes.flag(Ck.CKA_UNWRAP, true));
                try {
                    return unwrap(
                            session,
                            outer,
                            wrapped,
                            Template.secret(Ck.CKK_AES, false).flag(Ck.CKA_UNWRAP, true));
                } finally {
                    session.destroy(outer);
                }
            } finally {
                session.destroy(shared);
            }
        });
    }

    private long epochSecret(Session session, byte[] reference) {
        long wrapping = wrappingKey(session, Arrays.copyOf(reference, WRAPPING_REFERENCE));
        byte[] wrapped = Arrays.copyOfRange(reference, WRAPPING_REFERENCE, EPOCH_REFERENCE);
        return unwrap(
                session,
                wrapping,
                wrapped,
                Template.secret(Ck.CKK_GENERIC_SECRET, false).flag(Ck.CKA_SIGN, true));
    }

    private static long unwrap(Session session, long key, byte[] wrapped, Template template) {
        try {
            return session.unwrap(key, wrapped, template);
        } catch (TokenFailure failure) {
            if (!UNWRAPPABLE.contains(failure.code()) || !session.flag(key, Ck.CKA_SENSITIVE)) {
                throw failure;
            }
            throw new Refusal(
                    ResponseStatus.ESPRIM_BAD_MAC,
                    "a wrapped key is not authentic: it was sealed for another end point");
        }
    }

    private interface Finding {
        long find();
    }

    /** Handles of this login; those of an earlier one are forgotten. */
    private long cached(String key, Finding finding) {
        if (login != token.logins()) {
            handles.clear();
            login = token.logins();
        }
        Long known = handles.get(key);
        if (known == null) {
            known = finding.find();
            handles.put(key, known);
        }
        return known;
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] octets = new byte[length];
        from.get(octets);
        return octets;
    }

    private static void requireLength(byte[] wrapped) {
        if (wrapped.length != KeyWrap.WRAPPED_LENGTH) {
            throw new Refusal(
                    ResponseStatus.BAD_REQUEST, "a wrapped key is not " + KeyWrap.WRAPPED_LENGTH + " octets long");
        }
    }
}
