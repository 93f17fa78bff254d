package org.sealpost.enclave.internal.pkcs11;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/** A session with a token, logged in: what can be done with its keys, by handles that die with the session. One thread at a time. */
final class Session {
    private static final byte[] P256 = {0x06, 0x08, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x03, 0x01, 0x07};
    private static final int POINT = 65;
    private static final int HASH = 32;
    private static final int SIGNATURE = 64;
    private static final int KEY = 32;
    private static final int MANY = 64;
    private static final int NAME = 256;

    private final Cryptoki module;
    private final long handle;

    Session(Cryptoki module, long handle) {
        this.module = module;
        this.handle = handle;
    }

    /** A fresh HMAC key in the token. */
    void generateMacKey(String label, byte[] id) {
        Template template = Template.secret(Ck.CKK_GENERIC_SECRET, true)
                .number(Ck.CKA_VALUE_LEN, KEY)
                .flag(Ck.CKA_SIGN, true)
                .text(Ck.CKA_LABEL, label)
                .octets(Ck.CKA_ID, id);
        try (Arena arena = new Arena()) {
            Memory mechanism = Cryptoki.mechanism(arena, Ck.CKM_GENERIC_SECRET_KEY_GEN, null);
            module.call("C_GenerateKey", handle, mechanism, template.in(arena), template.size(), arena.ulong(0));
        }
    }

    /**
     * A fresh key pair on P-256; the private key lies in the token.
     *
     * @return the public point, 65 octets
     */
    byte[] generatePair(String label, byte[] id) {
        Template open = new Template()
                .number(Ck.CKA_CLASS, Ck.CKO_PUBLIC_KEY)
                .number(Ck.CKA_KEY_TYPE, Ck.CKK_EC)
                .flag(Ck.CKA_TOKEN, false)
                .octets(Ck.CKA_EC_PARAMS, P256);
        Template own = new Template()
                .number(Ck.CKA_CLASS, Ck.CKO_PRIVATE_KEY)
                .number(Ck.CKA_KEY_TYPE, Ck.CKK_EC)
                .flag(Ck.CKA_TOKEN, true)
                .flag(Ck.CKA_PRIVATE, true)
                .flag(Ck.CKA_SENSITIVE, true)
                .flag(Ck.CKA_EXTRACTABLE, false)
                .flag(Ck.CKA_SIGN, true)
                .flag(Ck.CKA_DERIVE, true)
                .text(Ck.CKA_LABEL, label)
                .octets(Ck.CKA_ID, id);
        try (Arena arena = new Arena()) {
            Memory openHandle = arena.ulong(0);
            Memory ownHandle = arena.ulong(0);
            module.call(
                    "C_GenerateKeyPair",
                    handle,
                    Cryptoki.mechanism(arena, Ck.CKM_EC_KEY_PAIR_GEN, null),
                    open.in(arena),
                    open.size(),
                    own.in(arena),
                    own.size(),
                    openHandle,
                    ownHandle);
            byte[] point = attribute(openHandle.getLong(0), Ck.CKA_EC_POINT);
            destroy(openHandle.getLong(0));
            return java.util.Arrays.copyOfRange(point, point.length - POINT, point.length);
        }
    }

    /** Handles of all objects that have these attributes. */
    List<Long> find(Template template) {
        try (Arena arena = new Arena()) {
            module.call("C_FindObjectsInit", handle, template.in(arena), template.size());
            Memory found = arena.zeros((long) MANY * Arena.ULONG);
            Memory count = arena.ulong(0);
            List<Long> all = new ArrayList<>();
            try {
                do {
                    module.call("C_FindObjects", handle, found, (long) MANY, count);
                    for (int i = 0; i < count.getLong(0); i++) {
                        all.add(found.getLong((long) i * Arena.ULONG));
                    }
                } while (count.getLong(0) == MANY);
            } finally {
                module.call("C_FindObjectsFinal", handle);
            }
            return all;
        }
    }

