package org.sealpost.vectors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sealpost.e2e.Jwk;
import org.sealpost.group.BlockCertificate;
import org.sealpost.group.block.BlockChain;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.Serialization;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealpost verify}: checks what a server published, with public keys alone and without the server. */
@Command(
        name = "sealpost verify",
        mixinStandardHelpOptions = true,
        subcommands = VerifyMain.Blocks.class,
        description = "Checks what a server published, with public keys alone.",
        footer = {
            "",
            "Examples:",
            "  sealpost blocks fire-doors --state var/server > fire-doors.blocks",
            "  sealpost verify blocks fire-doors.blocks --root-key Zk1...",
            "",
            "Exit codes: 0 all holds, 1 something does not, 2 wrong options or no such file."
        })
public final class VerifyMain implements Runnable {
    private static final PrimitiveCodec JSON = PrimitiveCodec.of(Serialization.JSON);

    @Spec
    CommandSpec spec = CommandSpec.create();

    /** Runs and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new VerifyMain()).execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to verify: blocks");
    }

    /** Follows the chain of a group's epoch blocks. */
    @Command(
            name = "blocks",
            mixinStandardHelpOptions = true,
            description = "Verifies that a group's epoch blocks are signed, and each follows the one before.",
            footer = {"", "Example:", "  sealpost verify blocks fire-doors.blocks"})
    static final class Blocks implements Callable<Integer> {
        @Parameters(arity = "1", paramLabel = "FILE", description = "What sealpost blocks GROUP printed.")
        Path file = Path.of("");

        @Option(
                names = "--root-key",
                paramLabel = "THUMBPRINT",
                description = "The server's root key (RFC 7638), as its end points know it; else the one in the file.")
        @Nullable
        String rootKey;

        @Override
        public Integer call() throws IOException {
            if (!Files.isReadable(file)) {
                System.err.println("verify: there is no file " + file + " that can be read");
                return 2;
            }
            Verdict verdict =
                    verify(Files.readAllBytes(file), rootKey, Instant.now().getEpochSecond());
            verdict.lines().forEach(System.out::println);
            return verdict.holds() ? 0 : 1;
        }
    }

    /** What came of it, in lines for a person. */
    record Verdict(boolean holds, List<String> lines) {}

    /**
     * Verifies an exported chain.
     *
     * @param expectedRoot thumbprint of the root key that is trusted
     * @param now epoch seconds
     */
    static Verdict verify(byte[] export, @Nullable String expectedRoot, long now) {
        List<String> lines = new ArrayList<>();
        try {
            Members m = Members.of(
                    JSON.decodeTree(export),
                    "an export of blocks",
                    Set.of("group", "rootKey", "certificate", "blocks"));
            ECPublicKey root = Jwk.parse(m.text("rootKey"));
            String thumbprint = Jwk.thumbprint(root);
            lines.add("root key " + thumbprint
                    + (expectedRoot == null
                            ? " (from the file: compare it with what an end point was enrolled with)"
                            : ""));
            if (expectedRoot != null && !expectedRoot.equals(thumbprint)) {
                lines.add("this is NOT the root key that was expected");
                return new Verdict(false, lines);
            }
            byte[] key =
                    BlockCertificate.verify(m.text("certificate"), root, now).key();
            List<byte[]> blocks = m.texts("blocks").stream()
                    .map(b -> Base64.getDecoder().decode(b))
                    .toList();
            BlockChain chain = BlockChain.verify(m.text("group"), key, blocks);
            chain.links()
                    .forEach(l -> lines.add("epoch " + l.epoch() + ", generation " + l.generation() + ": " + l.entries()
                            + " entries, " + l.octets() + " octets, until " + Instant.ofEpochSecond(l.notAfter())));
            lines.add(chain.fault()
                    .map(f -> "the chain does NOT hold: " + f)
                    .orElse(chain.links().size() + " blocks of " + m.text("group")
                            + " are signed and follow one another"));
            return new Verdict(chain.fault().isEmpty(), lines);
        } catch (Refusal | IllegalArgumentException e) {
            lines.add("the file does NOT hold: " + e.getMessage());
            return new Verdict(false, lines);
        }
    }
}
