package org.sealpost.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.sealpost.enclave.CommanderKeys.Acknowledgement;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The board on disk: a file for each command, its first line the command, each further line an acknowledgement (JSON). A command is on disk before it is sent; an acknowledgement that a crash takes away
 * is asked for again. Nothing in it is secret. Thread-safe, given that one thread at a time writes one command.
 */
final class BoardFiles {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String ENDING = ".jsonl";

    private final Path directory;

    BoardFiles(Path directory) {
        this.directory = directory;
    }

    /** Commands of earlier runs, oldest first. */
    List<Board.Row> load() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Board.Row> rows = new ArrayList<>();
            for (Path file : files.filter(f -> f.getFileName().toString().endsWith(ENDING))
                    .toList()) {
                rows.add(read(file));
            }
            rows.sort(Comparator.comparingLong(Board.Row::id));
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps a command; refused when that is not possible, and then it must not be sent. */
    void add(Board.Row command) {
        Board.Row bare = new Board.Row(
                command.id(),
                command.group(),
                command.target(),
                command.verb(),
                command.envelope(),
                command.until(),
                command.expected(),
                new TreeMap<>());
        try {
            Files.createDirectories(directory);
            Path file = file(command.id());
            Path beside = file.resolveSibling(command.id() + ".new");
            try (FileChannel out = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                write(out, line(bare));
                out.force(false);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new Refusal(
                    ResponseStatus.INTERNAL_SERVER_ERROR,
                    "the agent can't keep the command in " + directory + " (" + e.getMessage()
                            + "), so it was not sent: make it writable, or free some space");
        }
    }

    /** Keeps an acknowledgement. */
    void answered(Acknowledgement a) {
        try (FileChannel out =
                FileChannel.open(file(a.commandId()), StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            write(out, line(a));
        } catch (IOException e) {
            System.err.println("sealpost agent: an acknowledgement could not be kept, it will be asked for again: "
                    + e.getMessage());
        }
    }

    void remove(long id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            System.err.println("sealpost agent: an old command could not be deleted: " + e.getMessage());
        }
    }

    private static Board.Row read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        try {
            Board.Row bare = MAPPER.readValue(lines.get(0), Board.Row.class);
            TreeMap<String, Acknowledgement> answers = new TreeMap<>();
            for (String line : lines.subList(1, lines.size())) {
                try {
                    Acknowledgement a = MAPPER.readValue(line, Acknowledgement.class);
                    answers.putIfAbsent(a.member(), a);
                } catch (JacksonException e) {
                    // A crash tore it: the member is asked again.
                    continue;
                }
            }
            return new Board.Row(
                    bare.id(),
                    bare.group(),
                    bare.target(),
                    bare.verb(),
                    bare.envelope(),
                    bare.until(),
                    bare.expected(),
                    answers);
        } catch (JacksonException | IndexOutOfBoundsException e) {
            throw new IOException("the command in " + file + " can't be read: restore it from a backup, or remove it");
        }
    }

    private Path file(long id) {
        return directory.resolve(id + ENDING);
    }

    private static ByteBuffer line(Object value) {
        byte[] json = MAPPER.writeValueAsBytes(value);
        return ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    }

    private static void write(FileChannel out, ByteBuffer line) throws IOException {
        while (line.hasRemaining()) {
            out.write(line);
        }
    }
}