    /** The value of an attribute of up to {@value #NAME} octets. */
    byte[] attribute(long object, long type) {
        try (Arena arena = new Arena()) {
            Memory value = arena.zeros(NAME);
            Memory attribute = arena.zeros(3L * Arena.ULONG);
            attribute.setLong(0, type);
            attribute.setPointer(Arena.ULONG, value);
            attribute.setLong(2 * Arena.ULONG, NAME);
            module.call("C_GetAttributeValue", handle, object, attribute, 1L);
            return value.getByteArray(0, Math.toIntExact(attribute.getLong(2 * Arena.ULONG)));
        }
    }

    /** A flag of an object; true when it is set. */
    boolean flag(long object, long type) {
        return attribute(object, type)[0] != 0;
    }

    void destroy(long object) {
        module.call("C_DestroyObject", handle, object);
    }

    byte[] mac(long key, byte[] message) {
        return sign(Ck.CKM_SHA256_HMAC, key, message, HASH);
    }

    /** ECDSA over a hash; R and S, 64 octets. */
    byte[] sign(long key, byte[] hash) {
        return sign(Ck.CKM_ECDSA, key, hash, SIGNATURE);
    }

    private byte[] sign(long type, long key, byte[] message, int length) {
        try (Arena arena = new Arena()) {
            module.call("C_SignInit", handle, Cryptoki.mechanism(arena, type, null), key);
            Memory signature = arena.zeros(length);
            Memory size = arena.ulong(length);
            module.call("C_Sign", handle, arena.octets(message), (long) message.length, signature, size);
            return signature.getByteArray(0, Math.toIntExact(size.getLong(0)));
        }
    }

    /** ECDH: the shared x-coordinate becomes a key of this template. */
    long agree(long key, byte[] point, Template template) {
        try (Arena arena = new Arena()) {
            Memory parameters = arena.zeros(5L * Arena.ULONG);
            parameters.setLong(0, Ck.CKD_NULL);
            parameters.setLong(3L * Arena.ULONG, point.length);
            parameters.setPointer(4L * Arena.ULONG, arena.octets(point));
            return derive(arena, Cryptoki.mechanism(arena, Ck.CKM_ECDH1_DERIVE, parameters), key, template);
        }
    }

    /** AES-ECB of data becomes a key of this template. */
    long encryptToKey(long key, byte[] data, Template template) {
        try (Arena arena = new Arena()) {
            Memory parameters = arena.zeros(2L * Arena.ULONG);
            parameters.setPointer(0, arena.octets(data));
            parameters.setLong(Arena.ULONG, data.length);
            return derive(arena, Cryptoki.mechanism(arena, Ck.CKM_AES_ECB_ENCRYPT_DATA, parameters), key, template);
        }
    }

    private long derive(Arena arena, Memory mechanism, long key, Template template) {
        Memory made = arena.ulong(0);
        module.call("C_DeriveKey", handle, mechanism, key, template.in(arena), template.size(), made);
        return made.getLong(0);
    }

    /** Unwraps (RFC 3394) a key into the token. */
    long unwrap(long wrappingKey, byte[] wrapped, Template template) {
        try (Arena arena = new Arena()) {
            Memory made = arena.ulong(0);
            module.call(
                    "C_UnwrapKey",
                    handle,
                    Cryptoki.mechanism(arena, Ck.CKM_AES_KEY_WRAP, null),
                    wrappingKey,
                    arena.octets(wrapped),
                    (long) wrapped.length,
                    template.in(arena),
                    template.size(),
                    made);
            return made.getLong(0);
        }
    }

    /** Ends it, if it did not end by itself. */
    void close() {
        try {
            module.call("C_CloseSession", handle);
        } catch (TokenFailure gone) {
            // it ended by itself
        }
    }

    static Session open(Cryptoki module, long slot, byte[] pin) {
        try (Arena arena = new Arena()) {
            Memory opened = arena.ulong(0);
            module.call("C_OpenSession", slot, Ck.CKF_RW_SERIAL_SESSION, Pointer.NULL, Pointer.NULL, opened);
            Session session = new Session(module, opened.getLong(0));
            try {
                module.call("C_Login", opened.getLong(0), Ck.CKU_USER, arena.octets(pin), (long) pin.length);
            } catch (TokenFailure e) {
                if (e.code() != Ck.CKR_USER_ALREADY_LOGGED_IN) {
                    session.close();
                    throw e;
                }
            }
            return session;
        }
    }
}
