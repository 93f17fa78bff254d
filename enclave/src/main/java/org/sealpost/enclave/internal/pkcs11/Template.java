package org.sealpost.enclave.internal.pkcs11;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Attributes of an object: what it is to be, or what to look for. */
final class Template {
    private static final int ATTRIBUTE = 3 * Arena.ULONG;

    private record Attribute(long type, byte[] value) {}

    private final List<Attribute> attributes = new ArrayList<>();

    /** A key that never leaves the token, nor shows its value. */
    static Template secret(long keyType, boolean onToken) {
        return new Template()
                .number(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY)
                .number(Ck.CKA_KEY_TYPE, keyType)
                .flag(Ck.CKA_TOKEN, onToken)
                .flag(Ck.CKA_PRIVATE, true)
                .flag(Ck.CKA_SENSITIVE, true)
                .flag(Ck.CKA_EXTRACTABLE, false);
    }

    Template number(long type, long value) {
        return octets(
                type,
                ByteBuffer.allocate(Arena.ULONG)
                        .order(ByteOrder.nativeOrder())
                        .putLong(value)
                        .array());
    }

    Template flag(long type, boolean value) {
        return octets(type, new byte[] {(byte) (value ? 1 : 0)});
    }

    Template text(long type, String value) {
        return octets(type, value.getBytes(StandardCharsets.UTF_8));
    }

    Template octets(long type, byte[] value) {
        attributes.add(new Attribute(type, value));
        return this;
    }

    long size() {
        return attributes.size();
    }

    /** An array of CK_ATTRIBUTE. */
    Memory in(Arena arena) {
        Memory array = arena.zeros((long) ATTRIBUTE * attributes.size());
        for (int i = 0; i < attributes.size(); i++) {
            Attribute a = attributes.get(i);
            long at = (long) i * ATTRIBUTE;
            array.setLong(at, a.type());
            array.setPointer(at + Arena.ULONG, arena.octets(a.value()));
            array.setLong(at + 2 * Arena.ULONG, a.value().length);
        }
        return array;
    }
}
