package org.sealpost.demo.attack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.Serialization;
import tools.jackson.databind.JsonNode;

/** Reads what a gateway sees: the recordings of the hops. */
public final class Wiretap {
    private static final Pattern COMPACT_JWE = Pattern.compile(
            "eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]{22}");

    private final Path recordings;

    /** @param recordings the directory of the taps */
    public Wiretap(Path recordings) {
        this.recordings = recordings;
    }

    /** All sealed objects that passed in one piece, each once, in no particular order of time across hops. */
    public Set<String> sealedObjects() throws IOException {
        Set<String> found = new LinkedHashSet<>();
        for (Path file : files()) {
            found.addAll(sealedObjects(file));
        }
        return found;
    }

    /** Those that passed in one direction of one connection. */
    public static Set<String> sealedObjects(Path recording) throws IOException {
        Set<String> found = new LinkedHashSet<>();
        Matcher matcher = COMPACT_JWE.matcher(Files.readString(recording, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    /** The envelopes of one use and group (absolute identifier) among them, oldest counter first. */
    public List<String> envelopes(GroupEnvelope.Use use, String group) throws IOException {
        List<String> found = new ArrayList<>();
        for (String object : sealedObjects()) {
            try {
                if (GroupEnvelope.parse(use, object).names(group)) {
                    found.add(object);
                }
            } catch (Refusal e) {
                // another kind of sealed object
            }
        }
        found.sort(java.util.Comparator.comparingLong(
                o -> GroupEnvelope.parse(use, o).counter()));
        return List.copyOf(found);
    }

    /** The header of a compact JWE, which is in clear. */
    public static JsonNode header(String object) {
        byte[] octets = Base64.getUrlDecoder().decode(object.substring(0, object.indexOf('.')));
        return PrimitiveCodec.of(Serialization.JSON).decodeTree(octets);
    }

    /** All recordings. */
    public List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(recordings)) {
            return files.sorted().toList();
        }
    }
}
