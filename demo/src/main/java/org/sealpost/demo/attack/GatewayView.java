package org.sealpost.demo.attack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What the hops do show to a gateway: who talks to whom, how much, and the outer fields.
 *
 * @param octets of all hops together
 * @param connections how many
 * @param identities that stand in clear
 * @param sealed sealed objects by type, with their number and total length
 * @param headers parameters of the sealed objects' headers, in clear by design
 */
public record GatewayView(
        long octets, int connections, Set<String> identities, Map<String, Sealed> sealed, Set<String> headers) {
    private static final Pattern IDENTITY = Pattern.compile("/gw-[a-z]+/C[a-z0-9-]+|/in-cse(?![a-z-])");

    /** How many objects of a type, and their length. */
    public record Sealed(int count, long octets) {}

    /** Reads the recordings. */
    public static GatewayView of(Wiretap wiretap) throws IOException {
        long octets = 0;
        Set<String> identities = new TreeSet<>();
        for (Path file : wiretap.files()) {
            octets += Files.size(file);
            Matcher matcher = IDENTITY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                identities.add(matcher.group());
            }
        }
        Map<String, Sealed> sealed = new TreeMap<>();
        Set<String> headers = new TreeSet<>();
        for (String object : wiretap.sealedObjects()) {
            JsonNode tree = Wiretap.header(object);
            headers.addAll(tree.propertyNames());
            String type = tree.has("typ") ? tree.get("typ").asString("") : "ESPrim Object";
            sealed.merge(type, new Sealed(1, object.length()), (a, b) -> new Sealed(a.count + 1, a.octets + b.octets));
        }
        return new GatewayView(octets, wiretap.files().size() / 2, identities, sealed, headers);
    }
}
