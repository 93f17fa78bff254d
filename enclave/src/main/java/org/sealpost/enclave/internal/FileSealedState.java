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
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sealpost.e2e.Wipe;
import org.sealpost.enclave.EnclaveUnavailable;

/**
 * Sealed state as files in one directory: {@code NAME.sealed} = magic (8 octets) | salt (32) | IV (12) | AES-256-GCM ciphertext and tag, the name being additional authenticated data. The key comes
 * from the directory's root and the salt, which every run draws anew. A save writes beside, forces to disk and renames. One process at a time holds the directory's lock.
 */
public final class FileSealedState implements SealedState, AutoCloseable {
    private static final byte[] MAGIC = "SPSEAL02".getBytes(StandardCharsets.US_ASCII);
    private static final int IV = 12;
    private static final int SALT = 32;
    private static final int HEAD = MAGIC.length + SALT + IV;
    private static final int TAG_BITS = 128;
    private final Path directory;
    private final SecureRandom random;
    private final FileChannel lockChannel;
    private final SecretObserver observer;
    private final Backing.Opened opened;
    private final byte[] salt = new byte[SALT];
    private final Map<ByteBuffer, byte[]> keys = new ConcurrentHashMap<>();

    /**
     * Opens or creates a directory of sealed state, with its root key in a file there.
     *
     * @throws EnclaveUnavailable when another process holds it, others may read its key, or it can't be written
     */
    public FileSealedState(Path directory, SecureRandom random, SecretObserver observer) {
        this(directory, random, observer, new Backing.KeyFile(Optional.empty()));
    }

    /**
     * As above, on a root of one's choice.
     *
     * @throws EnclaveUnavailable also when the root can't be used; says why
     */
    public FileSealedState(Path directory, SecureRandom random, SecretObserver observer, Backing backing) {
        this.directory = directory;
        this.random = random;
        this.observer = observer;
        random.nextBytes(salt);
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            this.lockChannel = lock(directory.resolve("lock"));
            this.opened = open(backing);
        } catch (IOException e) {
            throw new EnclaveUnavailable("the enclave can't use its state directory " + directory + " (" + reason(e)
                    + "): make it writable for this user, or free some space");
        }
    }

    private Backing.Opened open(Backing backing) throws IOException {
        try {
            return backing.open(directory, random, observer);
        } catch (IOException | RuntimeException e) {
            lockChannel.close();
            throw e;
        }
    }

    /** The token that holds key pairs, where one does. */
    public Optional<Backing.Keys> token() {
        return opened.keys();
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
        keys.values().forEach(Wipe::octets);
        opened.root().close();
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
            byte[] body = cipher(Cipher.ENCRYPT_MODE, name, salt, iv).doFinal(state);
            return ByteBuffer.allocate(HEAD + body.length)
                    .put(MAGIC)
                    .put(salt)
                    .put(iv)
                    .put(body)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the platform can't do AES-GCM", e);
        }
    }

    private byte[] open(String name, byte[] sealed) {
        try {
            if (sealed.length > HEAD && Arrays.equals(MAGIC, Arrays.copyOf(sealed, MAGIC.length))) {
                byte[] its = Arrays.copyOfRange(sealed, MAGIC.length, MAGIC.length + SALT);
                byte[] iv = Arrays.copyOfRange(sealed, MAGIC.length + SALT, HEAD);
                return cipher(Cipher.DECRYPT_MODE, name, its, iv).doFinal(sealed, HEAD, sealed.length - HEAD);
            }
        } catch (GeneralSecurityException e) {
            // answered below: the same for every kind of damage
        }
        throw new EnclaveUnavailable(
                "the enclave's state " + file(name)
                        + " is damaged or was sealed with another key: restore it and its root (enclave.key, enclave.root or the token) from one backup, or remove it and enrol again");
    }

    private Cipher cipher(int mode, String name, byte[] its, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key(its), "AES"), new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** The key for a salt, derived once: the run's own, and those of the runs that wrote what is loaded. */
    private byte[] key(byte[] its) {
        return keys.computeIfAbsent(ByteBuffer.wrap(its), s -> {
            byte[] key = opened.root().key(its);
            observer.observe("state-key", directory.getFileName().toString(), key);
            return key;
        });
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
