package org.sealpost.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a run keeps everything: given by the user and kept, or made here and deleted at the end. */
public final class WorkFolder {
    /** Sockets of enclaves lie below it, and the system allows 107 octets for their paths. */
    private static final int LONGEST = 55;

    private final Path path;
    private final boolean own;

    private WorkFolder(Path path, boolean own) {
        this.path = path;
        this.own = own;
    }

    /**
     * The folder for a run.
     *
     * @param given by the user: must be absent or empty
     * @param target below which a folder of our own goes, unless that makes its path too long
     */
    public static WorkFolder of(Optional<Path> given, Path target, String name) throws IOException {
        if (given.isPresent()) {
            Path path = given.get().toAbsolutePath().normalize();
            if (path.toString().length() >= LONGEST || path.toString().contains(" ")) {
                throw new IOException(
                        path + " is too long for the sockets below it, or has a blank: name another folder");
            }
            Files.createDirectories(path);
            try (Stream<Path> entries = Files.list(path)) {
                if (entries.findAny().isPresent()) {
                    throw new IOException(path + " is not empty: name another folder with --work, or empty it");
                }
            }
            return new WorkFolder(path, false);
        }
        String unique = name + ProcessHandle.current().pid();
        boolean fits = target.toString().length() + unique.length() < LONGEST;
        Path path = (fits ? target : Path.of(System.getProperty("java.io.tmpdir"))).resolve(unique);
        Files.createDirectories(path);
        return new WorkFolder(path, true);
    }

    public Path path() {
        return path;
    }

    /** Deletes it if it is ours. */
    public void discard() throws IOException {
        if (!own || !Files.exists(path)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
