package org.sealpost.enclave.internal.pkcs11;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.sealpost.e2e.Labels;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.custody.OwnerOnly;
import org.sealpost.enclave.internal.custody.StateRoot;

/**
 * A root key that lies in a token and never leaves it: state keys are HMAC-SHA256 under it. The file {@code token.root} says which one it is (not secret).
 */
public final class TokenRoot implements StateRoot {
    private static final int ID = 16;
    private static final List<Token.Mechanism> NEEDED = List.of(
            new Token.Mechanism("CKM_GENERIC_SECRET_KEY_GEN", Ck.CKM_GENERIC_SECRET_KEY_GEN),
            new Token.Mechanism("CKM_SHA256_HMAC", Ck.CKM_SHA256_HMAC));

    private final Token token;
    private final byte[] id;

    private TokenRoot(Token token, byte[] id) {
        this.token = token;
        this.id = id;
    }

    /** Finds the root of a state directory in the token, or makes it when the directory has none. */
    public static TokenRoot open(Token token, Path directory, SecureRandom random) throws IOException {
        Path file = directory.resolve("token.root");
        List<String> lacks = token.lacks(NEEDED);
        if (!lacks.isEmpty()) {
            throw new EnclaveUnavailable("the token " + token.name() + " can't seal state, it lacks "
                    + String.join(", ", lacks) + ": use another token, or --secure-environment process");
        }
        if (!Files.exists(file)) {
            byte[] fresh = new byte[ID];
            random.nextBytes(fresh);
            token.use(session -> {
                session.generateMacKey(label(fresh), fresh);
                return fresh;
            });
            OwnerOnly.write(file, (HexFormat.of().formatHex(fresh) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        TokenRoot root = new TokenRoot(token, read(file));
        token.use(root::handle);
        return root;
    }

    /** What the names of everything in the token begin with that belongs to this state. */
    String prefix() {
        return label(id);
    }

    @Override
    public byte[] key(byte[] salt) {
        byte[] label = Labels.ENCLAVE_STATE_TOKEN.getBytes(StandardCharsets.UTF_8);
        byte[] message = ByteBuffer.allocate(label.length + 1 + salt.length)
                .put(label)
                .put((byte) 0)
                .put(salt)
                .array();
        return token.use(session -> session.mac(handle(session), message));
    }

    @Override
    public void close() {
        token.close();
    }

    private long handle(Session session) {
        List<Long> found = session.find(new Template()
                .number(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY)
                .flag(Ck.CKA_TOKEN, true)
                .text(Ck.CKA_LABEL, label(id)));
        if (found.isEmpty()) {
            throw new EnclaveUnavailable(
                    "the token " + token.name()
                            + " does not hold the root key of this state: insert the token that it was sealed with, or remove the state and enrol again");
        }
        boolean ours = found.size() == 1
                && java.util.Arrays.equals(session.attribute(found.get(0), Ck.CKA_ID), id)
                && session.flag(found.get(0), Ck.CKA_SENSITIVE)
                && !session.flag(found.get(0), Ck.CKA_EXTRACTABLE);
        if (!ours) {
            throw new EnclaveUnavailable("the token " + token.name() + " has a foreign key that is called " + label(id)
                    + ": find out who put it there, and remove it with the token's own tool");
        }
        return found.get(0);
    }

    private static String label(byte[] id) {
        return "sealpost-" + HexFormat.of().formatHex(id, 0, 4);
    }

    private static byte[] read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.US_ASCII).trim();
        if (!text.matches("[0-9a-f]{32}")) {
            throw new EnclaveUnavailable("the enclave's file " + file + " is damaged: restore it from a backup");
        }
        return HexFormat.of().parseHex(text);
    }
}
