package org.sealpost.enclave.internal.custody;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.KeyWrap;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EnclaveUnavailable;
import org.sealpost.enclave.internal.SecretObserver;
import org.sealpost.onem2m.Refusal;

/** A root key of 32 random octets in this process' memory, which rests in a file of the owner's, or in a file that a passphrase opens. State keys are HKDF-SHA256 of it. */
public final class SoftwareRoot implements StateRoot {
    private static final int KEY = 32;
    private static final byte[] MAGIC = "SPPASS01".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT = 16;

    /** Argon2id as RFC 9106 section 4 recommends it where memory is scarce: 64 MiB, three passes; one lane, since one thread computes it here. */
    private static final int MEMORY_KIB = 64 * 1024;

    private static final int PASSES = 3;
    private static final int LANES = 1;
    private static final int SEALED_LENGTH = MAGIC.length + 3 * Integer.BYTES + SALT + KeyWrap.WRAPPED_LENGTH;

    private final byte[] root;

    private SoftwareRoot(byte[] root, SecretObserver observer) {
        this.root = root;
        observer.observe("state-key-file", "enclave", root);
    }

    /**
     * The key in a file, which is made when it is not there.
     *
     * @throws EnclaveUnavailable when others may read it or it is damaged
     */
    public static SoftwareRoot keyFile(Path file, SecureRandom random, SecretObserver observer) throws IOException {
        if (!Files.exists(file)) {
            OwnerOnly.write(file, fresh(random));
        }
        OwnerOnly.require(file, "the enclave's key");
        byte[] key = Files.readAllBytes(file);
        if (key.length != KEY) {
            throw new EnclaveUnavailable("the enclave's key file " + file + " is damaged: restore it from a backup");
        }
        return new SoftwareRoot(key, observer);
    }

    /**
     * The key that a passphrase opens: {@code enclave.root} = magic (8) | KiB of memory, passes, lanes (4 each) | salt (16) | the key wrapped (RFC 3394) under Argon2id of the passphrase (40). Made
     * when it is not there.
     *
     * @param passphraseFile first line; readable by its owner only
     * @throws EnclaveUnavailable when the passphrase is another, or a file is unusable
     */
    public static SoftwareRoot passphrase(
            Path passphraseFile, Path directory, SecureRandom random, SecretObserver observer) throws IOException {
        Path file = directory.resolve("enclave.root");
        byte[] passphrase = passphrase(passphraseFile);
        try {
            if (!Files.exists(file)) {
                byte[] root = fresh(random);
                byte[] salt = new byte[SALT];
                random.nextBytes(salt);
                byte[] wrapping = argon2id(passphrase, salt, MEMORY_KIB, PASSES, LANES);
                OwnerOnly.write(
                        file,
                        ByteBuffer.allocate(SEALED_LENGTH)
                                .put(MAGIC)
                                .putInt(MEMORY_KIB)
                                .putInt(PASSES)
                                .putInt(LANES)
                                .put(salt)
                                .put(KeyWrap.wrap(wrapping, root))
                                .array());
                Wipe.octets(wrapping);
                return new SoftwareRoot(root, observer);
            }
            return new SoftwareRoot(unwrap(file, passphrase, passphraseFile), observer);
        } finally {
            Wipe.octets(passphrase);
        }
    }

    @Override
    public byte[] key(byte[] salt) {
        return Hmac.hkdf(root, salt, Labels.ENCLAVE_STATE.getBytes(StandardCharsets.UTF_8), KEY);
    }

    @Override
    public void close() {
        Wipe.octets(root);
    }

    private static byte[] unwrap(Path file, byte[] passphrase, Path passphraseFile) throws IOException {
        ByteBuffer sealed = ByteBuffer.wrap(Files.readAllBytes(file));
        boolean whole = sealed.capacity() == SEALED_LENGTH;
        byte[] magic = whole ? take(sealed, MAGIC.length) : new byte[0];
        int memory = whole ? sealed.getInt() : 0;
        int passes = whole ? sealed.getInt() : 0;
        int lanes = whole ? sealed.getInt() : 0;
        // Whoever can edit the file must not be able to ask for less work, nor for all memory.
        if (!MessageDigest.isEqual(magic, MAGIC) || memory != MEMORY_KIB || passes != PASSES || lanes != LANES) {
            throw new EnclaveUnavailable("the enclave's file " + file + " is damaged: restore it from a backup");
        }
        byte[] salt = take(sealed, SALT);
        byte[] wrapping = argon2id(passphrase, salt, memory, passes, lanes);
        try {
            return KeyWrap.unwrap(wrapping, take(sealed, KeyWrap.WRAPPED_LENGTH));
        } catch (Refusal wrong) {
            throw new EnclaveUnavailable(
                    "the passphrase in " + passphraseFile + " is not the one that " + file
                            + " was sealed with (or that file is damaged): give the right one, or restore the file from a backup");
        } finally {
            Wipe.octets(wrapping);
        }
    }

    private static byte[] argon2id(byte[] passphrase, byte[] salt, int memoryKib, int passes, int lanes) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memoryKib)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] key = new byte[KEY];
        generator.generateBytes(passphrase, key);
        return key;
    }

    private static byte[] passphrase(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new EnclaveUnavailable("there is no passphrase file " + file
                    + ": put the passphrase in it, readable by this user only (--passphrase-file)");
        }
        OwnerOnly.require(file, "the enclave's passphrase");
        byte[] line = FirstLine.of(file);
        if (line.length == 0) {
            throw new EnclaveUnavailable("the passphrase file " + file + " is empty: put the passphrase in it");
        }
        return line;
    }

    private static byte[] fresh(SecureRandom random) {
        byte[] key = new byte[KEY];
        random.nextBytes(key);
        return key;
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] octets = new byte[length];
        from.get(octets);
        return octets;
    }
}
