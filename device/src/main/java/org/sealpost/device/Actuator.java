package org.sealpost.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * A simulated actuator with a journal: each action is one line, on disk before the command is acknowledged. After a crash the journal tells whether an interrupted command was acted on. Used by one
 * thread at a time.
 */
final class Actuator {
    private final String function;
    private final Path journal;
    private final Set<String> done = new HashSet<>();
    private String state;

    Actuator(String function, Path journal) throws IOException {
        this.function = function;
        this.journal = journal;
        this.state = function.equals("extinguisher") ? "armed" : function.equals("fire-door") ? "open" : "watching";
        if (Files.exists(journal)) {
            for (String line : Files.readAllLines(journal)) {
                String[] words = line.split(" ");
                if (words.length >= 5) {
                    done.add(words[1] + " " + words[2]);
                    state = words[4];
                }
            }
        }
    }

    /** Acts once for each command, whatever happens in between. */
    synchronized CommandHandler.Outcome act(CommandHandler.Order order) {
        String command = order.commander() + " " + order.id();
        if (order.interrupted() && done.contains(command)) {
            return CommandHandler.Outcome.done(state + ", before the interruption");
        }
        String next = next(order.verb());
        if (next.isEmpty()) {
            return CommandHandler.Outcome.refused("a " + function + " can't " + order.verb());
        }
        if (state.equals("released") && next.equals("released")) {
            return CommandHandler.Outcome.done("released already");
        }
        append(Instant.now() + " " + command + " " + order.verb() + " " + next + "\n");
        done.add(command);
        state = next;
        return CommandHandler.Outcome.done(state);
    }

    synchronized String state() {
        return state;
    }

    synchronized int actions() {
        return done.size();
    }

    private String next(String verb) {
        return switch (function + " " + verb) {
            case "fire-door close" -> "closed";
            case "fire-door open" -> "open";
            case "extinguisher release" -> "released";
            case "extinguisher arm" -> "armed";
            default -> verb.equals("test") ? state : "";
        };
    }

    private void append(String line) {
        try (FileChannel out = FileChannel.open(
                journal, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            out.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
