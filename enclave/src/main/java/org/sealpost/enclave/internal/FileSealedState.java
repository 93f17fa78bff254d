package org.sealpost.enclave.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sealpost.e2e.Hmac;
import org.sealpost.e2e.Labels;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EnclaveUnavailable;

/**
 * Sealed state as files in one directory: {@code NAME.sealed} = magic (8 octets) | IV (12) | AES-256-GCM ciphertext and tag, the name being additional authenticated
 * data. The key comes by HKDF from {@code enclave.key}, 32 random octets that only the owner may read. A save writes beside, forces to disk and renames. One process at a time
 * holds the directory's lock.
 */
public final class FileSealedState implements SealedState, AutoCloseable {
    private static final byte[] MAGIC = "SPSEAL01".getBytes(StandardCharsets.US_ASCII);
    private static final int IV = 12;
    private static final int KEY = 32;
    private static final int TAG_BITS = 128;
    private static final Set<PosixFilePermission> OTHERS = EnumSet.complementOf(EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    private final Path directory;
    private final SecureRandom random;
    private final FileChannel lockChannel;
    private final byte[] key;

    /**
     * Opens or creates a directory of sealed state.
     *
     * @throws EnclaveUnavailable when another process holds it, others may read its key, or it can't be written
     */
    public FileSealedState(Path directory, SecureRandom random, SecretObserver observer) {
        this.directory = directory;
        this.random = random;
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            this.lockChannel = lock(directory.resolve("lock"));
            byte[] file = keyFile(directory.resolve("enclave.key"));
            this.key = Hmac.hkdf(file, new byte[0], Labels.ENCLAVE_STATE.getBytes(StandardCharsets.UTF_8), KEY);
            observer.observe("state-key-file", directory.getFileName().toString(), file);
            observer.observe("state-key", directory.getFileName().toString(), key);
            Wipe.octets(file);
        } catch (IOException e) {
            throw new EnclaveUnavailable("the enclave can't use its state directory " + directory + " (" + reason(e)
                    + "): make it writable for this user, or free some space");
        }
    }

    @Override
    public Optional<byte[]> load(String name) {
        Path file = file(name);
        try {
            return Files.exists(file) ? Optional.of(open(name, Files.readAllBytes(file))) : Optional.empty();
        } catch (IOException e) {
            throw new EnclaveUnavailable("the enclave can't read " + file + " (" + reason(e) + ")");
        }
    }

    @Override
    public void save(String name, byte[] state) {
        Path file = file(name);
        Path beside = directory.resolve(name + ".new");
        try {
            byte[] sealed = seal(name, state);
            try (FileChannel out = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(sealed);
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
                out.force(false);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
                parent.force(true);
            }
        } catch (IOException e) {
            throw new EnclaveUnavailable("the enclave can't save its state in " + directory + " (" + reason(e)
                    + "): nothing was changed; free some space or make it writable, then try again");
        }
    }

    @Override
    public void close() {
        Wipe.octets(key);
        try {
            lockChannel.close();
        } catch (IOException e) {
            throw new EnclaveUnavailable("the enclave can't release its state directory " + directory);
        }
    }

    private Path file(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new IllegalArgumentException("a compartment's name has a character that is not allowed");
        }
        return directory.resolve(name + ".sealed");
    }

    private byte[] seal(String name, byte[] state) {
        byte[] iv = new byte[IV];
        random.nextBytes(iv);
        try {
            byte[] body = cipher(Cipher.ENCRYPT_MODE, name, iv).doFinal(state);
            return ByteBuffer.allocate(MAGIC.length + IV + body.length)
                    .put(MAGIC)
                    .put(iv)
                    .put(body)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform can't do AES-GCM", e);
        }
    }

    private byte[] open(String name, byte[] sealed) {
        int head = MAGIC.length + IV;
        try {
            if (sealed.length > head && Arrays.equals(MAGIC, Arrays.copyOf(sealed, MAGIC.length))) {
                byte[] iv = Arrays.copyOfRange(sealed, MAGIC.length, head);
                return cipher(Cipher.DECRYPT_MODE, name, iv).doFinal(sealed, head, sealed.length - head);
            }
        } catch (GeneralSecurityException e) {
            // answered below: the same for every kind of damage
        }
        throw new EnclaveUnavailable(
                "the enclave's state " + file(name)
                        + " is damaged or was sealed with another key: restore file and enclave.key from one backup, or remove it and enrol again");
    }

    private Cipher cipher(int mode, String name, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private byte[] keyFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] fresh = new byte[KEY];
            random.nextBytes(fresh);
            Path beside = directory.resolve("enclave.key.new");
            Files.deleteIfExists(beside);
            Files.createFile(
                    beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (FileChannel out = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                out.write(ByteBuffer.wrap(fresh));
                out.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            return fresh;
        }
        if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
            throw new EnclaveUnavailable("others may read the enclave's key: run chmod 600 " + file);
        }
        byte[] key32 = Files.readAllBytes(file);
        if (key32.length != KEY) {
            throw new EnclaveUnavailable("the enclave's key file " + file + " is damaged: restore it from a backup");
        }
        return key32;
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Optional<FileLock> held;
        try {
            held = Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            held = Optional.empty();
        }
        if (held.isEmpty()) {
            channel.close();
            throw new EnclaveUnavailable("another enclave process uses " + file.getParent() + ": stop it first");
        }
        return channel;
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
