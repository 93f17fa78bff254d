package org.sealpost.vectors;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code sealpost interop}: live exchanges with other implementations. */
@Command(
        name = "sealpost interop",
        mixinStandardHelpOptions = true,
        subcommands = InteropMain.Aiocoap.class,
        description = "Live exchanges with other implementations of what Sealpost speaks.",
        footer = {
            "",
            "Example:",
            "  sealpost interop aiocoap",
            "",
            "Exit codes: 0 every exchange went as it has to, 1 one did not, 2 wrong options, 3 the other implementation is not there."
        })
public final class InteropMain implements Runnable {
    static final int NOT_THERE = 3;

    @Spec
    CommandSpec spec = CommandSpec.create();

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new InteropMain()).execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say with whom: aiocoap");
    }

    /** Group OSCORE with aiocoap. */
    @Command(
            name = "aiocoap",
            mixinStandardHelpOptions = true,
            description = {
                "Group OSCORE with aiocoap (Python, from PyPI) over CoAP on loopback: each side as client and as server, group mode and pairwise",
                "mode, each algorithm, before and after a rekeying, and what each side has to refuse. Then aiocoap joins a group at our group",
                "manager (RFC 9594) and does what an agent commands. It is installed into a folder of its own at the first run; nothing of it is",
                "part of Sealpost."
            },
            footer = {
                "",
                "Examples:",
                "  sealpost interop aiocoap",
                "  sealpost interop aiocoap --short --json target/interop.json"
            })
    static final class Aiocoap implements Callable<Integer> {
        @Option(
                names = "--work",
                paramLabel = "DIR",
                defaultValue = "target/interop",
                description = "Where aiocoap is installed (default: ${DEFAULT-VALUE}).")
        Path work = Path.of("target/interop");

        @Option(
                names = "--python",
                paramLabel = "PROGRAM",
                defaultValue = "python3",
                description = "Python 3.11 or newer (default: ${DEFAULT-VALUE}).")
        String python = "python3";

        @Option(names = "--short", description = "One algorithm for each signature.")
        boolean brief;

        @Option(names = "--json", paramLabel = "FILE", description = "Write the table there, too.")
        @Nullable
        Path json;

        @Override
        public Integer call() throws IOException {
            Path interpreter;
            try {
                interpreter = PythonFolder.prepare(work.toAbsolutePath(), python);
            } catch (PythonFolder.Missing missing) {
                System.err.println("interop: " + missing.getMessage());
                return NOT_THERE;
            }
            List<AiocoapRounds.Row> rows;
            try (AiocoapPeer peer = AiocoapPeer.start(interpreter, work.toAbsolutePath())) {
                int free = AiocoapRounds.start(peer);
                rows = new ArrayList<>(AiocoapRounds.run(peer, free, brief, row -> System.out.println(row.line())));
                rows.addAll(ManagerRounds.run(peer, free, work.toAbsolutePath(), row -> System.out.println(row.line())));
            }
            long wrong = rows.stream().filter(row -> !row.right()).count();
            System.out.println(rows.size() + " exchanges with aiocoap " + PythonFolder.version() + ", " + wrong
                    + " not as they have to be");
            Optional.ofNullable(json).ifPresent(file -> write(file, rows));
            return wrong == 0 ? 0 : 1;
        }

        private static void write(Path file, List<AiocoapRounds.Row> rows) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            rows.forEach(row -> array.addObject()
                    .put("algorithms", row.algorithms())
                    .put("epoch", row.epoch())
                    .put("exchange", row.exchange())
                    .put("outcome", row.outcome())
                    .put("right", row.right()));
            try {
                Files.writeString(file, array.toPrettyString() + "\n", StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("can't write " + file + ": name another file with --json", e);
            }
        }
    }
}
