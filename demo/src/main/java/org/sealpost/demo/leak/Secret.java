package org.sealpost.demo.leak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A secret to look for; it reaches this program only from the witness in an enclave.
 *
 * @param kind such as {@code pairwise-key}
 * @param owner identity or group it belongs to
 */
public record Secret(String kind, String owner, byte[] octets) {
    /** Shorter ones prove nothing when they are found. */
    public static final int MIN_OCTETS = 12;

    public Secret {
        if (octets.length < MIN_OCTETS) {
            throw new IllegalArgumentException("a secret of less than " + MIN_OCTETS + " octets can't be looked for");
        }
    }

    /** Which secret it is, without saying it. */
    public String name() {
        return kind + " of " + owner;
    }

    @Override
    public String toString() {
        return name();
    }

    /**
     * Reads witness files ({@code kind owner hex} lines); a line that is still being written, at the end, is left for later. Each secret is
     * returned once, in the order of its first mention.
     */
    public static List<Secret> read(List<Path> witnessFiles) throws IOException {
        Map<String, Secret> found = new LinkedHashMap<>();
        for (Path file : witnessFiles) {
            String text = Files.exists(file) ? Files.readString(file) : "";
            String complete = text.substring(0, text.lastIndexOf('\n') + 1);
            for (String line : complete.lines().toList()) {
                int kindEnds = line.indexOf(' ');
                int ownerEnds = line.lastIndexOf(' ');
                if (kindEnds < 1 || ownerEnds <= kindEnds) {
                    throw new IOException("a line of " + file + " is not \"kind owner hex\"");
                }
                byte[] octets = HexFormat.of().parseHex(line.substring(ownerEnds + 1));
                if (octets.length >= MIN_OCTETS) {
                    String owner = line.substring(kindEnds + 1, ownerEnds);
                    found.putIfAbsent(line, new Secret(line.substring(0, kindEnds), owner, octets));
                }
            }
        }
        return List.copyOf(found.values());
    }
}
