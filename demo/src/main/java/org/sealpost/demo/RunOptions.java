package org.sealpost.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.sealpost.demo.fleet.Fleet;
import org.sealpost.demo.run.Programs;
import org.sealpost.demo.story.Narrator;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Serialization;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** What demo and crash are told alike: a mixin of picocli. Used by one thread. */
public final class RunOptions {
    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of all that is drawn, to repeat a run. Default: drawn, and printed.")
    @Nullable
    Long seed;

    @Option(
            names = "--json",
            description = "The outcome as one JSON object on standard output; the story on standard error.")
    boolean json;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "Keep states, logs and captured hops there; an empty folder.")
    @Nullable
    Path work;

    @Option(names = "--no-colour", description = "No colours (also when NO_COLOR is set, or not on a terminal).")
    boolean noColour;

    /** The seed that was given, or another one with each call. */
    public long number() {
        return seed == null ? ThreadLocalRandom.current().nextLong(1_000_000) : seed;
    }

    /**
     * Where a run keeps everything.
     *
     * @throws IOException with what to do, when the folder that was given can't be used
     */
    public WorkFolder folder(Programs programs, String name) throws IOException {
        return WorkFolder.of(Optional.ofNullable(work), programs.dist().resolveSibling("w"), name);
    }

    /** Tells the story: in colour and with progress on a terminal, beside the outcome otherwise. */
    public Narrator narrator() {
        boolean terminal = System.console() != null && System.getenv("NO_COLOR") == null && !noColour;
        PrintStream out = new PrintStream(json ? System.err : System.out, true, StandardCharsets.UTF_8);
        return new Narrator(out, terminal, terminal);
    }

    /** Prints the outcome, when it was asked for. */
    public void print(JsonNode outcome) {
        if (json) {
            byte[] text = PrimitiveCodec.of(Serialization.JSON).encodeTree(outcome);
            System.out.println(new String(text, StandardCharsets.UTF_8));
        }
    }

    /** A mistake of the user, told; the exit code. */
    public static int wrong(String program, @Nullable String sentence) {
        System.err.println("sealpost " + program + ": " + sentence);
        return 2;
    }

    /** Ends a fleet and, unless it shall stay, removes its folder. */
    public static void cleanUp(String program, Fleet fleet, WorkFolder folder, boolean discard) {
        fleet.close();
        try {
            if (discard) {
                folder.discard();
            }
        } catch (IOException e) {
            System.err.println("sealpost " + program + ": could not delete " + folder.path() + ": " + e.getMessage());
        }
    }
}
